"""What the assistants propose at the present step of an order."""

from __future__ import annotations

from dataclasses import dataclass

from minhu.directory.types import ProcessStep
from minhu.handling.models import AssistantAdvice
from minhu.intake.types import Outcome


@dataclass(frozen=True, slots=True)
class AdviceView:
    """A proposal that waits for a person; each reason with its place in the reply, (0, 0) for none."""

    step: ProcessStep
    proposal: str
    reasons: tuple[tuple[str, str, int, int], ...]


def waiting_advice(order_id: int) -> list[AdviceView]:
    """Proposals on which nobody has decided yet; the actor of the transaction sees those of orders he may see."""
    rows = AssistantAdvice.objects.filter(order_id=order_id, outcome=Outcome.PENDING.value)
    return [AdviceView(ProcessStep(row.step), row.proposal, tuple(_reason(one) for one in row.reasons)) for row in rows]


def _reason(kept: list[object]) -> tuple[str, str, int, int]:
    code, words, *span = kept
    start, end = (int(str(one)) for one in span) if len(span) == 2 else (0, 0)
    return str(code), str(words), start, end
