"""An answer put into words by the house's chat model, where the city switched that on; otherwise, and always in the end,
the answer as it was extracted.

Sent are a masked question and passages of public papers only; waited is three seconds at most, in a thread with a
connection of its own, so that budget and breaker are settled whatever becomes of the caller's transaction and no lock is
held meanwhile. Nothing is shown while it is being written: a sentence that is not checked yet is not an answer.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass
from typing import Final

import structlog
from django.db import connection

from minhu.directory.queries.rules import automation
from minhu.engines.chat import ChatModel, NoAnswer, Outcome
from minhu.engines.chat.drafting import draft, to_send
from minhu.engines.chat.house import house_model
from minhu.kernel.actors import Actor
from minhu.knowledge.models import Version
from minhu.knowledge.types import Audience
from minhu.language.answers.answering import Reading
from minhu.language.answers.drafting import Draft, Source, drafted, sources_of
from minhu.language.answers.types import Answer
from minhu.language.veil import Veiled

log = structlog.get_logger("minhu.knowledge")
SECONDS: Final = 3.0
AT_ONCE: Final = 4
"""Questions of one process that may wait for the model; further ones are answered at once, as extracted."""
_GRACE: Final = 0.5
_free = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask the model about one answer."""

    model: ChatModel
    words: Veiled
    sources: tuple[Source, ...]
    reading: Reading
    extracted: Answer


@dataclass(frozen=True, slots=True)
class Worded:
    """What came of it: ``answer`` as it is said; ``maker`` is empty where the words are the extracted ones.

    ``tried``: the model that was sent ``characters``, with the ``outcome``; empty where nothing left the house.
    """

    answer: Answer
    maker: str = ""
    tried: str = ""
    outcome: str = ""
    characters: int = 0


def plan(actor: Actor, extracted: Answer, read: Reading) -> Plan | None:
    """What to ask; None where nobody is to be asked. Call it within `reach.reading`."""
    rules = automation()
    wanted = rules.draft_for_staff if actor.kind == "staff" else rules.draft_for_public
    if not wanted or extracted.not_found is not None or read.evidence is None or not extracted.citations:
        return None
    model = house_model(SECONDS)
    if model is None or extracted.citations[0].key != read.evidence.best.sheet.key:
        return None
    found = sources_of(read.ranked, [(read.evidence.best, passage) for passage, _, _ in read.parts])
    sources = _public(found)
    if read.evidence.best.sheet.key not in {one.ranked.sheet.key for one in sources}:
        return None
    return Plan(model, to_send(read.query.words, sources), sources, read, extracted)


def word(plan: Plan) -> Worded:
    """The answer in the model's words as far as its passages bear them out, else as extracted; ends within seconds."""
    if not _free.acquire(blocking=False):
        return Worded(plan.extracted)
    told: Future[Answer] = Future()
    context = copy_context()
    threading.Thread(target=context.run, args=(_ask, plan, told), daemon=True).start()
    maker, length = plan.model.maker, len(plan.words.text)
    try:
        answer, outcome = told.result(SECONDS + _GRACE), Outcome.ANSWERED
    except NoAnswer as error:
        answer, outcome = plan.extracted, error.outcome
    except TimeoutError:
        answer, outcome = plan.extracted, Outcome.TIMEOUT
    log.info("answer_drafted", outcome=outcome.value)
    if outcome in (Outcome.BREAKER_OPEN, Outcome.BUDGET_SPENT):
        return Worded(answer)
    return Worded(answer, maker if outcome is Outcome.ANSWERED else "", maker, outcome.value, length)


def _ask(plan: Plan, told: Future[Answer]) -> None:
    def judge(found: Draft) -> Answer | None:
        return drafted(plan.extracted, plan.reading.query, found, plan.sources)

    try:
        told.set_result(draft(plan.model, plan.words, judge))
    except NoAnswer as error:
        told.set_exception(error)
    except BaseException:
        told.set_exception(NoAnswer(Outcome.BROKEN))
        log.exception("draft_failed")
        raise
    finally:
        _free.release()
        connection.close()


def _public(sources: Sequence[Source]) -> tuple[Source, ...]:
    """Those of papers that anybody may read: nothing else is sent to a model, wherever it runs."""
    ids = {int(one.ranked.sheet.key) for one in sources}
    rows = Version.objects.filter(pk__in=ids, document__audience=Audience.PUBLIC.value).values_list("pk", flat=True)
    public = {str(pk) for pk in rows}
    return tuple(one for one in sources if one.ranked.sheet.key in public)
