"""What the order learns of its hand-over: steps by the person who acts, or by the program where a message said it."""

from __future__ import annotations

from typing import Final

from minhu.exchange.models import HandoverOffer
from minhu.handling import services as handling
from minhu.handling.queries import order_of
from minhu.handling.types import State, Step, StepData

BEFORE_UNIT: Final = frozenset({State.RECEIVED.value, State.INCOMPLETE.value, State.TO_DISPATCH.value})
"""No unit has the order yet."""


def accepted(number: str, state: str, one: HandoverOffer) -> None:
    """A service acts on it: its receipt, or a note where the order is at a unit."""
    text = f"{one.service.label}已受理"
    if state == State.EMERGENCY.value:
        data = StepData(text=text, taken_by=one.taken_by, their_number=one.their_number, taken_at=one.answered_at)
        handling.take(number, Step.RECEIPT, data)
    else:
        handling.take(number, Step.NOTE, StepData(text=f"{text} {one.their_number}".strip()))


def taken_back(number: str, state: str) -> None:
    """Back to our own desk, as a danger."""
    if state == State.EMERGENCY.value:
        handling.take(number, Step.TAKE_BACK, StepData(text="紧急部门未受理，由本热线首接负责。"))
        state = State.TO_DISPATCH.value
    order = order_of(number)
    if state in BEFORE_UNIT and order.urgency != "danger":
        handling.take(number, Step.CORRECT, StepData(urgency="danger"))


def given_back(number: str, state: str) -> None:
    """Back to our own desk; what it was is for a person to judge anew."""
    if state == State.EMERGENCY.value:
        handling.take(number, Step.TAKE_BACK, StepData(text="对方认为不属紧急事项，退回本热线办理。"))
