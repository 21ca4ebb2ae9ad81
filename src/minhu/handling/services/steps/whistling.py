"""吹哨报到: a township calls upper units to one matter; they answer, come, leave a receipt, and are confirmed."""

from __future__ import annotations

from minhu.directory.types import UnitKind
from minhu.handling.domain.states import MAY_WHISTLE
from minhu.handling.models import Attendance, Supervision, Whistle
from minhu.handling.services.context import Context
from minhu.handling.services.outside import unit_label, unit_of, units_by_id
from minhu.handling.services.steps.dispatching import assign
from minhu.handling.services.steps.registry import handles
from minhu.handling.services.steps.supervising import raise_supervision
from minhu.handling.services.steps.work import share_of
from minhu.handling.types import AssignmentRole, AssignmentState, ClockKind, Step, SupervisionLevel
from minhu.kernel.errors import Conflict, Invalid, NotAllowed

MAY_BE_CALLED = frozenset({UnitKind.BUREAU, UnitKind.BRANCH, UnitKind.ENTERPRISE, UnitKind.EMERGENCY})


@handles(Step.WHISTLE)
def whistle(context: Context) -> None:
    """Only a township or street that leads may call, and only units above it; each gets a clock to answer."""
    share, data, order = share_of(context), context.data, context.order
    caller = unit_of(share.unit_id)
    if caller is None or caller.kind not in MAY_WHISTLE:
        raise NotAllowed("只有乡镇、街道可以吹哨召集部门。", code="not_a_township")
    units = units_by_id(data.called_unit_ids)
    if low := [u.name for u in units.values() if u.kind not in MAY_BE_CALLED]:
        raise Invalid(f"“{'、'.join(low)}”不是上级部门，不能召集。", fields={"called_unit_ids": "请选择上级部门"})
    if data.meet_at is not None and data.meet_at < context.moment:
        raise Invalid("会办时间已经过去。", fields={"meet_at": "请选择将来的时间"})
    row = Whistle.objects.create(
        order=order, by_unit_id=share.unit_id, matter=data.text[:500], place=data.place[:200],
        meet_at=data.meet_at or context.moment, blown_at=context.moment, blown_by=context.actor.id,
    )  # fmt: skip
    held = {a.unit_id for a in context.assignments}
    for unit in units.values():
        clock = context.book.start(ClockKind.WHISTLE, unit=unit)
        attendance = Attendance.objects.create(whistle=row, unit_id=unit.id, due_at=clock.due_at)
        clock.subject_id = attendance.pk
        if unit.id not in held:
            assign(context, unit, AssignmentRole.WHISTLE, clocks=False)
    context.changes |= {"whistle": row.pk, "called": list(units)}


def _attendance(context: Context, unit_id: int) -> Attendance:
    rows = Attendance.objects.filter(whistle__order=context.order, whistle__ended_at__isnull=True, unit_id=unit_id)
    row = rows.select_related("whistle").order_by("whistle_id").last()
    if row is None:
        raise Conflict("没有等待该单位报到的吹哨。", code="nothing_waits")
    return row


@handles(Step.ACKNOWLEDGE_WHISTLE)
def acknowledge(context: Context) -> None:
    """'We are coming': stops the clock of the answer."""
    row = _attendance(context, share_of(context).unit_id)
    if row.acknowledged_at is not None:
        raise Conflict("您单位已经响应过这次吹哨。", code="answered_already")
    row.acknowledged_at, row.answered_by = context.moment, context.actor.id
    row.save(update_fields=["acknowledged_at", "answered_by"])
    context.book.stop((ClockKind.WHISTLE,), subject_id=row.pk)


@handles(Step.ANSWER_WHISTLE)
def attend(context: Context) -> None:
    """'We were there, and this is what we leave behind'; also acknowledges when that had not been done."""
    share = share_of(context)
    row = _attendance(context, share.unit_id)
    if row.confirmed:
        raise Conflict("您单位的报到已经确认，无需再次报到。", code="answered_already")
    row.acknowledged_at = row.acknowledged_at or context.moment
    row.attended_at, row.receipt = context.moment, context.data.text.strip()
    row.answered_by = context.actor.id
    row.save()
    context.book.stop((ClockKind.WHISTLE,), subject_id=row.pk)


@handles(Step.CONFIRM_ATTENDANCE)
def confirm(context: Context) -> None:
    """The township says whether the unit really came; a unit that did not is supervised."""
    data = context.data
    row = _attendance(context, data.unit_id or 0)
    came = data.confirmed is not False
    if came and row.attended_at is None:
        raise Conflict(f"“{unit_label(row.unit_id)}”还没有报到，不能确认到场。", code="not_attended")
    row.confirmed = came
    row.save(update_fields=["confirmed"])
    context.book.stop((ClockKind.WHISTLE,), subject_id=row.pk)
    context.changes |= {"unit": row.unit_id, "confirmed": came}
    _leave(context, row, came)
    absent = "whistle_absent"
    if (
        not came
        and not Supervision.objects.filter(
            order=context.order, unit_id=row.unit_id, by_rule=absent, ended_at__isnull=True
        ).exists()
    ):
        raise_supervision(context, SupervisionLevel.REMINDER, "吹哨后未按要求到场", row.unit_id, absent)
    if not row.whistle.attendances.filter(confirmed__isnull=True).exists():
        row.whistle.ended_at, row.whistle.result = context.moment, data.text
        row.whistle.save(update_fields=["ended_at", "result"])


def _leave(context: Context, row: Attendance, came: bool) -> None:
    for share in context.assignments:
        if share.unit_id == row.unit_id and share.role == AssignmentRole.WHISTLE.value:
            context.end(share, AssignmentState.REPLIED if came else AssignmentState.RECALLED)
