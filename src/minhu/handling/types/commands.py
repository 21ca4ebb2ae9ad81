"""What goes into a step and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from minhu.handling.types.words import State


@dataclass(frozen=True, slots=True)
class StepData:
    """What a person fills in for a step; which fields count follows from the step (``Transition.needs``).

    ``unit_id`` is the unit meant: lead at dispatch, right unit at a return, grid unit at a pass, the
    called unit whose attendance is confirmed. ``as_unit_id`` says for which of the actor's units the
    step is taken when several of them hold the order. ``amount`` with ``duration_unit`` (minutes,
    hours, natural_days, working_days) is the time asked for.
    """

    reason_code: str = ""
    text: str = ""
    unit_id: int | None = None
    assist_unit_ids: tuple[int, ...] = ()
    as_unit_id: int | None = None
    reply: str = ""
    measures: str = ""
    solved: bool | None = None
    not_solved_reason: str = ""
    legal_basis: str = ""
    contact_result: str = ""
    amount: int | None = None
    duration_unit: str = ""
    target_number: str = ""
    attachment_ids: tuple[int, ...] = ()
    level: str = ""
    meet_at: datetime | None = None
    place: str = ""
    called_unit_ids: tuple[int, ...] = ()
    supervision_id: int | None = None
    confirmed: bool | None = None
    difficulty: str = ""
    request_type: str = ""
    category_id: int | None = None
    area_code: str = ""
    urgency: str = ""
    catalogue_item_id: int | None = None
    basis: str = ""
    confidence: float | None = None
    suggested_unit_id: int | None = None
    """Whom the house had proposed at a dispatch; with another ``unit_id`` and a reason it is a correction that teaches."""
    public: str = ""
    taken_by: str = ""
    """Who took an order elsewhere, as they said on the telephone; with their number and the time (receipts)."""
    their_number: str = ""
    taken_at: datetime | None = None
    wait: str = ""
    """What an order with an enterprise waits for next: a word of `EnterpriseWait`; with ``amount`` the days agreed."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """What a step left behind; ``repeated`` when the same key had already done it."""

    order_id: int
    number: str
    state: State
    version: int
    repeated: bool = False
