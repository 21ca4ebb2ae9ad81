"""The seat bar in the head of an agent's pages, and the page of the same without a script."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.intake.queries.seats import OwnSeat, SeatState, beside, own_seat
from minhu.intake.services import offering, seating
from minhu.kernel.errors import MinhuError
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.talks.words import why_words

agents = for_staff(Action.TALK)


@agents
@require_http_methods(["GET", "POST"])
def bar(request: HttpRequest) -> HttpResponse:
    """The bar, every few seconds: being asked for it says that the browser is there. Unchanged: 204, so that nobody's
    focus is lost. Opened by itself it is a page that works without a script."""
    if request.method == "POST":
        seating.seen()
    seat = own_seat(actor_of(request))
    mark = mark_of(seat)
    if request.method == "POST" and request.POST.get("mark") == mark:
        return HttpResponse(status=204)
    context = {
        "seat": seat, "mark": mark, "reasons": seating.REASONS, "why": why_words(seat.offer.why) if seat and seat.offer else "",
        "back": urlsplit(request.headers.get("HX-Current-URL", "")).path or request.path,
    }  # fmt: skip
    return render(request, "floor/seat_bar.html" if request.method == "POST" else "floor/seat.html", context)


def mark_of(seat: OwnSeat | None) -> str:
    """What makes the bar look as it does; the same mark, the same bar."""
    if seat is None:
        return "-"
    offer = seat.offer.id if seat.offer else 0
    return f"{seat.state.value}|{seat.since:%H%M%S}|{seat.held}|{offer}|{min(seat.waiting, 99)}|{seat.at_home:d}|{seat.may_home:d}"


@agents
@require_POST
def turn(request: HttpRequest) -> HttpResponse:
    """One key of the bar."""
    try:
        wanted = request.POST.get("state", "")
        if wanted not in set(SeatState):
            raise MinhuError(_("请选择就绪、小休或离席。"), code="no_such_state", status=422)
        seating.turn(SeatState(wanted), reason=request.POST.get("reason", ""), at_home="at_home" in request.POST)
    except MinhuError as error:
        messages.error(request, error.message)
    return redirect(_back(request))


@agents
@require_POST
def answer(request: HttpRequest, offer: int, step: str) -> HttpResponse:
    """Take what is offered, or let it pass."""
    try:
        if step == "accept":
            return redirect(f"/desk/talks/{offering.accept(offer)}/#end")
        offering.refuse(offer)
    except MinhuError as error:
        messages.error(request, error.message)
    return redirect(_back(request))


@for_staff(Action.TALK, Action.WATCH_TALKS)
@require_GET
def aside(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Beside a talk: who listens in, and what a supervisor whispers to its agent."""
    try:
        found = beside(uid)
    except MinhuError:
        return HttpResponse(status=204)
    return render(request, "floor/beside.html", {"beside": found})


def _back(request: HttpRequest) -> str:
    """Where the bar stood; an address of this house only."""
    back = request.POST.get("back", "")
    return back if back.startswith("/") and not back.startswith(("//", "/\\", "/desk/seat/")) else "/desk/talks/"
