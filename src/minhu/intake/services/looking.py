"""New requests are read again by meaning: danger to life and the intake class, and the category where words leave it unsure.

In the background and a few at a time; nothing of a creation waits, no suggestion changes, danger is only raised and
nobody is refused by it. An endpoint outside is asked for unsure categories only. What it finds stands beside
the suggestions like a chat model's advice (`consulting`), which goes before it where one is set. Confidential, imported
and forgotten requests are left out; an endpoint outside gets words without personal data only, and the ledger a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import structlog
from django.db import transaction

from minhu.directory.access import as_system
from minhu.directory.queries import categories
from minhu.engines.chat import Outcome, chat_settings
from minhu.engines.embedding import embedding_settings
from minhu.engines.embedding.choosing import house_embedder
from minhu.engines.embedding.judging import judged, senses_of
from minhu.engines.embedding.nearness import Seeing
from minhu.engines.embedding.types import Embedder, Unembedded
from minhu.intake import lexicon
from minhu.intake.models import Consultation, Erasure, Request
from minhu.intake.services.chat_values import LEVELS, level_of
from minhu.intake.services.consulting import AGAIN, MOST_ATTEMPTS, claim
from minhu.kernel.clock import now
from minhu.language.directions import READ
from minhu.language.intake_class import classify
from minhu.language.keywords import KeywordIndex
from minhu.language.senses import Senses
from minhu.language.types import IntakeClass
from minhu.language.urgency import assess
from minhu.language.veil import veil
from minhu.ledger import services as ledger

log = structlog.get_logger("minhu.intake")
EACH: Final = 2
"""Requests in one round of two seconds: about an eighth of a core, and enough for 80,000 requests a day."""
SURE: Final = 0.6
"""A category suggested from words with this confidence is not looked at again."""
_ONLY_UNSURE: Final = f"""
  AND NOT EXISTS (SELECT 1 FROM intake_suggestion s WHERE s.request_id = r.id AND s.field = 'category' AND s.confidence >= {SURE})"""
_NEW: Final = """
INSERT INTO intake_consultation (request_id, attempts, next_at, outcome, maker)
SELECT r.id, 0, %s, '', '' FROM intake_request r
WHERE r.received_at > %s AND NOT r.confidential AND r.channel <> 'import'
  AND NOT EXISTS (SELECT 1 FROM intake_consultation c WHERE c.request_id = r.id){only}
ORDER BY r.received_at LIMIT %s ON CONFLICT DO NOTHING
"""

_LAST: Final[list[tuple[KeywordIndex, Embedder, Seeing | None]]] = []
"""The tree that this process looked at last: looking at one takes seconds."""


@dataclass(frozen=True, slots=True)
class Look:
    """A request's words without personal data, and what its first look said of them."""

    text: str
    category_id: int | None
    unsure: bool
    """Whether words alone leave the category unsure."""
    level: str
    recommended: str


def look_again() -> int:
    """One round; always 0, so that the next one waits its time. Loads the model only when somebody's turn has come."""
    settings = embedding_settings()
    if settings is None or not settings.second_look or chat_settings() is not None:
        return 0
    embedder = house_embedder()
    if embedder is None:
        return 0
    senses = senses_of(embedder)
    for request_id in claim(_NEW.format(only="" if senses is not None else _ONLY_UNSURE), EACH):
        _look_at(embedder, senses, request_id)
    return 0


def _look_at(embedder: Embedder, senses: Senses | None, request_id: int) -> None:
    look = _words_of(request_id)
    index = lexicon.keyword_index()
    if look is None or (index is None and senses is None):
        _store(request_id, "", Outcome.UNSUPPORTED)
        return
    try:
        found = _judge(embedder, senses, look) if senses is not None else {}
        if look.unsure and index is not None:
            found |= _compare(embedder, index, look)
        outcome = Outcome.ANSWERED if found else Outcome.UNSUPPORTED
        _store(request_id, embedder.maker, outcome, found or None, _sent(embedder, look))
    except Unembedded as error:
        known = {one.value for one in Outcome}
        _store(
            request_id, "", Outcome(error.code) if error.code in known else Outcome.BROKEN, None, _sent(embedder, look)
        )


def _sent(embedder: Embedder, look: Look) -> int:
    return 0 if embedder.stays_inside else len(look.text[:READ])


def _words_of(request_id: int) -> Look | None:
    """The masked words of a request; None when there is nothing (any more) that may be read."""
    with transaction.atomic(), as_system():
        row = Request.objects.filter(pk=request_id, confidential=False).first()
        if row is None or Erasure.objects.filter(request_id=request_id).exists():
            return None
        known = (row.requester_name, row.requester_phone, row.requester_phone2, row.requester_id_number, row.requester_address)  # fmt: skip
        said = row.suggestions.filter(field="category").last()
        value = said.value if said is not None and isinstance(said.value, dict) else {}
        unsure = said is None or said.confidence < SURE
        decided = row.decisions.last()
        recommended = decided.recommended if decided is not None else ""
        return Look(veil(row.text, known).text, value.get("category_id"), unsure, level_of(row), recommended)


def _judge(embedder: Embedder, senses: Senses, look: Look) -> dict[str, Any]:
    """Danger that the first look had not found, and an intake class other than the one recommended; for a person."""
    urgency = assess(look.text)
    found = judged(look.text, urgency, classify(look.text, urgency), embedder, senses)
    values: dict[str, Any] = {}
    if found.danger and look.level != LEVELS[-1]:
        values["urgency"] = {"level": LEVELS[-1], "quote": "", "by_meaning": True}
    if found.intake.value not in (look.recommended, IntakeClass.EMERGENCY.value) and look.recommended:
        values["intake"] = {"class": found.intake.value, "confidence": round(found.sure, 3)}
    return values


def _compare(embedder: Embedder, index: KeywordIndex, look: Look) -> dict[str, Any]:
    """The category nearest in meaning as this city's value; nothing when unsure or when the words had said the same."""
    seeing = _seeing(index, embedder)
    near = seeing.near(look.text) if seeing is not None else None
    if near is None:
        return {}
    best = index.predict("", look.text, lexicon.words_of_the_city().model, 1, near)[0]
    info = categories.category_by_code(best.value)
    if info is None or best.probability < lexicon.UNSURE_BELOW or info.id == look.category_id:
        return {}
    return {
        "category": {
            "category_id": info.id, "label": info.full_name, "confidence": round(best.probability, 3), "quote": "",
        }
    }  # fmt: skip


def _seeing(index: KeywordIndex, embedder: Embedder) -> Seeing | None:
    """The tree as the embedder sees it, made anew when the directory has made another index."""
    for known, maker, seeing in _LAST:
        if known is index and maker is embedder:
            return seeing
    found = Seeing.of(index.leaves, embedder)
    _LAST[:] = [(index, embedder, found)]
    return found


def _store(request_id: int, maker: str, outcome: Outcome, advice: dict[str, Any] | None = None, sent: int = 0) -> None:
    """Keep what came of it; what failed outside is tried again a few times. The ledger hears of words that left."""
    moment = now()
    with transaction.atomic(), as_system():
        row = Consultation.objects.select_for_update().filter(pk=request_id).first()
        if row is None:
            return
        forgotten = Erasure.objects.filter(request_id=request_id).exists()
        row.outcome, row.maker, row.made_at, row.next_at = outcome.value, maker[:64], moment, None
        row.advice = None if forgotten else advice
        if outcome not in (Outcome.ANSWERED, Outcome.UNSUPPORTED) and sent and not forgotten:
            row.attempts += 1
            row.next_at = moment + AGAIN * row.attempts if row.attempts < MOST_ATTEMPTS else None
        row.save()
        if sent and outcome is not Outcome.BREAKER_OPEN:
            ledger.append(
                "model.consulted",
                ("request", request_id),
                {"maker": maker, "outcome": outcome.value, "characters": sent},
            )
    log.debug("request_looked_at_again", outcome=outcome.value)
