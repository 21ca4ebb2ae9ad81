"""Blocks to passages: each clause, item, table row and note by itself, with what it needs to be understood alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.papers import grids, shapes
from minhu.language.papers.shapes import Mark, Rank
from minhu.language.papers.types import Block, BlockKind, Paper, Passage, PassageKind

MOST: Final = 400
"""Characters of a passage; longer paragraphs are parted at the ends of sentences."""
_STYLE: Final = -10
"""Headings by style stand above those by shape."""
_QUESTION: Final = 20
"""A question without a number stands below all headings."""
_LEAD: Final = regex(r"[：:]\s*$")
_CAPTION_LENGTH: Final = 50
_NOTE_MARK: Final = regex(r"[①-⑳]|[\[〔［]\d{1,2}[\]〕］]|[*＊※]")
_NOTE_LENGTH: Final = 200
_DIGITS: Final = "零一二三四五六七八九十"


def cut(blocks: Iterable[Block], name: str = "") -> Paper:
    """Cut a paper up; ``name`` (of its file, without its ending) is the title where the paper shows none."""
    cutter = _Cutter()
    for block in blocks:
        cutter.take(block)
    return cutter.paper(name)


@dataclass(frozen=True, slots=True)
class _Heading:
    rank: int
    text: str
    number: str = ""


@dataclass(slots=True)
class _Cutter:
    """What has been read so far and where in the paper's order it stands."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    passages: list[Passage] = field(default_factory=list)
    path: list[_Heading] = field(default_factory=list)
    title: str = ""
    begun: bool = False
    article: str = ""
    """The number of the article that is being read."""
    clauses: int = 0
    numbers: dict[Rank, str] = field(default_factory=dict)
    leads: dict[int, str] = field(default_factory=dict)
    """Sentences that lead into items, by the rank of what they stand in (0: a plain paragraph)."""
    before: Block | None = None
    """The paragraph just before, for the caption of a table."""
    captions: list[str] = field(default_factory=list)
    tables: int = 0
    table_at: int = 0
    """The first passage of the table just read; 0 when something else came after it."""
    lists: int = 0

    def take(self, block: Block) -> None:
        """Read one block."""
        if block.kind is BlockKind.PAGE_BREAK:
            return
        if block.kind is BlockKind.TABLE:
            self._table(block)
            return
        text = block.text.strip()
        if not text:
            return
        if block.mark:
            self.begun = True
            self._put(PassageKind.PARAGRAPH, text, block, label=block.mark)
            return
        if block.kind is BlockKind.FOOTNOTE or (self.table_at and shapes.NOTE.match(text)):
            self._note(text, block)
            return
        if block.kind is BlockKind.CAPTION or (shapes.CAPTION.match(text) and len(text) <= _CAPTION_LENGTH):
            self._write(text)
            self.captions.append(text)
            return
        self.table_at = 0
        if block.kind is BlockKind.HEADING:
            self._heading(text, block)
        elif block.kind is BlockKind.LIST_ITEM and shapes.mark_of(text) is None:
            self._listed(text, block)
        else:
            self._paragraph(text, block)
        self.before = block

    def paper(self, name: str) -> Paper:
        """The paper as a whole. One that is all headings gives these as passages."""
        text = "\n".join(self.pieces)
        if not self.passages:
            at = 0
            for piece in self.pieces:
                self._add(PassageKind.PARAGRAPH, piece, at, Block(BlockKind.PARAGRAPH))
                at += len(piece) + 1
        numbered = tuple(replace(one, number=number) for number, one in enumerate(self.passages, 1))
        return Paper(self.title or name, text, numbered)

    # -- headings and paragraphs

    def _write(self, text: str) -> int:
        """Put a line into the paper's plain text; returns where it begins."""
        at = self.length
        self.pieces.append(text)
        self.length += len(text) + 1
        return at

    def _heading(self, text: str, block: Block) -> None:
        self._write(text)
        mark = shapes.mark_of(text)
        if not self.title and not self.begun and mark is None:
            self.title = text
            return
        if mark is not None and mark.rank >= Rank.ARTICLE and len(text) > 60:
            self.pieces.pop()
            self.length -= len(text) + 1
            self._paragraph(text, block)
            return
        self._enter(_Heading(_STYLE + block.level if mark is None else mark.rank, text, mark.number if mark else ""))

    def _enter(self, heading: _Heading) -> None:
        """Go under a heading: what was deeper or level with it is over."""
        self.begun = True
        while self.path and self.path[-1].rank >= heading.rank:
            self.path.pop()
        self.path.append(heading)
        if heading.rank < Rank.ARTICLE:
            self.article = ""
        self.clauses, self.lists = 0, 0
        self.numbers = {rank: number for rank, number in self.numbers.items() if rank < heading.rank}
        if heading.number:
            self.numbers[Rank(heading.rank)] = heading.number
        self.leads.clear()

    def _paragraph(self, text: str, block: Block) -> None:
        mark = shapes.mark_of(text)
        if not self.begun and not self.title and mark is None and _is_title(text):
            self._write(text)
            self.title = text
            return
        if shapes.is_heading(text, mark) and mark is not None and not self._in_items(mark):
            self._write(text)
            self._enter(_Heading(mark.rank, text, mark.number))
            return
        attached = shapes.ATTACHMENT.match(text)
        if attached:
            self._write(text)
            self._enter(_Heading(_STYLE, text))
            self.path = [_Heading(_STYLE, text)]
            self.numbers.clear()
            return
        self.begun = self.begun or mark is not None
        if mark is None:
            self._plain(text, block)
        elif mark.rank <= Rank.ARTICLE:
            self._clause(text, mark, block)
        else:
            self._item(text, mark, block)

    def _in_items(self, mark: Mark) -> bool:
        """Whether a short numbered line is one of the items that an article or a lead-in announces."""
        return mark.rank > Rank.SECTION and (bool(self.article) or any(rank < mark.rank for rank in self.leads))

    def _clause(self, text: str, mark: Mark, block: Block) -> None:
        self.article, self.clauses, self.lists = mark.number, 1, 0
        self.numbers.clear()
        self.leads.clear()
        while self.path and self.path[-1].rank >= Rank.ARTICLE:
            self.path.pop()
        self._put(PassageKind.CLAUSE, text, block, label=mark.number)
        self._lead(text, Rank.ARTICLE)

    def _plain(self, text: str, block: Block) -> None:
        self.lists = 0
        self.numbers = {r: n for r, n in self.numbers.items() if any(h.rank == r for h in self.path)}
        self.leads.clear()
        if self.article and shapes.SIGNATURE.fullmatch(text):
            self.article = ""
            self.path.clear()
        if self.article:
            self.clauses += 1
            if self.clauses == 2:
                self._name_first_clause()
            self._put(PassageKind.CLAUSE, text, block, label=f"{self.article}第{_count(self.clauses)}款")
        else:
            self._ask(text, block)
        self._lead(text, 0)

    def _ask(self, text: str, block: Block) -> None:
        """A plain paragraph; one that only asks heads what answers it, up to the next question."""
        asked = shapes.question(text)
        if asked:
            while self.path and self.path[-1].rank == _QUESTION:
                self.path.pop()
        self._put(PassageKind.PARAGRAPH, text, block)
        if asked:
            self.path.append(_Heading(_QUESTION, asked))

    def _name_first_clause(self) -> None:
        """An article turns out to have more than one clause: what was read of it stands in the first (第一款)."""
        for at in range(len(self.passages) - 1, -1, -1):
            one = self.passages[at]
            if not (one.label == self.article or one.label.startswith(f"{self.article}第（")):
                break
            rest = one.label.removeprefix(self.article)
            self.passages[at] = replace(one, label=f"{self.article}第一款{rest}")

    def _item(self, text: str, mark: Mark, block: Block) -> None:
        self.numbers = {rank: number for rank, number in self.numbers.items() if rank < mark.rank}
        self.numbers[mark.rank] = mark.number
        while self.path and self.path[-1].rank >= mark.rank:
            self.path.pop()
        self.leads = {rank: lead for rank, lead in self.leads.items() if rank < mark.rank}
        self._put(PassageKind.ITEM, text, block, label=self._label(), context=" ".join(self.leads.values()))
        self._lead(text, mark.rank)
        if not self.article and (opening := shapes.first_sentence(text) or shapes.question(text)):
            self.path.append(_Heading(mark.rank, opening.rstrip("。！？"), mark.number))

    def _listed(self, text: str, block: Block) -> None:
        self.lists += 1
        base = self._label()
        label = f"{base}第{self.lists}点" if base else f"第{self.lists}点"
        self._put(PassageKind.ITEM, text, block, label=label, context=" ".join(self.leads.values()))

    def _label(self) -> str:
        """What the present number is cited as: 第十二条第二款第（三）项第1目, or 二、（一）1."""
        numbers = [(rank, self.numbers[rank]) for rank in sorted(self.numbers) if rank > Rank.ARTICLE]
        if not self.article:
            return "".join(f"{number}、" if rank is Rank.FIRST else f"{number}." if rank is Rank.THIRD else number for rank, number in numbers).rstrip("、.")  # fmt: skip
        label = self.article + (f"第{_count(self.clauses)}款" if self.clauses > 1 else "")
        return label + "".join(f"第{number}{'项' if at == 0 else '目'}" for at, (_, number) in enumerate(numbers))

    def _lead(self, text: str, rank: int) -> None:
        """Remember a sentence that ends with a colon: the items behind it need it."""
        if _LEAD.search(text):
            self.leads[rank] = text if len(text) <= MOST else text[shapes.sentences(text, MOST)[-1][0] :]

    def _put(self, kind: PassageKind, text: str, block: Block, label: str = "", context: str = "") -> None:
        """Write a paragraph and make its passages; parts behind the first carry its beginning as context."""
        at = self._write(text)
        for number, (start, end) in enumerate(shapes.sentences(text, MOST)):
            words = text[start:end]
            plain = words.rstrip()
            beside = context if number == 0 else f"{context} {text[:60]}…".strip()
            self._add(kind, plain, at + start, block, label, beside)

    def _add(self, kind: PassageKind, text: str, at: int, block: Block, label: str = "", context: str = "", cells: tuple[tuple[str, str], ...] = ()) -> None:  # fmt: skip
        path = tuple(heading.text for heading in self.path)
        self.passages.append(Passage(0, kind, text, label, path, context, block.page, at, at + len(text), cells))

    # -- tables and notes

    def _table(self, block: Block) -> None:
        grid = grids.grid_of(block.rows, block.headers)
        self.tables += 1
        caption = self._caption()
        named = next((found for text in caption if (found := shapes.CAPTION.match(text))), None)
        label = f"表{named['number']}" if named else f"表{self.tables}"
        for row in grid.headers:
            self._write(grids.line_of(row))
        columns = grids.JOIN.join(dict.fromkeys(name for name in grid.names if name))
        head = " ".join(caption)
        section, self.table_at = "", len(self.passages) + 1
        for number, row in enumerate(grid.rows, 1):
            text = grids.line_of(row)
            at = self._write(text)
            if grids.is_section(row):
                section = row[0]
                continue
            context = "；".join(part for part in (head, section, columns) if part)
            self._add(PassageKind.ROW, text, at, block, f"{label}第{number}行", context, grids.cells_of(grid, row))
        self.captions.clear()
        self.before = None

    def _caption(self) -> list[str]:
        """What stands over a table: captions, else the short line or lead-in before it; with the line of units."""
        before = self.before
        if before is None or before.kind is BlockKind.HEADING:
            return list(self.captions)
        text = before.text.strip()
        if shapes.UNIT_LINE.match(text) or (not self.captions and (_LEAD.search(text) or _is_title(text))):
            return [*self.captions, text[-MOST:]]
        return list(self.captions)

    def _marked(self, text: str, block: Block) -> int | None:
        """The passage that carries a note's mark, on its page or the one before; the last of them."""
        mark = _bare_mark(text)
        for at in range(len(self.passages) - 1, -1, -1) if mark else ():
            one = self.passages[at]
            if one.page and block.page and one.page < block.page - 1:
                return None
            if one.kind is not PassageKind.NOTE and mark in one.text:
                return at
        return None

    def _note(self, text: str, block: Block) -> None:
        """A note by itself, and with what it is about: the paragraph before it or the rows of the table."""
        about, at = "", self._write(text)
        if (marked := self._marked(text, block)) is not None:
            one = self.passages[marked]
            if len(text) <= _NOTE_LENGTH:
                self.passages[marked] = replace(one, context=f"{one.context}（{text}）".strip())
            self._add(PassageKind.NOTE, text, at, block, context=one.text[:60])
            return
        first = self.table_at - 1 if self.table_at else len(self.passages) - 1
        if 0 <= first < len(self.passages):
            about = self.passages[first].context if self.table_at else self.passages[first].text[:60]
            if len(text) <= _NOTE_LENGTH:
                for number in range(first, len(self.passages)):
                    one = self.passages[number]
                    if one.kind is not PassageKind.NOTE:
                        self.passages[number] = replace(one, context=f"{one.context}（{text}）".strip())
        self._add(PassageKind.NOTE, text, at, block, context=about)


def _bare_mark(text: str) -> str:
    """The mark with which a note begins, as it stands in the text that it is about."""
    found = _NOTE_MARK.match(text)
    return found[0] if found else ""


def _count(number: int) -> str:
    return _DIGITS[number] if number <= 10 else f"十{_DIGITS[number - 10]}" if number < 20 else str(number)


def _is_title(text: str) -> bool:
    """Whether a line reads like a title: short, no sentence."""
    return 4 <= len(text) <= 60 and text[-1] not in "。；：，、！？;:,!" and "。" not in text
