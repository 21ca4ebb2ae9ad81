"""What the exchange room does when others have news."""

from __future__ import annotations

from minhu.evaluation.events import OrderRated
from minhu.exchange.domain.telling import CLOSED, kinds_of
from minhu.exchange.services import disputes, emergency_calls, forgetting, outbox, sending_along, transfers
from minhu.exchange.types import EventKind
from minhu.handling.events import OrderChanged
from minhu.handling.types import State
from minhu.intake.events import CallSettled, RequestForgotten, RequestReceived, SupplementAdded
from minhu.intake.services.text_wishes import wish
from minhu.kernel.events import subscribe


@subscribe(OrderChanged)
def on_order(event: OrderChanged) -> None:
    """Partners that want to know are told after the commit; transfers follow their orders."""
    for kind in kinds_of(event.step, event.from_state, event.to_state):
        outbox.note(kind, event.order_id, event.number, event.from_state, event.to_state, event.version)
    _text(event)
    transfers.follow(event)
    disputes.follow(event)
    if outbox.has_hotlines():
        transfers.report_back(event)


@subscribe(OrderRated)
def on_rating(event: OrderRated) -> None:
    """That it was rated, not how: the answer stays in the house."""
    outbox.note(EventKind.RATED, event.order_id, event.number, "", "", 0)


@subscribe(SupplementAdded)
def on_supplement(event: SupplementAdded) -> None:
    """What the citizen adds follows the order to the hotline that has it."""
    sending_along.supplemented(event)


@subscribe(CallSettled)
def on_call_settled(event: CallSettled) -> None:
    """A call that was handed over is over: who was on the line and when is kept with the hand-over."""
    if event.talk_uid is not None:
        emergency_calls.follow(event.talk_uid)


@subscribe(RequestForgotten)
def on_forgotten(event: RequestForgotten) -> None:
    """What is kept here of a person is struck out."""
    forgetting.forget_person(event)


@subscribe(RequestReceived)
def on_request(event: RequestReceived) -> None:
    """Whoever left a mobile number gets the number of the request."""
    wish("received", event.number, key=f"received-{event.number}")


def _text(event: OrderChanged) -> None:
    """The requester is told by text message of dispatch and end, where the house does so."""
    if event.to_state in CLOSED and event.from_state not in CLOSED:
        wish("closed", event.number, key=f"closed-{event.number}-{event.version}")
    elif event.to_state == State.DISPATCHED.value and event.from_state != event.to_state:
        wish("progress", event.number, key=f"progress-{event.number}-{event.version}", state="已转交承办单位办理")
