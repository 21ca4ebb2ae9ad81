"""The agent's softphone: calls that wait and his own, the word in one, and the door that the media gateway asks."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action
from minhu.intake.queries import calls, talks
from minhu.intake.queries.seats import SeatState
from minhu.intake.services import attending, listening, seating
from minhu.intake.types import CallPhase, TalkState
from minhu.kernel.errors import Conflict, NotAllowed
from minhu.portals.orders.guards import for_staff

GATEWAY = "/telephone/agent"
"""The media gateway's address for agents (docs/operate/telephone.md)."""


def with_microphone(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorator: this page may use the microphone; every other page of the house may not."""

    @wraps(view)
    def allowed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["Permissions-Policy"] = "microphone=(self)"
        return response

    return allowed


@with_microphone
@for_staff(Action.TALK)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The softphone with its list of calls."""
    return render(request, "phone/desk.html", {**_rows(), "gateway": GATEWAY})


@for_staff(Action.TALK)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The list alone; the page asks for it every few seconds, which shows that the seat is occupied."""
    seating.seen()
    return render(request, "phone/rows.html", _rows())


@for_staff(Action.TALK)
@require_POST
def seat(request: HttpRequest) -> HttpResponse:
    """Sign in or out with the telephone: the agent's seat is ready or off; raises Invalid where it cannot be."""
    state = seating.turn(SeatState.READY if request.POST.get("state") == "ready" else SeatState.OFF)
    return JsonResponse({"state": state.value, "label": str(state.label)})


@for_staff(Action.TALK)
@require_POST
def take(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Answer: the call's talk is in the agent's hands; raises Conflict when a colleague was quicker."""
    attending.take(_talk(uid))
    return JsonResponse({"call": str(uid)})


@for_staff(Action.TALK)
@require_POST
def end(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The agent is done with a call that he has."""
    attending.end(_talk(uid))
    return JsonResponse({"call": str(uid)})


@for_staff(Action.TALK)
@require_GET
def join(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Whether this browser's agent may speak in a call: 200 with his account, for the gateway; raises NotAllowed."""
    talk = _talk(uid)
    row, view = calls.of_talk(talk), talks.talk_for_staff(talk)
    if row is None or row.phase is CallPhase.OVER or not view.mine or view.state is not TalkState.PERSON:
        raise NotAllowed(_("这通电话不在您手上，请先接起。"), code="not_your_call")
    return JsonResponse({"account": request.user.get_username(), "call": str(uid)})


@for_staff(Action.WATCH_TALKS)
@require_GET
def listen(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Whether this browser's supervisor may hear a call: 200, for the gateway, entered in the ledger; raises NotAllowed."""
    listening.hear_in(_talk(uid))
    return JsonResponse({"account": request.user.get_username(), "call": str(uid)})


def _rows() -> dict[str, object]:
    """Calls that run, with those whose talk the agent has: his line may not be joined yet, or be broken."""
    mine = {row.uid for row in talks.waiting_and_mine() if row.mine}
    return {"rows": [(row, row.talk in mine) for row in calls.running()]}


def _talk(uid: UUID) -> UUID:
    talk = calls.talk_of(uid)
    if talk is None:
        raise Conflict(_("这通电话还没有开始通话，请稍候再接。"), code="no_talk")
    return talk
