"""What administrators may learn of orders, who may see none: counts, never a citizen's word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action
from minhu.directory.types import PastMatter
from minhu.handling.models import Order
from minhu.handling.types import LIVE_STATES

_LIVE = sorted(state.value for state in LIVE_STATES)
_FIELDS = ("category__code", "area_id", "request_type", "lead_unit_id")


@dataclass(frozen=True, slots=True)
class MatterCount:
    """How many orders of one category, area, type and lead unit there were."""

    matter: PastMatter
    count: int


def counted_matters(start: datetime, end: datetime) -> list[MatterCount]:
    """Orders created in [start, end) that have a category, counted by what the catalogue looks at."""
    require(Action.MANAGE_RULES)
    with elevated("an administrator previews a catalogue by counts; nothing of a request is read"):
        rows = list(
            Order.objects.filter(created_at__gte=start, created_at__lt=end, category__isnull=False)
            .order_by().values_list(*_FIELDS).annotate(n=Count("id"))
        )  # fmt: skip
    return [MatterCount(PastMatter(code, area or "", kind, unit), n) for code, area, kind, unit, n in rows]


def open_orders_of(unit_id: int) -> int:
    """How many orders a unit leads that have not ended."""
    require(Action.MANAGE_DIRECTORY)
    with elevated("an administrator is warned before a unit is switched off; only the number is read"):
        return Order.objects.filter(lead_unit_id=unit_id, state__in=_LIVE).count()


def numbers_of(request_ids: Iterable[int]) -> dict[int, str]:
    """The numbers under which requests are known, for the log of readings."""
    require(Action.VIEW_LEDGER)
    with elevated("the audit administrator reads the log of readings by number; nothing else is read"):
        rows = list(
            Order.objects.filter(request_id__in=list(request_ids)).order_by("-id").values_list("request_id", "number")
        )
    return dict(rows)


def request_ids_of(number: str) -> list[int]:
    """The requests behind a number, for the log of readings."""
    require(Action.VIEW_LEDGER)
    with elevated("the audit administrator searches the log of readings by number; nothing else is read"):
        return list(Order.objects.filter(number__startswith=number).values_list("request_id", flat=True)[:50])
