"""A city's existing knowledge base as a table: rows become drafts with an outcome each; and the way back as a table.

Columns are those of the knowledge entries in the hotline's data standard, by their usual names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from minhu.directory.policy import Action, may_ever
from minhu.engines import workbooks
from minhu.engines.readers import kinds, tables
from minhu.engines.readers.bounds import TooMuchError
from minhu.engines.readers.reading import Read
from minhu.kernel.actors import current_actor
from minhu.kernel.errors import Invalid, MinhuError, NotAllowed, Unavailable
from minhu.knowledge.models import Document, Version
from minhu.knowledge.services import editing, making
from minhu.knowledge.services.common import changing, record
from minhu.knowledge.types import EntryData, FactValues, Nature, Rights
from minhu.language.papers.cutting import cut
from minhu.language.papers.facts import facts_of, parse_day
from minhu.language.papers.types import Block, BlockKind
from minhu.ledger import services as ledger

MOST_ROWS: Final = 1_000
MOST_EXPORTED: Final = 20_000
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "title": ("标题", "知识标题", "名称"), "body": ("正文", "内容", "知识内容", "答案"), "category": ("分类代码", "叶分类", "分类"),
    "issuer": ("发文机关", "发布单位", "来源单位", "提供单位"), "nature": ("性质", "知识性质", "类型"), "keywords": ("关键词", "关键字"),
    "number": ("文号", "发文字号"), "issued": ("成文日期", "发布日期", "发文日期"), "in_force": ("施行日期", "生效日期"),
    "repealed": ("有效期至", "失效日期", "废止日期"), "address": ("来源地址", "原文地址", "原文链接"),
}  # fmt: skip
HEADER: Final = tuple(names[0] for names in COLUMNS.values())
_DATES: Final = {"issued": "成文日期", "in_force": "施行日期", "repealed": "有效期至"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one row; rows are counted as the sheet shows them. ``document_id`` is None where it was not taken."""

    row: int
    title: str
    message: str
    document_id: int | None = None


def take(content: bytes, name: str, owner_unit: int, rights: Rights) -> list[Outcome]:
    """Take the rows of a table in as drafts; each row is whole or not at all, and says why.

    Raises Invalid for a file that is no table or lacks 标题 or 正文, NotAllowed for somebody else's unit.
    """
    editing.check_may_keep(owner_unit)
    editing.check_rights(rights)
    rows = _rows(content, name)
    seen: set[str] = set()
    outcomes = []
    for at, row in rows:
        try:
            document_id = _take_row(row, seen, owner_unit, rights)
            outcomes.append(Outcome(at, row["title"], "已登记为草稿", document_id))
        except Unavailable:
            raise
        except MinhuError as error:
            about = "；".join((error.fields or {}).values())
            outcomes.append(Outcome(at, row.get("title", ""), about or error.message))
    return outcomes


def _rows(content: bytes, name: str) -> list[tuple[int, dict[str, str]]]:
    """Rows by the names of `COLUMNS`, with their place in the sheet; the first row with a title column is the header."""
    grid = grid_of(content, name)
    names = {name: key for key, many in COLUMNS.items() for name in many}
    headers = (
        (at, {names[cell]: x for x, cell in enumerate(row) if cell in names}) for at, row in enumerate(grid[:10])
    )
    start, found = next(((at, one) for at, one in headers if {"title", "body"} <= set(one)), (0, {}))
    if not found:
        raise Invalid(
            "表格里没有“标题”和“正文”两列，请对照导出的表格核对列名。",
            code="no_columns",
            fields={"file": "缺少“标题”或“正文”列"},
        )
    rows = [
        (number, {key: row[at] if at < len(row) else "" for key, at in found.items()})
        for number, row in enumerate(grid[start + 1 :], start + 2)
        if any(row)
    ]
    if len(rows) > MOST_ROWS:
        raise Invalid(f"表格有 {len(rows)} 行，一次最多 {MOST_ROWS} 行，请拆分后导入。", code="too_many_rows", fields={"file": f"最多 {MOST_ROWS} 行"})  # fmt: skip
    return rows


def grid_of(content: bytes, name: str) -> list[list[str]]:
    """The cells of the first sheet of an Excel file, or of a CSV; raises Invalid for another kind and what is hostile."""
    kind = kinds.inspect(content, name)
    if kind == kinds.CSV:
        try:
            return tables.csv_rows(kinds.decoded(content))
        except TooMuchError as error:
            raise Invalid(str(error), code="file_broken", fields={"file": str(error)}) from error
    elif kind in (kinds.XLSX, kinds.XLS):
        book = workbooks.opened(content)
        return [[tables.words(cell) for cell in row] for row in workbooks.rows_of(book, book.sheet_names[0])]
    raise Invalid("请上传 Excel 或 CSV 表格。", code="file_type", fields={"file": "请上传 Excel 或 CSV 表格"})


def _take_row(row: Mapping[str, str], seen: set[str], owner_unit: int, rights: Rights) -> int:
    title, body = row["title"].strip(), row["body"].strip()
    wrong = {}
    if not title or len(title) > making.MAX_TITLE:
        wrong["title"] = f"标题为空或超过 {making.MAX_TITLE} 字"
    elif title in seen:
        wrong["title"] = "与前面的行标题相同"
    if not body:
        wrong["body"] = "正文为空"
    days = {key: parse_day(row.get(key, "")) for key in _DATES}
    wrong |= {
        key: f"{label}“{row[key][:20]}”不是日期" for key, label in _DATES.items() if row.get(key) and not days[key]
    }
    nature = next((one for one in Nature if one.said == row.get("nature", "").strip()), None)
    if row.get("nature") and nature is None:
        wrong["nature"] = f"没有“{row['nature'][:20]}”这种性质"
    if wrong:
        raise Invalid("这一行没有导入。", fields=wrong)
    keywords = tuple(
        word for word in row.get("keywords", "").replace("，", " ").replace(",", " ").replace("、", " ").split()
    )
    entry = EntryData(nature or Nature.GUIDE, row.get("category", "").strip(), keywords, row.get("address", "").strip())
    editing.check_entry(entry)
    made = _made(title, body)
    with changing():
        if Document.objects.filter(title=title).exists():
            raise Invalid("这一行没有导入。", fields={"title": "知识库里已有同名文件"})
        version = making.add_document(made, owner_unit, rights, entry, origin="表格导入")
        _overlay(version, row, days, title)
        record("imported", version.document_id, passages=len(made.paper.passages), findings=len(made.marks))
    seen.add(title)
    return int(version.document_id)


def _made(title: str, body: str) -> making.Made:
    """A row as a paper: its title over its words; our own text needs no reading process."""
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    stored = making.keep(f"{title}\n{body}".encode(), "entry.txt")
    blocks = (Block(BlockKind.HEADING, title, 1), *(Block(BlockKind.PARAGRAPH, line) for line in lines))
    paper = cut(blocks, title)
    safe = title.replace("/", "_")[:100]
    return making.Made(
        f"{safe}.txt", stored, Read(kinds.TEXT, blocks), paper, facts_of(paper), making.checked(paper.text)
    )


def _overlay(version: Version, row: Mapping[str, str], days: Mapping[str, str], title: str) -> None:
    """What the table says of a document counts more than what was read in its words; a person confirms both."""
    values: dict[str, Any] = {"title": title}
    values |= {name: text[:most] for name, key, most in (("document_number", "number", 60), ("issuer", "issuer", 100)) if (text := row.get(key, "").strip())}  # fmt: skip
    values |= {key: day for key, day in days.items() if day}
    Version.objects.filter(pk=version.pk).update(**values)


def export(reason: str) -> list[tuple[str, ...]]:
    """Documents that the current actor may read, as rows under `HEADER`: the live version, else the newest.

    Raises Invalid without a reason or for more than `MOST_EXPORTED`, NotAllowed for who keeps no documents.
    """
    if len(reason.strip()) < 2:
        raise Invalid(
            "请填写导出用途（至少 2 个字），才能导出。", code="no_reason", fields={"reason": "请填写导出用途"}
        )
    with changing():
        if not may_ever(current_actor(), Action.EDIT_KNOWLEDGE):
            raise NotAllowed("您的岗位不能导出知识库。", code="not_allowed")
        rows = list(_lines())
        if len(rows) > MOST_EXPORTED:
            raise Invalid(f"超过 {MOST_EXPORTED} 份，没有导出。", code="too_many_rows", fields={"reason": "文件过多"})
        ledger.append(
            "knowledge.exported", ("staff", current_actor().id), {"rows": len(rows), "reason": reason.strip()[:200]}
        )
        return rows


def _lines() -> Iterator[tuple[str, ...]]:
    for document in Document.objects.order_by("id")[: MOST_EXPORTED + 1]:
        versions = list(document.versions.order_by("-number"))
        live = next((one for one in versions if one.state in ("published", "expiring")), None)
        version = live or next(iter(versions), None)
        if version is not None:
            yield _line(document, version)


def _line(document: Document, version: Version) -> tuple[str, ...]:
    values: FactValues = version.values
    body = version.text.removeprefix(values.title).strip()
    days = [str(day or "") for day in (values.issued, values.in_force, values.repealed)]
    return (
        values.title, body[:32_000], document.category_code, values.issuer, Nature(document.nature).said,
        "，".join(document.keywords), values.document_number, *days, document.address,
    )  # fmt: skip
