"""Which buttons an actor gets on an order: the table, the policy, and the actor's open shares."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from minhu.directory.policy import Action, decide
from minhu.directory.queries.units import unit_info
from minhu.handling.domain.states import (
    ANSWERS,
    BY_INTAKE,
    BY_LEAD,
    BY_PROGRAM,
    BY_UNIT,
    MAY_WHISTLE,
    Transition,
    allowed_steps,
)
from minhu.handling.models import Assignment, Attendance, Order, Review
from minhu.handling.types import HELPERS, AllowedStep, AssignmentRole, AssignmentState, State, Step, is_awaited
from minhu.kernel.actors import Actor


@dataclass(frozen=True)
class Waiting:
    """What of an order waits for somebody: open shares, questions, supervised and called units."""

    shares: tuple[Assignment, ...]
    reviews: tuple[Review, ...]
    supervised: frozenset[int | None]
    called: frozenset[int]

    @classmethod
    def of(cls, order: Order) -> Waiting:
        """Read it; two of the four questions are asked only where there can be an answer."""
        called = Attendance.objects.filter(whistle__order=order, whistle__ended_at=None, confirmed=None)
        supervised = order.supervisions.filter(ended_at=None).values_list("unit_id", flat=True)
        return cls(
            shares=tuple(order.assignments.filter(ended_at__isnull=True)),
            reviews=tuple(order.reviews.filter(decision=Review.Decision.WAITING).select_related("assignment")),
            supervised=frozenset(supervised if order.supervision_level else ()),
            called=frozenset(called.values_list("unit_id", flat=True) if order.hops else ()),
        )


def steps_for(order: Order, actor: Actor, waiting: Waiting | None = None) -> list[Transition]:
    """The steps that ``actor`` may take on ``order`` now, in the order of the table."""
    return [transition for transition, _ in _allowed(order, actor, waiting or Waiting.of(order))]


def allowed_for(order: Order, actor: Actor, waiting: Waiting) -> tuple[AllowedStep, ...]:
    """The same as buttons, with the units for which a step can be taken."""
    found = _allowed(order, actor, waiting)
    return tuple(AllowedStep(t.step, gettext(t.label), _needs(t, waiting), t.reasons, units) for t, units in found)


def _needs(transition: Transition, waiting: Waiting) -> tuple[str, ...]:
    """What the table asks for; a lead that replies before its helpers also says why it no longer waits for them."""
    if transition.step is Step.REPLY and any(is_awaited(share.role, share.state) for share in waiting.shares):
        return (*transition.needs, "text")
    return transition.needs


def _allowed(order: Order, actor: Actor, waiting: Waiting) -> list[tuple[Transition, tuple[int, ...]]]:
    state = State(order.state)
    found: list[tuple[Transition, tuple[int, ...]]] = []
    for transition in allowed_steps(state):
        if not decide(actor, transition.action, order.facts()):
            continue
        step = transition.step
        if step in ANSWERS:
            if any(_may_decide(order, transition, review, actor) for review in waiting.reviews):
                found.append((transition, ()))
        elif step is Step.ASK_EXCLUSION:
            if order.lead_unit_id in actor.unit_ids:
                found.append((transition, (order.lead_unit_id,)))
        elif step in BY_UNIT:
            mine = (share for share in waiting.shares if _may_take(state, transition, share, actor))
            if units := tuple(share.unit_id for share in mine if _is_waited_for(step, share, waiting)):
                found.append((transition, units))
        elif _is_for(step, order, actor):
            found.append((transition, ()))
    return found


def _is_for(step: Step, order: Order, actor: Actor) -> bool:
    """What the table cannot say of a step that no unit takes."""
    if step in BY_PROGRAM or step in BY_INTAKE:
        return False
    if step is Step.NOTE:
        return actor.kind not in ("citizen", "partner")
    return step is not Step.DISPATCH or not order.disputed or bool(decide(actor, Action.ARBITRATE, order.facts()))


def _is_waited_for(step: Step, share: Assignment, waiting: Waiting) -> bool:
    """Buttons that answer something are shown only where something was asked."""
    if step is Step.ANSWER_SUPERVISION:
        lead = share.role == AssignmentRole.LEAD.value
        return share.unit_id in waiting.supervised or (lead and None in waiting.supervised)
    if step in (Step.ACKNOWLEDGE_WHISTLE, Step.ANSWER_WHISTLE):
        return share.unit_id in waiting.called
    if step is Step.CONFIRM_ATTENDANCE:
        return bool(waiting.called)
    if step is Step.WHISTLE:
        unit = unit_info(share.unit_id)
        return unit is not None and unit.kind in MAY_WHISTLE
    return True


def _may_decide(order: Order, transition: Transition, review: Review, actor: Actor) -> bool:
    if review.kind != ANSWERS[transition.step] or (actor.kind != "system" and review.asked_by == actor.id):
        return False
    if review.arbitration and not decide(actor, Action.ARBITRATE, order.facts()):
        return False
    side = bool(review.assignment and review.assignment.role != AssignmentRole.LEAD.value)
    return State(order.state) in (transition.side if side else transition.sources)


def _may_take(state: State, transition: Transition, share: Assignment, actor: Actor) -> bool:
    lead = share.role == AssignmentRole.LEAD.value
    if actor.kind != "system" and share.unit_id not in actor.unit_ids:
        return False
    step = transition.step
    if step is Step.SIGN and share.signed_at is not None:
        return False
    if step is Step.CONTACT and share.signed_at is None:
        return False
    if step is Step.ASSIST_REPLY:
        return share.role in HELPERS and state in transition.side
    if lead or not transition.side:
        return state in transition.sources and (lead or step not in BY_LEAD)
    if step is Step.ASK_RETURN and share.state == AssignmentState.REPLIED.value:
        return False
    return state in transition.side
