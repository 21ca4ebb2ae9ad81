"""What happens in one's area: matters that levels share, without requester and without the citizen's words.

Read as the database role that knows nothing else (``access.sharing``); titles and replies pass the mask for free text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet

from minhu.directory.access import sharing, visible_to
from minhu.directory.policy import Action, Purpose, Reach
from minhu.directory.queries.areas import area_info
from minhu.directory.queries.categories import category_info
from minhu.directory.queries.sharing import reach_of
from minhu.directory.queries.units import unit_name
from minhu.handling.models import Order, OrderStep
from minhu.handling.types import DONE_STATES, Light, State
from minhu.kernel import masks
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import NotFound
from minhu.kernel.numbers import normalise_number

PAGE: Final = 50
RECENT_DAYS: Final = (3, 30, 200)
DONE: Final = tuple(sorted(state.value for state in DONE_STATES))
_FIELDS: Final = (
    "id", "number", "request_id", "state", "created_at", "changed_at", "title", "request_type", "category_id",
    "area_id", "place_hint", "urgency", "group_matter", "lead_unit_id", "due_at", "light", "closed_at", "public_reply",
    "reply_approved_at", "reopen_count",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SharedRow:
    """A matter of the area as its neighbours in the hierarchy see it."""

    id: int
    number: str
    request_id: int
    state: State
    state_label: str
    title: str
    request_type: str
    category: str
    area: str
    place: str
    urgency: str
    group_matter: bool
    lead_unit: str
    created_at: datetime
    changed_at: datetime
    due_at: datetime | None
    light: Light
    closed_at: datetime | None
    reopen_count: int
    reply: str
    """As published; empty before it is approved."""


@dataclass(frozen=True, slots=True)
class SharedStep:
    """One line of the public course."""

    at: datetime
    state_label: str
    text: str


@dataclass(frozen=True, slots=True)
class SharedFilters:
    """What the address of the list says; ``finished`` None means both."""

    finished: bool | None = None
    area: str = ""
    request_type: str = ""


@dataclass(frozen=True, slots=True)
class SharedPage:
    """One page, newest first; ``following`` is the key of the next page, empty on the last."""

    rows: tuple[SharedRow, ...]
    following: str
    reach: Reach


def shared_page(filters: SharedFilters, after: str = "", actor: Actor | None = None, size: int = PAGE) -> SharedPage:
    """The newest matters that the sharing rules show the actor; ``after`` is the ``following`` of the page before."""
    who = actor or current_actor()
    reach = reach_of(who)
    with sharing(who, reach):
        rows = visible_to(Order.objects.all(), who, Action.VIEW_SHARED, purpose=Purpose.SHARING, reach=reach)
        found = _newest(_narrowed(rows, filters, reach), _key_of(after), size + 1, () if filters.area else RECENT_DAYS)
    last = found[size - 1] if len(found) > size else None
    following = f"{last['created_at'].isoformat()}|{last['id']}" if last else ""
    return SharedPage(tuple(map(_row, found[:size])), following, reach)


def _narrowed(rows: QuerySet[Order], filters: SharedFilters, reach: Reach) -> QuerySet[Order]:
    if filters.request_type:
        rows = rows.filter(request_type=filters.request_type)
    if filters.area:
        rows = rows.filter(area_id__in=_below(filters.area, reach) or [filters.area])
    if filters.finished is not None:
        rows = rows.filter(state__in=DONE) if filters.finished else rows.exclude(state__in=DONE)
    return rows


def _newest(
    rows: QuerySet[Order], key: tuple[datetime, int] | None, most: int, windows: tuple[int, ...]
) -> list[dict[str, Any]]:
    """The next rows; of the last days first, so that not all of an area's past needs sorting."""
    if key:
        rows = rows.filter(Q(created_at__lt=key[0]) | Q(created_at=key[0], id__lt=key[1]), created_at__lte=key[0])
    ordered = rows.order_by("-created_at", "-id").values(*_FIELDS)
    last = key[0] if key else now()
    for days in windows:
        page = list(ordered.filter(created_at__gte=last - timedelta(days=days))[:most])
        if len(page) == most:
            return page
    return list(ordered[:most])


def _key_of(after: str) -> tuple[datetime, int] | None:
    moment, _bar, pk = after.replace(" ", "+").partition("|")
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (found, int(pk)) if found.tzinfo and pk.isascii() and pk.isdigit() and len(pk) < 16 else None


def _below(area: str, reach: Reach) -> list[str]:
    codes = reach.upward.areas | reach.downward.areas
    return [code for code in codes if (info := area_info(code)) and area in info.path]


def shared_order(number: str, actor: Actor | None = None) -> tuple[SharedRow, tuple[SharedStep, ...]]:
    """One shared matter with its public course; raises NotFound for what is not shared with the actor."""
    who = actor or current_actor()
    reach = reach_of(who)
    with sharing(who, reach):
        rows = visible_to(
            Order.objects.filter(number=normalise_number(number)), who, Action.VIEW_SHARED,
            purpose=Purpose.SHARING, reach=reach,
        )  # fmt: skip
        found = rows.values(*_FIELDS).first()
        if found is None:
            raise NotFound("这件事项没有共享给您的单位，或者编号有误。请核对编号。", code="not_shared")
        steps = list(
            OrderStep.objects.filter(order_id=found["id"]).exclude(public_text="").order_by("id")
            .values_list("at", "to_state", "public_text")
        )  # fmt: skip
    told = tuple(SharedStep(at, State(to).label, masks.free_text(text)) for at, to, text in steps)
    return _row(found), told


def _row(found: dict[str, Any]) -> SharedRow:
    area, category = area_info(found["area_id"]), category_info(found["category_id"])
    reply = found.pop("public_reply") if found["reply_approved_at"] else ""
    return SharedRow(
        state=State(found["state"]),
        state_label=State(found["state"]).label,
        title=masks.free_text(found["title"]),
        category="/".join(category.path_names) if category else "",
        area=area.full_name if area else "",
        place=masks.free_text(found["place_hint"]),
        lead_unit=unit_name(found["lead_unit_id"]),
        light=Light(found["light"]),
        reply=masks.free_text(reply),
        **{
            name: found[name]
            for name in (
                "id", "number", "request_id", "request_type", "urgency", "group_matter", "created_at", "changed_at",
                "due_at", "closed_at", "reopen_count",
            )
        },
    )  # fmt: skip
