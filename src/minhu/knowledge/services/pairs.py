"""Questions made from published versions wait for a person; when a clause changes they wait again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import connection, transaction

from minhu.directory.policy import Action
from minhu.kernel.actors import SYSTEM, current_actor, use_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.knowledge.models import Looked, MadePair, Version
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.services.common import changing, document_for, record
from minhu.knowledge.types import LIVE, PairState
from minhu.language.papers.questions import MadeQuestion, Style, questions_of, worded
from minhu.language.papers.words import words_of

AT_ONCE: Final = 20
MAX_QUESTION: Final = 300
_LIVE: Final = [state.value for state in LIVE]
_OPEN: Final = [PairState.NEW.value, PairState.STALE.value]


def make() -> int:
    """Make questions from versions that none were made from; how many versions were done. For the loop."""
    with use_actor(SYSTEM), transaction.atomic(), reading():
        waiting = Looked.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            asked_at=None, version__state__in=_LIVE
        )
        rows = list(waiting.select_related("version").defer("version__text", "version__found")[:AT_ONCE])
        for row in rows:
            _make(row.version)
            row.asked_at = now()
            row.save(update_fields=["asked_at"])
        return len(rows)


def _make(version: Version) -> None:
    """Store what a version answers; what a person accepted before stays accepted where the words are the same."""
    made = questions_of(version.title, [row.passage for row in version.passages.all()])
    old = MadePair.objects.filter(version__document_id=version.document_id).exclude(version=version)
    before = {(pair.about, pair.detail): pair for pair in old.exclude(state=PairState.ENDED.value).order_by("id")}
    MadePair.objects.bulk_create(
        [_pair(version, one, before.get((one.about.value, one.detail))) for one in made], ignore_conflicts=True
    )
    old.update(state=PairState.ENDED.value)
    for pair in MadePair.objects.filter(version=version, state=PairState.ACCEPTED.value):
        index(pair)


def _pair(version: Version, one: MadeQuestion, before: MadePair | None) -> MadePair:
    said = "\n".join(one.words)
    questions = [worded(one, style)[:MAX_QUESTION] for style in Style]
    state, by, at = PairState.NEW, "", None
    if before is not None and before.answer == said:
        state, by, at, questions = PairState(before.state), before.reviewed_by, before.reviewed_at, before.questions
    elif before is not None and before.state in (PairState.ACCEPTED.value, PairState.STALE.value):
        state, questions = PairState.STALE, before.questions
    return MadePair(
        version=version, about=one.about.value, detail=one.detail[:200], questions=questions, answer=said,
        passages=list(one.passages), state=state.value, made_at=now(), reviewed_by=by, reviewed_at=at,
    )  # fmt: skip


def accept(pk: int, questions: Sequence[str] = ()) -> None:
    """A keeper or reviewer takes a pair, with other wordings where given; from now on it is found. Raises Invalid."""
    wordings = [one.strip()[:MAX_QUESTION] for one in questions]
    if questions and not all(wordings):
        raise Invalid("问题不能为空。", fields={"questions": "问题不能为空。"})
    with changing():
        pair = _open(pk)
        pair.questions = wordings or pair.questions
        _settle(pair, PairState.ACCEPTED)
        index(pair)


def reject(pk: int) -> None:
    """A keeper or reviewer does not want a pair; it is not proposed again while the clause stays as it is."""
    with changing():
        _settle(_open(pk), PairState.REJECTED)


def _open(pk: int) -> MadePair:
    """The pair, locked, its document the actor's to keep; raises NotFound, NotAllowed, Conflict."""
    pair = MadePair.objects.select_for_update(of=("self",)).select_related("version").filter(pk=pk).first()
    if pair is None:
        raise NotFound("没有找到这个问答，或者您无权查看。", code="no_such_pair")
    document_for(pair.version.document_id, Action.EDIT_KNOWLEDGE)
    if pair.state not in _OPEN:
        raise Conflict("已经有人审阅过了，请刷新页面查看。", code="already_reviewed")
    return pair


def _settle(pair: MadePair, state: PairState) -> None:
    pair.state, pair.reviewed_by, pair.reviewed_at = state.value, current_actor().id, now()
    pair.save(update_fields=["state", "questions", "reviewed_by", "reviewed_at"])
    record("pair_reviewed", pair.version.document_id, pair=pair.pk, state=state.value)


def index(pair: MadePair) -> None:
    """Write the words by which a pair is found: those of its wordings."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE knowledge_madepair SET words = array_to_tsvector(%s::text[]) WHERE id = %s",
            [sorted({word for question in pair.questions for word in words_of(question)}), pair.pk],
        )
