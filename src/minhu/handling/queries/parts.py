"""The parts of an order as pages show them."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext

from minhu.directory.queries.rules import reasons
from minhu.directory.queries.units import unit_info
from minhu.handling.domain.states import BY_STEP
from minhu.handling.models import Assignment, Clock, OrderStep, Review, Supervision, Whistle
from minhu.handling.types import (
    AssignmentRole,
    AssignmentState,
    AssignmentView,
    AttendanceView,
    ClockKind,
    ClockView,
    Light,
    ReviewView,
    Step,
    StepView,
    SupervisionLevel,
    SupervisionView,
    WhistleView,
)

REASON_GROUPS: Final = {
    Review.Kind.RETURN.value: "ask_return",
    Review.Kind.EXTENSION.value: "ask_extension",
    Review.Kind.SUSPENSION.value: "suspend",
    Review.Kind.EXCLUSION.value: "exclusion",
}
OPENED: Final = "登记"


def name_of(unit_id: int | None) -> str:
    """How people call a unit; empty for none."""
    unit = unit_info(unit_id)
    return unit.label if unit else ""


def clock_view(clock: Clock, unit_id: int | None) -> ClockView:
    """A clock with its words."""
    kind, light = ClockKind(clock.kind), Light(clock.light)
    return ClockView(
        id=clock.pk,
        kind=kind,
        label=kind.label,
        unit_id=unit_id,
        unit_name=name_of(unit_id),
        started_at=clock.started_at,
        due_at=clock.due_at,
        stopped_at=clock.stopped_at,
        paused_at=clock.paused_at,
        in_time=clock.in_time,
        light=light,
        light_label=light.label,
        explanation=clock.explanation,
    )


def assignment_view(share: Assignment, minutes: int) -> AssignmentView:
    """A unit's share with its words."""
    role = AssignmentRole(share.role)
    return AssignmentView(
        id=share.pk,
        unit_id=share.unit_id,
        unit_name=name_of(share.unit_id),
        role=role,
        role_label=role.label,
        state=AssignmentState(share.state),
        hop=share.hop,
        open=share.ended_at is None,
        dispatched_at=share.dispatched_at,
        signed_at=share.signed_at,
        first_contact_at=share.first_contact_at,
        replied_at=share.replied_at,
        ended_at=share.ended_at,
        note=share.note,
        contact_result=share.contact_result,
        reply=share.reply,
        measures=share.measures,
        solved=share.solved,
        not_solved_reason=share.not_solved_reason,
        legal_basis=share.legal_basis,
        minutes=minutes,
    )


def step_view(row: OrderStep) -> StepView:
    """One line of the timeline with its words."""
    step = Step(row.step)
    transition = BY_STEP.get(step)
    group = transition.reasons if transition else ""
    return StepView(
        id=row.pk,
        version=row.version,
        step=step,
        label=gettext(transition.label if transition else OPENED),
        from_state=row.from_state,
        to_state=row.to_state,
        at=row.at,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        actor_role=row.actor_role,
        unit_name=name_of(row.unit_id),
        reason=reasons().label(group, row.reason_code) if group and row.reason_code else "",
        text=row.text,
        public_text=row.public_text,
        attachment_ids=tuple(row.attachment_ids),
    )


def review_view(row: Review) -> ReviewView:
    """A question and its answer with their words."""
    unit_id = row.assignment.unit_id if row.assignment else None
    group = REASON_GROUPS.get(row.kind, "")
    return ReviewView(
        id=row.pk,
        kind=row.kind,
        label=str(Review.Kind(row.kind).label),
        unit_id=unit_id,
        unit_name=name_of(unit_id),
        reason=reasons().label(group, row.reason_code) if group else "",
        text=row.reason,
        right_unit_id=row.right_unit_id,
        right_unit_name=name_of(row.right_unit_id),
        amount=row.amount,
        duration_unit=row.unit,
        asked_at=row.asked_at,
        asked_in_time=row.asked_in_time,
        arbitration=row.arbitration,
        decision=row.decision,
        decision_label=str(Review.Decision(row.decision).label),
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
    )


def supervision_view(row: Supervision) -> SupervisionView:
    """A supervision with its receipt."""
    level = SupervisionLevel(row.level)
    return SupervisionView(
        id=row.pk,
        level=level,
        label=level.label,
        by_rule=row.by_rule,
        reason=row.reason,
        unit_id=row.unit_id,
        unit_name=name_of(row.unit_id),
        raised_at=row.raised_at,
        due_at=row.due_at,
        receipt=row.receipt,
        receipt_at=row.receipt_at,
        open=row.ended_at is None,
    )


def whistle_view(row: Whistle) -> WhistleView:
    """A whistle with its attendances."""
    return WhistleView(
        id=row.pk,
        unit_name=name_of(row.by_unit_id),
        matter=row.matter,
        place=row.place,
        meet_at=row.meet_at,
        blown_at=row.blown_at,
        ended_at=row.ended_at,
        attendances=tuple(
            AttendanceView(
                unit_id=a.unit_id,
                unit_name=name_of(a.unit_id),
                due_at=a.due_at,
                acknowledged_at=a.acknowledged_at,
                attended_at=a.attended_at,
                receipt=a.receipt,
                confirmed=a.confirmed,
            )
            for a in row.attendances.all()
        ),
    )
