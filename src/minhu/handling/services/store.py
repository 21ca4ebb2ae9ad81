"""Leaves behind what a step did: the order, its clocks, the history, the ledger's entry, the news."""

from __future__ import annotations

from typing import Any

from minhu.handling.domain.states import Transition
from minhu.handling.domain.wording import public_sentence
from minhu.handling.events import OrderChanged
from minhu.handling.models import Order, OrderStep
from minhu.handling.services import bulk, outside
from minhu.handling.services.context import Context
from minhu.handling.types import ClockKind, State
from minhu.kernel.events import publish


def finish(context: Context, before: State, role: str, key: str = "") -> OrderStep:
    """Store the order, its clocks and the step, enter it into the ledger, share, and tell."""
    order, transition, data = context.order, context.transition, context.data
    order.state, order.changed_at, order.version = context.to.value, context.moment, order.version + 1
    if context.new_units - set(order.unit_ids):
        order.unit_ids = sorted({*order.unit_ids, *context.new_units})
        outside.share(order, order.unit_ids)
    told = tuple(order.unit_ids)
    if context.lost_units:
        order.unit_ids = [unit_id for unit_id in order.unit_ids if unit_id not in context.lost_units]
        outside.withhold(order, context.lost_units)
    context.book.save()
    for name, value in context.book.summarise(context.to).items():
        setattr(order, name, value)
    bulk.update(order, context.changed_fields())
    step = OrderStep(
        pk=context.step_id,
        order=order,
        version=order.version,
        step=transition.step.value,
        from_state=before.value,
        to_state=context.to.value,
        at=context.moment,
        actor_kind=context.actor.kind,
        actor_id=context.actor.id,
        actor_name=context.actor.name,
        actor_role=role,
        unit_id=context.unit.id if context.unit else None,
        reason_code=data.reason_code[:40],
        text=data.text,
        public_text=public_sentence(_template(transition, context), _words(context)),
        changes=context.changes,
        attachment_ids=list(data.attachment_ids),
        idempotency_key=key or None,
    )
    bulk.insert([step])
    outside.ledger_append(f"order.{transition.step.value}", order.number, ledger_payload(step, order))
    publish(
        OrderChanged(
            order.pk, order.number, transition.step.value, before.value, order.state, told,
            order.version,
        )
    )  # fmt: skip
    return step


def _template(transition: Transition, context: Context) -> str:
    if context.public is not None:
        return context.public
    return "" if context.side else transition.public


def _words(context: Context) -> dict[str, str]:
    handle = context.book.find((ClockKind.HANDLE,))
    lead = context.lead.pk if handle and context.lead else None
    leads = [c for c in handle if c.assignment_id == lead]
    due = leads[0].due_at if leads else context.order.due_at
    unit = context.unit.label if context.unit else outside.unit_label(context.order.lead_unit_id)
    return {
        "unit": unit,
        "text": context.data.public or context.data.text,
        "due": outside.day_words(due),
        **context.words,
    }


def ledger_payload(step: OrderStep, order: Order) -> dict[str, Any]:
    """What the ledger keeps of a step: codes and ids, no words of anybody."""
    return {
        "step": step.pk,
        "version": order.version,
        "from": step.from_state,
        "to": step.to_state,
        "reason": step.reason_code,
        "unit": step.unit_id,
        "units": order.unit_ids,
        "changes": step.changes,
    }
