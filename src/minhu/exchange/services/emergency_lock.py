"""Who may act on a hand-over, one at a time: the right, the sight of its order, the lock, and each key once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from django.db import transaction

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action
from minhu.exchange.models import Handover
from minhu.handling.queries import visible_orders
from minhu.kernel.errors import Conflict, NotFound

WHY: Final = "a hand-over belongs to the order whose danger it tells"


@contextmanager
def command(uid: UUID, key: str) -> Iterator[Handover | None]:
    """The hand-over, locked, for somebody who decides at intake and sees its order; None where ``key`` was done before.

    Raises NotAllowed without the right, NotFound for who does not see the order, Conflict when it is over.
    """
    require(Action.DECIDE_INTAKE)
    with transaction.atomic():
        order_id = Handover.objects.filter(uid=uid).values_list("order_id", flat=True).first()
        order = visible_orders().filter(pk=order_id).first() if order_id is not None else None
        if order is None:
            raise _none()
        require(Action.DECIDE_INTAKE, order.facts())
        with elevated(WHY):
            row = locked(uid)
            if key and row.entries.filter(key=key).exists():
                yield None
                return
            if row.ended_at is not None:
                raise Conflict("这次移交已经结束。", code="handover_ended")
            yield row


def locked(uid: UUID) -> Handover:
    """The hand-over, held until the transaction ends; raises NotFound."""
    row = Handover.objects.select_for_update().filter(uid=uid).first()
    if row is None:
        raise _none()
    return row


def _none() -> NotFound:
    return NotFound("没有这次移交，或者您无权查看。", code="no_such_handover")
