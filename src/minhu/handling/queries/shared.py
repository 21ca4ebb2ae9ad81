"""What happens in one's area: matters that levels share, without requester and without the citizen's words.

Read as the database role that knows nothing else (``access.sharing``); titles and replies pass the mask for free text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from minhu.directory.access import sharing, visible_to
from minhu.directory.policy import Action, Purpose, Reach
from minhu.directory.queries.areas import area_info
from minhu.directory.queries.categories import category_info
from minhu.directory.queries.sharing import reach_of
from minhu.directory.queries.units import unit_name
from minhu.handling.models import Order, OrderStep
from minhu.handling.types import DONE_STATES, STATE_LABELS, Light, State
from minhu.kernel import masks
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.errors import NotFound
from minhu.kernel.numbers import normalise_number

PAGE: Final = 50
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
    """One page, newest first; ``following`` is the id to go on after, 0 on the last page."""

    rows: tuple[SharedRow, ...]
    following: int
    reach: Reach


def shared_page(filters: SharedFilters, after: int = 0, actor: Actor | None = None, size: int = PAGE) -> SharedPage:
    """The newest matters that the sharing rules show the actor; ``after`` is the last id of the page before."""
    who = actor or current_actor()
    reach = reach_of(who)
    chosen: dict[str, Any] = {"request_type": filters.request_type} if filters.request_type else {}
    if after:
        chosen["id__lt"] = after
    if filters.area:
        inside = area_info(filters.area)
        chosen["area_id__in"] = _below(filters.area, reach) if inside else [filters.area]
    with sharing(who, reach):
        rows = visible_to(Order.objects.filter(**chosen), who, Action.VIEW_SHARED, purpose=Purpose.SHARING, reach=reach)
        if filters.finished is not None:
            rows = rows.filter(state__in=DONE) if filters.finished else rows.exclude(state__in=DONE)
        found = list(rows.order_by("-id").values(*_FIELDS)[: size + 1])
    following = found[size - 1]["id"] if len(found) > size else 0
    return SharedPage(tuple(map(_row, found[:size])), following, reach)


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
    told = tuple(SharedStep(at, STATE_LABELS[State(to)], masks.free_text(text)) for at, to, text in steps)
    return _row(found), told


def _row(found: dict[str, Any]) -> SharedRow:
    area, category = area_info(found["area_id"]), category_info(found["category_id"])
    reply = found.pop("public_reply") if found["reply_approved_at"] else ""
    return SharedRow(
        state=State(found["state"]),
        state_label=STATE_LABELS[State(found["state"])],
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
