"""Registered enterprises: the administrator's list, and the one that a matter is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from minhu.directory.queries.areas import area_info
from minhu.directory.queries.categories import category_info
from minhu.directory.queries.freshness import local_day
from minhu.exchange.domain.enterprises import Known, meant
from minhu.exchange.models import Enterprise
from minhu.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class EnterpriseView:
    """An enterprise as staff see it."""

    id: int
    credit_code: str
    name: str
    aliases: tuple[str, ...]
    category_codes: tuple[str, ...]
    area_codes: tuple[str, ...]
    contact: str
    phone: str
    answer_days: int
    valid_from: date
    valid_until: date | None
    suspended: bool
    live: bool
    """It answers today: within its dates and not suspended."""


@dataclass(frozen=True, slots=True)
class Meant:
    """The enterprise that a matter is about, for the agent to confirm with the citizen."""

    enterprise: EnterpriseView
    confidence: float
    words: str


def listed() -> list[EnterpriseView]:
    """All enterprises by name."""
    return [_view(row) for row in Enterprise.objects.all()]


def card(enterprise_id: int) -> EnterpriseView:
    """One enterprise; raises NotFound."""
    row = Enterprise.objects.filter(pk=enterprise_id).first()
    if row is None:
        raise NotFound("没有这家企业。", code="no_such_enterprise")
    return _view(row)


def about(text: str, area_code: str = "", category_id: int | None = None) -> Meant | None:
    """The enterprise that answers today which ``text`` complains about; None where no rule is sure enough."""
    today = local_day()
    live = Q(suspended=False, valid_from__lte=today) & (Q(valid_until=None) | Q(valid_until__gte=today))
    rows = {row.pk: row for row in Enterprise.objects.filter(live)}
    if not rows:
        return None
    area, category = area_info(area_code), category_info(category_id)
    known = (
        Known(row.pk, (row.name, *row.aliases), tuple(row.area_codes), tuple(row.category_codes))
        for row in rows.values()
    )
    found = meant(text[:2000], known, area.path if area else (), category.path if category else ())
    return Meant(_view(rows[found.id]), found.confidence, found.words) if found else None


def _view(row: Enterprise) -> EnterpriseView:
    today = local_day()
    live = not row.suspended and row.valid_from <= today and (row.valid_until is None or row.valid_until >= today)
    return EnterpriseView(
        row.pk, row.credit_code, row.name, tuple(row.aliases), tuple(row.category_codes), tuple(row.area_codes),
        row.contact, row.phone, row.answer_days, row.valid_from, row.valid_until, row.suspended, live,
    )  # fmt: skip
