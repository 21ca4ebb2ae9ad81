"""What a unit does with its share: sign, contact the citizen, reply."""

from __future__ import annotations

from minhu.handling.models import Assignment, Review
from minhu.handling.services import bulk
from minhu.handling.services.assisting import propose_review
from minhu.handling.services.context import Context
from minhu.handling.services.outside import unit_label
from minhu.handling.services.steps.registry import handles
from minhu.handling.types import AssignmentRole, AssignmentState, ClockKind, Step, is_awaited
from minhu.kernel.errors import Conflict, Invalid

_REPLY = (
    "reply", "measures", "solved", "not_solved_reason", "legal_basis", "replied_at", "replied_by", "state", "signed_at",
    "signed_by", "first_contact_at", "contact_result",
)  # fmt: skip


def share_of(context: Context) -> Assignment:
    """The share the actor works on; found by the checks before every step of a unit."""
    if context.mine is None:
        raise Conflict("没有找到您单位承办的部分，请刷新页面。", code="no_share")
    return context.mine


@handles(Step.SIGN)
def sign(context: Context) -> None:
    """Take the share on; the lead's signature puts the order in progress."""
    share = share_of(context)
    if share.signed_at is not None:
        raise Conflict("您单位已经签收过这张工单。", code="signed_already")
    share.signed_at, share.signed_by = context.moment, context.actor.id
    share.state, share.handler_id = AssignmentState.SIGNED.value, context.actor.staff_id
    bulk.update(share, ("signed_at", "signed_by", "state", "handler"))
    if not context.side:
        context.order.signed_at = context.moment


@handles(Step.CONTACT)
def contact(context: Context) -> None:
    """The first contact stops its clock; later ones are only history."""
    share, data = share_of(context), context.data
    if share.signed_at is None:
        raise Conflict("请先签收，再登记联系情况。", code="sign_first")
    if share.first_contact_at is None:
        share.first_contact_at = context.moment
        share.contact_result = (data.contact_result or data.text)[:255]
        bulk.update(share, ("first_contact_at", "contact_result"))
        if not context.side:
            context.order.first_contact_at = context.moment
    context.changes["contact"] = data.contact_result[:64]
    if share.role == AssignmentRole.WHISTLE.value or context.side:
        context.public = "{unit}已与您联系。"


def _write_reply(context: Context, share: Assignment) -> None:
    data = context.data
    if data.solved is False and not data.not_solved_reason.strip():
        raise Invalid("未解决的事项请说明原因。", fields={"not_solved_reason": "请选择或填写原因"})
    share.reply, share.measures = data.reply.strip(), data.measures.strip()
    share.solved, share.not_solved_reason = data.solved, data.not_solved_reason[:255]
    share.legal_basis = data.legal_basis[:255]
    share.replied_at, share.replied_by = context.moment, context.actor.id
    share.state = AssignmentState.REPLIED.value
    bulk.update(share, _REPLY)


@handles(Step.ASSIST_REPLY)
def assist_reply(context: Context) -> None:
    """An assisting or grid unit reports to the lead; signs in passing when it had not."""
    share = share_of(context)
    if share.signed_at is None:
        share.signed_at, share.signed_by = context.moment, context.actor.id
    _write_reply(context, share)
    context.drop_own_reviews(share, "已提交答复")
    if share.role == AssignmentRole.GRID.value:
        context.public = "网格员已上门处理，情况已报主办单位。"


@handles(Step.REPLY)
def reply(context: Context) -> None:
    """The lead's reply needs every assisting reply, or a stated reason why not; then somebody else reviews."""
    share, order, data = share_of(context), context.order, context.data
    missing = [a for a in context.assignments if is_awaited(a.role, a.state)]
    if missing and not data.text.strip():
        names = "、".join(unit_label(a.unit_id) for a in missing)
        raise Invalid(
            f"协办单位（{names}）尚未答复。请等待协办答复，或在说明中写明不再等待的理由。",
            code="assist_missing", fields={"text": "请写明不再等待协办答复的理由"},
        )  # fmt: skip
    if data.contact_result and share.first_contact_at is None:
        share.first_contact_at = order.first_contact_at = context.moment
        share.contact_result = data.contact_result[:255]
    _write_reply(context, share)
    _settle_clocks(context, share)
    for assignment in missing:
        context.book.cancel(ClockKind, assignment)
        context.end(assignment, AssignmentState.RECALLED)
    if missing:
        context.changes["without"] = [a.unit_id for a in missing]
        context.drop_reviews("主办单位已答复")
    order.replied_at, order.solved = context.moment, data.solved
    context.review = Review.objects.create(
        order=order, assignment=share, kind=Review.Kind.REPLY, reason_code="reply", reason=data.text,
        asked_at=context.moment, asked_by=context.actor.id,
    )  # fmt: skip
    propose_review(order, share, context.moment)


def _settle_contact(context: Context, share: Assignment) -> None:
    """A reply without any contact on record has missed the contact clock."""
    for clock in context.book.touched():
        if clock.assignment_id == share.pk and clock.kind == ClockKind.CONTACT.value:
            clock.in_time = clock.in_time and share.first_contact_at is not None


def _settle_clocks(context: Context, share: Assignment) -> None:
    """The handling clock says whether the order was handled in time; rework must be in time as well."""
    _settle_contact(context, share)
    for clock in context.book.touched():
        if clock.assignment_id == share.pk and clock.kind == ClockKind.HANDLE.value:
            context.order.handled_in_time = context.order.handled_in_time is not False and bool(clock.in_time)


__all__ = ["assist_reply", "contact", "reply", "share_of", "sign"]
