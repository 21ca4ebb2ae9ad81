"""Ratings that came with another system's export: kept as answers of their time, never asked for again."""

from __future__ import annotations

from minhu.evaluation.models import Rating
from minhu.evaluation.types import RatingChannel
from minhu.handling.queries import visible_orders
from minhu.intake.events import RequestsImported
from minhu.kernel.actors import SYSTEM
from minhu.ledger import services as ledger


def keep_imported(event: RequestsImported) -> int:
    """Write the ratings of imported rows that were answered; returns how many.

    Part of the import's transaction (which sees all rows); one ledger entry for the batch. The orders must exist.
    """
    rated = {
        row.number: (row, row.replied_at)
        for row in event.rows
        if row.replied_at and (row.satisfaction or row.solved is not None)
    }
    if not rated:
        return 0
    orders = visible_orders(SYSTEM).filter(number__in=list(rated)).values_list("number", "id", "lead_unit_id")
    made = [
        Rating(
            order_id=order_id,
            round=0,
            lead_unit_id=unit_id,
            channel=RatingChannel.IMPORT.value,
            solved=row.solved,
            satisfaction=row.satisfaction,
            rated_at=at,
        )
        for number, order_id, unit_id in orders
        for row, at in (rated[number],)
    ]
    if len(made) != len(rated):
        raise RuntimeError("ratings were imported before their orders")
    Rating.objects.bulk_create(made)
    ledger.append("ratings.imported", ("import", event.batch_id), {"ratings": len(made)})
    return len(made)
