"""One matter, one order: repeats are merged with a reason, and can be parted again as they were."""

from __future__ import annotations

from minhu.handling.domain.states import OPEN_STATES
from minhu.handling.models import Order
from minhu.handling.services.clockbook import ANY
from minhu.handling.services.context import Context
from minhu.handling.services.steps.registry import handles
from minhu.handling.types import ClockKind, State, Step
from minhu.kernel.errors import Conflict, Invalid


@handles(Step.MERGE, Step.JOIN)
def merge(context: Context) -> None:
    """Into an order that is being worked on; clocks stand, the units keep their shares until it is parted."""
    order, number = context.order, context.data.target_number.strip()
    target = Order.objects.filter(number=number).first()
    if target is None or target.pk == order.pk:
        wrong = "不能并入自己" if target else "没有这张工单"
        raise Invalid(f"无法合并：{wrong}，请核对要并入的工单编号。", fields={"target_number": wrong})
    if State(target.state) not in OPEN_STATES:
        raise Conflict("要并入的工单已经结束或已被合并，请选择正在办理的工单。", code="target_ended")
    if Order.objects.filter(merged_into=order, state=State.MERGED.value).exists():
        raise Conflict("已有其他工单并入此单，请先撤销那些合并，或把它们并入此单。", code="is_target")
    order.merged_into = target
    context.book.pause(ClockKind, ANY, "merge")
    context.new_units |= set(target.unit_ids)
    context.changes |= {"target": target.number, "from": order.state}


@handles(Step.UNMERGE)
def unmerge(context: Context) -> None:
    """Back to the state, units and clocks it had; the time in between does not count."""
    context.changes["target"] = context.order.merged_into.number if context.order.merged_into else ""
    context.order.merged_into = None
    context.book.resume(ANY, "merge")
