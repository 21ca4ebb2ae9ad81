"""The list of orders: filters, words, three orders of rows, pages that stay fast among a million orders.

Pages go by key, never by offset, and nothing is ever counted beyond ``COUNTED``. Words are found through marks
(``wordsearch``); among very many hits only the newest are filtered further, and the page says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from minhu.directory.access import visible_to
from minhu.directory.policy import Action, ScopeKind, scope_of
from minhu.directory.queries import areas, categories
from minhu.handling.models import Order
from minhu.handling.queries.holding import Held
from minhu.handling.queries.lines import OrderRow, row_of
from minhu.handling.queries.rows import ANSWERED_DIRECTLY
from minhu.handling.queries.shownwords import only_shown
from minhu.handling.queries.wordsearch import NEWEST_HITS, orders_with
from minhu.handling.types import DONE_STATES, LIVE_STATES, Light, State
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now
from minhu.kernel.numbers import normalise_number
from minhu.language.marks import SPECIAL_NEEDS, MarkKind

COUNTED: Final = 1000
PAGE: Final = 50
RECENT_DAYS: Final = (20, 200)
LIVE: Final = tuple(sorted(state.value for state in LIVE_STATES))
DONE: Final = tuple(sorted(state.value for state in DONE_STATES))
NEWEST: Final = "-created"
_SPECIAL: Final = sorted(kind.value for kind in SPECIAL_NEEDS)
_TAGGED: Final = ~Q(tags=[])
MARKS: Final = {
    "sensitive": Q(sensitive=True) | _TAGGED & Q(tags__contains=[MarkKind.SENSITIVE.value]),
    "group": Q(group_matter=True) | _TAGGED & Q(tags__contains=[MarkKind.GROUP.value]),
    "minor": _TAGGED & Q(tags__contains=[MarkKind.MINOR.value]), "special": _TAGGED & Q(tags__overlap=_SPECIAL),
    "new_type": Q(new_matter__isnull=False, new_matter__dropped_at__isnull=True),
}  # fmt: skip
"""What was noticed in a matter; marks of words come some seconds after the order."""
SORTS: Final = {"created": "created_at", "due": "due_at", "changed": "changed_at"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address of the list says; empty means everything."""

    words: str = ""
    states: tuple[str, ...] = ()
    done: bool = False
    live: bool = False
    light: str = ""
    unit_id: int | None = None
    category: str = ""
    area: str = ""
    channel: str = ""
    request_type: str = ""
    urgency: str = ""
    reopened: bool = False
    direct: bool = False
    """Answered by the hotline itself, archived since or not."""
    mark: str = ""
    """A key of ``MARKS``."""
    since: datetime | None = None
    until: datetime | None = None
    sort: str = NEWEST


@dataclass(frozen=True, slots=True)
class Found:
    """One page of the list; ``following`` is the key of the next page, empty on the last."""

    rows: tuple[OrderRow, ...]
    following: str
    total: int
    more: bool
    """There are more than ``total``."""
    narrowed: bool
    """So many orders hold these words that only the newest were looked at."""


def search(filters: Filters, after: str = "", actor: Actor | None = None, size: int = PAGE) -> Found:
    """One page of the orders that ``actor`` may see; an ``after`` that cannot be read gives the first page."""
    who = actor or current_actor()
    if held := _held(filters, who):
        return _newest_held(held, after, size)
    rows, narrowed = _matching(filters, who, COUNTED + 1 if filters.sort == NEWEST else NEWEST_HITS)
    total = len(rows.order_by().values_list("pk")[: COUNTED + 1])
    page = _page(rows, filters.sort, after, size + 1)
    following = _key(page[size - 1], filters.sort) if len(page) > size else ""
    return Found(tuple(map(row_of, page[:size])), following, min(total, COUNTED), total > COUNTED, narrowed)


def _held(filters: Filters, actor: Actor) -> Held | None:
    """The list as a range of what units hold, where it is no more than that: a unit's newest orders, by state and day."""
    scope = scope_of(actor)
    if scope.kind is not ScopeKind.UNITS or scope.request_ids:
        return None
    plain = replace(filters, states=(), done=False, live=False, since=None, until=None)
    if plain != Filters():
        return None
    chosen = [set(found) for found in (filters.states, filters.done and DONE, filters.live and LIVE) if found]
    states = set.intersection(*chosen) if chosen else None
    return Held(scope.unit_ids, states, filters.since, filters.until)


def _newest_held(held: Held, after: str, size: int) -> Found:
    moment, pk = _moment_of(after), after.rpartition("|")[2]
    before = (moment, int(pk)) if moment and pk.isascii() and pk.isdigit() else None
    ids, total = held.newest(size + 1, before), held.count(COUNTED + 1)
    by_id = Order.objects.in_bulk(ids)
    page = [by_id[pk] for pk in ids if pk in by_id]
    following = _key(page[size - 1], NEWEST) if len(page) > size else ""
    return Found(tuple(map(row_of, page[:size])), following, min(total, COUNTED), total > COUNTED, False)


def _page(rows: QuerySet[Order], sort: str, after: str, most: int) -> list[Order]:
    """The next rows; of the newest first those of the last days, so that not all of a unit's orders need sorting."""
    ordered = _ordered(_beyond(rows, sort, after), sort)
    if sort != NEWEST:
        return list(ordered[:most])
    last = _moment_of(after) or now()
    for days in RECENT_DAYS:
        page = list(ordered.filter(created_at__gte=last - timedelta(days=days))[:most])
        if len(page) == most:
            return page
    return list(ordered[:most])


def every_row(
    filters: Filters, limit: int, actor: Actor | None = None, action: Action = Action.EXPORT
) -> Iterator[OrderRow]:
    """The first ``limit`` rows one after the other, for a file or a printed list: those that may be exported."""
    rows, _ = _matching(filters, actor or current_actor(), NEWEST_HITS, action)
    for row in _ordered(rows, filters.sort)[:limit].iterator(chunk_size=1000):
        yield row_of(row)


def count_upto(filters: Filters, most: int, actor: Actor | None = None) -> int:
    """How many rows that may be exported match, counted no further than ``most``."""
    rows, _ = _matching(filters, actor or current_actor(), NEWEST_HITS, Action.EXPORT)
    return len(rows.order_by().values_list("pk")[:most])


def number_of(words: str, actor: Actor | None = None) -> str:
    """The order that ``words`` name by its whole number, if it exists and may be seen; else empty."""
    number = normalise_number(words)
    if not re.fullmatch(r"\d{13}(-\d+)?", number):
        return ""
    return visible_to(Order.objects.filter(number=number), actor).values_list("number", flat=True).first() or ""


def _matching(
    filters: Filters, actor: Actor, enough: int, action: Action = Action.VIEW_ORDER
) -> tuple[QuerySet[Order], bool]:
    rows = visible_to(Order.objects.all(), actor, action)
    rows = rows.filter(_states(filters), _place_and_matter(filters))
    plain = {
        "lead_unit_id": filters.unit_id, "channel": filters.channel, "request_type": filters.request_type,
        "urgency": filters.urgency, "created_at__gte": filters.since, "created_at__lt": filters.until,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in plain.items() if value not in (None, "")})
    if filters.reopened:
        rows = rows.filter(reopen_count__gt=0)
    if filters.mark in MARKS:
        rows = rows.filter(MARKS[filters.mark])
    if filters.direct:
        rows = rows.filter(ANSWERED_DIRECTLY)
    if filters.sort.removeprefix("-") == "due":
        rows = rows.filter(due_at__isnull=False)
    if not filters.words.strip():
        return rows, False
    number = normalise_number(filters.words)
    if re.fullmatch(r"\d{4,13}(-\d+)?", number):
        return rows.filter(number__startswith=number), False
    filtered = replace(filters, words="", sort=NEWEST) != Filters()
    ids, narrowed = orders_with(filters.words, actor, rows, filtered=filtered, enough=enough)
    return rows.filter(pk__in=only_shown(ids, filters.words, actor)), narrowed


def _states(filters: Filters) -> Q:
    wanted = Q()
    if filters.states:
        wanted &= Q(state__in=filters.states)
    if filters.done:
        wanted &= Q(state__in=DONE)
    if filters.live:
        wanted &= Q(state__in=LIVE)
    if filters.light:
        wanted &= Q(light=filters.light)
        if filters.light != Light.OFF.value:
            wanted &= Q(state__in=[*LIVE, State.EMERGENCY.value])
    return wanted


def _place_and_matter(filters: Filters) -> Q:
    wanted = Q()
    if filters.category:
        node = categories.category_by_code(filters.category)
        path = "/".join(node.path) if node else filters.category
        wanted &= Q(category__path=path) | Q(category__path__startswith=f"{path}/")
    if filters.area:
        inside = [area.code for area in areas.book().all if filters.area in area.path]
        wanted &= Q(area_id__in=inside or [filters.area])
    return wanted


def _ordered(rows: QuerySet[Order], sort: str) -> QuerySet[Order]:
    down = "-" if sort.startswith("-") else ""
    column = SORTS.get(sort.removeprefix("-"), "created_at")
    return rows.order_by(f"{down}{column}", f"{down}id")


def _key(row: Order, sort: str) -> str:
    moment: datetime = getattr(row, SORTS.get(sort.removeprefix("-"), "created_at"))
    return f"{moment.isoformat()}|{row.pk}"


def _moment_of(after: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(after.partition("|")[0].replace(" ", "+"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _beyond(rows: QuerySet[Order], sort: str, after: str) -> QuerySet[Order]:
    moment, pk = _moment_of(after), after.rpartition("|")[2]
    if moment is None or not (pk.isascii() and pk.isdigit()):
        return rows
    last = int(pk)
    column = SORTS.get(sort.removeprefix("-"), "created_at")
    side = "lt" if sort.startswith("-") else "gt"
    # the first condition is implied by the second but is the one that an index can follow
    edge = Q(**{f"{column}__{side}e": moment})
    return rows.filter(edge & (Q(**{f"{column}__{side}": moment}) | Q(**{column: moment, f"pk__{side}": last})))
