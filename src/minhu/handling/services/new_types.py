"""Orders that fit no category get the mark 新类型 with score and nearest categories: by the program, or by a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import connection, transaction

from minhu.directory.access import as_system, get_for
from minhu.directory.policy import Action
from minhu.directory.queries import rules
from minhu.handling.domain.states import BEFORE_DISPATCH
from minhu.handling.models import NewMatter, Order
from minhu.handling.types import LIVE_STATES, State
from minhu.intake.services.new_types import Usual
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, NotFound
from minhu.kernel.locks import Lock
from minhu.ledger import services as ledger

BATCH: Final = 500
LATE: Final = 500
"""Ids below the last one that are looked at again: their transactions may have ended out of order."""
YOUNG: Final = timedelta(days=2)
BY_PROGRAM: Final = "system"
_LOCK: Final = f"SELECT pg_try_advisory_xact_lock({Lock.NEW_TYPES:d})"
_usual = Usual()


def mark_new(usual: Usual = _usual) -> int:
    """Look at the orders that came since the last look; returns how many, where more may wait, else 0."""
    share = rules.automation().new_type_share
    if share <= 0:
        return 0
    with transaction.atomic(), as_system(), connection.cursor() as cursor:
        cursor.execute(_LOCK)
        if not cursor.fetchone()[0]:
            return 0
        waiting = Order.objects.filter(
            pk__gt=usual.place, created_at__gt=now() - YOUNG, new_matter=None, imported=False,
            state__in=[state.value for state in BEFORE_DISPATCH],
        )  # fmt: skip
        rows = list(waiting.order_by("pk").values_list("pk", "request_id", "number")[:BATCH])
        found = usual.strange([request for _, request, _ in rows], share) if rows else {}
        if found is None:
            return 0
        for pk, request, number in rows:
            if one := found.get(request):
                nearest = [list(pair) for pair in one.nearest]
                NewMatter.objects.create(
                    order_id=pk,
                    score=one.score,
                    bound=one.bound,
                    nearest=nearest,
                    marked_at=now(),
                    marked_by=BY_PROGRAM,
                )
                ledger.append("matter.marked_new", ("order", number), {"score": one.score, "bound": one.bound})
        full = len(rows) == BATCH
        if rows:
            usual.place = rows[-1][0] if full else max(usual.place, rows[-1][0] - LATE)
    return len(rows) if full else 0


def mark(number: str) -> None:
    """A person says that an open order fits no category; a mark that was taken off comes back."""
    with transaction.atomic():
        order = get_for(Order.objects.select_for_update(), Action.DECIDE_INTAKE, number=number)
        if State(order.state) not in LIVE_STATES:
            raise Conflict("这张工单已经结束，不再标记新类型。", code="order_ended")
        row = NewMatter.objects.filter(order=order).first()
        if row is not None and row.dropped_at is None:
            raise Conflict("这张工单已经标为新类型。", code="marked_already")
        who, moment = current_actor().id, now()
        if row is None:
            NewMatter.objects.create(order=order, marked_at=moment, marked_by=who)
        else:
            row.dropped_at, row.dropped_by, row.marked_at, row.marked_by, row.case = None, "", moment, who, None
            row.save()
        ledger.append("matter.marked_new", ("order", number), {})


def unmark(number: str) -> None:
    """A person says that an order does fit a category; refused while a joint decision on it is open."""
    with transaction.atomic():
        order = get_for(Order.objects.select_for_update(), Action.DISPATCH, number=number)
        row = NewMatter.objects.select_for_update().filter(order=order, dropped_at=None).first()
        if row is None:
            raise NotFound("这张工单没有新类型标记，请刷新页面。", code="not_marked")
        if row.case_id is not None:
            raise Conflict("这张工单已在会商中，请先撤销会商或等待裁定。", code="in_joint_case")
        row.dropped_at, row.dropped_by = now(), current_actor().id
        row.save(update_fields=["dropped_at", "dropped_by"])
        ledger.append("matter.not_new", ("order", number), {})
