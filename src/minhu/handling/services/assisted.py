"""What became of what the assistants of urging, review and call-back proposed: counts, and the latest of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action
from minhu.directory.types import ProcessStep
from minhu.handling.models import AssistantAdvice, Supervision
from minhu.handling.types import SupervisionLevel
from minhu.intake.services.assisted import LOOKED_AT, ProposalRow, may_look
from minhu.intake.types import Outcome

WHY: Final = "counts of proposals hold nobody's words"
PROPOSALS: Final = {
    "approve": "可以通过", "reject": "建议退回重答", "invite": "发送评价邀请", "call": "由人工回访", "reopen": "建议重办",
}  # fmt: skip
_ADVISED: Final = """
SELECT step, outcome, maker, count(*), max(made_at) FROM (
  SELECT step, outcome, maker, made_at FROM handling_assistantadvice ORDER BY id DESC LIMIT %s) newest GROUP BY 1, 2, 3
"""
_URGED: Final = """
SELECT CASE WHEN receipt_at IS NOT NULL THEN 'accepted' WHEN ended_at IS NOT NULL THEN 'changed' ELSE 'pending' END,
  count(*), max(raised_at)
FROM (SELECT receipt_at, ended_at, raised_at FROM handling_supervision WHERE by_rule <> '' ORDER BY id DESC LIMIT %s) newest
GROUP BY 1
"""
RULES: Final = "rules"


@dataclass(frozen=True, slots=True)
class AdviceCount:
    """How many proposals of a step and maker ended so; of urging: answered with a receipt, ended without, still open."""

    step: ProcessStep
    outcome: Outcome
    maker: str
    count: int
    last_at: datetime


def advice_counts() -> list[AdviceCount]:
    """Outcomes of the newest proposals of the three steps; for whoever sees figures or switches assistants."""
    may_look()
    with transaction.atomic(), elevated(WHY), connection.cursor() as cursor:
        cursor.execute(_ADVISED, [LOOKED_AT])
        found = [
            AdviceCount(ProcessStep(step), Outcome(end), maker, n, last)
            for step, end, maker, n, last in cursor.fetchall()
        ]
        cursor.execute(_URGED, [LOOKED_AT])
        urged = [AdviceCount(ProcessStep.URGE, Outcome(end), RULES, n, last) for end, n, last in cursor.fetchall()]
        return found + urged


def latest_advice(step: ProcessStep, limit: int) -> list[ProposalRow]:
    """The newest proposals of a step, of orders that the actor may see."""
    require(Action.VIEW_FIGURES)
    if step is ProcessStep.URGE:
        return _urged(limit)
    rows = AssistantAdvice.objects.filter(step=step.value).select_related("order").order_by("-made_at")[:limit]
    return [
        ProposalRow(
            row.order.number, PROPOSALS.get(row.proposal, row.proposal), "".join(str(one[1]) for one in row.reasons),
            row.maker, row.made_at, Outcome(row.outcome), row.decided_by,
        )
        for row in rows
    ]  # fmt: skip


def _urged(limit: int) -> list[ProposalRow]:
    rows = Supervision.objects.exclude(by_rule="").select_related("order").order_by("-id")[:limit]
    return [
        ProposalRow(
            row.order.number, SupervisionLevel(row.level).said, row.reason, f"{RULES}/{row.by_rule}", row.raised_at,
            Outcome.ACCEPTED if row.receipt_at else Outcome.CHANGED if row.ended_at else Outcome.PENDING, row.receipt_by,
        )
        for row in rows
    ]  # fmt: skip
