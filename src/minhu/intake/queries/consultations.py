"""What a chat model advised on a request, and how its questions of a day ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from minhu.intake.models import ChatCount, Consultation
from minhu.intake.reading import visible_request
from minhu.kernel.actors import Actor, current_actor


@dataclass(frozen=True, slots=True)
class ConsultationView:
    """Advice beside the embedded suggestions; `values` as `intake.services.chat_values` stores them."""

    maker: str
    made_at: datetime | None
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChatDayView:
    """Questions of a day that ended in one way."""

    outcome: str
    questions: int
    tokens: int
    milliseconds: int


def consultation_of(request_id: int, actor: Actor | None = None) -> ConsultationView | None:
    """The advice on a request, None where there is none; raises NotFound when it may not be seen."""
    visible_request(request_id, actor or current_actor())
    row = Consultation.objects.filter(pk=request_id, advice__isnull=False).first()
    return ConsultationView(row.maker, row.made_at, row.advice or {}) if row is not None else None


def chat_counts(day: date) -> tuple[ChatDayView, ...]:
    """How the questions of a day ended."""
    return tuple(
        ChatDayView(row.outcome, row.questions, row.tokens, row.milliseconds)
        for row in ChatCount.objects.filter(day=day).order_by("outcome")
    )
