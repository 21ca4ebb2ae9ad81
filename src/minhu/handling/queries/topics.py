"""What many requests are about: the category of each one's order and its number, as far as the reader sees it."""

from __future__ import annotations

from collections.abc import Sequence

from minhu.directory.access import visible_to
from minhu.handling.models import Order


def topics_of_requests(request_ids: Sequence[int]) -> dict[int, tuple[str, int | None]]:
    """Request id → number and category id of its order; what the actor may not see is left out."""
    rows = visible_to(Order.objects.filter(request_id__in=list(request_ids)))
    return {request: (number, category) for request, number, category in rows.values_list("request_id", "number", "category_id")}  # fmt: skip
