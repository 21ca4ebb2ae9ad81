"""A question answered from the papers that whoever asks may read, with the clause that says it, or 'not found'.

The one path of the desk, the public page, the window, programs and tools. The words of a question are looked up and
recorded masked; nothing in them is ever carried out.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Final

from django.db import transaction
from django.db.models import F

from minhu.directory.access import as_system
from minhu.engines.expiry import Expiring
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid
from minhu.kernel.storable import storable
from minhu.knowledge.domain.keys import keeper_keys
from minhu.knowledge.models import Asking, Document, PassageRow, Version
from minhu.knowledge.queries.narrowing import versions_within
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.shown import Answered, Back, Choice, Clause, Narrow, Near
from minhu.knowledge.queries.store import PaperStore
from minhu.knowledge.services import drafting, entries, tree_answers
from minhu.knowledge.services.questions import note, reworded
from minhu.knowledge.services.seeing import house_eyes, maker_of
from minhu.knowledge.types import Door, Hit, Outcome, State, Tone, Trouble
from minhu.language.answers import tones as voices
from minhu.language.answers.answering import Eyes, Reading, answer
from minhu.language.answers.asking import AskBack, ask_back
from minhu.language.answers.dialogue import Said, Turn, hear
from minhu.language.answers.question import LONGEST_QUESTION
from minhu.language.answers.several import joined, missed
from minhu.language.answers.tones import say
from minhu.language.answers.types import Answer, Citation, Kind, NotFound, Ranked
from minhu.language.personal import mask_personal
from minhu.ledger import services as ledger

MOST_EARLIER: Final = 5
ASKINGS: Final = Expiring("knowledge_asking", "t.at", "true", "concat_ws(' ', t.id, t.at, t.outcome)")
"""Questions whose time is over."""
MOST_HITS: Final = 10
_NEAREST: Final = 3
_NO_MATTER: Final = (NotFound.EMPTY, NotFound.NOT_A_QUESTION, NotFound.PERSON, NotFound.CONDITION)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came: through which door, in which tone to answer, what was asked before it (oldest first)."""

    words: str
    door: Door
    tone: Tone = Tone.SHORT
    earlier: tuple[str, ...] = ()
    narrow: Narrow = Narrow()


def ask(asked: Asked, *, record: bool = True) -> Answered:
    """Answer for the current actor. ``record``: keep what was asked (left out while somebody is still typing).

    Raises Invalid for an empty or too long question. What is public anybody may ask for; all else follows the keys.
    """
    actor = current_actor()
    asked = _checked(asked)
    begun = time.perf_counter()
    eyes = house_eyes()
    with transaction.atomic():
        with reading(actor) as keys:
            store = PaperStore(keys, versions_within(asked.narrow), maker=maker_of(eyes))
            turn = hear(asked.earlier, asked.words, store)
            answers, reads = _answers(turn, store, eyes, asked.narrow)
            led = tree_answers.lead(turn.questions[0].words) if len(reads) == 1 and not asked.narrow else None
            answers = [tree_answers.settled(one, led) for one in answers]
            plans = [drafting.plan(actor, *one) if record else None for one in zip(answers, reads, strict=False)]
        # Outside of the reader's keys: while a model is waited for, nothing is open that it could read.
        worded = [drafting.word(one) if one else None for one in plans]
        found = joined([one.answer if one else answer for one, answer in zip_longest(worded, answers)])
        with reading(actor):
            clauses = _clauses(found.citations)
            hits = _hits(reads[0].ranked) if reads else ()
            nearest = [one.sheet.key for one in reads[0].ranked[:_NEAREST]] if reads else []
            near = _near(nearest if not clauses else found.others)
        back = ask_back(reads[0]) if len(reads) == 1 else None
        got = _worded(asked, turn.understood, found, back, clauses, _engine(reads))
        lost = missed([one.words for one in turn.questions], answers) if reads else ()
        got = tree_answers.asked_back(entries.disputes_told(got), led)
        got = replace(got, near=near, hits=hits, emergency=turn.services, missed=lost)
        if makers := [one.maker for one in worded if one and one.maker]:
            got = replace(got, maker=makers[0], engine=makers[0])
        got = replace(got, milliseconds=round((time.perf_counter() - begun) * 1000))
        return _recorded(asked, got, found, actor, [one for one in worded if one]) if record else got


def _engine(reads: Sequence[Reading]) -> str:
    """What answered: the model that read the first question."""
    if not reads:
        return ""
    card = reads[0].model.card
    return f"{card.get('version', '')}{' seeing' if 'embedder' in card else ''}"


def _answers(turn: Turn, store: PaperStore, eyes: Eyes | None, narrow: Narrow) -> tuple[list[Answer], list[Reading]]:
    """What each question of a turn is answered, and what it was read from; nothing is read for small talk."""
    if turn.said is not Said.QUESTION:
        reason = NotFound.PERSON if turn.said is Said.PERSON else NotFound.NOT_A_QUESTION
        return [Answer("", Kind.WHAT, 0.0, not_found=reason)], []
    found = [answer(reworded(one.words), store, eyes=eyes, about=one.paper) for one in turn.questions]
    if narrow:
        return [one for one, _ in found], [read for _, read in found]
    accepted = [
        entries.accepted_instead(one, asked.words) for (one, _), asked in zip(found, turn.questions, strict=True)
    ]
    return accepted, [read for _, read in found]


def _checked(asked: Asked) -> Asked:
    words = storable(asked.words)
    if not words:
        raise Invalid("请写出您想了解的问题。", fields={"question": "请写出您想了解的问题。"})
    if len(words) > LONGEST_QUESTION:
        text = f"问题请不超过 {LONGEST_QUESTION} 个字。"
        raise Invalid(text, fields={"question": text})
    before = [storable(one)[:LONGEST_QUESTION] for one in asked.earlier]
    earlier = tuple(one for one in before if one)[-MOST_EARLIER:]
    return replace(asked, words=words, earlier=earlier)


def _worded(
    asked: Asked, understood: str, found: Answer, back: AskBack | None, clauses: tuple[Clause, ...], model: str
) -> Answered:
    answered = found.not_found is None and bool(clauses)
    reason = "" if answered else (found.not_found or NotFound.UNSUPPORTED)
    tones = tuple((tone, say(found, voices.Tone(tone.value))) for tone in Tone) if answered else ()
    return Answered(
        question=asked.words, understood=understood, outcome=Outcome.ANSWERED if answered else Outcome.NOT_FOUND,
        said=dict(tones)[asked.tone] if answered else say(Answer("", found.kind, 0.0, not_found=NotFound(reason))),
        words=found.text if answered else "", clauses=clauses if answered else (), near=(), reason=str(reason),
        confidence=round(found.confidence, 3), engine=f"extract {model}".strip(), milliseconds=0, tones=tones,
        back=_choices(understood, back) if reason not in _NO_MATTER else None,
    )  # fmt: skip


def _choices(understood: str, back: AskBack | None) -> Back | None:
    """What to ask back, each meaning as the complete question that it makes."""
    if back is None:
        return None
    whole = understood.rstrip("？?。！! ")
    return Back(back.question, tuple(Choice(one.label, f"{whole}（{one.words}）") for one in back.options))


def _clauses(citations: Sequence[Citation]) -> tuple[Clause, ...]:
    """Each citation with its passage around it and the facts of its version; the reader's keys hold here too."""
    ids = [int(one.key) for one in citations]
    versions = {one.pk: one for one in Version.objects.filter(pk__in=ids).defer("text", "found")}
    found = []
    for one in citations:
        version = versions.get(int(one.key))
        row = PassageRow.objects.filter(version_id=int(one.key), number=one.passage).first()
        if version is not None and row is not None:
            found.append(_clause(one, version, row))
    return tuple(found)


def _clause(one: Citation, version: Version, row: PassageRow) -> Clause:
    passage = row.passage
    begin, finish = one.start - passage.start, one.end - passage.start
    return Clause(
        document_id=version.document_id, version_id=version.pk, title=version.title, passage=passage.number,
        label=passage.label, path=passage.path, before=passage.text[:begin], words=passage.text[begin:finish],
        after=passage.text[finish:], context=passage.context, cells=passage.cells, start=one.start, end=one.end,
        page=passage.page, document_number=version.document_number, issuer=version.issuer, validity=version.validity,
        in_force=version.in_force, repealed=version.repealed,
    )  # fmt: skip


def _hits(ranked: Sequence[Ranked]) -> tuple[Hit, ...]:
    """The best passage of each of the best papers."""
    best = [(int(one.sheet.key), one.passages[0], one.score) for one in ranked[:MOST_HITS] if one.passages]
    rows = Version.objects.filter(pk__in=[key for key, _, _ in best]).defer("text", "found")
    versions = {one.pk: one for one in rows}
    return tuple(
        Hit(
            document_id=version.document_id, version_id=key, title=version.title, passage=passage, score=round(score, 3),
            document_number=version.document_number, issuer=version.issuer, state=State(version.state),
            validity=version.validity, in_force=version.in_force, repealed=version.repealed,
        )
        for key, (passage, _), score in best
        if (version := versions.get(key)) is not None
    )  # fmt: skip


def _near(version_ids: Sequence[str]) -> tuple[Near, ...]:
    rows = Version.objects.filter(pk__in=[int(one) for one in version_ids]).values_list("pk", "document_id", "title")
    found = {str(pk): Near(document, title) for pk, document, title in rows}
    return tuple(found[one] for one in version_ids if one in found)


def _alone(got: Answered) -> str:
    """What was said in words of the paper that is cited first: its keepers may not read the others."""
    own = [one for one in got.clauses if one.document_id == got.clauses[0].document_id]
    return got.words if len(own) == len(got.clauses) else "\n".join(one.words for one in own)


def _recorded(asked: Asked, got: Answered, found: Answer, actor: Actor, worded: Sequence[drafting.Worded]) -> Answered:
    """Keep the question masked, and what came of it, for those who keep the document that was cited."""
    with as_system(), reading():
        clause = got.clauses[0] if got.clauses else None
        document = Document.objects.filter(pk=clause.document_id).first() if clause else None
        row = Asking.objects.create(
            at=now(), door=asked.door.value, staff=actor.id if actor.kind == "staff" else "",
            question=mask_personal(asked.words)[:500], follows=mask_personal(asked.earlier[-1])[:500] if asked.earlier else "",
            engine=got.engine[:40], outcome=got.outcome.value, reason=got.reason, confidence=found.confidence,
            milliseconds=got.milliseconds, version_id=clause.version_id if clause else None,
            passage=clause.passage if clause else 0, start=clause.start if clause else 0, end=clause.end if clause else 0,
            category_code=document.category_code if document else "", answer=_alone(got)[:4000],
            keys=sorted(keeper_keys(document.owner_unit_id if document else None)),
        )  # fmt: skip
        if got.outcome is Outcome.NOT_FOUND and got.reason not in _NO_MATTER:
            note(row, Trouble.UNANSWERED, None)
        if document is not None:
            Document.objects.filter(pk=document.pk).update(cited=F("cited") + 1)
        for one in worded:
            if one.tried:
                payload = {"maker": one.tried, "outcome": one.outcome, "characters": one.characters}
                ledger.append("model.consulted", ("asking", row.pk), payload)
    return replace(got, token=str(row.token))
