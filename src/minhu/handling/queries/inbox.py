"""A unit's inbox: its shares of orders, what is due first on top, each with the one step that comes next."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet

from minhu.directory.policy import Action, decide, may_ever
from minhu.directory.queries.rules import automation
from minhu.handling.domain.states import AT_UNITS, UNDER_QUESTION
from minhu.handling.models import Assignment, Clock, Order, Supervision
from minhu.handling.queries.lines import OrderRow, row_of
from minhu.handling.queries.parts import name_of
from minhu.handling.queries.rows import own_shares, visible_assignments
from minhu.handling.types import (
    AssignmentRole,
    AssignmentState,
    ClockKind,
    Light,
    State,
    Step,
)
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now

TO_SIGN, WORKING, TO_APPROVE, ASKED, ANSWERED = "to_sign", "working", "to_approve", "asked", "answered"
TABS: Final = (TO_SIGN, WORKING, TO_APPROVE, ASKED, ANSWERED)
ANSWERED_DAYS: Final = 30
_OPEN_TABS: Final = (TO_SIGN, WORKING, ASKED)
_LEAD = AssignmentRole.LEAD.value


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address of the inbox says; empty means everything of these units."""

    unit_ids: tuple[int, ...] = ()
    words: str = ""
    urgency: str = ""
    light: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One unit's share of one order with the clock that is due first and the step that comes next."""

    order: OrderRow
    share_id: int
    unit_id: int
    unit_name: str
    role: AssignmentRole
    role_label: str
    dispatched_at: datetime
    signed_at: datetime | None
    first_contact_at: datetime | None
    replied_at: datetime | None
    reply: str
    note: str
    clock_label: str
    due_at: datetime | None
    light: Light
    explanation: str
    next_step: Step | None
    supervised: bool


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of a tab."""

    rows: tuple[InboxRow, ...] = field(default=())
    total: int = 0


def counts(unit_ids: tuple[int, ...], actor: Actor | None = None) -> dict[str, int]:
    """How many shares of these units stand under each tab."""
    who = actor or current_actor()
    shares = own_shares(unit_ids, who)
    open_ones = shares.filter(desk__in=_OPEN_TABS).order_by().values_list("desk").annotate(Count("id"))
    found = dict.fromkeys(TABS, 0) | dict(open_ones)
    for tab in (TO_APPROVE, ANSWERED):
        found[tab] = sum(_sizes(_parts(tab, shares, who)))
    return found


def page_of(tab: str, wish: Wish, page: int = 1, size: int = 50, actor: Actor | None = None) -> InboxPage:
    """One page of a tab (an unknown tab is 'to_sign'): nearest deadline first; answered ones newest first."""
    who, start = actor or current_actor(), (max(page, 1) - 1) * size
    parts = [
        _filtered(part, wish) for part in _parts(tab if tab in TABS else TO_SIGN, own_shares(wish.unit_ids, who), who)
    ]
    sizes = _sizes(parts)
    keys: list[int] = []  # first the keys, a range of an index, then the rows of this page only
    for part, length in zip(parts, sizes, strict=True):
        if start < length and len(keys) < size:
            keys += part.values_list("id", flat=True)[start : start + size - len(keys)]
        start = max(start - length, 0)
    shares = {share.pk: share for share in Assignment.objects.filter(pk__in=keys).select_related("order")}
    return InboxPage(rows_of([shares[key] for key in keys if key in shares], who), sum(sizes))


def share_row(number: str, unit_id: int | None = None, actor: Actor | None = None) -> InboxRow | None:
    """The open share of one of the actor's units in one order; None where there is none (any more)."""
    who = actor or current_actor()
    wanted = [unit_id] if unit_id in who.unit_ids else who.unit_ids
    rows = visible_assignments(who).filter(order__number=number, unit_id__in=wanted).select_related("order")
    shares = list(rows.order_by(F("ended_at").desc(nulls_first=True), "-hop", "id")[:1])
    return rows_of(shares, who)[0] if shares else None


def units_with_work(actor: Actor | None = None) -> dict[int, int]:
    """How many shares that wait for it each of the actor's units holds."""
    who = actor or current_actor()
    rows = own_shares(who.unit_ids, who).filter(desk__in=_OPEN_TABS)
    return dict(rows.order_by().values_list("unit_id").annotate(Count("id")))


def waiting_to_sign(actor: Actor) -> int:
    """How many shares nobody has signed yet, for the menu."""
    return own_shares(actor.unit_ids, actor).filter(desk=TO_SIGN).order_by().count()


def _parts(tab: str, shares: QuerySet[Assignment], actor: Actor) -> list[QuerySet[Assignment]]:
    """The shares under a tab in order: lists that follow one another, each a range of an index.

    Which tab a share stands under while it is open is written beside it by the database (``Assignment.desk``).
    """
    if tab == ANSWERED:
        since = now() - timedelta(days=ANSWERED_DAYS)
        replied = shares.filter(state=AssignmentState.REPLIED.value).exclude(role=AssignmentRole.WHISTLE.value)
        older = replied.filter(desk__in=(TO_APPROVE, ANSWERED), replied_at__lt=since)
        return [part.order_by("-replied_at", "-id") for part in (replied.filter(replied_at__gte=since), older)]
    rows = shares.filter(desk=tab).order_by(F("next_due").asc(nulls_last=True), "id")
    return [rows.filter(_to_approve(actor))] if tab == TO_APPROVE else [rows]


def _sizes(parts: list[QuerySet[Assignment]]) -> list[int]:
    return [part.order_by().count() for part in parts]


def _to_approve(actor: Actor) -> Q:
    """Replies that somebody else of the unit wrote and that a unit may approve by itself."""
    if automation().reply_approver == "supervisor" or not may_ever(actor, Action.APPROVE_REPLY):
        return Q(pk__in=[])
    return ~(Q(replied_by=actor.id) | Q(order__sensitive=True) | Q(order__group_matter=True))


def _filtered(rows: QuerySet[Assignment], wish: Wish) -> QuerySet[Assignment]:
    for word in wish.words.split()[:6]:
        rows = rows.filter(
            Q(order__title__icontains=word) | Q(order__place_hint__icontains=word) | Q(order__number__startswith=word)
        )
    if wish.urgency:
        rows = rows.filter(order__urgency=wish.urgency)
    if wish.role:
        rows = rows.filter(role=wish.role)
    if wish.light == Light.RED.value:
        rows = rows.filter(next_due__lt=now())
    elif wish.light:
        rows = rows.filter(next_due__gte=now(), next_light=wish.light)
    return rows


def rows_of(shares: list[Assignment], actor: Actor) -> tuple[InboxRow, ...]:
    """Shares with their clocks and next steps."""
    clocks = _first_clocks([share.pk for share in shares])
    watched = set(
        Supervision.objects.filter(order_id__in={share.order_id for share in shares}, ended_at__isnull=True)
        .values_list("order_id", "unit_id")
    )  # fmt: skip
    return tuple(_row(share, clocks.get(share.pk), watched, actor) for share in shares)


def _first_clocks(share_ids: list[int]) -> dict[int, Clock]:
    running = Clock.objects.filter(assignment_id__in=share_ids, stopped_at__isnull=True, paused_at__isnull=True)
    found: dict[int, Clock] = {}
    for clock in running.order_by("due_at", "id"):
        found.setdefault(clock.assignment_id or 0, clock)
    return found


def _row(share: Assignment, clock: Clock | None, watched: set[Any], actor: Actor) -> InboxRow:
    role = AssignmentRole(share.role)
    return InboxRow(
        order=row_of(share.order),
        share_id=share.pk,
        unit_id=share.unit_id,
        unit_name=name_of(share.unit_id),
        role=role,
        role_label=role.label,
        dispatched_at=share.dispatched_at,
        signed_at=share.signed_at,
        first_contact_at=share.first_contact_at,
        replied_at=share.replied_at,
        reply=share.reply,
        note=share.note,
        clock_label=ClockKind(clock.kind).label if clock else "",
        due_at=clock.due_at if clock else None,
        light=light_now(clock),
        explanation=clock.explanation if clock else "",
        next_step=next_step(share, share.order, actor),
        supervised=bool({(share.order_id, share.unit_id), (share.order_id, None)} & watched),
    )


def light_now(clock: Clock | None) -> Light:
    """The light of a running clock; red from the deadline on, also before the sweeper has come by."""
    if clock is None:
        return Light.OFF
    return Light.RED if clock.due_at < now() else Light(clock.light)


def next_step(share: Assignment, order: Order, actor: Actor) -> Step | None:
    """The one step that brings a share forward and that the actor may take; None when others are to act."""
    step = _next(share, order)
    actions = {
        Step.SIGN: Action.SIGN, Step.CONTACT: Action.RECORD_CONTACT, Step.REPLY: Action.REPLY,
        Step.ASSIST_REPLY: Action.REPLY, Step.APPROVE_REPLY: Action.APPROVE_REPLY, Step.RESUME: Action.ASK_SUSPENSION,
    }  # fmt: skip
    return step if step and decide(actor, actions[step], order.facts()) else None


def _next(share: Assignment, order: Order) -> Step | None:
    state, lead = State(order.state), share.role == _LEAD
    if share.state == AssignmentState.REPLIED.value:
        return Step.APPROVE_REPLY if lead and state is State.REPLIED else None
    if share.ended_at is not None or state not in AT_UNITS or (lead and state in UNDER_QUESTION):
        return Step.RESUME if lead and state is State.SUSPENDED and share.ended_at is None else None
    if share.signed_at is None:
        return Step.SIGN
    if share.first_contact_at is None:
        return Step.CONTACT
    return Step.REPLY if lead else Step.ASSIST_REPLY
