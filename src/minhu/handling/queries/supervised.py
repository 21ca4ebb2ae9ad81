"""Which supervisions wait for a receipt: as long as the matter itself is not answered."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from minhu.handling.models import Supervision


def waiting_receipts(order_id: int) -> list[tuple[int, int | None]]:
    """Open supervisions of an order as (id, supervised unit or None for the lead), oldest first."""
    rows = Supervision.objects.filter(order_id=order_id, ended_at__isnull=True).order_by("id")
    return list(rows.values_list("id", "unit_id"))


def owed() -> QuerySet[Supervision]:
    """Open supervisions raised since the reply was approved, if one was: what was asked before is answered by it."""
    answered = Q(order__reply_approved_at__isnull=False, raised_at__lte=F("order__reply_approved_at"))
    return Supervision.objects.filter(~answered, ended_at__isnull=True)


def owed_once() -> QuerySet[Supervision]:
    """Of each order and unit only the oldest that is owed: the one that the next receipt answers."""
    rows = owed().annotate(owes=Coalesce("unit_id", "order__lead_unit_id", 0))
    older = rows.filter(order=OuterRef("order"), owes=OuterRef("owes"), pk__lt=OuterRef("pk"))
    return rows.filter(~Exists(older))
