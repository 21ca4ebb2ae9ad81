"""The chat model improves suggestions, in the background: taken, masked, asked, checked against the words, stored beside.

Nothing of a creation waits for it. Whatever goes wrong, the embedded suggestions stand as they are. Requests that are
to be kept confidential, imported ones and forgotten ones are never sent.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog
from django.db import connection, transaction

from minhu.directory.access import as_system
from minhu.engines.chat import ChatClient, ChatModel, NoAnswer, Outcome, chat_settings
from minhu.engines.chat.reading import ask
from minhu.engines.secrets import blind_index
from minhu.intake import lexicon
from minhu.intake.models import Consultation, Erasure, Request
from minhu.intake.services.chat_keeper import SharedKeeper
from minhu.intake.services.chat_values import values_of
from minhu.kernel.clock import now
from minhu.language.advice import Advice, Answer, check
from minhu.language.advice_prompt import VERSION
from minhu.language.understanding import LONGEST
from minhu.language.veil import Veiled, veil
from minhu.ledger import services as ledger

log = structlog.get_logger("minhu.intake")
HANDS: Final = 4
EACH: Final = 16
MOST_ATTEMPTS: Final = 3
LEASE: Final = timedelta(minutes=2)
"""Whoever took a request and died is followed by another after this time."""
AGAIN: Final = timedelta(minutes=1)
YOUNG: Final = timedelta(days=1)
"""Older requests have been judged by people: no question is asked for them, and no old answer used."""
MOST_CATEGORIES: Final = 60
_LATER: Final = frozenset({Outcome.BREAKER_OPEN, Outcome.BUDGET_SPENT})
"""Ends that say nothing of the request: it is taken again, as long as it is young."""
_NEW: Final = """
INSERT INTO intake_consultation (request_id, attempts, next_at, outcome, maker)
SELECT r.id, 0, %s, '', '' FROM intake_request r
WHERE r.received_at > %s AND NOT r.confidential AND r.channel <> 'import'
  AND NOT EXISTS (SELECT 1 FROM intake_consultation c WHERE c.request_id = r.id)
ORDER BY r.received_at LIMIT %s ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Question:
    """A request's words without personal data, and the categories that come into question."""

    request_id: int
    words: Veiled
    categories: tuple[tuple[str, str], ...]
    key: bytes


def consult(model: ChatModel | None = None) -> int:
    """One round; returns how many requests were looked at. Without MINHU_CHAT_URL there is nothing to do."""
    settings = chat_settings()
    if settings is None:
        return 0
    asked = model or ChatClient(settings, SharedKeeper(settings))
    keys = claim(_NEW, EACH)
    if len(keys) > 1:
        with ThreadPoolExecutor(min(HANDS, len(keys))) as pool:
            waiting = [pool.submit(copy_context().run, _in_a_thread, asked, key) for key in keys]
            return sum(one.result() for one in waiting)
    return sum(_consult_one(asked, key) for key in keys)


def _in_a_thread(model: ChatModel, request_id: int) -> int:
    try:
        return _consult_one(model, request_id)
    finally:
        connection.close()


def claim(new: str, each: int) -> list[int]:
    """At most ``each`` requests whose turn it is, claimed for this process; no transaction stays open meanwhile.

    ``new`` is the statement that notes requests for a second view: now, from when on, how many.
    """
    moment = now()
    with transaction.atomic(), as_system():
        with connection.cursor() as cursor:
            cursor.execute(new, [moment, moment - YOUNG, each])
        due = Consultation.objects.filter(next_at__lte=moment).select_for_update(skip_locked=True)
        taken = list(due.order_by("next_at").values_list("pk", flat=True)[:each])
        Consultation.objects.filter(pk__in=taken).update(next_at=moment + LEASE)
    return taken


def _consult_one(model: ChatModel, request_id: int) -> int:
    question = _question(model, request_id)
    if question is None:
        _settle(request_id, model.maker, Outcome.UNSUPPORTED)
        return 0
    answer, outcome = _known(question), Outcome.CACHED
    try:
        if answer is None:
            answer, outcome = ask(model, question.words, question.categories), Outcome.ANSWERED
    except NoAnswer as error:
        _settle(request_id, model.maker, error.outcome, sent=len(question.words.text))
        return 0 if error.outcome in _LATER else 1
    advice = check(answer, question.words, [code for code, _ in question.categories])
    _settle(request_id, model.maker, outcome, question, answer, advice)
    return 1


def _question(model: ChatModel, request_id: int) -> Question | None:
    """What to ask about a request; None when there is nothing (any more) that may be sent."""
    with transaction.atomic(), as_system():
        row = Request.objects.filter(pk=request_id, confidential=False).first()
        if row is None or Erasure.objects.filter(request_id=request_id).exists():
            return None
        known = (row.requester_name, row.requester_phone, row.requester_phone2, row.requester_id_number, row.requester_address)  # fmt: skip
        words = veil(row.text, known)
        city = lexicon.words_of_the_city()
        ranked = city.index.predict("", words.text[:LONGEST], city.model, MOST_CATEGORIES) if city.index else []
        found = [lexicon.category_name(one.value) for one in ranked]
        categories = tuple((one.value, name) for one, name in zip(ranked, found, strict=True) if name)
    asked = "\n".join((model.maker, VERSION, *(f"{code} {name}" for code, name in categories), words.text))
    return Question(request_id, words, categories, blind_index(asked, "chat"))


def _known(question: Question) -> Answer | None:
    """The answer to the very same question of the last day."""
    with transaction.atomic(), as_system():
        found = Consultation.objects.filter(key=question.key, answer__isnull=False, made_at__gt=now() - YOUNG).first()
    return Answer.model_validate(found.answer) if found is not None else None


def _settle(
    request_id: int, maker: str, outcome: Outcome, question: Question | None = None, answer: Answer | None = None,
    advice: Advice | None = None, *, sent: int = 0,
) -> None:  # fmt: skip
    """Store what came of it; the ledger gets a line without a word of the text whenever something was sent."""
    moment = now()
    with transaction.atomic(), as_system():
        row = Consultation.objects.select_for_update().filter(pk=request_id).first()
        if row is None:
            return
        forgotten = Erasure.objects.filter(request_id=request_id).exists()
        row.outcome, row.maker, row.made_at, row.next_at = outcome.value, maker, moment, None
        if outcome in _LATER and not forgotten:
            row.next_at = moment + AGAIN
        elif answer is None and question is None and sent and not forgotten:
            row.attempts += 1
            row.next_at = moment + AGAIN * row.attempts if row.attempts < MOST_ATTEMPTS else None
        if question is not None and answer is not None and advice is not None and not forgotten:
            row.key, row.answer = question.key, answer.model_dump()
            row.advice = values_of(advice, question.words, row.request)
        row.save()
        if outcome not in _LATER | {Outcome.CACHED} and (sent or question is not None):
            length = sent or len(question.words.text if question else "")
            payload: dict[str, Any] = {"maker": maker, "outcome": outcome.value, "characters": length}
            ledger.append("model.consulted", ("request", request_id), payload)
    log.info("model_consulted", outcome=outcome.value)
