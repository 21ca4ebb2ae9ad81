"""The wall: queues, people and the day at one glance, for a large screen and for paper; and listening in from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action, may_ever
from minhu.intake.queries import calls, front_door, talks
from minhu.intake.queries.seats import SeatState, beside
from minhu.intake.queries.wall import HourRow, Wall
from minhu.intake.queries.wall import wall as read_wall
from minhu.intake.services import listening
from minhu.intake.types import CallPhase
from minhu.kernel.errors import MinhuError
from minhu.portals.charts import Chart, Series
from minhu.portals.orders.guards import actor_of, for_staff

EAR: Final = "/telephone/listen"
"""The media gateway's address for who listens in (docs/operate/telephone.md)."""
watchers = for_staff(Action.WATCH_TALKS)
_STATES: Final = tuple(SeatState)


@watchers
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The whole wall; a script asks for the part that changes every few seconds, and for the charts every minute."""
    part = request.GET.get("part", "") if "HX-Request" in request.headers else ""
    view, lead = read_wall(), may_ever(actor_of(request), Action.TALK)
    template = {"now": "floor/wall_now.html", "day": "floor/wall_day.html"}.get(part, "floor/wall.html")
    context = {
        "wall": view, "screen": request.GET.get("screen") == "1", "charts": charts(view),
        "by_state": [(state, sum(one.state is state for one in view.seats)) for state in _STATES],
        "proposal": front_door.proposal(), "lead": lead, "queue_url": reverse("talks") if lead else "",
    }  # fmt: skip
    return render(request, template, context)


def charts(view: Wall) -> Sequence[Chart]:
    """The day by the hour, each with its table."""
    hours = _hours(view.hours)
    names = [_("%(hour)d时") % {"hour": row.hour} for row in hours]
    share = [round(100 * row.in_time / row.taken, 1) if row.taken else None for row in hours]
    bot = [round(100 * row.bot_only / row.arrivals, 1) if row.arrivals else None for row in hours]
    source, head = _("会话记录"), _("时段")
    return (
        Chart(
            "wall-arrivals", _("今天各时段进线与接通"), "stack", names,
            [
                Series(_("人工接通"), [row.taken for row in hours]),
                Series(_("智能助手办完"), [row.bot_only for row in hours]),
                Series(_("放弃等待"), [row.abandoned for row in hours]),
            ],
            unit=_("个"), category_name=head, source=source, at=view.at, height="small",
        ),
        Chart(
            "wall-in-time", _("%(goal)d 秒内人工应答") % {"goal": view.goal}, "line", names,
            [Series(_("应答率"), share), Series(_("智能助手办完占比"), bot)],
            unit="%", category_name=head, source=source, at=view.at, target=95.0, places=1, height="small",
        ),
    )  # fmt: skip


def _hours(rows: Sequence[HourRow]) -> list[HourRow]:
    """From the first hour with anything to the last, empty ones between included."""
    known = {row.hour: row for row in rows}
    if not known:
        return []
    return [known.get(hour) or HourRow(hour, 0, 0, 0, 0, 0, 0) for hour in range(min(known), max(known) + 1)]


@watchers
@require_GET
def listen(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A talk in other hands, followed live: each looking keeps the listening alive, its beginning is in the ledger."""
    try:
        listening.listen(uid)
    except MinhuError as error:
        if error.status != 409:
            raise
        if "HX-Request" not in request.headers:
            messages.info(request, error.message)
            return redirect("floor_wall")
    view = talks.talk_for_staff(uid)
    row = calls.of_talk(uid)
    context = {
        "call": row.uid if row is not None and row.phase is not CallPhase.OVER else None, "gateway": EAR,
        "view": view, "beside": beside(uid), "may_whisper": may_ever(actor_of(request), Action.TALK),
        "shown": front_door.rules().listeners_shown,
    }  # fmt: skip
    return render(
        request, "floor/listen_said.html" if "HX-Request" in request.headers else "floor/listen.html", context
    )


@for_staff(Action.WATCH_TALKS)
@require_POST
def whisper(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Words that only the agent sees."""
    try:
        listening.whisper(uid, request.POST.get("words", ""))
    except MinhuError as error:
        messages.error(request, error.message)
    return redirect("floor_listen", uid=uid)


@watchers
@require_POST
def stop(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Leave a talk that one listened to."""
    listening.stop(uid)
    return redirect("floor_wall")
