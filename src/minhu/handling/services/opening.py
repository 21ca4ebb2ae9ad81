"""An order begins: opened in the transaction of its request, in as few statements as can be."""

from __future__ import annotations

from minhu.handling.domain.states import ALARMS
from minhu.handling.events import OrderChanged
from minhu.handling.models import Order, OrderStep
from minhu.handling.services import outside
from minhu.handling.services.clockbook import ClockBook
from minhu.handling.services.inserting import insert_opened
from minhu.handling.types import State, Step
from minhu.intake.events import RequestReceived
from minhu.kernel import masks
from minhu.kernel.actors import current_actor
from minhu.kernel.events import publish

PUBLIC = {State.RECEIVED: "您的诉求已收到，正在受理。", State.TO_DISPATCH: "您的诉求已受理，正在确定承办单位。"}


def open_order(event: RequestReceived) -> Order:
    """Open the order of a request: received, or waiting for dispatch where the rules accept by themselves.

    Two statements: order with clock and step, ledger. The caller's transaction sees all rows (intake stores elevated).
    """
    state = State.TO_DISPATCH if event.auto_accept else State.RECEIVED
    order = Order(
        number=event.number,
        request_id=event.request_id,
        state=state.value,
        created_at=event.received_at,
        changed_at=event.received_at,
        title=masks.free_text(event.title[:200]),
        channel=event.channel,
        request_type=event.request_type,
        category_id=event.category_id,
        area_id=event.area_code,
        place_hint=event.place_hint[:120],
        urgency=event.urgency,
        sensitive=event.sensitive,
        confidential=event.confidential,
        caller_month_count=event.caller_month_count,
        caller_year_count=event.caller_year_count,
        place_month_count=event.place_month_count,
        place_year_count=event.place_year_count,
    )
    book = ClockBook(order, event.received_at, running=())
    clock = book.start(ALARMS[state][0])
    for name, value in book.summarise(state).items():
        setattr(order, name, value)
    step = _step(order, event, state)
    insert_opened(order, clock, step, event.reserved, event.repeat_of_request_id)
    payload = {"step": step.pk, "version": 1, "from": "", "to": state.value, "reason": event.decision, "units": []}
    outside.ledger_append("order.open", order.number, payload)
    publish(OrderChanged(order.pk, order.number, Step.OPEN.value, "", order.state, (), order.version))
    return order


def _step(order: Order, event: RequestReceived, state: State) -> OrderStep:
    actor = current_actor()
    return OrderStep(
        order=order,
        version=order.version,
        step=Step.OPEN.value,
        to_state=state.value,
        at=event.received_at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        reason_code=event.decision[:40],
        public_text=PUBLIC[state],
        changes={"auto_accept": True} if event.auto_accept else {},
    )
