"""Pages of training: all agents for supervisors, one agent for supervisors and himself; each look is logged by purpose."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Final

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries.staff import agent_named
from minhu.intake.queries.coaching import LEAST, may_see
from minhu.kernel.clock import now
from minhu.kernel.errors import MinhuError
from minhu.ledger import services as ledger
from minhu.portals import bulk
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.sheets import safe_cell
from minhu.portals.training import combined

DAYS: Final = (7, 30, 90)
USUAL: Final = 30
coaches = for_staff(Action.COACH)


@coaches
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Every agent's counts and the topic to begin with; in the order of names, nobody is ranked."""
    days, since, until, level = _span(request)
    agents = combined.all_agents(since, until, level)
    ledger.record_access(("training", "all"), "查看坐席培训需求", ["training"])
    context = {
        "agents": agents,
        "days": days,
        "level": level,
        "choices": DAYS,
        "moment": until,
        "least": LEAST,
        "query": f"?days={days}&level={level}",
    }
    return render(request, "training/overview.html", context)


@for_staff(Action.COACH, Action.TALK)
@require_GET
def agent(request: HttpRequest, staff_id: int) -> HttpResponse:
    """One agent by topic, with the orders behind each count; a colleague's page does not exist for an agent."""
    account = agent_named(staff_id) if may_see(staff_id) else None
    if account is None:
        raise Http404
    days, since, until, level = _span(request)
    found = combined.one_agent(staff_id, account.username, account.name, since, until, level)
    own = actor_of(request).staff_id == staff_id
    ledger.record_access(
        ("training", account.username), "查看本人培训需求" if own else "查看坐席培训需求", ["training"]
    )
    context = {
        "agent": found, "own": own, "days": days, "level": level, "choices": DAYS, "moment": until, "least": LEAST,
        "topics": [(one, [combined.NEEDS[need] for need in one.needs]) for one in found.topics],
    }  # fmt: skip
    return render(request, "training/agent.html", context)


@for_staff(Action.TALK)
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """To one's own page."""
    return redirect("training_agent", staff_id=actor_of(request).staff_id)


@coaches
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Every count of the overview as a CSV file, for a reason that is entered in the ledger."""
    days, since, until, level = _span(request)
    actor = actor_of(request)
    rows = combined.lines(combined.all_agents(since, until, level))
    try:
        with transaction.atomic():
            bulk.refuse_over(len(rows), bulk.begin(actor, reason := request.POST.get("reason", "")))
            ledger.append("training.exported", ("staff", actor.id), {"rows": len(rows), "reason": reason.strip()[:200]})
    except MinhuError as error:
        messages.error(request, error.message)
        return redirect(f"/supervision/training/?days={days}&level={level}")
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(combined.header())
    writer.writerows([[safe_cell(cell) for cell in row] for row in rows])
    response = HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="training-{until:%Y%m%d}.csv"'
    return response


def _span(request: HttpRequest) -> tuple[int, datetime, datetime, int]:
    """The span in days, from when to when, and the level of the category tree that is one topic."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked.isdecimal() and int(asked[:4]) in DAYS else USUAL
    moment = now()
    return days, moment - timedelta(days=days), moment, 2 if request.GET.get("level") == "2" else 1
