"""Before dispatch: accept, correct, refuse, hand over to an emergency service, answer at once."""

from __future__ import annotations

from minhu.directory.types import RequestType, Urgency
from minhu.handling.services.context import Context
from minhu.handling.services.outside import area_info, category_info, rules
from minhu.handling.services.steps.registry import handles
from minhu.handling.services.steps.together import close_merged, release_merged
from minhu.handling.types import Step
from minhu.kernel.errors import Invalid


def correct_elements(context: Context) -> None:
    """Write the elements a person changed into the order, remembering what they were before."""
    order, data, wrong = context.order, context.data, {}
    wanted: dict[str, object] = {}
    if data.category_id is not None and data.category_id != order.category_id:
        if category_info(data.category_id) is None:
            wrong["category_id"] = "没有这个诉求分类"
        wanted["category_id"] = data.category_id
    if data.area_code and data.area_code != order.area_id:
        if area_info(data.area_code) is None:
            wrong["area_code"] = "没有这个区划"
        wanted["area_id"] = data.area_code
    if data.request_type and data.request_type != order.request_type:
        if data.request_type not in {x.value for x in RequestType}:
            wrong["request_type"] = "没有这个诉求类型"
        wanted["request_type"] = data.request_type
    if data.urgency and data.urgency != order.urgency:
        if data.urgency not in {x.value for x in Urgency}:
            wrong["urgency"] = "没有这个紧急程度"
        wanted["urgency"] = data.urgency
    if wrong:
        raise Invalid(f"要素有误：{'；'.join(wrong.values())}。请从列表中选择。", fields=wrong)
    for name, value in wanted.items():
        context.changes[name] = [getattr(order, name), value]
        setattr(order, name, value)


@handles(Step.ACCEPT, Step.CORRECT)
def accept(context: Context) -> None:
    """Accept, with the elements as the person confirmed them."""
    correct_elements(context)
    if context.transition.step is Step.CORRECT and not context.changes:
        raise Invalid("没有要更正的内容。", code="nothing_changed", fields={"category_id": "与现在相同"})


@handles(Step.REFUSE)
def refuse(context: Context) -> None:
    """Refuse; the citizen reads the reason in the person's own words."""
    context.words["reason"] = rules.reasons().label("refuse", context.data.reason_code)
    context.order.close_reason = context.data.reason_code[:40]
    context.order.closed_at = context.moment
    release_merged(context, "主单未受理，恢复单独办理。")


@handles(Step.HAND_OVER)
def hand_over(context: Context) -> None:
    """Hand over to 110, 119, 120, 122: who took it is recorded on both sides by the receipt."""
    context.order.close_reason = context.data.reason_code[:40]
    context.order.closed_at = context.moment
    context.changes["handed_to"] = context.data.reason_code
    release_merged(context, "主单已转紧急部门，恢复单独办理。")


@handles(Step.TAKE_BACK)
def take_back(context: Context) -> None:
    """The hotline works on after all."""
    context.order.close_reason, context.order.closed_at = "", None
    context.order.lead_unit = None


@handles(Step.ANSWER_DIRECTLY)
def answer_directly(context: Context) -> None:
    """The agent's answer is the public reply."""
    order = context.order
    correct_elements(context)
    order.public_reply = context.data.reply.strip()
    order.replied_at = order.closed_at = order.reply_approved_at = context.moment
    order.solved = context.data.solved
    order.handled_in_time = True
    close_merged(context)
