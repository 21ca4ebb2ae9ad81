"""Plain text and Markdown: lines become paragraphs, marked headings, lists and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from minhu.engines.readers import kinds, transcripts
from minhu.language.papers.types import Block, BlockKind

_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*$")
_ITEM = re.compile(r"(\s*)[-*+]\s+(.+)$")
_NUMBERED = re.compile(r"\s*\d{1,3}(?:[.)]\s|、)\s*\S")
_RULE = re.compile(r"\s*\|?(?:\s*:?-{2,}:?\s*\|)+\s*(?::?-{2,}:?)?\s*$")
_MARKS = re.compile(r"\*\*(.+?)\*\*|__(.+?)__|`(.+?)`")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def blocks(content: bytes, kind: str) -> Iterator[Block]:
    """Blocks of a text; in plain text each line is a paragraph, as people save official papers, or a turn of speech."""
    lines = kinds.decoded(content).split("\n")
    if kind == kinds.MARKDOWN:
        yield from _marked(lines)
        return
    if transcripts.is_transcript(lines):
        yield from transcripts.plain_blocks(lines)
        return
    for line in lines:
        if line.strip():
            yield Block(BlockKind.PARAGRAPH, line.strip())


def _marked(lines: list[str]) -> Iterator[Block]:
    waiting: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        table = at + 1 < len(lines) and "|" in line and _RULE.match(lines[at + 1]) is not None
        heading, item = _HEADING.match(line), _ITEM.match(line)
        numbered = _NUMBERED.match(line)
        if waiting and (table or heading or item or numbered or not line.strip()):
            yield Block(BlockKind.PARAGRAPH, _bare("".join(waiting)))
            waiting = []
        if table:
            end = at + 2
            while end < len(lines) and "|" in lines[end]:
                end += 1
            yield _table([lines[at], *lines[at + 2 : end]])
            at = end
            continue
        if heading:
            yield Block(BlockKind.HEADING, _bare(heading[2]), len(heading[1]))
        elif item:
            yield Block(BlockKind.LIST_ITEM, _bare(item[2]), 1 + len(item[1].expandtabs(4)) // 2)
        elif line.strip():
            waiting.append(line.strip())
        at += 1
    if waiting:
        yield Block(BlockKind.PARAGRAPH, _bare("".join(waiting)))


def _bare(text: str) -> str:
    """Without the marks of Markdown."""
    return _MARKS.sub(lambda found: found[1] or found[2] or found[3], _LINK.sub(r"\1", text)).strip()


def _table(lines: list[str]) -> Block:
    rows = [[_bare(cell) for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))] for line in lines]
    width = max(map(len, rows))
    return Block(BlockKind.TABLE, rows=tuple(tuple(row + [""] * (width - len(row))) for row in rows), headers=1)
