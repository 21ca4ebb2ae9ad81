"""What was suggested for a request and what became of it."""

from __future__ import annotations

from minhu.intake.models import IntakeDecision, Suggestion
from minhu.intake.reading import visible_request
from minhu.intake.types import DecisionView, IntakeClass, Outcome, SuggestedField, SuggestionView
from minhu.kernel.actors import Actor, current_actor


def suggestions_of(request_id: int, actor: Actor | None = None) -> tuple[SuggestionView, ...]:
    """All suggestions of a request, oldest first; raises NotFound when it may not be seen."""
    visible_request(request_id, actor or current_actor())
    return tuple(
        SuggestionView(
            row.pk, SuggestedField(row.field), row.value, row.label, row.confidence, row.basis, row.maker, row.made_at,
            Outcome(row.outcome), row.final, row.decided_by, row.decided_at,
        )
        for row in Suggestion.objects.filter(request_id=request_id)
    )  # fmt: skip


def decision_of(request_id: int, actor: Actor | None = None) -> DecisionView | None:
    """The latest intake recommendation of a request (imported ones have none); raises NotFound."""
    visible_request(request_id, actor or current_actor())
    row = IntakeDecision.objects.filter(request_id=request_id).last()
    if row is None:
        return None
    recommended, final = IntakeClass(row.recommended), IntakeClass(row.final) if row.final else None
    return DecisionView(
        recommended=recommended,
        label=recommended.label,
        reason_code=row.reason_code,
        basis=row.basis,
        wording=row.wording,
        confidence=row.confidence,
        maker=row.maker,
        final=final,
        final_label=final.label if final else "",
        final_reason=row.final_reason,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
