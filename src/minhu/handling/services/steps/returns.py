"""Returns (退单): asked with a reason and the right unit, decided by somebody else, learnt from."""

from __future__ import annotations

from minhu.handling.domain.returns import must_arbitrate
from minhu.handling.domain.states import UNIT_CLOCKS
from minhu.handling.models import Assignment, Lesson, Order, Review
from minhu.handling.services.context import Context
from minhu.handling.services.outside import rules, units_by_id, withhold
from minhu.handling.services.steps.dispatching import assign
from minhu.handling.services.steps.registry import handles
from minhu.handling.services.steps.work import share_of
from minhu.handling.services.supervision_ends import end_supervisions, end_whistles
from minhu.handling.types import AssignmentRole, AssignmentState, ClockKind, State, Step
from minhu.kernel.errors import Conflict, Invalid


@handles(Step.ASK_RETURN)
def ask_return(context: Context) -> None:
    """Ask to return the share; names the unit whose matter it is."""
    order, data, share = context.order, context.data, share_of(context)
    right = units_by_id([data.unit_id or 0])[data.unit_id or 0]
    if right.id == share.unit_id:
        raise Invalid("退单须指明其他应承办的单位，不能是本单位。", fields={"unit_id": "请选择其他单位"})
    reason = rules.reasons().find("ask_return", data.reason_code)
    if reason and reason.needs_evidence and not data.attachment_ids and len(data.text.strip()) < 10:
        raise Invalid("此类退单须写明职责依据或附证明材料。", fields={"text": "请写明依据（不少于 10 字）"})
    refused = Review.objects.filter(assignment=share, kind=Review.Kind.RETURN, decision=Review.Decision.REFUSED).count()
    if Review.objects.filter(assignment=share, kind=Review.Kind.RETURN, decision=Review.Decision.WAITING).exists():
        raise Conflict("您单位的退单申请正在审核，请等待结果。", code="return_waits")
    given_back = set(order.assignments.filter(state=AssignmentState.RETURNED.value).values_list("unit_id", flat=True))
    arbitration = must_arbitrate(
        returns=order.return_count,
        limit=rules.deadline_rules().returns_before_arbitration,
        refused_before=refused,
        right_unit_returned_it=right.id in given_back,
    )
    context.review = Review.objects.create(
        order=order, assignment=share, kind=Review.Kind.RETURN, reason_code=data.reason_code, reason=data.text,
        evidence_ids=list(data.attachment_ids), right_unit_id=right.id, asked_at=context.moment,
        asked_by=context.actor.id, asked_in_time=all(c.due_at >= context.moment for c in context.book.find((ClockKind.SIGN,), share)),
        arbitration=arbitration,
    )  # fmt: skip
    if arbitration and not context.side:
        order.disputed = True
    context.words["right_unit"] = right.label
    context.changes |= {"right_unit": right.id, "arbitration": arbitration, "review": context.review.pk}
    if context.side:
        context.changes["side"] = share.unit_id


@handles(Step.APPROVE_RETURN)
def approve_return(context: Context) -> None:
    """The unit is free; a lead's return sends the whole order back to the dispatcher, an assistant's only its share."""
    review, share, order = _decided(context, Review.Decision.APPROVED)
    _learn(context, review, share, upheld=True)
    end_supervisions(context, share.unit_id)
    context.end(share, AssignmentState.RETURNED)
    _leave(context, share.unit_id)
    if context.side:
        if context.data.unit_id is not None:
            _rest(context, _replace(context, share))
        return
    context.drop_reviews("主办单位退单，重新派单")
    order.return_count += 1
    end_supervisions(context)
    end_whistles(context, "主办单位已退单")
    context.end_all(AssignmentState.RECALLED, keep=())
    order.lead_unit = None
    limit = rules.deadline_rules().returns_before_arbitration
    order.disputed = order.return_count >= limit or review.arbitration
    right = context.data.unit_id or review.right_unit_id
    context.changes |= {"right_unit": right, "returned_by": share.unit_id, "returns": order.return_count}


def _leave(context: Context, unit_id: int) -> None:
    """The unit reads the order no longer (its own record stays), unless another round of it was its own matter."""
    given_up = (AssignmentState.RETURNED.value, AssignmentState.RECALLED.value)
    if context.order.assignments.filter(unit_id=unit_id).exclude(state__in=given_up).exists():
        return
    context.lost_units.add(unit_id)
    for merged in Order.objects.filter(merged_into=context.order, unit_ids__contains=[unit_id]):
        if not merged.assignments.filter(unit_id=unit_id).exists():
            merged.unit_ids = [one for one in merged.unit_ids if one != unit_id]
            merged.save(update_fields=["unit_ids"])
            withhold(merged, [unit_id])


def _replace(context: Context, share: Assignment) -> Assignment:
    unit = units_by_id([context.data.unit_id or 0])[context.data.unit_id or 0]
    if unit.id == share.unit_id:
        raise Invalid(
            f"“{unit.name}”的退单刚获同意，不能再派给它。请换一个单位，或不同意退单。",
            fields={"unit_id": "刚退单的单位"},
        )
    if any(a.unit_id == unit.id for a in context.assignments):
        raise Invalid(f"“{unit.name}”已在承办此单。", fields={"unit_id": "请勿重复"})
    context.changes["replaced_by"] = unit.id
    return assign(context, unit, AssignmentRole(share.role))


def _rest(context: Context, share: Assignment) -> None:
    """While the order is suspended nobody's clock runs, also not that of an assistant whose return was just decided."""
    if context.order.state == State.SUSPENDED.value:
        context.book.pause(UNIT_CLOCKS, share, "suspension")


@handles(Step.REFUSE_RETURN)
def refuse_return(context: Context) -> None:
    """The unit stays responsible; its clocks go on, and the lesson is kept."""
    review, share, _ = _decided(context, Review.Decision.REFUSED)
    _learn(context, review, share, upheld=False)
    _rest(context, share)
    if not context.side:
        context.order.disputed = False


def _decided(context: Context, decision: Review.Decision) -> tuple[Review, Assignment, Order]:
    review = context.review
    if review is None or review.assignment is None:
        raise Conflict("没有等待审核的退单申请，可能已由他人处理。", code="nothing_waits")
    settle(context, review, decision)
    return review, review.assignment, context.order


def settle(context: Context, review: Review, decision: Review.Decision) -> None:
    """Write a decision into the question it answers."""
    review.decision = decision.value
    review.decided_at, review.decided_by = context.moment, context.actor.id
    review.decision_reason = context.data.text
    review.save(update_fields=["decision", "decided_at", "decided_by", "decision_reason"])
    context.changes["review"] = review.pk


def _learn(context: Context, review: Review, share: Assignment, *, upheld: bool) -> None:
    """Keep what the decision says about whose matter this is, for later suggestions."""
    order = context.order
    right = (context.data.unit_id or review.right_unit_id) if upheld else share.unit_id
    wrong = share.unit_id if upheld else review.right_unit_id
    if upheld and context.data.unit_id:
        units_by_id([context.data.unit_id])
    Lesson.objects.create(
        order=order, learnt_at=context.moment, request_type=order.request_type, category_id=order.category_id,
        area_id=order.area_id, catalogue_item_id=order.catalogue_item_id, wrong_unit_id=wrong,
        right_unit_id=right, reason_code=review.reason_code, upheld=upheld, arbitrated=review.arbitration,
    )  # fmt: skip
