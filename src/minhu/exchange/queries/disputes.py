"""Disputes as staff, their citizen and their enterprise see them, and the figures of enterprises."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.exchange.domain.disputes import CONSENT, CONTACT, LIVE, Figures, News, Phase, Row, Why, figures, obstacle
from minhu.exchange.models import Dispute
from minhu.handling.queries import visible_orders
from minhu.kernel.actors import current_actor
from minhu.kernel.errors import NotFound
from minhu.kernel.labels import marked as _

__all__ = [
    "CONSENT",
    "CONTACT",
    "DisputeView",
    "Figures",
    "Line",
    "News",
    "Phase",
    "all_figures",
    "listed",
    "obstacle",
    "of_order",
    "one",
]
KINDS: Final[dict[str, str]] = {
    "asked": _("询问群众是否同意"), News.CONSENT: _("群众同意，已交企业"), News.NO_CONSENT: _("群众不同意"),
    News.OFFER: _("企业提出方案"), News.REFUSE: _("企业不愿处理"), News.ASK: _("企业请群众补充"),
    News.TELL: _("群众补充情况"), News.ACCEPT: _("群众接受方案"), News.REJECT: _("群众不接受方案"),
    News.TIME_OUT: _("时限已到"), News.SUSPENDED: _("企业被暂停"), News.TAKEN_BACK: _("热线收回"),
    News.HARM: _("涉及人身伤害或安全，转由政府办理"), News.MOVED_ON: _("诉求已另行处理"),
}  # fmt: skip
MOST_ROWS: Final = 300


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the record."""

    kind: str
    label: str
    text: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DisputeView:
    """A dispute as staff and its citizen see it."""

    uid: UUID
    number: str
    title: str
    enterprise: str
    enterprise_phone: str
    phase: Phase
    live: bool
    asked_at: datetime
    consent_at: datetime | None
    contact_allowed: bool
    offer: str
    sent_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None
    why: str
    """Why it ended without a settlement, in words; empty else."""
    satisfaction: int | None
    lines: tuple[Line, ...] = ()


def of_order(number: str) -> list[DisputeView]:
    """The disputes of an order that the current actor may see, the newest first, with their records."""
    orders = visible_orders(current_actor()).filter(number=number).values("pk")
    return [view_of(row, with_lines=True) for row in _rows().filter(order_id__in=orders)]


def one(uid: UUID) -> DisputeView:
    """One dispute with its record; raises NotFound where its order may not be seen."""
    row = _rows().filter(uid=uid, order_id__in=visible_orders(current_actor()).values("pk")).first()
    if row is None:
        raise NotFound("没有这件企业先行处理。", code="no_such_dispute")
    return view_of(row, with_lines=True)


def listed(*, ended: bool = False) -> list[DisputeView]:
    """Disputes under way, those due first; or the newest that are over. For who decides at intake or supervises."""
    rows = _rows().filter(order_id__in=visible_orders(current_actor()).values("pk"), ended_at__isnull=not ended)
    rows = rows.order_by("-ended_at") if ended else rows.order_by("due_at", "id")
    return [view_of(row) for row in rows[:MOST_ROWS]]


def all_figures(first: datetime | None = None, last: datetime | None = None) -> list[Figures]:
    """How each enterprise did with what was sent to it from ``first`` until before ``last``; all together at the end."""
    require(Action.VIEW_FIGURES)
    rows = Dispute.objects.filter(sent_at__isnull=False)
    rows = rows.filter(sent_at__gte=first) if first else rows
    rows = rows.filter(sent_at__lt=last) if last else rows
    found: dict[str, list[Row]] = defaultdict(list)
    for name, phase, why, satisfaction, sent_at, in_time in rows.values_list(
        "enterprise__name", "phase", "why", "satisfaction", "sent_at", "in_time"
    ):
        found[name].append(Row(name, Phase(phase), why, in_time, satisfaction, sent_at))
    told = [figures(name, found[name]) for name in sorted(found)]
    return [*told, figures("", [row for rows_ in found.values() for row in rows_])] if told else []


def view_of(row: Dispute, *, with_lines: bool = False) -> DisputeView:
    """A row with its enterprise and order, made ready."""
    phase = Phase(row.phase)
    lines = tuple(
        Line(entry.kind, KINDS.get(entry.kind, entry.kind), entry.text, entry.actor, entry.at)
        for entry in (row.entries.all() if with_lines else ())
    )
    return DisputeView(
        row.uid, row.order.number, row.order.title, row.enterprise.name, row.enterprise.phone, phase, phase in LIVE,
        row.asked_at, row.consent_at, row.contact_allowed, row.offer, row.sent_at, row.due_at, row.ended_at,
        Why(row.why).said if row.why else "", row.satisfaction, lines,
    )  # fmt: skip


def _rows() -> QuerySet[Dispute]:
    return Dispute.objects.select_related("order", "enterprise")
