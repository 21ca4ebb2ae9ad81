"""The queue of questions that were not answered or not well: filled by asking and rating, settled by people.

An asking nobody answered is seen by those who keep all papers; a bad answer by those who keep the paper that it cites.
What was settled by a paper or a wording comes back when it is asked again in vain; what is not ours stays away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection, transaction

from minhu.directory.access import require
from minhu.directory.policy import Action, may_ever
from minhu.directory.queries.freshness import local_day
from minhu.directory.queries.rules import rate_rules, working_calendar
from minhu.directory.queries.staff import staff_names
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.calendar import CHINA_TIME, Duration
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
  (sign, question, complaint, trouble, times, first_at, last_at, cited_id, settled, note, settled_by, keys, terms,
   assigned_to, due)
VALUES (%s, %s, %s, %s, 1, %s, %s, %s, '', '', '', %s, %s, '', %s)
ON CONFLICT (sign) DO UPDATE SET times = q.times + 1, last_at = excluded.last_at,
  complaint = CASE WHEN excluded.complaint = '' THEN q.complaint ELSE excluded.complaint END,
  due = CASE WHEN q.settled IN ('', 'not_ours') THEN q.due ELSE excluded.due END,
  settled = CASE WHEN q.settled = 'not_ours' THEN q.settled ELSE '' END
RETURNING id
"""
_ALIKE: Final = """
SELECT sign, question FROM (
  SELECT sign, question, 2.0 * cardinality(ARRAY(SELECT unnest(terms) INTERSECT SELECT unnest(%s::varchar[])))
    / (cardinality(terms) + %s) AS likeness, settled
  FROM knowledge_openquestion WHERE terms && %s::varchar[] AND trouble = %s AND cited_id IS NOT DISTINCT FROM %s
) found WHERE likeness >= %s AND (settled <> 'not_ours' OR likeness = 1) ORDER BY likeness DESC, sign LIMIT 5
"""
LIKE: Final = 0.8
"""So much of the terms of two askings of one sort must be the same for them to wait together."""


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
    assigned_to: str
    """Account; empty where nobody has it."""
    assigned_name: str
    due: date | None
    overdue: bool


def note(asking: Asking, trouble: Trouble, document: Document | None) -> None:
    """Put an asking into the queue, together with those alike; the caller acts as the program."""
    asked = understand_question(asking.question)
    terms = sorted({one[:40] for one in asked.terms})
    cited = document.pk if document else None
    sign = hashlib.sha256(f"{trouble.value} {cited or 0} {' '.join(terms)}".encode()).hexdigest()
    keys = sorted(keeper_keys(document.owner_unit_id if document else None))
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE, [terms, len(terms), terms, trouble.value, cited, LIKE])
        near = [row[0] for row in cursor.fetchall() if understand_question(row[1]).kind is asked.kind]
        moment = now()
        row = [
            near[0] if near else sign,
            asking.question,
            asking.complaint,
            trouble.value,
            moment,
            moment,
            cited,
            keys,
            terms,
        ]
        cursor.execute(_NOTE, [*row, due_day()])
        asking.queued_id = cursor.fetchone()[0]
    asking.save(update_fields=["queued"])


def due_day() -> date:
    """The day by which a question of today is to be settled, by the published rule."""
    days = Duration(rate_rules().question_days, "working_days")
    return working_calendar().due(now(), days).at.astimezone(CHINA_TIME).date()


def waiting(
    settled: bool = False, start: int = 0, size: int = 50, *, only: str = "", trouble: str = ""
) -> tuple[list[QuestionRow], int]:
    """Questions that the current actor keeps papers for, the most asked first, and how many; ``settled``: those done.

    ``only``: mine, free (nobody has it) or late; ``trouble``: one of `Trouble`. Empty: all.
    """
    with transaction.atomic(), reading():
        rows = OpenQuestion.objects.select_related("cited")
        rows = rows.exclude(settled="") if settled else rows.filter(settled="")
        if trouble:
            rows = rows.filter(trouble=trouble)
        if only == "mine":
            rows = rows.filter(assigned_to=current_actor().id)
        elif only:
            rows = rows.filter(assigned_to="") if only == "free" else rows.filter(due__lt=local_day())
        found = list(rows[start : start + size])
        names = staff_names(one.assigned_to for one in found)
        return [_row(one, names) for one in found], rows.count()


def one(question_id: int) -> QuestionRow:
    """One question of the queue; raises NotFound for what may not be seen."""
    with transaction.atomic(), reading():
        row = OpenQuestion.objects.select_related("cited").filter(pk=question_id).first()
        if row is None:
            raise NotFound("没有找到这个问题，或者您无权处理。", code="no_such_question")
        return _row(row, staff_names([row.assigned_to]))


def count(actor: Actor) -> int:
    """How many wait for the actor: those given to him or to nobody yet."""
    with transaction.atomic(), reading(actor):
        return OpenQuestion.objects.filter(settled="", assigned_to__in=["", actor.id]).count()


def _row(one: OpenQuestion, names: Mapping[str, str]) -> QuestionRow:
    return QuestionRow(
        one.pk, one.question, one.complaint, Trouble(one.trouble), one.times, one.last_at, one.cited.pk if one.cited else None,
        one.cited.title if one.cited else "", Settled(one.settled) if one.settled else None, one.note, one.settled_by,
        one.assigned_to, names.get(one.assigned_to, one.assigned_to), one.due, bool(one.due and one.due < local_day()),
    )  # fmt: skip


def found_for(question_id: int) -> OpenQuestion:
    """A question of the queue to work on, locked; raises NotAllowed, NotFound. Call it within `reading`."""
    if not may_ever(current_actor(), Action.EDIT_KNOWLEDGE):
        raise NotAllowed("您的岗位不处理知识问题。")
    row = OpenQuestion.objects.select_for_update(of=("self",)).filter(pk=question_id).first()
    if row is None:
        raise NotFound("没有找到这个问题，或者您无权处理。", code="no_such_question")
    return row


def settle(
    question_id: int, how: Settled, said: str = "", meant: str = "", text: str = "", document: int | None = None
) -> None:
    """Say how a question was settled: by a paper (its number), by words that callers use for words of papers, or not ours.

    Raises Invalid with the field that is missing, NotFound for what may not be seen, NotAllowed.
    """
    with transaction.atomic(), reading():
        actor, row = current_actor(), found_for(question_id)
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
