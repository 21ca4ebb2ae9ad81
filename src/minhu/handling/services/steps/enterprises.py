"""To a registered enterprise and back: sent, answered or asked for more, settled, or an ordinary order again."""

from __future__ import annotations

from minhu.directory.queries import rules
from minhu.handling.domain.deadlines import Matter, allowance
from minhu.handling.services.context import Context
from minhu.handling.services.outside import category_path, day_words
from minhu.handling.services.steps.registry import handles
from minhu.handling.services.steps.together import release_merged
from minhu.handling.types import ClockKind, EnterpriseWait, Step
from minhu.kernel.calendar import Duration
from minhu.kernel.errors import Invalid


@handles(Step.TO_ENTERPRISE)
def sent(context: Context) -> None:
    """The enterprise answers first, within the days agreed with it and never more than the table allows."""
    _wait(context, EnterpriseWait.ANSWER, context.data.amount)
    context.words["enterprise"] = context.data.text
    release_merged(context, "主单由企业先行处理，恢复单独办理。")


@handles(Step.ENTERPRISE_NEWS)
def told(context: Context) -> None:
    """An offer, a question or the citizen's answer: another one is waited for now, with a clock of his own."""
    try:
        wait = EnterpriseWait(context.data.wait)
    except ValueError as error:
        raise Invalid("没有写明接下来等谁。", fields={"wait": "没有写明接下来等谁"}) from error
    _wait(context, wait, context.data.amount)


@handles(Step.ENTERPRISE_SETTLED)
def settled(context: Context) -> None:
    """What the citizen accepted is the reply; he rates it like any other."""
    order = context.order
    order.public_reply = context.data.reply.strip()
    order.replied_at = order.reply_approved_at = context.moment
    order.solved = True


def _wait(context: Context, wait: EnterpriseWait, days: int | None) -> None:
    """Start the clock; ``days`` are working days agreed with the enterprise, bound by the line of the table."""
    order = context.order
    matter = Matter(order.request_type, category_path(order.category_id), order.urgency, wait.value)
    given = allowance(rules.deadline_rules(), ClockKind.ENTERPRISE, matter).duration
    agreed = Duration(days, "working_days") if days and given.unit == "working_days" and days < given.amount else None
    clock = context.book.start(ClockKind.ENTERPRISE, deadline_key=wait.value, duration=agreed)
    context.words["due"] = day_words(clock.due_at)
    context.changes["wait"] = wait.value
