"""Word documents: headings by style or outline, automatic numbers, tables with merged cells, footnotes at their place."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any, Final

import docx
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml import etree

from minhu.engines.archives import DAMAGED
from minhu.engines.readers import bounds
from minhu.engines.readers.numbering import Numbering
from minhu.kernel.errors import Invalid
from minhu.language.papers.types import Block, BlockKind

_HEADING_STYLE: Final = re.compile(r"(?:heading|标题)\s*(\d)$", re.IGNORECASE)
_TITLE_STYLES: Final = frozenset({"title", "标题", "文件标题"})
_CAPTION_STYLES: Final = frozenset({"caption", "题注"})
_UNSEEN: Final = frozenset({qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), qn("w:delText")}) | {
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
}
_BREAKS: Final = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}


def blocks(content: bytes, _kind: str) -> Iterator[Block]:
    """The blocks of a document in the order of its text; page breaks are not told, Word makes them anew each time."""
    try:
        document = docx.Document(io.BytesIO(content))
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile, etree.LxmlError) as error:
        raise Invalid(DAMAGED, code="file_damaged") from error
    yield from _Reader(document).blocks()


class _Reader:
    """One document with its numbers and notes."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.numbering = Numbering(document)
        self.notes = _notes(document)

    def blocks(self) -> Iterator[Block]:
        for child in self.document.element.body.iterchildren():
            yield from self._of(child)

    def _of(self, element: Any) -> Iterator[Block]:
        if element.tag == qn("w:p"):
            yield from self._paragraph(Paragraph(element, self.document))
        elif element.tag == qn("w:tbl"):
            yield from self._table(Table(element, self.document))
        elif element.tag == qn("w:sdt"):  # a field to fill in, or a whole section wrapped in one
            for part in element.iterchildren(qn("w:sdtContent")):
                for child in part.iterchildren():
                    yield from self._of(child)

    def _paragraph(self, paragraph: Paragraph) -> Iterator[Block]:
        words = _words(paragraph._p).strip()
        if words:
            number, depth = self.numbering.label(paragraph)
            yield from self._shaped(paragraph, f"{number}{words}", depth)
        for reference in paragraph._p.iter(qn("w:footnoteReference"), qn("w:endnoteReference")):
            note = self.notes.get((reference.tag, reference.get(qn("w:id"))), "")
            if note:
                yield Block(BlockKind.FOOTNOTE, note)

    def _shaped(self, paragraph: Paragraph, words: str, depth: int) -> Iterator[Block]:
        style = str(paragraph.style.name or "").strip() if paragraph.style is not None else ""
        heading, outline = _HEADING_STYLE.match(style), _outline(paragraph)
        lines = [line.strip() for line in words.split("\n") if line.strip()]
        if style.lower() in _TITLE_STYLES:
            yield Block(BlockKind.HEADING, "".join(lines), 1)
        elif heading or outline:
            yield Block(BlockKind.HEADING, "".join(lines), int(heading[1]) if heading else outline)
        elif style.lower() in _CAPTION_STYLES:
            yield Block(BlockKind.CAPTION, "".join(lines))
        else:
            kind = BlockKind.LIST_ITEM if depth else BlockKind.PARAGRAPH
            yield from (Block(kind, line, depth) for line in lines)

    def _table(self, table: Table) -> Iterator[Block]:
        rows = []
        for row in table.rows:
            cells = [_cell(cell._tc) for cell in row.cells]
            rows.append([""] * row.grid_cols_before + cells + [""] * row.grid_cols_after)
            if len(rows) * len(rows[-1]) > bounds.MAX_CELLS:
                raise bounds.TooMuchError("表格过大，请拆分后分别上传。")
        rows = [row for row in rows if any(row)]
        width = max(map(len, rows), default=0)
        if width == 1:  # a frame around text
            yield from (Block(BlockKind.PARAGRAPH, line) for row in rows for line in row[0].split("\n") if line)
        elif rows:
            marked = sum(1 for row in table.rows if row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None)
            yield Block(BlockKind.TABLE, rows=tuple(tuple(row + [""] * (width - len(row))) for row in rows), headers=marked)  # fmt: skip


def _outline(paragraph: Paragraph) -> int:
    """The outline level that somebody gave to the paragraph itself; 0 without one."""
    found = paragraph._p.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    level = int(found.get(qn("w:val"), "9")) if found is not None else 9
    return level + 1 if level < 9 else 0


def _words(element: Any) -> str:
    """The words that a reader sees: insertions count, deletions and codes of fields do not."""
    if element.tag in _UNSEEN:
        return ""
    if element.tag == qn("w:t"):
        return str(element.text or "")
    if element.tag in _BREAKS and (element.getparent() is None or element.getparent().tag == qn("w:r")):
        return _BREAKS[element.tag]
    return "".join(_words(child) for child in element.iterchildren("{*}*"))


def _cell(cell: Any) -> str:
    """The words of a cell; its paragraphs stand on lines of their own."""
    return "\n".join(words for part in cell.iter(qn("w:p")) if (words := _words(part).strip()))


def _notes(document: Document) -> dict[tuple[str, str | None], str]:
    """Foot- and endnotes by the tag of their reference and their number."""
    found: dict[tuple[str, str | None], str] = {}
    for relation in document.part.rels.values():
        kind = relation.reltype.rsplit("/", 1)[-1]
        if kind not in {"footnotes", "endnotes"} or relation.is_external:
            continue
        one = kind.removesuffix("s")
        root = etree.fromstring(relation.target_part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
        for note in root.iter(qn(f"w:{one}")):
            if note.get(qn("w:type"), "normal") == "normal":
                found[qn(f"w:{one}Reference"), note.get(qn("w:id"))] = _cell(note).replace("\n", "")
    return found
