"""The dispatcher's board: what waits for the desk, what is dangerous first, then what is due first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Case, Count, F, IntegerField, QuerySet, Value, When

from minhu.directory.access import visible_to
from minhu.directory.types import Urgency
from minhu.handling.models import Order, OrderStep, Review
from minhu.handling.queries.lines import OrderRow, row_of
from minhu.handling.types import State, Step
from minhu.kernel.actors import Actor, current_actor

PAGE: Final = 50
_RANK = Case(
    When(urgency=Urgency.DANGER.value, then=Value(0)),
    When(urgency=Urgency.URGENT.value, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)
S = State
TABS: Final[dict[str, tuple[State, ...]]] = {
    "todo": (S.RECEIVED, S.TO_DISPATCH, S.REOPENED),
    "received": (S.RECEIVED,),
    "to_dispatch": (S.TO_DISPATCH,),
    "reopened": (S.REOPENED,),
    "return_review": (S.RETURN_REVIEW,),
    "extension_review": (S.EXTENSION_REVIEW,),
    "incomplete": (S.INCOMPLETE,),
    "disputed": (S.TO_DISPATCH, S.RETURN_REVIEW, S.REOPENED),
}
"""Tabs of the board and the states they hold; ``disputed`` holds only those."""


@dataclass(frozen=True, slots=True)
class Question:
    """The return or extension that waits on a row: who asks, why, what for."""

    label: str
    reason: str
    right_unit_id: int | None
    amount: int | None
    duration_unit: str


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of a tab."""

    rows: tuple[OrderRow, ...]
    total: int


def _tab(tab: str, actor: Actor) -> QuerySet[Order]:
    rows = visible_to(Order.objects.filter(state__in=[state.value for state in TABS[tab]]), actor)
    return rows.filter(disputed=True) if tab == "disputed" else rows


def counts(actor: Actor | None = None) -> dict[str, int]:
    """How many orders wait under each tab; only states that empty themselves are counted."""
    who = actor or current_actor()
    found = _by_state({state for states_of in TABS.values() for state in states_of}, who)
    sums = {tab: sum(found.get(state.value, 0) for state in states_of) for tab, states_of in TABS.items()}
    # by itself: the flag stands in no index of the others, which are counted without reading a row
    return {**sums, "disputed": _tab("disputed", who).order_by().count()}


def waiting_for_desk(actor: Actor) -> int:
    """Orders that wait for a dispatcher's decision, for the menu."""
    return sum(_by_state({*TABS["todo"], S.RETURN_REVIEW, S.EXTENSION_REVIEW}, actor).values())


def _by_state(states: Iterable[State], actor: Actor) -> dict[str, int]:
    rows = visible_to(Order.objects.filter(state__in=[state.value for state in states]), actor).order_by()
    return dict(rows.values_list("state").annotate(Count("id")))


def queue(tab: str, page: int = 1, actor: Actor | None = None, size: int = PAGE) -> Queue:
    """One page of a tab: danger first, then urgent, then by deadline; an unknown tab is 'todo'."""
    tab, who = tab if tab in TABS else "todo", actor or current_actor()
    rows, start = _tab(tab, who), (max(page, 1) - 1) * size
    order = ("rank", F("due_at").asc(nulls_last=True), "id")
    if tab == "disputed":
        found: list[Order] = [*rows.annotate(rank=_RANK).order_by(*order)[start : start + size]]
    else:
        keys = sorted(_first_keys(tab, who, start + size), key=lambda key: (key[0], key[1] is None, *key[1:]))
        ids = [key[2] for key in keys[start : start + size]]
        by_id = Order.objects.in_bulk(ids)
        found = [by_id[pk] for pk in ids if pk in by_id]
    return Queue(tuple(map(row_of, found)), rows.count())


def _first_keys(tab: str, actor: Actor, most: int) -> list[tuple[int, datetime | None, int]]:
    """Rank, deadline and id of the first orders of each state of a tab: one short range of an index for each."""
    parts = [
        visible_to(Order.objects.filter(state=state.value), actor)
        .annotate(rank=_RANK)
        .order_by("rank", F("due_at").asc(nulls_last=True), "id")
        .values_list("rank", "due_at", "id")[:most]
        for state in TABS[tab]
    ]
    return list(parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0])


def rows_by_number(numbers: list[str], actor: Actor | None = None) -> tuple[OrderRow, ...]:
    """The named orders in the order of their names; those that may not be seen are left out."""
    rows = visible_to(Order.objects.filter(number__in=numbers), actor or current_actor())
    found = {row.number: row_of(row) for row in rows}
    return tuple(found[number] for number in dict.fromkeys(numbers) if number in found)


def questions(order_ids: list[int]) -> dict[int, Question]:
    """The return or extension that waits on each of these orders, by order id."""
    waiting = Review.objects.filter(
        order_id__in=order_ids, decision=Review.Decision.WAITING,
        kind__in=[Review.Kind.RETURN, Review.Kind.EXTENSION],
    ).order_by("-id")  # fmt: skip
    return {
        review.order_id: Question(
            str(Review.Kind(review.kind).label), review.reason, review.right_unit_id, review.amount, review.unit
        )
        for review in waiting
    }


def last_right_units(order_ids: list[int]) -> dict[int, int]:
    """For orders that came back: the unit that the upheld return named, newest first."""
    upheld = Review.objects.filter(
        order_id__in=order_ids, kind=Review.Kind.RETURN, decision=Review.Decision.APPROVED, right_unit__isnull=False
    ).order_by("id")
    return {order_id: unit for order_id, unit in upheld.values_list("order_id", "right_unit_id") if unit}


def dispatched_by(number: str) -> str:
    """Who took the last dispatch of an order, for undo; empty when that was not the last step."""
    last = OrderStep.objects.filter(order__number=number).order_by("-id").values_list("step", "actor_id").first()
    return last[1] if last and last[0] == Step.DISPATCH.value else ""
