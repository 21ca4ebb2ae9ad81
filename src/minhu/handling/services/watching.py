"""Supervision by rule: overdue clocks, many reopenings or transfers, sensitive and group matters."""

from __future__ import annotations

from datetime import datetime

from minhu.directory.types import ProcessStep
from minhu.handling.domain.states import BY_STEP
from minhu.handling.domain.supervision import Counts, fires
from minhu.handling.models import Order, Supervision
from minhu.handling.services.clockbook import ClockBook
from minhu.handling.services.context import Context
from minhu.handling.services.outside import rules
from minhu.handling.services.steps.supervising import raise_supervision
from minhu.handling.services.store import finish
from minhu.handling.types import LIVE_STATES, State, Step, StepData, SupervisionLevel
from minhu.kernel.actors import SYSTEM, use_actor


def raise_by_rule(
    order: Order,
    trigger: str,
    moment: datetime,
    *,
    clock: str = "",
    unit_id: int | None = None,
    share_left: int = 100,
    book: ClockBook | None = None,
) -> int:
    """Raise what the supervision rules ask for on ``trigger``; returns how many. The order is locked by the caller.

    A rule that already supervises this order and unit, unanswered, is not raised twice. ``share_left`` is the
    percentage of the clock's time that is left (for 'near_due'). Nothing is raised while the assistant that urges is off.
    """
    if State(order.state) not in LIVE_STATES or not rules.assistants().on(ProcessStep.URGE):
        return 0
    counts = Counts(reopened=order.reopen_count, transferred=order.transfer_count, share_left=share_left)
    raised = 0
    for rule in rules.supervision_rules().on(trigger, clock):
        if not fires(rule, counts):
            continue
        open_rows = Supervision.objects.filter(order=order, by_rule=rule.code, ended_at__isnull=True)
        here = open_rows.filter(unit__isnull=True) if unit_id is None else open_rows.filter(unit_id=unit_id)
        if here.exists():
            continue
        book = book or ClockBook(order, moment)
        _supervise(order, rule.level, rule.text, rule.code, unit_id, moment, book)
        raised += 1
    return raised


def _supervise(
    order: Order, level: str, text: str, code: str, unit_id: int | None, moment: datetime, book: ClockBook
) -> None:
    data = StepData(text=text, level=level, reason_code=code, unit_id=unit_id)
    state = State(order.state)
    with use_actor(SYSTEM):
        context = Context(order, BY_STEP[Step.SUPERVISE], data, SYSTEM, moment, book, state)
        raise_supervision(context, SupervisionLevel(level), text, unit_id, by_rule=code)
        finish(context, state, "system")
