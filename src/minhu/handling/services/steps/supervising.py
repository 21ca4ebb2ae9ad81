"""Supervision by a person (催办 · 督办 · 提级) and the unit's receipt."""

from __future__ import annotations

from minhu.directory.types import Role
from minhu.handling.models import Supervision
from minhu.handling.services.context import Context
from minhu.handling.services.outside import unit_of, units_by_id
from minhu.handling.services.steps.registry import handles
from minhu.handling.services.steps.work import share_of
from minhu.handling.types import AssignmentRole, ClockKind, Step, SupervisionLevel
from minhu.kernel.errors import Conflict, Invalid

RANK = {level: rank for rank, level in enumerate(SupervisionLevel)}


def raise_supervision(
    context: Context, level: SupervisionLevel, reason: str, unit_id: int | None, by_rule: str = ""
) -> Supervision:
    """Record a supervision with its own clock; the order shows the highest level it ever reached."""
    order = context.order
    unit = unit_of(unit_id)  # also one that was switched off meanwhile: a late order stays late
    row = Supervision.objects.create(
        order=order, level=level.value, by_rule=by_rule, reason=reason[:500], unit_id=unit_id,
        raised_at=context.moment, raised_by=context.actor.id,
    )  # fmt: skip
    clock = context.book.start(ClockKind.SUPERVISION, unit=unit, level=level.value, subject_id=row.pk)
    row.due_at = clock.due_at
    row.save(update_fields=["due_at"])
    before = order.supervision_level
    if not before or RANK[level] > RANK[SupervisionLevel(before)]:
        order.supervision_level = level.value
    if unit is not None:
        context.new_units.add(unit.id)
        context.unit = unit
    context.changes |= {"supervision": row.pk, "level": level.value, "rule": by_rule}
    context.words["level"] = level.said
    return row


@handles(Step.SUPERVISE)
def supervise(context: Context) -> None:
    """A person supervises: a reminder unless said otherwise, a leader's instruction at least 督办."""
    data = context.data
    leader = Role.LEADER.value in context.actor.roles
    default = SupervisionLevel.SUPERVISION if leader else SupervisionLevel.REMINDER
    if data.level and data.level not in set(SupervisionLevel):
        raise Invalid("没有这个督办等级。", fields={"level": "请选择催办、督办或提级督办"})
    level = SupervisionLevel(data.level) if data.level else default
    unit_id = data.unit_id or (context.lead.unit_id if context.lead else None)
    if unit_id and unit_id not in context.order.unit_ids:
        raise Invalid("被督办的单位没有承办过此单。", fields={"unit_id": "请选择承办单位"})
    if unit_id:
        units_by_id([unit_id])
    raise_supervision(context, level, data.text, unit_id)


@handles(Step.ANSWER_SUPERVISION)
def answer(context: Context) -> None:
    """The unit's receipt stops the clock of that supervision (the oldest open one unless named)."""
    share, data = share_of(context), context.data
    rows = Supervision.objects.filter(order=context.order, ended_at__isnull=True).order_by("id")
    meant = (None, share.unit_id) if share.role == AssignmentRole.LEAD.value else (share.unit_id,)
    mine = [r for r in rows if r.unit_id in meant]
    if data.supervision_id is not None:
        mine = [r for r in mine if r.pk == data.supervision_id]
    if not mine:
        raise Conflict("没有等待您单位回执的督办。", code="nothing_waits")
    row = mine[0]
    row.receipt, row.receipt_by = data.text.strip(), context.actor.id
    row.receipt_at = row.ended_at = context.moment
    row.save(update_fields=["receipt", "receipt_by", "receipt_at", "ended_at"])
    context.book.stop((ClockKind.SUPERVISION,), subject_id=row.pk)
    context.changes["supervision"] = row.pk
