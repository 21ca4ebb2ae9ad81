"""What pages show of an order: frozen, typed, ready to print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from minhu.handling.types.words import AssignmentRole, AssignmentState, ClockKind, Light, State, Step, SupervisionLevel


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock as the screen shows it; ``explanation`` is one sentence."""

    id: int
    kind: ClockKind
    label: str
    unit_id: int | None
    unit_name: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    paused_at: datetime | None
    in_time: bool | None
    light: Light
    light_label: str
    explanation: str


@dataclass(frozen=True, slots=True)
class AssignmentView:
    """One unit's share; ``open`` while the unit is bound by it."""

    id: int
    unit_id: int
    unit_name: str
    role: AssignmentRole
    role_label: str
    state: AssignmentState
    hop: int
    open: bool
    dispatched_at: datetime
    signed_at: datetime | None
    first_contact_at: datetime | None
    replied_at: datetime | None
    ended_at: datetime | None
    note: str
    contact_result: str
    reply: str
    measures: str
    solved: bool | None
    not_solved_reason: str
    legal_basis: str
    minutes: int
    """From dispatch to the end of the share (or until now), in minutes of wall time."""


@dataclass(frozen=True, slots=True)
class StepView:
    """One line of the timeline."""

    id: int
    version: int
    step: Step
    label: str
    from_state: str
    to_state: str
    at: datetime
    actor_id: str
    actor_name: str
    actor_role: str
    unit_name: str
    reason: str
    text: str
    public_text: str
    attachment_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A question put to somebody else, and the answer."""

    id: int
    kind: str
    label: str
    unit_id: int | None
    unit_name: str
    reason: str
    text: str
    right_unit_id: int | None
    right_unit_name: str
    amount: int | None
    duration_unit: str
    asked_at: datetime
    asked_in_time: bool
    arbitration: bool
    decision: str
    decision_label: str
    decided_at: datetime | None
    decision_reason: str


@dataclass(frozen=True, slots=True)
class SupervisionView:
    """A reminder, supervision or escalation with its receipt."""

    id: int
    level: SupervisionLevel
    label: str
    by_rule: str
    reason: str
    unit_id: int | None
    unit_name: str
    raised_at: datetime
    due_at: datetime | None
    receipt: str
    receipt_at: datetime | None
    open: bool


@dataclass(frozen=True, slots=True)
class AttendanceView:
    """One called unit at a whistle."""

    unit_id: int
    unit_name: str
    due_at: datetime
    acknowledged_at: datetime | None
    attended_at: datetime | None
    receipt: str
    confirmed: bool | None


@dataclass(frozen=True, slots=True)
class WhistleView:
    """A township's call to upper units."""

    id: int
    unit_name: str
    matter: str
    place: str
    meet_at: datetime
    blown_at: datetime
    ended_at: datetime | None
    attendances: tuple[AttendanceView, ...]


@dataclass(frozen=True, slots=True)
class AllowedStep:
    """A button: what the actor may do now; ``needs`` are the fields to fill, ``reasons`` the group of codes."""

    step: Step
    label: str
    needs: tuple[str, ...]
    reasons: str = ""
    for_unit_ids: tuple[int, ...] = ()
    """For steps of a unit: which of the actor's units may take it (``StepData.as_unit_id``)."""


@dataclass(frozen=True, slots=True)
class OrderView:
    """Everything a page of one order shows."""

    id: int
    number: str
    request_id: int
    state: State
    state_label: str
    version: int
    title: str
    channel: str
    request_type: str
    category_id: int | None
    category_names: tuple[str, ...]
    area_code: str
    area_names: tuple[str, ...]
    place_hint: str
    urgency: str
    tags: tuple[str, ...]
    sensitive: bool
    group_matter: bool
    confidential: bool
    disputed: bool
    imported: bool
    created_at: datetime
    changed_at: datetime
    due_at: datetime | None
    light: Light
    light_label: str
    explanation: str
    lead_unit_id: int | None
    lead_unit_name: str
    unit_ids: tuple[int, ...]
    dispatch_basis: str
    dispatch_confidence: float | None
    public_reply: str
    reply_approved_at: datetime | None
    dispatched_at: datetime | None
    signed_at: datetime | None
    first_contact_at: datetime | None
    replied_at: datetime | None
    closed_at: datetime | None
    close_reason: str
    solved: bool | None
    handled_in_time: bool | None
    supervision_level: str
    return_count: int
    transfer_count: int
    extension_count: int
    reopen_count: int
    caller_month_count: int
    caller_year_count: int
    place_month_count: int
    place_year_count: int
    repeat_of: str
    merged_into: str
    merged: tuple[str, ...]
    clocks: tuple[ClockView, ...]
    assignments: tuple[AssignmentView, ...]
    steps: tuple[StepView, ...]
    reviews: tuple[ReviewView, ...]
    supervisions: tuple[SupervisionView, ...]
    whistles: tuple[WhistleView, ...]
    allowed: tuple[AllowedStep, ...]


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """One line of the citizen's timeline."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class PublicIncident:
    """What a citizen may know of an incident: no order, no person; ``reported`` counts the people who reported it."""

    title: str
    wording: str
    reported: int
    began_at: datetime
    expected_end: datetime | None


@dataclass(frozen=True, slots=True)
class PublicOrderView:
    """What the citizen sees: plain words, units by name, no person."""

    number: str
    title: str
    state: State
    state_words: str
    created_at: datetime
    due_at: datetime | None
    unit_name: str
    reply: str
    replied_at: datetime | None
    timeline: tuple[PublicEvent, ...]
    can_supplement: bool
    can_withdraw: bool
    can_rate: bool
    merged_into: str = ""
    next_by: datetime | None = None
    """Until when the hotline takes its next step, before a unit has the matter; None when that time is over."""
    incident: PublicIncident | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    """One hop of the transfer chain (转单链): who had it, how long, and how it left."""

    hop: int
    unit_id: int
    unit_name: str
    role: AssignmentRole
    state: AssignmentState
    dispatched_at: datetime
    ended_at: datetime | None
    minutes_to_sign: int | None
    minutes: int
    working_minutes: int
    reason: str
