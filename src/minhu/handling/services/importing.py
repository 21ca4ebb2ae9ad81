"""Historic requests become orders in bulk: a few statements for a whole batch."""

from __future__ import annotations

from datetime import datetime, timedelta

from minhu.handling.models import Assignment, Clock, Order, OrderStep
from minhu.handling.services import bulk
from minhu.handling.services.clockbook import ClockBook
from minhu.handling.services.outside import ledger_append, rules
from minhu.handling.types import (
    AssignmentRole,
    AssignmentState,
    ClockKind,
    Light,
    State,
    Step,
)
from minhu.intake.events import HistoricRow, RequestsImported
from minhu.kernel import masks
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid

BATCH = 1000


def open_imported(event: RequestsImported) -> int:
    """Open one order for each row; replied rows are closed (archived once the period is over), with durations.

    One ledger entry for the batch: what each row was is in intake's own entry and in the steps.
    """
    if wrong := next((row for row in event.rows if row.replied_at and row.replied_at < row.received_at), None):
        raise Invalid(f"导入的 {wrong.number} 答复时间早于来信时间，请核对。", code="reply_before_request")
    actor, moment = current_actor(), now()
    archive_after = rules.deadline_rules().line_for("archive").duration
    days = timedelta(days=archive_after.amount)
    for start in range(0, len(event.rows), BATCH):
        rows = event.rows[start : start + BATCH]
        made = [_order(row, moment, days) for row in rows]
        clocks = [clock for row, order in zip(rows, made, strict=True) if (clock := _clock(row, order, moment))]
        bulk.insert(made)
        pairs = list(zip(rows, made, strict=True))
        for clock in clocks:
            clock.order_id = clock.order.pk
        bulk.insert(clocks)
        bulk.insert(_shares(pairs, actor))
        bulk.insert([step for row, order in pairs for step in _steps(row, order, actor)])
    numbers = [row.number for row in event.rows]
    payload = {"batch": event.batch_id, "orders": len(numbers), "first": numbers[:1], "last": numbers[-1:]}
    ledger_append("order.imported", f"import-{event.batch_id}", payload)
    return len(numbers)


def _order(row: HistoricRow, moment: datetime, archive_after: timedelta) -> Order:
    done = row.replied_at
    archived = done is not None and done + archive_after <= moment
    state = State.RECEIVED if done is None else State.ARCHIVED if archived else State.CLOSED
    return Order(
        number=row.number,
        request_id=row.request_id,
        state=state.value,
        version=1 if done is None else 3 if archived else 2,
        created_at=row.received_at,
        changed_at=done or row.received_at,
        title=masks.free_text(row.title[:200]),
        channel="import",
        request_type=row.request_type,
        category_id=row.category_id,
        area_id=row.area_code or None,
        place_hint=row.place_hint[:120],
        urgency=row.urgency or "normal",
        lead_unit_id=row.unit_id if done else None,
        unit_ids=[row.unit_id] if done and row.unit_id else [],
        hops=1 if done and row.unit_id else 0,
        public_reply=row.reply,
        dispatched_at=row.received_at if done and row.unit_id else None,
        replied_at=done,
        reply_approved_at=done,
        closed_at=done,
        light=Light.OFF.value,
        imported=True,
    )


def _shares(pairs: list[tuple[HistoricRow, Order]], actor: Actor) -> list[Assignment]:
    """The unit that answered is on record as the lead, so that its figures include history."""
    return [
        Assignment(
            order=order,
            unit_id=row.unit_id,
            role=AssignmentRole.LEAD.value,
            state=AssignmentState.REPLIED.value,
            hop=1,
            dispatched_at=row.received_at,
            dispatched_by=actor.id,
            replied_at=row.replied_at,
            reply=row.reply,
            ended_at=row.replied_at,
        )
        for row, order in pairs
        if row.unit_id and row.replied_at
    ]


def _clock(row: HistoricRow, order: Order, moment: datetime) -> Clock | None:
    """Open rows get their first clock from the moment of the import, closed ones the archive clock."""
    if order.state == State.ARCHIVED.value:
        return None
    book = ClockBook(order, row.replied_at or moment, running=())
    clock = book.start(ClockKind.ARCHIVE if row.replied_at else ClockKind.ACCEPT)
    order.due_at, order.light = clock.due_at, clock.light
    return clock


def _steps(row: HistoricRow, order: Order, actor: Actor) -> list[OrderStep]:
    made = [_step(order, 1, Step.OPEN, "", State.RECEIVED, row.received_at, actor, "您的诉求已收到。")]
    if row.replied_at:
        made.append(
            _step(order, 2, Step.CLOSE, State.RECEIVED.value, State.CLOSED, row.replied_at, actor, "您的诉求已办结。")
        )
    if order.state == State.ARCHIVED.value:
        closed = row.replied_at or row.received_at
        made.append(_step(order, 3, Step.ARCHIVE, State.CLOSED.value, State.ARCHIVED, closed, actor, ""))
    return made


def _step(
    order: Order, version: int, step: Step, source: str, state: State, at: datetime, actor: Actor, public: str
) -> OrderStep:
    return OrderStep(
        order=order, version=version, step=step.value, from_state=source, to_state=state.value, at=at,
        actor_kind=actor.kind, actor_id=actor.id, actor_name=actor.name, reason_code="imported", public_text=public,
    )  # fmt: skip
