"""The query-and-trace contract: who did what with an order, told to each as far as they may know; asking is entered too."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from minhu.directory.access import visible_to
from minhu.directory.policy import Action, decide, scope_of
from minhu.directory.policy import ScopeKind as Kind
from minhu.directory.types import UNIT_ROLES
from minhu.handling.domain.states import BY_STEP
from minhu.handling.models import Order, OrderStep
from minhu.handling.services.contracts import subjects_of
from minhu.handling.services.evidence import order_for_audit
from minhu.handling.services.outside import unit_label
from minhu.handling.types import Step
from minhu.handling.types.trace import Reading, Trace, TraceLine, Viewer
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.errors import NotFound
from minhu.ledger import queries as entries
from minhu.ledger import services as ledger
from minhu.ledger.types import RegisteredEntry

CENTRE: Final = "热线中心"
HIDDEN: Final = frozenset({"trace.queried", "order.clock_missed", "suggestion.decided", "evidence.issued"})
"""Kinds that are no step in the way of a matter; only auditors and supervisors see them."""


def query_trace(number: str, actor: Actor | None = None) -> Trace:
    """Return the trace of an order for the actor and enter that it was asked for.

    A citizen sees the public words and units, a unit its own people by name and others by unit, supervisors everybody,
    the audit administrator the entries alone. Raises NotFound for an order that the actor may not see.
    """
    who = actor or current_actor()
    viewer = viewer_of(who)
    order = _order(number, who, viewer)
    found = entries.registered(subjects_of(order))
    if viewer is Viewer.AUDITOR:
        lines = tuple(_plain(one, _account(one)) for one in found)
    else:
        lines = _told(order, found, who, viewer)
    sealed = sum(one.entry.kind == "evidence.sealed" for one in found)
    with transaction.atomic():
        ledger.append("trace.queried", ("order", order.number), {"viewer": viewer.value})
    title = "" if viewer is Viewer.AUDITOR else order.title
    return Trace(order.number, title, viewer, lines, _readings(order, viewer), sealed)


def viewer_of(actor: Actor) -> Viewer:
    """As whom an actor is told; raises NotFound for one who has nothing to do with orders."""
    if actor.kind == "citizen":
        return Viewer.CITIZEN
    if decide(actor, Action.VIEW_LEDGER) and actor.kind == "staff":
        return Viewer.AUDITOR
    kind = scope_of(actor).kind
    if kind is Kind.ALL:
        return Viewer.SUPERVISOR
    if kind is Kind.UNITS:
        return Viewer.UNIT
    raise NotFound("没有找到这张工单，或者您无权查看。请核对编号。", code="order_not_found")


def _order(number: str, actor: Actor, viewer: Viewer) -> Order:
    if viewer is not Viewer.CITIZEN:
        return order_for_audit(number, actor)
    order = visible_to(Order.objects.filter(number=number), actor).first()
    if order is None:
        raise NotFound("没有找到这件诉求，请核对编号和查询码。", code="not_found")
    return order


def _told(order: Order, found: list[RegisteredEntry], actor: Actor, viewer: Viewer) -> tuple[TraceLine, ...]:
    """Steps in words, each with its entry; then, for supervisors, what else the ledger knows."""
    by_step = {one.entry.payload.get("step"): one for one in found if one.entry.kind.startswith("order.")}
    steps = list(OrderStep.objects.filter(order=order).order_by("id"))
    lines = [
        _step(step, by_step.get(step.pk), actor, viewer) for step in steps if viewer is not Viewer.CITIZEN or step.public_text
    ]  # fmt: skip
    known = {one.entry.uid for step in steps if (one := by_step.get(step.pk))}
    if viewer is Viewer.SUPERVISOR:
        lines += [_plain(one, _account(one)) for one in found if one.entry.uid not in known]
    elif viewer is Viewer.UNIT:
        others = (one for one in found if one.entry.uid not in known and one.entry.kind not in HIDDEN)
        lines += [_plain(one, _role(one)) for one in others if one.entry.kind != "warning.raised"]
    return tuple(sorted(lines, key=lambda line: line.at))


def _step(step: OrderStep, entry: RegisteredEntry | None, actor: Actor, viewer: Viewer) -> TraceLine:
    kind = f"order.{step.step}"
    text = step.public_text if viewer is Viewer.CITIZEN else step.text or step.public_text
    label = BY_STEP[Step(step.step)].label if Step(step.step) in BY_STEP else entries.label_of(kind)
    state = "batch" if step.reason_code == "imported" else _state(entry)
    position, leaf = (entry.entry.position, entry.leaf) if entry else (None, "")
    who = _name(step, actor, viewer)
    return TraceLine(step.at, kind, label, _book(kind), who, text[:500], position, leaf, state)


def _name(step: OrderStep, actor: Actor, viewer: Viewer) -> str:
    if step.actor_kind == "citizen":
        return "群众"
    if step.actor_kind == "system":
        return "系统"
    unit = unit_label(step.unit_id) if step.actor_role in UNIT_ROLES else ""
    named = viewer is Viewer.SUPERVISOR or (viewer is Viewer.UNIT and unit and step.unit_id in actor.unit_ids)
    return f"{unit or CENTRE} {step.actor_name}" if named else unit or CENTRE


def _plain(one: RegisteredEntry, who: str) -> TraceLine:
    entry = one.entry
    label = entries.label_of(entry.kind)
    state = _state(one)
    return TraceLine(entry.occurred_at, entry.kind, label, _book(entry.kind), who, "", entry.position, one.leaf, state)


def _role(one: RegisteredEntry) -> str:
    return {"citizen": "群众", "system": "系统"}.get(one.entry.actor_kind, CENTRE)


def _account(one: RegisteredEntry) -> str:
    return {"citizen": "群众", "system": "系统"}.get(one.entry.actor_kind, one.entry.actor_id)


def _state(one: RegisteredEntry | None) -> str:
    return "missing" if one is None else "pending" if one.entry.position is None else "registered"


def _book(kind: str) -> str:
    found = entries.KINDS.get(kind)
    return entries.BOOK_LABELS[found.book] if found else ""


def _readings(order: Order, viewer: Viewer) -> tuple[Reading, ...]:
    """Who read the requester's data: supervisors and auditors see who and why, the citizen that it happened."""
    if viewer is Viewer.UNIT:
        return ()
    rows = entries.readings_of(("request", order.request_id))
    if viewer is Viewer.CITIZEN:
        return tuple(Reading(row.at, "", row.fields, "") for row in rows if row.actor_kind == "staff")
    return tuple(Reading(row.at, row.actor_id, row.fields, row.purpose) for row in rows)


__all__ = ["query_trace", "viewer_of"]
