"""Which supervisions of an order wait for a receipt."""

from __future__ import annotations

from minhu.handling.models import Supervision


def waiting_receipts(order_id: int) -> list[tuple[int, int | None]]:
    """Open supervisions of an order as (id, supervised unit or None for the lead), oldest first."""
    rows = Supervision.objects.filter(order_id=order_id, ended_at__isnull=True).order_by("id")
    return list(rows.values_list("id", "unit_id"))
