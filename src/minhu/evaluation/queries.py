"""Reads of evaluation: the three rates of a period, whole or by unit, before and after exclusions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from minhu.directory.access import visible_to
from minhu.directory.queries.rules import rate_rules
from minhu.evaluation.days import counted, whole_days
from minhu.evaluation.domain import Rates, RateWeights, Tally, rates_of
from minhu.evaluation.models import Rating
from minhu.evaluation.types import RatingChannel, RatingView, Satisfaction
from minhu.handling.queries import rated_order, visible_orders
from minhu.handling.types import State


def _visible(rows: QuerySet[Rating]) -> QuerySet[Rating]:
    return visible_to(rows, request_field="order__request_id", units_field="order__unit_ids")


@dataclass(frozen=True, slots=True)
class BothRates:
    """The same rates without and with exclusions (剔除前、剔除后), always shown together."""

    before: Rates
    after: Rates
    excluded: int


@dataclass(frozen=True, slots=True)
class UnitRates:
    """Rates of one lead unit."""

    unit_id: int
    unit_name: str
    unit_class: str
    rates: BothRates


def rate_weights() -> RateWeights:
    """The weights of the published rate rules."""
    rules = rate_rules()
    return RateWeights(
        {Satisfaction(name): weight for name, weight in rules.satisfaction_weights.items()},
        rules.response,
        rules.solution,
        rules.satisfaction,
    )


def ratings_between(start: datetime, end: datetime, **filters: object) -> QuerySet[Rating]:
    """Ratings given in ``[start, end)`` that the actor may see; ``filters`` are field look-ups."""
    rows = Rating.objects.filter(rated_at__gte=start, rated_at__lt=end, **filters)
    return _visible(rows)


_COUNTS = {
    "response_valid": Count("id", filter=Q(reached=True, responded__isnull=False)),
    "responded": Count("id", filter=Q(reached=True, responded=True)),
    "solution_valid": Count("id", filter=Q(reached=True, solved__isnull=False)),
    "solved_count": Count("id", filter=Q(reached=True, solved=True)),
    **{f"grade_{grade.value}": Count("id", filter=Q(reached=True, satisfaction=grade.value)) for grade in Satisfaction},
}


def _tally(row: Mapping[str, Any]) -> Tally:
    return Tally(
        row["response_valid"],
        row["responded"],
        row["solution_valid"],
        row["solved_count"],
        {grade: row[f"grade_{grade.value}"] for grade in Satisfaction},
    )


def _both(rows: Iterable[Mapping[str, Any]], rules: RateWeights) -> BothRates:
    """Rows come split by whether the rating is excluded (``out``)."""
    kept, dropped, excluded = Tally(), Tally(), 0
    for row in rows:
        if row["out"]:
            dropped, excluded = dropped.plus(_tally(row)), excluded + row["n"]
        else:
            kept = kept.plus(_tally(row))
    return BothRates(rates_of(kept.plus(dropped), rules), rates_of(kept, rules), excluded)


def rates(start: datetime, end: datetime, **filters: object) -> BothRates:
    """The three rates of ``[start, end)`` over everything the actor may see."""
    if not filters and (days := whole_days(start, end)):
        return _both(counted(days), rate_weights())
    rows = (
        ratings_between(start, end, **filters)
        .values(out=Q(excluded_at__isnull=False))
        .annotate(n=Count("id"), **_COUNTS)
        .order_by()
    )
    return _both(list(rows), rate_weights())


def rates_by_unit(start: datetime, end: datetime, **filters: object) -> list[UnitRates]:
    """The rates of each lead unit; in order of composite only where ranking is switched on."""
    days = None if filters else whole_days(start, end)
    rows: Iterable[Mapping[str, Any]] = (
        counted(days, by_unit=True)
        if days
        else ratings_between(start, end, **filters)
        .exclude(lead_unit=None)
        .values("lead_unit_id", "lead_unit__name", "lead_unit__unit_class", out=Q(excluded_at__isnull=False))
        .annotate(n=Count("id"), **_COUNTS)
        .order_by("lead_unit__unit_class", "lead_unit__code")
    )
    weights = rate_weights()
    grouped: dict[tuple[int, str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        key = (row["lead_unit_id"], row["lead_unit__name"], row["lead_unit__unit_class"])
        grouped[key].append(row)
    found = [UnitRates(*key, _both(part, weights)) for key, part in grouped.items()]
    if rate_rules().ranking:
        found.sort(key=lambda u: (u.unit_class, -(u.rates.after.composite or 0.0)))
    return found


def has_rated(request_id: int) -> bool:
    """Whether the requester has said on the page how the present round went."""
    order = visible_orders().filter(request_id=request_id).order_by("id").first()
    rated = rated_order(order) if order else None
    if order is None or rated is None:
        return False
    joint = None if rated.pk == order.pk else rated.pk
    rows = Rating.objects.filter(order=order, round=rated.reopen_count, channel=RatingChannel.WEB.value)
    return _visible(rows.filter(joint_with_id=joint)).exists()


def satisfaction_of(request_ids: Sequence[int]) -> tuple[int, int]:
    """How many ratings on the orders of these requests say satisfied or mostly so, and how many say anything."""
    about = Q(order__request_id__in=request_ids) | Q(joint_with__request_id__in=request_ids)
    said = list(_visible(Rating.objects.filter(about).exclude(satisfaction="")).values_list("satisfaction", flat=True))
    return sum(one in ("satisfied", "mostly") for one in said), len(said)


def awaits_word(request_id: int) -> bool:
    """Whether the requester is still to be asked: the order waits for it, and no rating of this round says how it was."""
    order = visible_orders().filter(request_id=request_id, state=State.TO_CALL_BACK.value).order_by("id").first()
    rated = rated_order(order) if order else None
    if order is None or rated is None:
        return False
    return not _visible(Rating.objects.filter(order=order, round=rated.reopen_count, reached=True)).exists()


def low_by_request(request_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Request id → ratings of its own order that say anything, and those that say dissatisfied; none where nobody did."""
    rows = _visible(
        Rating.objects.filter(order__request_id__in=list(request_ids), excluded_at=None).exclude(satisfaction="")
    )
    found: dict[int, tuple[int, int]] = {}
    for request, said in rows.values_list("order__request_id", "satisfaction"):
        rated, low = found.get(request, (0, 0))
        found[request] = rated + 1, low + (said == Satisfaction.DISSATISFIED.value)
    return found


def ratings_of(request_id: int) -> list[RatingView]:
    """All ratings on the orders of one request, also those of requesters merged into them, newest first."""
    about = Q(order__request_id=request_id) | Q(joint_with__request_id=request_id)
    rows = _visible(Rating.objects.filter(about))
    return [
        RatingView(
            r.pk,
            r.round,
            r.channel,
            r.reached,
            r.responded,
            r.solved,
            r.satisfaction,
            Satisfaction(r.satisfaction).label if r.satisfaction else "",
            r.comment,
            r.rated_at,
            r.excluded_at is not None,
            r.exclusion_reason,
            r.joint_with_id is not None,
        )
        for r in rows
    ]
