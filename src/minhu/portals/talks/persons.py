"""Beside a talk: where else its person may have written, and the agent's word on it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action, may_ever
from minhu.exchange.queries.mails import checks_of
from minhu.intake.queries.persons import elsewhere
from minhu.intake.services import voices
from minhu.portals.orders.guards import actor_of, for_staff


@for_staff(Action.TALK, Action.WATCH_TALKS)
@require_GET
def person(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The panel."""
    return _panel(request, uid)


@for_staff(Action.TALK)
@require_POST
def bind(request: HttpRequest, uid: UUID, other: UUID) -> HttpResponse:
    """The same person, or another."""
    voices.bind(uid, other, same=request.POST.get("same") == "1")
    return _panel(request, uid)


def _panel(request: HttpRequest, uid: UUID) -> HttpResponse:
    context = {
        "rows": elsewhere(uid), "uid": uid, "checks": checks_of(uid), "may_bind": may_ever(actor_of(request), Action.TALK),
    }  # fmt: skip
    return render(request, "talks/beside_person.html", context)
