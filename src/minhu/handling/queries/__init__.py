"""Reads of handling; each page's own reads are modules beside these."""

from minhu.handling.queries.allowed import steps_for
from minhu.handling.queries.chains import transfer_chain
from minhu.handling.queries.counts import counts_by_state, overdue_count
from minhu.handling.queries.orders import order_of, order_view
from minhu.handling.queries.public import public_view, rated_order
from minhu.handling.queries.returned import returned_order
from minhu.handling.queries.rows import ANSWERED_DIRECTLY, visible_assignments, visible_orders

__all__ = [
    "ANSWERED_DIRECTLY",
    "counts_by_state",
    "order_of",
    "order_view",
    "overdue_count",
    "public_view",
    "rated_order",
    "returned_order",
    "steps_for",
    "transfer_chain",
    "visible_assignments",
    "visible_orders",
]
