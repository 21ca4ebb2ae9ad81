"""Which buttons an actor gets on an order: the table, the policy, and the actor's open shares."""

from __future__ import annotations

from collections.abc import Iterable

from minhu.directory.policy import Action, decide
from minhu.handling.domain.states import ANSWERS, BY_LEAD, BY_UNIT, Transition, allowed_steps
from minhu.handling.models import Assignment, Order, Review
from minhu.handling.types import AllowedStep, AssignmentRole, AssignmentState, State, Step
from minhu.kernel.actors import Actor

HELPERS = frozenset({AssignmentRole.ASSIST.value, AssignmentRole.GRID.value})


def steps_for(order: Order, actor: Actor) -> list[Transition]:
    """The steps that ``actor`` may take on ``order`` now, in the order of the table."""
    shares = list(order.assignments.filter(ended_at__isnull=True))
    reviews = list(order.reviews.filter(decision=Review.Decision.WAITING).select_related("assignment"))
    return [transition for transition, _ in _allowed(order, actor, shares, reviews)]


def allowed_for(
    order: Order, actor: Actor, shares: Iterable[Assignment], reviews: Iterable[Review]
) -> tuple[AllowedStep, ...]:
    """The same as buttons, with the units for which a step can be taken."""
    found = _allowed(order, actor, list(shares), list(reviews))
    return tuple(AllowedStep(t.step, t.label, t.needs, t.reasons, units) for t, units in found)


def _allowed(
    order: Order, actor: Actor, shares: list[Assignment], reviews: list[Review]
) -> list[tuple[Transition, tuple[int, ...]]]:
    state = State(order.state)
    found: list[tuple[Transition, tuple[int, ...]]] = []
    for transition in allowed_steps(state):
        if not decide(actor, transition.action, order.facts()):
            continue
        if transition.step is Step.NOTE and actor.kind in ("citizen", "partner"):
            continue
        if transition.step in ANSWERS:
            if any(_may_decide(order, transition, review, actor) for review in reviews):
                found.append((transition, ()))
        elif transition.step in BY_UNIT:
            units = tuple(share.unit_id for share in shares if _may_take(state, transition, share, actor))
            if units or (transition.step is Step.ASK_EXCLUSION):
                found.append((transition, units))
        elif transition.step is not Step.DISPATCH or not order.disputed or decide(actor, Action.ARBITRATE):
            found.append((transition, ()))
    return found


def _may_decide(order: Order, transition: Transition, review: Review, actor: Actor) -> bool:
    if review.kind != ANSWERS[transition.step] or (actor.kind != "system" and review.asked_by == actor.id):
        return False
    if review.arbitration and not decide(actor, Action.ARBITRATE):
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
