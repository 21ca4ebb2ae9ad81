"""A person settles a warning raised by contract, with a word that stays."""

from __future__ import annotations

from django.db import transaction

from minhu.directory.access import get_for, require
from minhu.directory.policy import Action
from minhu.handling.models import ContractWarning, Order
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.ledger import services as ledger


def settle_warning(warning_id: int, note: str) -> None:
    """Settle an open warning; raises Invalid without a word, Conflict when somebody else has settled it."""
    require(Action.SUPERVISE)
    if len(note.strip()) < 2:
        raise Invalid("请写明处置情况（至少 2 个字）。", code="note_needed", fields={"note": "请写明处置情况"})
    with transaction.atomic():
        row = ContractWarning.objects.select_for_update().filter(pk=warning_id).first()
        if row is None:
            raise NotFound("没有找到这条预警，请刷新页面。", code="warning_not_found")
        order = get_for(Order.objects.all(), Action.SUPERVISE, pk=row.order_id)
        if row.settled_at is not None:
            raise Conflict("这条预警已由他人处置，请刷新页面。", code="already_settled")
        row.settled_at, row.settled_by, row.settled_note = now(), current_actor().id, note.strip()[:300]
        row.save(update_fields=["settled_at", "settled_by", "settled_note"])
        ledger.append("warning.settled", ("order", order.number), {"warning": row.pk, "warned": row.warned})
