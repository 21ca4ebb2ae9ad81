"""Calls of a day with their figures, and the sound of one."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from minhu.directory.policy import Action
from minhu.directory.queries.freshness import local_day
from minhu.intake.queries import calls, recordings, talks
from minhu.intake.queries.calls import CallRow
from minhu.intake.types import CallOutcome, Said
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.errors import Invalid
from minhu.portals.orders.guards import for_staff

PURPOSES: Final = {
    "quality": gettext_lazy("服务质检"), "complaint": gettext_lazy("投诉复核"), "supervise": gettext_lazy("督办核实"),
    "training": gettext_lazy("带教培训"),
}  # fmt: skip
"""For what a recording may be heard; kept in the log of readings."""
SPEEDS: Final = ("0.75", "1", "1.25", "1.5", "2")
SIGNS_A_SECOND: Final = 4.5


@for_staff(Action.WATCH_TALKS)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """The calls of one day, the latest first, and what they come to."""
    day = _day(request.GET.get("day", ""))
    begin = datetime.combine(day, time(), CHINA_TIME)
    end, line = begin + timedelta(days=1), request.GET.get("line", "")[:32]
    chosen = next((one for one in CallOutcome if one.value == request.GET.get("outcome")), None)
    start = max(_whole(request.GET.get("from", "0")), 0)
    rows = calls.between(begin, end, line=line, outcome=chosen, before=start)
    return render(request, "calls/board.html", {
        "day": day, "begin": begin, "before": day - timedelta(days=1), "after": day + timedelta(days=1) if day < local_day() else None,
        "rows": rows, "figures": calls.figures(begin, end, line=line), "outcomes": list(CallOutcome), "chosen": chosen,
        "line": line, "next": start + len(rows) if len(rows) == calls.MOST_ROWS else 0,
    })  # fmt: skip


@for_staff(Action.WATCH_TALKS)
@require_GET
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One call: how it went, its sound for a stated purpose, and its words, each of which leads to its place in the sound."""
    row = calls.one(uid)
    view = talks.talk_for_staff(row.talk) if row.talk else None
    said = [(one, _place(one, row)) for one in view.said] if view else []
    return render(request, "calls/page.html", {
        "row": row, "view": view, "said": said, "purposes": PURPOSES.items(), "speeds": SPEEDS,
    })  # fmt: skip


@for_staff(Action.WATCH_TALKS)
@require_GET
def sound(request: HttpRequest, uid: UUID) -> StreamingHttpResponse:
    """The sound of a call; every opening is in the log of readings."""
    purpose = PURPOSES.get(request.GET.get("purpose", ""))
    if purpose is None:
        raise Invalid("请先选择听录音的目的，再播放。", code="no_purpose")
    found = recordings.sound_of(uid, str(purpose))
    response = StreamingHttpResponse(found.pieces, content_type="audio/wav")
    response["Content-Length"] = str(found.size)
    response["Content-Disposition"] = f'inline; filename="call-{uid}.wav"'
    response["Cache-Control"] = "no-store"
    return response


def _place(one: Said, row: CallRow) -> int:
    """Seconds of the call at which words begin, nearly: they are written down when they have been said."""
    return max(round((one.at - row.arrived_at).total_seconds() - len(one.text) / SIGNS_A_SECOND - 1), 0)


def _day(text: str) -> date:
    """The day asked for; today for anything else, or for a day to come."""
    try:
        return min(date.fromisoformat(text), local_day())
    except ValueError:
        return local_day()


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
