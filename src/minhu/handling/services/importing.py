"""Historic requests become orders in bulk: a few statements for a whole batch, no object for a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from minhu.engines import prepared
from minhu.handling.models import Assignment, Clock, Order, OrderStep
from minhu.handling.services import bulk
from minhu.handling.services.clockbook import ClockBook
from minhu.handling.services.outside import ledger_append, rules
from minhu.handling.types import AssignmentRole, AssignmentState, ClockKind, Light, State, Step
from minhu.intake.events import HistoricRow, RequestsImported
from minhu.kernel import masks
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid

BATCH = 1000
Row = dict[str, Any]


def open_imported(event: RequestsImported) -> int:
    """Open one order for each row; replied rows are closed (archived once the period is over), with durations.

    One ledger entry for the batch: what each row was is in intake's own entry and in the steps.
    """
    if wrong := next((row for row in event.rows if row.replied_at and row.replied_at < row.received_at), None):
        raise Invalid(f"导入的 {wrong.number} 答复时间早于来信时间，请核对。", code="reply_before_request")
    actor, moment = current_actor(), now()
    for start in range(0, len(event.rows), BATCH):
        _open(event.rows[start : start + BATCH], actor, moment)
    numbers = [row.number for row in event.rows]
    payload = {"batch": event.batch_id, "orders": len(numbers), "first": numbers[:1], "last": numbers[-1:]}
    ledger_append("order.imported", f"import-{event.batch_id}", payload)
    return len(numbers)


def _open(rows: Sequence[HistoricRow], actor: Actor, moment: datetime) -> None:
    archive_after = timedelta(days=rules.deadline_rules().line_for("archive").duration.amount)
    orders = [_order(row, moment, archive_after) for row in rows]
    clocks = _clocks(rows, orders, moment)
    shares = [_share(row, actor) for row in rows if row.unit_id and row.replied_at]
    steps = [_steps(row, order) for row, order in zip(rows, orders, strict=True)]
    order_ids, clock_ids, share_ids, step_ids = prepared.together((
        bulk.drawing(Order, len(orders)), bulk.drawing(Clock, len(clocks)), bulk.drawing(Assignment, len(shares)),
        bulk.drawing(OrderStep, sum(map(len, steps))),
    ))  # fmt: skip
    ids = {}
    for order, taken, (order_id,) in zip(orders, steps, order_ids, strict=True):
        ids[order["number"]] = order["id"] = order_id
        for step in taken:
            step["order_id"] = order_id
    flat = [step for taken in steps for step in taken]
    for made, drawn in ((clocks, clock_ids), (shares, share_ids), (flat, step_ids)):
        for one, (row_id,) in zip(made, drawn, strict=True):
            one["id"] = row_id
    for one in (*clocks, *shares):
        one["order_id"] = ids[one.pop("number")]
    with prepared.gathering():
        bulk.insert_plain(_like_order(), orders)
        bulk.insert_plain(Clock(), clocks)
        bulk.insert_plain(_like_share(), shares)
        bulk.insert_plain(_like_step(actor), flat)


@cache
def _like_order() -> Order:
    return Order(channel="import", imported=True, light=Light.OFF.value)


@cache
def _like_share() -> Assignment:
    return Assignment(role=AssignmentRole.LEAD.value, state=AssignmentState.REPLIED.value, hop=1)


def _like_step(actor: Actor) -> OrderStep:
    return OrderStep(actor_kind=actor.kind, actor_id=actor.id, actor_name=actor.name, reason_code="imported")


def _order(row: HistoricRow, moment: datetime, archive_after: timedelta) -> Row:
    done = row.replied_at
    archived = done is not None and done + archive_after <= moment
    state = State.RECEIVED if done is None else State.ARCHIVED if archived else State.CLOSED
    led = done is not None and bool(row.unit_id)
    return {
        "id": 0,
        "number": row.number,
        "request_id": row.request_id,
        "state": state.value,
        "version": 1 if done is None else 3 if archived else 2,
        "created_at": row.received_at,
        "changed_at": done or row.received_at,
        "title": masks.free_text(row.title[:200]),
        "request_type": row.request_type,
        "category_id": row.category_id,
        "area_id": row.area_code or None,
        "place_hint": row.place_hint[:120],
        "urgency": row.urgency or "normal",
        "lead_unit_id": row.unit_id if led else None,
        "unit_ids": [row.unit_id] if led else [],
        "hops": int(led),
        "public_reply": row.reply,
        "dispatched_at": row.received_at if led else None,
        "replied_at": done,
        "reply_approved_at": done,
        "closed_at": done,
        "due_at": None,
        "light": Light.OFF.value,
    }


def _share(row: HistoricRow, actor: Actor) -> Row:
    """The unit that answered is on record as the lead, so that its figures include history."""
    return {
        "id": 0, "number": row.number, "order_id": 0, "unit_id": row.unit_id, "dispatched_at": row.received_at,
        "dispatched_by": actor.id, "replied_at": row.replied_at, "reply": row.reply, "ended_at": row.replied_at,
    }  # fmt: skip


def _clocks(rows: Sequence[HistoricRow], orders: Sequence[Row], moment: datetime) -> list[Row]:
    """Open rows get their first clock from the moment of the import, closed ones the archive clock.

    Rows that the deadline table treats alike begin at the same moment, so their clock is worked out once.
    """
    known: dict[tuple[Any, ...], Row] = {}
    made = []
    for row, order in zip(rows, orders, strict=True):
        if order["state"] == State.ARCHIVED.value:
            continue
        key = (row.replied_at, order["request_type"], order["category_id"], order["urgency"])
        if key not in known:
            known[key] = _clock(key, moment)
        clock = {**known[key], "number": order["number"]}
        order["due_at"], order["light"] = clock["due_at"], clock["light"]
        made.append(clock)
    return made


def _clock(key: tuple[Any, ...], moment: datetime) -> Row:
    replied_at, request_type, category_id, urgency = key
    order = Order(request_type=request_type, category_id=category_id, urgency=urgency)
    book = ClockBook(order, replied_at or moment, running=())
    return bulk.plain(book.start(ClockKind.ARCHIVE if replied_at else ClockKind.ACCEPT))


def _steps(row: HistoricRow, order: Row) -> list[Row]:
    made = [_step(1, Step.OPEN, "", State.RECEIVED, row.received_at, "您的诉求已收到。")]
    if row.replied_at:
        made.append(_step(2, Step.CLOSE, State.RECEIVED.value, State.CLOSED, row.replied_at, "您的诉求已办结。"))
    if order["state"] == State.ARCHIVED.value:
        closed = row.replied_at or row.received_at
        made.append(_step(3, Step.ARCHIVE, State.CLOSED.value, State.ARCHIVED, closed, ""))
    return made


def _step(version: int, step: Step, source: str, state: State, at: datetime, public: str) -> Row:
    return {
        "id": 0, "order_id": 0, "version": version, "step": step.value, "from_state": source, "to_state": state.value,
        "at": at, "public_text": public,
    }  # fmt: skip
