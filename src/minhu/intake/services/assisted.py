"""What became of what the assistants proposed about requests: counts without any citizen's word, and the latest of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import F

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action, may_ever
from minhu.intake.models import IntakeDecision, Suggestion
from minhu.intake.types import IntakeClass, Outcome, SuggestedField
from minhu.kernel.actors import current_actor

WHY: Final = "counts of proposals hold nobody's words"
LOOKED_AT: Final = 20_000
"""So many of the newest proposals are counted: the same cost however many there ever were."""
_SUGGESTED: Final = """
SELECT field, outcome, maker, count(*), max(made_at) FROM (
  SELECT field, outcome, maker, made_at FROM intake_suggestion ORDER BY id DESC LIMIT %s) newest GROUP BY 1, 2, 3
"""
_DECIDED: Final = """
SELECT CASE WHEN final = '' THEN 'pending' WHEN decided_by = 'system' THEN 'automatic'
    WHEN final = recommended THEN 'accepted' ELSE 'changed' END, maker, count(*), max(made_at)
FROM (SELECT final, recommended, decided_by, maker, made_at FROM intake_intakedecision ORDER BY id DESC LIMIT %s) newest
GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class ProposalCount:
    """How many proposals of one kind and maker ended so; ``field`` is empty for recommendations about intake."""

    field: str
    outcome: Outcome
    maker: str
    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """One proposal of an assistant: on which request or order (empty: none), what and why, and what a person made of it."""

    number: str
    proposed: str
    basis: str
    maker: str
    made_at: datetime
    outcome: Outcome
    decided_by: str


def proposal_counts() -> list[ProposalCount]:
    """Outcomes of the newest proposals by field and maker; for whoever sees figures or switches assistants."""
    may_look()
    with transaction.atomic(), elevated(WHY), connection.cursor() as cursor:
        cursor.execute(_SUGGESTED, [LOOKED_AT])
        found = [ProposalCount(field, Outcome(end), maker, n, last) for field, end, maker, n, last in cursor.fetchall()]
        cursor.execute(_DECIDED, [LOOKED_AT])
        return found + [ProposalCount("", Outcome(end), maker, n, last) for end, maker, n, last in cursor.fetchall()]


def latest_proposals(fields: Iterable[SuggestedField], limit: int) -> list[ProposalRow]:
    """The newest proposals about these fields, of requests that the actor may see; the latest made first."""
    require(Action.VIEW_FIGURES)
    rows = Suggestion.objects.filter(field__in=[one.value for one in fields]).order_by("-id")
    columns = ("label", "basis", "maker", "made_at", "outcome", "decided_by")
    found = [
        ProposalRow(row["number"], row["label"], row["basis"], row["maker"], row["made_at"], Outcome(row["outcome"]), row["decided_by"])
        for row in rows.values(*columns, number=F("request__number"))[:limit]
    ]  # fmt: skip
    return _latest_first(found)


def latest_recommendations(limit: int) -> list[ProposalRow]:
    """The newest recommendations about intake, of requests that the actor may see; the latest made first."""
    require(Action.VIEW_FIGURES)
    found = [
        ProposalRow(
            row.request.number, IntakeClass(row.recommended).said, row.basis, row.maker, row.made_at,
            _end_of(row), row.decided_by,
        )
        for row in IntakeDecision.objects.select_related("request").order_by("-id")[:limit]
    ]  # fmt: skip
    return _latest_first(found)


def _latest_first(rows: list[ProposalRow]) -> list[ProposalRow]:
    """By when they were made: an import brings old requests last."""
    return sorted(rows, key=lambda row: row.made_at, reverse=True)


def may_look() -> None:
    """Figures of assistants are for whoever sees figures, and for the administrator who switches them."""
    if not may_ever(current_actor(), Action.SWITCH_ASSISTANTS):
        require(Action.VIEW_FIGURES)


def _end_of(row: IntakeDecision) -> Outcome:
    if not row.final:
        return Outcome.PENDING
    if row.decided_by == "system":
        return Outcome.AUTOMATIC
    return Outcome.ACCEPTED if row.final == row.recommended else Outcome.CHANGED
