"""What anybody may read of orders: those whose reply was approved, without persons and exact places.

Confidential and sensitive orders are never listed, nor private posts of a message board. A program that names its token also reads how the requests go that
it brought in itself, before their reply is approved; of these too only the confidential ones stay out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet

from minhu.directory.access import elevated
from minhu.directory.queries import areas, categories
from minhu.directory.queries.units import unit_info
from minhu.directory.types import AreaLevel
from minhu.exchange.types import PublishedOrder, PublishedUpdate
from minhu.handling.queries import visible_orders
from minhu.handling.queries.public import WORDS
from minhu.handling.types import DONE_STATES, State
from minhu.kernel.actors import SYSTEM
from minhu.language.personal import mask_personal

MOST: Final = 1000
DEGREES: Final = 2
"""Decimals of published coordinates: about a kilometre, so that no house is told."""
ENDED: Final = frozenset(state.value for state in DONE_STATES)
_PUBLIC = Q(reply_approved_at__isnull=False, sensitive=False)
_FIELDS = (
    "number", "state", "public_reply", "reply_approved_at", "category_id", "title", "lead_unit_id", "created_at",
    "changed_at", "due_at", "area_id", "request__latitude", "request__longitude",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which published orders: by numbers, else by services, status and time; ``token_id`` adds its own."""

    numbers: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    open: bool | None = None
    token_id: int | None = None


def orders(wanted: Wanted) -> list[PublishedOrder]:
    """The newest of them first, at most a thousand."""
    with transaction.atomic(), elevated("an order is public for everybody once its reply was approved"):
        rows = _matching(wanted)
        if wanted.start:
            rows = rows.filter(created_at__gte=wanted.start)
        if wanted.end:
            rows = rows.filter(created_at__lte=wanted.end)
        return [_order(row) for row in rows.order_by("-created_at", "-id").values(*_FIELDS)[:MOST]]


def updates(wanted: Wanted) -> list[PublishedUpdate]:
    """What the public was told of them, the oldest first, at most a thousand lines; times are those of the lines."""
    with transaction.atomic(), elevated("the public lines of a published order are public"):
        rows = _matching(wanted).exclude(steps__public_text="").filter(steps__id__isnull=False)
        if wanted.start:
            rows = rows.filter(steps__at__gte=wanted.start)
        if wanted.end:
            rows = rows.filter(steps__at__lte=wanted.end)
        names = ("steps__id", "number", "steps__to_state", "steps__public_text", "steps__at")
        found = rows.order_by("steps__at", "steps__id").values_list(*names)[:MOST]
        return [
            PublishedUpdate(pk, number, state not in ENDED, mask_personal(text), at)
            for pk, number, state, text, at in found
            if text
        ]


def number_of_token(uid: str) -> str | None:
    """The number behind a token that a creation answered (the request's uid); None for an unknown one."""
    with transaction.atomic(), elevated("a token that was answered leads to its number"):
        rows = visible_orders(SYSTEM).filter(request__uid=uid).order_by("id")
        return rows.values_list("number", flat=True).first()


def own_request(number: str, token_id: int) -> int | None:
    """The id of a request that this token brought in; None for any other."""
    with transaction.atomic(), elevated("whether a token brought a request in is asked before it may see it"):
        rows = visible_orders(SYSTEM).filter(number=number, request__token_id=token_id)
        return rows.values_list("request_id", flat=True).first()


def own_requests(token_id: int, most: int = 500) -> tuple[int, ...]:
    """The newest requests that a token brought in: what its program may ask about."""
    with transaction.atomic(), elevated("whether a token brought a request in is asked before it may see it"):
        rows = visible_orders(SYSTEM).filter(request__token_id=token_id).order_by("-id")
        return tuple(rows.values_list("request_id", flat=True)[:most])


def _matching(wanted: Wanted) -> QuerySet[Any]:
    seen = _PUBLIC | Q(request__token_id=wanted.token_id) if wanted.token_id else _PUBLIC
    rows: QuerySet[Any] = visible_orders(SYSTEM).filter(seen, confidential=False).exclude(board_post__public=False)
    if wanted.numbers:
        return rows.filter(number__in=wanted.numbers)
    if wanted.codes:
        rows = rows.filter(_services(wanted.codes))
    if wanted.open is not None:
        rows = rows.exclude(state__in=ENDED) if wanted.open else rows.filter(state__in=ENDED)
    return rows


def _services(codes: Sequence[str]) -> Q:
    """Orders of a category or of anything below it."""
    found = Q(category__code__in=codes)
    for code in codes:
        node = categories.category_by_code(code)
        if node is not None and not node.is_leaf:
            found |= Q(category__path__startswith=f"{node.code_path}/")
    return found


def _order(row: dict[str, Any]) -> PublishedOrder:
    category = categories.category_info(row["category_id"])
    unit = unit_info(row["lead_unit_id"])
    told = row["reply_approved_at"] is not None
    area_code, area_name = _area(row["area_id"])
    state = State(row["state"])
    return PublishedOrder(
        number=row["number"], state=state.value, open=state.value not in ENDED, state_words=WORDS[state],
        reply=mask_personal(row["public_reply"]) if told else "",
        category_code=category.code if category else "", category_name=category.name if category else "",
        title=mask_personal(row["title"]), unit_name=unit.label if unit else "",
        created_at=row["created_at"], changed_at=row["changed_at"],
        due_at=row["due_at"] if state.value not in ENDED else None, area_code=area_code, area_name=area_name,
        latitude=_coarse(row["request__latitude"]), longitude=_coarse(row["request__longitude"]),
    )  # fmt: skip


def _area(code: str | None) -> tuple[str, str]:
    """The area down to the street: nothing nearer is published."""
    found = areas.area_info(code)
    if found is not None and found.level > AreaLevel.STREET:
        found = areas.ancestor(code, AreaLevel.STREET)
    return (found.code, found.full_name) if found else ("", "")


def _coarse(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, DEGREES)
