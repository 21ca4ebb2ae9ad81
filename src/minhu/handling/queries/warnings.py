"""Warnings raised by contract, for the supervision desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Q, QuerySet

from minhu.directory.access import visible_to
from minhu.handling.domain.warnings import Warned
from minhu.handling.models import ContractWarning
from minhu.handling.queries.lines import OrderRow, row_of
from minhu.handling.queries.parts import name_of
from minhu.handling.types import LIVE_STATES
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now

RECENT: Final = timedelta(days=30)
_LIVE: Final = sorted(state.value for state in LIVE_STATES)


@dataclass(frozen=True, slots=True)
class WarningRow:
    """One warning with its order; `other` is the number of the order a reply was copied from."""

    id: int
    order: OrderRow
    warned: Warned
    label: str
    detail: str
    unit_name: str
    at: datetime
    position: int
    other: str
    similarity: float | None
    settled_at: datetime | None
    settled_by: str
    settled_note: str


def warning_counts(actor: Actor | None = None, *, past: bool = False) -> dict[Warned, int]:
    """How many open warnings of each kind the actor may see; only current ones unless `past`."""
    rows = _rows(actor, settled=False, past=past).order_by().values_list("warned").annotate(Count("id"))
    found = dict(rows)
    return {warned: found.get(warned.value, 0) for warned in Warned}


def warnings_page(
    warned: Warned | None = None,
    *,
    settled: bool = False,
    past: bool = False,
    before: int | None = None,
    size: int = 50,
    actor: Actor | None = None,
) -> tuple[list[WarningRow], int | None]:
    """Warnings after the one with id `before`, what happened last first, and where the next page begins (None: the end).

    By when it happened, not by when it was noticed: an import or a demonstration brings old orders in late.
    Open ones are current (about a live order, or of the last ``RECENT``) unless `past` asks for all.
    """
    rows = _rows(actor, settled=settled, past=past)
    rows = rows.filter(warned=warned.value) if warned else rows
    if before:
        last = ContractWarning.objects.filter(pk=before).values_list("at", flat=True).first()
        rows = rows.filter(Q(at__lt=last) | Q(at=last, pk__lt=before)) if last else rows.none()
    found = list(rows.select_related("order", "other").order_by("-at", "-id")[: size + 1])
    return [_view(row) for row in found[:size]], found[size - 1].pk if len(found) > size else None


def _rows(actor: Actor | None, *, settled: bool, past: bool) -> QuerySet[ContractWarning]:
    rows = ContractWarning.objects.filter(settled_at__isnull=not settled)
    if not (settled or past):
        rows = rows.filter(Q(order__state__in=_LIVE) | Q(at__gte=now() - RECENT))
    return visible_to(
        rows, actor or current_actor(), request_field="order__request_id", units_field="order__unit_ids"
    )  # fmt: skip


def _view(row: ContractWarning) -> WarningRow:
    warned = Warned(row.warned)
    return WarningRow(
        row.pk, row_of(row.order), warned, warned.label, row.detail, name_of(row.unit_id), row.at, row.position,
        row.other.number if row.other else "", row.similarity, row.settled_at, row.settled_by, row.settled_note,
    )  # fmt: skip


__all__ = ["Warned", "WarningRow", "warning_counts", "warnings_page"]
