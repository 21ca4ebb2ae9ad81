"""The dispatcher's board: what waits for the desk, what is dangerous first, then what is due first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When

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
    states = {state.value for found in TABS.values() for state in found}
    rows = visible_to(Order.objects.filter(state__in=states), actor or current_actor()).order_by()
    found = {
        state: (total, disputed)
        for state, total, disputed in rows.values_list("state").annotate(
            total=Count("id"), disputed_total=Count("id", filter=Q(disputed=True))
        )
    }
    return {
        tab: sum(found.get(state.value, (0, 0))[1 if tab == "disputed" else 0] for state in states_of)
        for tab, states_of in TABS.items()
    }


def queue(tab: str, page: int = 1, actor: Actor | None = None, size: int = PAGE) -> Queue:
    """One page of a tab: danger first, then urgent, then by deadline; an unknown tab is 'todo'."""
    rows = _tab(tab if tab in TABS else "todo", actor or current_actor())
    start = (max(page, 1) - 1) * size
    ordered = rows.annotate(rank=_RANK).order_by("rank", F("due_at").asc(nulls_last=True), "id")
    found = tuple(map(row_of, ordered[start : start + size]))
    return Queue(found, rows.count())


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
