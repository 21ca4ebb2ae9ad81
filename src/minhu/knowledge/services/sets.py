"""Evaluation sets are made on a page: by hand, from accepted pairs, from judged samples, from a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import IntegrityError, transaction

from minhu.directory.policy import Action, may_ever
from minhu.engines import workbooks
from minhu.engines.readers import kinds, tables
from minhu.engines.readers.bounds import TooMuchError
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, MinhuError, NotAllowed, NotFound, Unavailable
from minhu.knowledge.domain.keys import KEEPERS, PROGRAM
from minhu.knowledge.domain.quality import Judged, Origin
from minhu.knowledge.models import Document, EvalQuestion, EvalSet, MadePair, PassageRow, SampleItem
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.readers import check_reader
from minhu.knowledge.types import LIVE, PairState
from minhu.language.answers.question import LONGEST_QUESTION
from minhu.language.personal import mask_personal
from minhu.ledger import services as ledger

MOST: Final = 2_000
"""Questions of one set."""
MOST_ROWS: Final = 2_000
LONGEST_ANSWER: Final = 4_000
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "question": ("问题", "提问", "question"), "docid": ("文件编号", "docid"), "title": ("文件标题", "title"), "clause": ("条款", "clause"),
    "answer": ("标准答案", "答案", "answer"), "kind": ("类型", "kind"),
}  # fmt: skip
HEADER: Final = tuple(names[0] for names in COLUMNS.values())
_LIVE: Final = [state.value for state in LIVE]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what should come of it; ``document`` None: nothing answers it."""

    question: str
    document: int | None = None
    clause: str = ""
    answer: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one row of a file, counted as the file shows it; ``problem`` empty: taken in."""

    row: int
    question: str
    problem: str = ""


def make(name: str, reader: str, gating: bool = True) -> int:
    """Make an empty set; returns its id. Raises Invalid, Conflict for a name that is taken, NotAllowed."""
    _may()
    called = name.strip()
    if not 1 <= len(called) <= 80:
        raise Invalid("请填写名称，不超过 80 字。", fields={"name": "请填写名称，不超过 80 字"})
    check_reader(reader)
    try:
        with transaction.atomic(), reading() as keys:
            row = EvalSet.objects.create(
                name=called, reader=reader, gating=gating, made_by=current_actor().id, made_at=now(),
                keys=sorted({PROGRAM, KEEPERS} | {key for key in keys if key.startswith("k:")}),
            )  # fmt: skip
            ledger.append("knowledge.set_made", ("evalset", row.pk), {"reader": reader, "gating": gating})
            return int(row.pk)
    except IntegrityError as error:
        raise Conflict(
            "已有同名的测评集，请换一个名称。", code="same_name", fields={"name": "已有同名的测评集"}
        ) from error


def change(set_id: int, reader: str, gating: bool) -> None:
    """Change as whom a set asks and whether it is asked before publishing; raises Invalid, NotFound, NotAllowed."""
    check_reader(reader)
    with transaction.atomic(), reading():
        row = _set(set_id)
        row.reader, row.gating = reader, gating
        row.save(update_fields=["reader", "gating"])
        ledger.append("knowledge.set_changed", ("evalset", row.pk), {"reader": reader, "gating": gating})


def add(set_id: int, asked: Asked, origin: Origin = Origin.HAND) -> int:
    """Put one question into a set; returns its id. Raises Invalid with the fields that are wrong, Conflict for a double."""
    with transaction.atomic(), reading():
        row = _set(set_id)
        pk = _add(row, asked, origin)
        ledger.append("knowledge.set_filled", ("evalset", row.pk), {"origin": origin.value, "questions": 1})
        return pk


def remove(question_id: int) -> int:
    """Take a question out of its set; returns the set. Raises NotFound, NotAllowed."""
    with transaction.atomic(), reading():
        _may()
        row = EvalQuestion.objects.select_related("set").filter(pk=question_id).first()
        if row is None:
            raise NotFound("没有找到这道题，或者您无权修改。", code="no_such_question")
        found = int(row.set_id)
        row.delete()
        ledger.append("knowledge.set_emptied", ("evalset", found), {"questions": 1})
        return found


def add_pairs(set_id: int, document: int | None = None) -> int:
    """Put accepted pairs of documents in use into a set, each with its first wording; returns how many were new."""
    with transaction.atomic(), reading():
        row = _set(set_id)
        pairs = MadePair.objects.filter(state=PairState.ACCEPTED.value, version__state__in=_LIVE).select_related(
            "version"
        )
        pairs = pairs.defer("words", "version__text", "version__found")
        if document:
            pairs = pairs.filter(version__document_id=document)
        added = 0
        for pair in pairs[:MOST]:
            passage = PassageRow.objects.filter(version_id=pair.version_id, number__in=pair.passages[:1]).first()
            label = passage.label if passage and len(pair.passages) == 1 else ""
            for words in pair.questions[:1]:
                asked = Asked(words, pair.version.document_id, label, pair.answer, "pair")
                added += _add_if_new(row, asked, Origin.PAIR)
        return _filled(row, Origin.PAIR, added)


def add_sample(set_id: int, sample_id: int) -> int:
    """Put settled items of a sample into a set: right answers with their clause, and what nothing should answer.

    What was judged wrong, partly right or wrongly refused has no answer yet; somebody writes it by hand. Returns how many.
    """
    with transaction.atomic(), reading():
        row = _set(set_id)
        items = SampleItem.objects.filter(sample_id=sample_id).exclude(final="").select_related("asking__version")
        added = 0
        for item in items.defer("asking__version__text", "asking__version__found"):
            asked = _of_item(item)
            added += _add_if_new(row, asked, Origin.SAMPLE) if asked else 0
        return _filled(row, Origin.SAMPLE, added)


def _of_item(item: SampleItem) -> Asked | None:
    asking = item.asking
    if asking is None or asking.follows:
        return None
    if item.final == Judged.SHOULD_REFUSE.value or (not item.answered and item.final == Judged.RIGHT.value):
        return Asked(asking.question)
    if item.final != Judged.RIGHT.value or not item.citation or asking.version is None or asking.version_id is None:
        return None
    passage = PassageRow.objects.filter(version_id=asking.version_id, number=asking.passage).first()
    return Asked(asking.question, asking.version.document_id, passage.label if passage else "", asking.answer)


def _filled(row: EvalSet, origin: Origin, added: int) -> int:
    if added:
        ledger.append("knowledge.set_filled", ("evalset", row.pk), {"origin": origin.value, "questions": added})
    return added


def _add_if_new(row: EvalSet, asked: Asked, origin: Origin) -> int:
    if EvalQuestion.objects.filter(set=row, question=asked.question).exists():
        return 0
    _add(row, asked, origin)
    return 1


def _add(row: EvalSet, asked: Asked, origin: Origin) -> int:
    question = mask_personal(asked.question.replace("\0", "").strip())
    wrong = {}
    if not 2 <= len(question) <= LONGEST_QUESTION:
        wrong["question"] = f"问题请写 2 到 {LONGEST_QUESTION} 个字"
    if len(asked.answer) > LONGEST_ANSWER:
        wrong["answer"] = f"标准答案请不超过 {LONGEST_ANSWER} 个字"
    if asked.document is not None and not Document.objects.filter(pk=asked.document).exists():
        wrong["document"] = "没有这份文件，或者您无权查看"
    if asked.document is None and (asked.answer.strip() or asked.clause.strip()):
        wrong["document"] = "有标准答案或条款时请写文件编号；不该有答案的题两项都留空"
    if asked.document is not None and not (asked.answer.strip() or asked.clause.strip()):
        wrong["answer"] = "请写标准答案或条款，否则无从判断对错"
    if wrong:
        raise Invalid("这道题没有加入。", fields=wrong)
    if row.questions.count() >= MOST:
        raise Invalid(f"一个测评集最多 {MOST} 题，请另建一个。", fields={"question": f"已满 {MOST} 题"})
    try:
        with transaction.atomic():
            made = EvalQuestion.objects.create(
                set=row, question=question, document_id=asked.document, clause=asked.clause.strip()[:120],
                answer=asked.answer.strip(), kind=asked.kind.strip()[:40], origin=origin.value, added_by=current_actor().id, added_at=now(),
            )  # fmt: skip
    except IntegrityError as error:
        text = "这道题已在测评集里"
        raise Conflict("这道题没有加入。", code="double", fields={"question": text}) from error
    return int(made.pk)


def take(set_id: int, content: bytes, name: str) -> list[Outcome]:
    """Take the rows of an XLSX, CSV or JSONL file into a set; each row is whole or not at all and says why.

    Columns: question, docid (number) or title of the document, clause, answer, kind. Raises Invalid for another file.
    """
    rows = _json_lines(content) if name.lower().endswith((".jsonl", ".ndjson")) else _table(content, name)
    if len(rows) > MOST_ROWS:
        raise Invalid(
            f"文件有 {len(rows)} 行，一次最多 {MOST_ROWS} 行，请拆分。", fields={"file": f"最多 {MOST_ROWS} 行"}
        )
    outcomes = []
    with transaction.atomic(), reading():
        row = _set(set_id)
        for at, given in rows:
            try:
                _add(row, _asked(given), Origin.FILE)
                outcomes.append(Outcome(at, given.get("question", "")[:80]))
            except Unavailable:
                raise
            except MinhuError as error:
                problem = "；".join((error.fields or {}).values()) or error.message
                outcomes.append(Outcome(at, given.get("question", "")[:80], problem))
        _filled(row, Origin.FILE, sum(not one.problem for one in outcomes))
    return outcomes


def _asked(given: Mapping[str, str]) -> Asked:
    number, title = given.get("docid", "").strip(), given.get("title", "").strip()
    document = int(number) if number.isascii() and number.isdecimal() and len(number) < 12 else None
    if number and document is None:
        raise Invalid("这道题没有加入。", fields={"docid": f"文件编号“{number[:20]}”不是数字"})
    if document is None and title:
        document = Document.objects.filter(title=title).values_list("pk", flat=True).first()
        if document is None:
            raise Invalid("这道题没有加入。", fields={"title": f"没有《{title[:40]}》，或者您无权查看"})
    return Asked(
        given.get("question", ""), document, given.get("clause", ""), given.get("answer", ""), given.get("kind", "")
    )


def _json_lines(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """Rows of JSON lines; lines of papers, as an exported set has them, are passed over."""
    try:
        lines = content.decode("utf-8-sig").split("\n")
    except UnicodeError as error:
        raise Invalid("文件不是 UTF-8 编码，请另存后再导入。", fields={"file": "请用 UTF-8 编码"}) from error
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            given: Any = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Invalid(
                f"第 {number} 行不是有效的 JSON。", fields={"file": f"第 {number} 行不是有效的 JSON"}
            ) from error
        if not isinstance(given, dict):
            raise Invalid(f"第 {number} 行应为一个对象。", fields={"file": f"第 {number} 行应为一个对象"})
        if "question" in given:
            rows.append((number, {key: str(given[key]) for key in COLUMNS if given.get(key) is not None}))
    return rows


def _table(content: bytes, name: str) -> list[tuple[int, dict[str, str]]]:
    kind = kinds.inspect(content, name)
    try:
        if kind == kinds.CSV:
            grid = tables.csv_rows(kinds.decoded(content))
        elif kind in (kinds.XLSX, kinds.XLS):
            book = workbooks.opened(content)
            grid = [[tables.words(cell) for cell in row] for row in workbooks.rows_of(book, book.sheet_names[0])]
        else:
            raise Invalid("请上传 Excel、CSV 或 JSONL 文件。", fields={"file": "请上传 Excel、CSV 或 JSONL 文件"})
    except TooMuchError as error:
        raise Invalid(str(error), fields={"file": str(error)}) from error
    names = {name: key for key, many in COLUMNS.items() for name in many}
    found = {names[cell.strip()]: at for at, cell in enumerate(grid[0] if grid else []) if cell.strip() in names}
    if "question" not in found:
        raise Invalid("表格第一行没有“问题”一列，请对照导出的表格。", fields={"file": "缺少“问题”列"})
    return [
        (number, {key: row[at] if at < len(row) else "" for key, at in found.items()})
        for number, row in enumerate(grid[1:], 2)
        if any(row)
    ]


def _set(set_id: int) -> EvalSet:
    _may()
    row = EvalSet.objects.select_for_update().filter(pk=set_id).first()
    if row is None:
        raise NotFound("没有找到这个测评集，或者您无权修改。", code="no_such_set")
    return row


def _may() -> None:
    if not may_ever(current_actor(), Action.EDIT_KNOWLEDGE):
        raise NotAllowed("您的岗位不维护测评集。", code="no_sets")
