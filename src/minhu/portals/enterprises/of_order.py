"""What the page of an order shows of its enterprise: disputes so far, and whether it may be sent to one."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _

from minhu.exchange.queries import disputes as queries
from minhu.exchange.queries.enterprises import Meant
from minhu.exchange.services import disputes


def of_order(number: str, meant: Meant | None) -> dict[str, Any]:
    """``meant``: the enterprise the words are about, for who may decide; sent once, an order is not offered again."""
    rows = queries.of_order(number)
    if meant is None or rows:
        return {"disputes": rows, "enterprise_offer": None}
    matter = disputes.matter_of(number)
    if not matter.before_unit:
        return {"disputes": rows, "enterprise_offer": None}
    offer = {"obstacle": queries.obstacle(matter), "consent": _(queries.CONSENT), "key": uuid4().hex}
    return {"disputes": rows, "enterprise_offer": offer}
