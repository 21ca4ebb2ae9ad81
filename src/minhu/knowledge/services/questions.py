"""The queue of questions that were not answered or not well: filled by asking and rating, settled by people.

An asking nobody answered is seen by those who keep all papers; a bad answer by those who keep the paper that it cites.
What was settled by a paper or a wording comes back when it is asked again in vain; what is not ours stays away.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from minhu.directory.access import require
from minhu.directory.policy import Action, may_ever
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, NotAllowed, NotFound
from minhu.knowledge.domain.keys import PUBLIC, keeper_keys
from minhu.knowledge.models import Asking, Document, OpenQuestion, Wording
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.types import Settled, Trouble
from minhu.language.answers.question import understand_question
from minhu.ledger import services as ledger

MOST_WORDS: Final = 40
_NOTE: Final = """
INSERT INTO knowledge_openquestion AS q
  (sign, question, complaint, trouble, times, first_at, last_at, cited_id, settled, note, settled_by, keys)
VALUES (%s, %s, %s, %s, 1, %s, %s, %s, '', '', '', %s)
ON CONFLICT (sign) DO UPDATE SET times = q.times + 1, last_at = excluded.last_at,
  complaint = CASE WHEN excluded.complaint = '' THEN q.complaint ELSE excluded.complaint END,
  settled = CASE WHEN q.settled = 'not_ours' THEN q.settled ELSE '' END
"""


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question of the queue."""

    id: int
    question: str
    complaint: str
    trouble: Trouble
    times: int
    last_at: datetime
    cited_id: int | None
    cited: str
    settled: Settled | None
    note: str
    settled_by: str


def note(asking: Asking, trouble: Trouble, document: Document | None) -> None:
    """Put an asking into the queue, together with those alike; the caller acts as the program."""
    terms = sorted(understand_question(asking.question).terms)
    sign = hashlib.sha256(f"{trouble.value} {document.pk if document else 0} {' '.join(terms)}".encode()).hexdigest()
    keys = sorted(keeper_keys(document.owner_unit_id if document else None))
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE,
            [
                sign,
                asking.question,
                asking.complaint,
                trouble.value,
                now(),
                now(),
                document.pk if document else None,
                keys,
            ],
        )


def waiting(settled: bool = False, start: int = 0, size: int = 50) -> tuple[list[QuestionRow], int]:
    """Questions that the current actor keeps papers for, the most asked first, and how many; ``settled``: those done."""
    with transaction.atomic(), reading():
        rows = OpenQuestion.objects.select_related("cited")
        rows = rows.exclude(settled="") if settled else rows.filter(settled="")
        return [_row(one) for one in rows[start : start + size]], rows.count()


def _row(one: OpenQuestion) -> QuestionRow:
    return QuestionRow(
        one.pk, one.question, one.complaint, Trouble(one.trouble), one.times, one.last_at, one.cited.pk if one.cited else None,
        one.cited.title if one.cited else "", Settled(one.settled) if one.settled else None, one.note, one.settled_by,
    )  # fmt: skip


def settle(
    question_id: int, how: Settled, said: str = "", meant: str = "", text: str = "", document: int | None = None
) -> None:
    """Say how a question was settled: by a paper (its number), by words that callers use for words of papers, or not ours.

    Raises Invalid with the field that is missing, NotFound for what may not be seen, NotAllowed.
    """
    with transaction.atomic(), reading():
        actor = current_actor()
        if not may_ever(actor, Action.EDIT_KNOWLEDGE):
            raise NotAllowed("您的岗位不处理知识问题。")
        row = OpenQuestion.objects.select_for_update(of=("self",)).filter(pk=question_id).first()
        if row is None:
            raise NotFound("没有找到这个问题，或者您无权处理。", code="no_such_question")
        if how in (Settled.DOCUMENT, Settled.CORRECTED):
            row.document = _kept(document or (row.cited.pk if row.cited else None))
        elif how is Settled.WORDING:
            _teach(said.strip(), meant.strip(), actor.id)
        elif not text.strip():
            raise Invalid("请写明为什么不属于我们、该找谁。", fields={"note": "请填写理由。"})
        row.settled, row.note = how.value, text.strip()[:300]
        row.settled_by, row.settled_at = actor.id, now()
        row.save()
        ledger.append("knowledge.question_settled", ("question", row.pk), {"how": how.value, "times": row.times})


def _kept(document: int | None) -> Document:
    found = Document.objects.filter(pk=document).first() if document else None
    if found is None:
        raise Invalid("请填写能回答这个问题的文件编号。", fields={"document": "没有这份文件，或者您无权查看。"})
    require(Action.VIEW_KNOWLEDGE, found.facts())
    return found


def _teach(said: str, meant: str, by: str) -> None:
    if not (2 <= len(said) <= MOST_WORDS and 2 <= len(meant) <= MOST_WORDS) or said == meant:
        text = f"请填写群众的说法和文件的说法，各 2 到 {MOST_WORDS} 个字。"
        raise Invalid(text, fields={"said": text})
    Wording.objects.update_or_create(said=said, defaults={"meant": meant, "by": by, "at": now(), "keys": [PUBLIC]})


def reworded(words: str) -> str:
    """The question with callers' words followed by those that papers have for the same; read within `reading`."""
    for said, meant in Wording.objects.values_list("said", "meant"):
        if said in words and meant not in words:
            words = words.replace(said, f"{said}（{meant}）", 1)
    return words
