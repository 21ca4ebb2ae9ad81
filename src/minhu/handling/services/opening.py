"""An order begins: opened in the transaction of its request, as plain rows and in as few statements as can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from minhu.handling.domain.deadlines import Matter, allowance, read_clock
from minhu.handling.domain.lights import Thresholds
from minhu.handling.domain.states import ALARMS
from minhu.handling.events import OrderChanged
from minhu.handling.services import outside
from minhu.handling.services.inserting import insert_opened
from minhu.handling.types import State, Step
from minhu.intake.events import RequestReceived
from minhu.kernel import masks
from minhu.kernel.actors import current_actor
from minhu.kernel.events import publish

PUBLIC = {State.RECEIVED: "您的诉求已收到，正在受理。", State.TO_DISPATCH: "您的诉求已受理，正在确定承办单位。"}
HOURS = "office"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Opened:
    """The order that was opened."""

    id: int
    number: str


def open_order(event: RequestReceived) -> Opened:
    """Open the order of a request: received, or waiting for dispatch where the rules accept by themselves.

    Two statements: order with clock and step, ledger. The caller's transaction sees all rows (intake stores elevated).
    """
    state = State.TO_DISPATCH if event.auto_accept else State.RECEIVED
    clock = _clock(event, state)
    order = _order(event, state) | {"due_at": clock["due_at"], "light": clock["light"]}
    keys = insert_opened(order, clock, _step(event, state), event.reserved, event.repeat_of_request_id)
    payload = {"step": keys.step, "version": 1, "from": "", "to": state.value, "reason": event.decision, "units": []}
    outside.ledger_append("order.open", event.number, payload)
    publish(OrderChanged(keys.order, event.number, Step.OPEN.value, "", state.value, (), 1))
    return Opened(keys.order, event.number)


def _order(event: RequestReceived, state: State) -> Row:
    return {
        "number": event.number,
        "request_id": event.request_id,
        "state": state.value,
        "version": 1,
        "created_at": event.received_at,
        "changed_at": event.received_at,
        "title": masks.free_text(event.title[:200]),
        "channel": event.channel,
        "request_type": event.request_type,
        "category_id": event.category_id,
        "area_id": event.area_code,
        "place_hint": event.place_hint[:120],
        "urgency": event.urgency,
        "sensitive": event.sensitive,
        "confidential": event.confidential,
        "caller_month_count": event.caller_month_count,
        "caller_year_count": event.caller_year_count,
        "place_month_count": event.place_month_count,
        "place_year_count": event.place_year_count,
    }


def _clock(event: RequestReceived, state: State) -> Row:
    """The clock that rings in this state, in office hours (as `ClockBook.start` would start it)."""
    kind = ALARMS[state][0]
    table = outside.rules.deadline_rules()
    matter = Matter(event.request_type, outside.category_path(event.category_id), event.urgency)
    given = allowance(table, kind, matter)
    length, subject, started = given.duration, given.subject[:64], event.received_at
    reading = read_clock(
        outside.rules.working_calendar(HOURS),
        kind,
        subject,
        started,
        length,
        started,
        thresholds=Thresholds(table.lights.yellow, table.lights.orange),
    )
    return {
        "kind": kind.value,
        "started_at": started,
        "due_at": reading.due,
        "amount": length.amount,
        "unit": length.unit,
        "rule": given.rule[:120],
        "explanation": reading.explanation,
        "working_hours": length.working_hours,
        "profile": HOURS,
        "subject": subject,
        "light": reading.light.value,
        "next_at": reading.next_at,
    }


def _step(event: RequestReceived, state: State) -> Row:
    actor = current_actor()
    return {
        "version": 1,
        "step": Step.OPEN.value,
        "to_state": state.value,
        "at": event.received_at,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "reason_code": event.decision[:40],
        "public_text": PUBLIC[state],
        "changes": '{"auto_accept": true}' if event.auto_accept else "{}",
    }
