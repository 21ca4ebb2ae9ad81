"""The sweeper: deadlines are rows whose moment has come, never sleeping code."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min

from minhu.directory.access import as_system
from minhu.engines import prepared
from minhu.handling.domain.states import ALARMS
from minhu.handling.events import ClosingUnanswered, LightChanged
from minhu.handling.models import Clock, Order, Supervision
from minhu.handling.services import bulk
from minhu.handling.services.clockbook import set_from
from minhu.handling.services.outside import rules
from minhu.handling.services.perform import take
from minhu.handling.services.watching import raise_by_rule
from minhu.handling.types import ClockKind, Light, State, Step, StepData
from minhu.kernel.clock import is_doubted, now
from minhu.kernel.errors import MinhuError
from minhu.kernel.events import publish

AT_ONCE = 100
"""Clocks in one transaction: few enough that nobody waits for it."""
TRY_AGAIN = timedelta(days=1)
TRY_DOUBTED = timedelta(minutes=5)
"""While the clock may be ahead of time, what the rules do by themselves waits; lights and warnings do not."""
AUTOMATIC: dict[tuple[State, ClockKind], tuple[Step, StepData]] = {
    (State.TO_CALL_BACK, ClockKind.CALL_BACK): (
        Step.CLOSE, StepData(reason_code="no_answer", text="回访期内未收到群众反馈，按规则办结。"),
    ),
    (State.SUSPENDED, ClockKind.SUSPENSION): (Step.RESUME, StepData(text="挂起期满，按规则恢复办理。")),
    **{
        (state, ClockKind.ARCHIVE): (Step.ARCHIVE, StepData(text="归档期满，按规则归档。"))
        for state, alarms in ALARMS.items()
        if ClockKind.ARCHIVE in alarms
    },
}  # fmt: skip
"""What the rules let the program do when a clock has run out: nothing that decides about a person's matter."""


def sweep(limit: int = 1000, orders: Collection[int] | None = None) -> int:
    """Treat up to ``limit`` clocks whose light changes now; returns how many. Safe in many processes at once.

    ``orders``: of these orders only (the simulator's processes live at different moments). Rows locked by another
    sweeper or by a running command are left for the next time.
    """
    done = 0
    while done < limit:
        count = _sweep_once(min(AT_ONCE, limit - done), orders)
        done += count
        if count == 0:
            break
    return done


def next_due(orders: Collection[int]) -> datetime | None:
    """When the next running clock of these orders changes its light."""
    running = Clock.objects.filter(stopped_at__isnull=True, paused_at__isnull=True, order_id__in=list(orders))
    first: datetime | None = running.aggregate(first=Min("next_at"))["first"]
    return first


def after_set_back() -> int:
    """Let the sweeper look again at lights that a clock ahead of time had shown; returns at how many clocks."""
    moment = now()
    running = Clock.objects.filter(stopped_at__isnull=True, paused_at__isnull=True, due_at__gt=moment)
    return running.exclude(light__in=(Light.GREEN.value, Light.OFF.value)).update(next_at=moment)


def _sweep_once(limit: int, only: Collection[int] | None = None) -> int:
    with transaction.atomic(), as_system():
        moment = now()
        rows = (
            Clock.objects.filter(next_at__lte=moment, stopped_at__isnull=True, paused_at__isnull=True)
            .select_for_update(skip_locked=True, of=("self", "order"))
            .select_related("order", "assignment")
            .order_by("next_at")
        )
        clocks = list((rows if only is None else rows.filter(order_id__in=list(only)))[:limit])
        with prepared.gathering():
            for clock in clocks:
                set_from(clock, moment)
                bulk.update(clock, ("light", "next_at", "due_at", "explanation"))
            orders = _same_objects(clocks)
            for clock in clocks:
                order = orders[clock.order_id]
                _tell(clock, order, moment)
                if clock.light == Light.RED.value and _act(clock, order, moment):
                    order.refresh_from_db()
    return len(clocks)


def _same_objects(clocks: list[Clock]) -> dict[int, Order]:
    """One object per order, however many of its clocks came due."""
    orders: dict[int, Order] = {}
    for clock in clocks:
        clock.order = orders.setdefault(clock.order_id, clock.order)
    return orders


def _tell(clock: Clock, order: Order, moment: datetime) -> None:
    """Show the light on the order, announce it, and let the supervision rules look."""
    kind, light = ClockKind(clock.kind), Light(clock.light)
    if kind in ALARMS.get(State(order.state), ()) and clock.due_at == order.due_at:
        order.light = light.value
        bulk.update(order, ("light",))
    publish(LightChanged(order.pk, order.number, clock.pk, kind.value, light.value, tuple(order.unit_ids)))
    unit_id = clock.assignment.unit_id if clock.assignment else _supervised_unit(clock)
    if light is Light.RED:
        raise_by_rule(order, "overdue", moment, clock=kind.value, unit_id=unit_id)
    elif light in (Light.YELLOW, Light.ORANGE):
        lights = rules.deadline_rules().lights
        left = lights.orange if light is Light.ORANGE else lights.yellow
        raise_by_rule(order, "near_due", moment, clock=kind.value, unit_id=unit_id, share_left=round(left * 100))


def _supervised_unit(clock: Clock) -> int | None:
    if clock.kind != ClockKind.SUPERVISION.value or clock.subject_id is None:
        return None
    return Supervision.objects.filter(pk=clock.subject_id).values_list("unit_id", flat=True).first()


def _act(clock: Clock, order: Order, moment: datetime) -> bool:
    """Take the step that the rules allow without a person; what cannot be done yet is tried again."""
    automatic = AUTOMATIC.get((State(order.state), ClockKind(clock.kind)))
    if automatic is None or (automatic[0] is Step.CLOSE and not rules.automation().close_without_answer):
        return False
    if is_doubted():
        Clock.objects.filter(pk=clock.pk).update(next_at=moment + TRY_DOUBTED)
        return False
    step, data = automatic
    try:
        if step is Step.CLOSE:
            publish(ClosingUnanswered(order.pk, order.number, order.reopen_count))
        take(order.number, step, data, key=f"auto-{step.value}-{clock.pk}")
    except MinhuError:  # a person must decide something first: the red light stays for them
        Clock.objects.filter(pk=clock.pk).update(next_at=moment + TRY_AGAIN)
        return False
    return True


__all__ = ["AUTOMATIC", "after_set_back", "next_due", "sweep"]
