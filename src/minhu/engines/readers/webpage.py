"""Web pages: the article without menus, footers and scripts; headings, lists and tables with spans kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from minhu.engines.readers import bounds, kinds
from minhu.language.papers.types import Block, BlockKind

_OUT: Final = (
    "script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "button", "select", "iframe",
    "object", "svg", "canvas", "[hidden]", "[aria-hidden=true]", "[role=navigation]", "[role=banner]", "[role=contentinfo]",
)  # fmt: skip
_BY_NAME: Final = re.compile(
    r"(?:^|[-_ ])(?:nav|menu|breadcrumb|crumbs?|sidebar|footer|copyright|share|related|pager?|pagination|toolbar|ads?)(?:$|[-_ ])",
    re.IGNORECASE,
)
_ARTICLES: Final = (
    "article",
    "main",
    "[role=main]",
    "#content",
    ".content",
    "#zoom",
    ".TRS_Editor",
    ".article",
    "#article",
)
_LEAST: Final = 40
"""Characters that make something an article."""
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_BLOCKS: Final = frozenset(
    "p div section article main td th li dd dt blockquote pre h1 h2 h3 h4 h5 h6 table ul ol dl figure figcaption body center".split()
)
_SPACE: Final = re.compile(r"[ \t\r\n\f\u200b]+")
_MOST_SPAN: Final = 100


def blocks(content: bytes, _kind: str) -> Iterator[Block]:
    """The blocks of the page's article; its title comes first when the article does not begin with a heading."""
    text = kinds.decoded(content)
    check_depth(text)
    page = LexborHTMLParser(text)
    title = page.css_first("title")
    named = _SPACE.sub(" ", title.text()).strip() if title is not None else ""
    page.strip_tags(list(_OUT))
    body = article(page)
    if body is None:
        return
    found = list(_walked(body))
    if named and not any(block.kind is BlockKind.HEADING and block.level == 1 for block in found):
        yield Block(BlockKind.HEADING, re.split(r"\s*[-_|–—]\s*", named)[0], 1)
    yield from found


def check_depth(text: str) -> None:
    """Raise TooMuchError for elements one inside the other beyond any page, before a tree is made of them."""
    depth = deepest = 0
    for tag in re.finditer(r"<(/?)(?:div|span|table|ul|ol|li|b|i|font|section)\b", text, re.IGNORECASE):
        depth += -1 if tag[1] else 1
        deepest = max(deepest, depth)
        if deepest > 20 * bounds.MAX_DEPTH:
            raise bounds.TooMuchError("网页的结构不合常理，请复制正文另存为文本后上传。")


def article(page: LexborHTMLParser) -> LexborNode | None:
    """The node with the article: a marked one, else the body without what is named like a menu."""
    for node in page.css("[class], [id]"):
        name = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
        if _BY_NAME.search(name) and len(node.text()) < len(page.body.text() if page.body else "") / 2:
            node.decompose()
    for selector in _ARTICLES:
        found = max(page.css(selector), key=lambda node: len(node.text()), default=None)
        if found is not None and len(found.text().strip()) >= _LEAST:
            return found
    return page.body


def _walked(node: LexborNode, depth: int = 0) -> Iterator[Block]:
    """Blocks below a node in order; what stands loose between block elements is a paragraph."""
    if depth > bounds.MAX_DEPTH:
        raise bounds.TooMuchError("网页的结构不合常理，请复制正文另存为文本后上传。")
    loose: list[str] = []
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if tag == "br":
            yield from _paragraphs(loose)
        elif tag in _BLOCKS or (
            tag not in {"-text", "#text"} and child.css_first("p,div,table,ul,ol,h1,h2,h3,h4") is not None
        ):
            yield from _paragraphs(loose)
            yield from _element(child, tag, depth)
        else:
            loose.append(child.text())
    yield from _paragraphs(loose)


def _element(node: LexborNode, tag: str, depth: int) -> Iterator[Block]:
    if tag in _HEADINGS:
        words = _plain(node.text())
        if words:
            yield Block(BlockKind.HEADING, words, _HEADINGS[tag])
    elif tag == "table":
        yield from _table(node, depth)
    elif tag in {"figcaption", "caption"}:
        words = _plain(node.text())
        if words:
            yield Block(BlockKind.CAPTION, words)
    elif tag == "li":
        for number, block in enumerate(_walked(node, depth + 1)):
            first = number == 0 and block.kind is BlockKind.PARAGRAPH
            yield Block(BlockKind.LIST_ITEM, block.text, 1) if first else block
    else:
        yield from _walked(node, depth + 1)


def _paragraphs(loose: list[str]) -> Iterator[Block]:
    words = _plain("".join(loose))
    loose.clear()
    if words:
        yield Block(BlockKind.PARAGRAPH, words)


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text.replace("\xa0", " ").replace("\u3000", " ")).strip()


def _table(node: LexborNode, depth: int) -> Iterator[Block]:
    """A table with its spans filled; one that only frames other things is walked through."""
    rows = [row for row in node.css("tr") if _inside(row, node)]
    cells = [[cell for cell in row.iter() if cell.tag in {"td", "th"}] for row in rows]
    if any(cell.css_first("table") is not None for row in cells for cell in row) or max(map(len, cells), default=0) < 2:
        for row in cells:
            for cell in row:
                yield from _walked(cell, depth + 1)
        return
    caption = node.css_first("caption")
    if caption is not None and _plain(caption.text()):
        yield Block(BlockKind.CAPTION, _plain(caption.text()))
    grid: dict[tuple[int, int], str] = {}
    for y, row in enumerate(cells):
        x = 0
        for cell in row:
            while (y, x) in grid:
                x += 1
            for down in range(_span(cell, "rowspan", len(cells) - y)):
                for right in range(_span(cell, "colspan", _MOST_SPAN)):
                    grid[y + down, x + right] = _plain(cell.text(separator=" "))
    if len(grid) > bounds.MAX_CELLS:
        raise bounds.TooMuchError("表格过大，请拆分后分别上传。")
    width = max(x for _, x in grid) + 1
    made = [tuple(grid.get((y, x), "") for x in range(width)) for y in range(len(cells))]
    marked = next((y for y, row in enumerate(cells) if any(cell.tag == "td" for cell in row)), 0)
    if filled := tuple(row for row in made if any(row)):
        yield Block(BlockKind.TABLE, rows=filled, headers=marked)


def _inside(row: LexborNode, table: LexborNode) -> bool:
    """Whether a row is the table's own and not one of a table inside it."""
    node = row.parent
    while node is not None and node.tag != "table":
        node = node.parent
    return node is not None and node.mem_id == table.mem_id


def _span(cell: LexborNode, name: str, most: int) -> int:
    text = cell.attributes.get(name) or "1"
    return max(1, min(int(text), most, _MOST_SPAN)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
