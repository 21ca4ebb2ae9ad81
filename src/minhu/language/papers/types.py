"""What a paper is made of: blocks as read, passages as cited, facts as found. Frozen, plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class BlockKind(StrEnum):
    """What a reader of files tells apart."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"
    FOOTNOTE = "footnote"
    CAPTION = "caption"
    PAGE_BREAK = "page_break"


class PassageKind(StrEnum):
    """What a passage is cited as: 条, 段, 项, a row of a table, a footnote."""

    CLAUSE = "clause"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a paper in reading order.

    ``level``: of a heading, 1 is the highest (0 elsewhere; of a list item its depth, 1 outermost). ``rows``: of a
    table, equally long rows of cells; a merged cell stands in each place that it covers. ``headers``: how many of the
    first rows are headers (0: not known). ``page``: from 1; 0 where a paper has no pages. ``mark``: what the block is
    cited as where its reader knows it (the time in a recording); empty elsewhere.
    """

    kind: BlockKind
    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()
    headers: int = 0
    page: int = 0
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a paper that can be found and cited by itself.

    ``number`` counts from 1 in a paper. ``label`` is what people call it: 第十二条第（三）项, 表2 第4行, 00:12:31 of a recording,
    empty for a plain paragraph. ``path``: the headings above it, the highest first. ``text``: the words of the paper, never changed.
    ``context``: what makes the text readable alone and does not stand in it (caption and headers of a table row, the
    sentence that leads into a list). ``start`` and ``end``: where ``text`` stands in the plain text of the whole paper
    (``Paper.text``), half-open.
    """

    number: int
    kind: PassageKind
    text: str
    label: str = ""
    path: tuple[str, ...] = ()
    context: str = ""
    page: int = 0
    start: int = 0
    end: int = 0
    cells: tuple[tuple[str, str], ...] = ()
    """Of a table row: header and value of each column, so that a cell can be asked for by its header."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper cut up: its title (may be empty), its plain text, and its passages in order."""

    title: str
    text: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A fact and where it was read: ``words`` stand at ``start`` … ``end`` of the paper's plain text.

    ``value`` is text as people write it, a date as ISO (2024-03-01). ``doubt``: why a person should look twice, in
    words; empty when nothing speaks against it.
    """

    value: str
    words: str
    start: int
    end: int
    doubt: str = ""

    @property
    def day(self) -> date:
        """The value as a date; raises ValueError where it is none."""
        return date.fromisoformat(self.value)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a paper says of itself; None or empty where it says nothing."""

    title: Found | None = None
    document_number: Found | None = None
    issuer: Found | None = None
    issued: Found | None = None
    in_force: Found | None = None
    repealed: Found | None = None
    """The last day on which it is valid (有效期至)."""
    repeals: tuple[Found, ...] = ()
    """Titles, with 文号 where it is told, of papers that it ends (同时废止)."""
    applies_areas: tuple[Found, ...] = ()
    applies_groups: tuple[Found, ...] = ()
