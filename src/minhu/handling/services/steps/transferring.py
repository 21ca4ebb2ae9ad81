"""To another hotline and back: handed over, taken or refused there, news, the result."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from minhu.directory.types import UnitKind
from minhu.handling.services.context import Context
from minhu.handling.services.outside import day_words, rules, unit_of, units_by_id
from minhu.handling.services.steps.registry import handles
from minhu.handling.services.steps.together import release_merged
from minhu.handling.types import ClockKind, Step
from minhu.kernel.errors import Conflict, Invalid


@handles(Step.TRANSFER)
def transfer(context: Context) -> None:
    """The other hotline leads from now on; it reads the order only as far as it is told (the exchange room)."""
    unit_id = context.data.unit_id or 0
    unit = units_by_id([unit_id])[unit_id]
    if unit.kind is not UnitKind.HOTLINE_CENTRE:
        raise Invalid(f"“{unit.name}”不是热线，请从机构目录中选择热线中心。", fields={"unit_id": "请选择热线"})
    if unit_id in context.actor.unit_ids:
        raise Invalid("不能转给本热线。", fields={"unit_id": "这是本热线"})
    context.unit = unit
    context.order.lead_unit_id = unit_id
    context.words["reason"] = rules.reasons().label("transfer", context.data.reason_code)
    context.changes["transferred_to"] = unit_id
    context.book.start(ClockKind.RECEIPT, unit=unit, deadline_key="transfer")
    release_merged(context, "主单已转其他热线，恢复单独办理。")


@handles(Step.RECEIPT)
def receipt(context: Context) -> None:
    """An emergency service has it: who, under which number, when; the words of the step say it, the changes keep it."""
    _keep_receipt(context)


def _keep_receipt(context: Context) -> None:
    data = context.data
    if data.taken_at is not None and data.taken_at > context.moment + timedelta(minutes=5):
        raise Invalid("接收时间在将来，请核对。", fields={"taken_at": "时间在将来"})
    told = (
        ("接收人", data.taken_by), ("对方编号", data.their_number), ("接收时间", day_words(data.taken_at)),
    )  # fmt: skip
    parts = [f"{label}：{value}" for label, value in told if value]
    context.data = replace(data, text="；".join([*parts, *([data.text] if data.text else [])]))
    if data.their_number:
        context.changes["their_number"] = data.their_number[:64]
    if data.taken_at is not None:
        context.changes["taken_at"] = data.taken_at.isoformat()


@handles(Step.TRANSFER_TAKEN, Step.TRANSFER_NEWS)
def told(context: Context) -> None:
    """They have it, or say how it goes."""
    if context.transition.step is Step.TRANSFER_TAKEN and context.book.find((ClockKind.HANDLE,)):
        raise Conflict("对方已经接收，无须重复登记。", code="taken_already")
    if context.transition.step is Step.TRANSFER_TAKEN:
        _keep_receipt(context)
    context.unit = unit_of(context.order.lead_unit_id)


@handles(Step.TRANSFER_REFUSED)
def refused(context: Context) -> None:
    """Back to our own desk."""
    context.unit = unit_of(context.order.lead_unit_id)
    context.order.lead_unit = None


@handles(Step.TRANSFER_DONE)
def done(context: Context) -> None:
    """Their result, approved there, is the public reply; the citizen rates it like any other."""
    order = context.order
    context.unit = unit_of(order.lead_unit_id)
    order.public_reply = context.data.reply.strip()
    order.replied_at = order.reply_approved_at = context.moment
    order.solved = context.data.solved
    for clock in context.book.touched():
        if clock.kind == ClockKind.HANDLE.value:
            order.handled_in_time = bool(clock.in_time)
