"""A plain text cut into passages where no reader of files has seen its structure, even one that lost its line ends.

Numbering is the only structure left: 第三条, 一、, （二）, 3. begin a passage and give it its label and its path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.papers.types import Paper, Passage, PassageKind

LONGEST: Final = 220
_LONGEST_HEADING: Final = 45
_LONGEST_TITLE: Final = 90
_GAP = r"(?:(?<=[。；;：:！？!?\s　])|^)"
_LEVELS: Final = (
    regex(_GAP + r"第[一二三四五六七八九十百零〇\d]+[章节编]"),
    regex(_GAP + r"第[一二三四五六七八九十百零〇\d]+条"),
    regex(_GAP + r"[一二三四五六七八九十]{1,3}、"),
    regex(_GAP + r"[（(][一二三四五六七八九十]{1,3}[）)]"),
    regex(_GAP + r"\d{1,2}[.．、](?!\d)"),
)
_START = regex("|".join(f"({one.pattern})" for one in _LEVELS))
_SENTENCE = regex(r"[^。！？!?；;\n]*[。！？!?；;\n][”」』）)]*|[^。！？!?；;\n]+$")
_TITLE_END = regex(
    r"(?:通知|公告|通告|意见|办法|措施|方案|规定|决定|指南|指引|细则|条例|政策|的函|批复|通报|提示|说明|公约|倡议书)(?=[\s　])"
)


def title_of(text: str) -> str:
    """The title at the head of a text: up to its kind of paper (…的通知), else its first line or piece."""
    head = text[: _LONGEST_TITLE + 10].lstrip()
    found = _TITLE_END.search(head)
    if found and found.end() <= _LONGEST_TITLE:
        return head[: found.end()].strip()
    first = re.split(r"[\n。]|\s{2,}", head, maxsplit=1)[0]
    if len(first) > _LONGEST_TITLE // 2:
        pieces = first.split()
        first = pieces[0] if pieces and len(pieces[0]) >= 8 else first[: _LONGEST_TITLE // 2]
    return first.strip()


def cut(text: str) -> Paper:
    """The passages of a plain text, at most about 220 characters each, every character in exactly one of them."""
    path: list[str] = [""] * len(_LEVELS)
    passages: list[Passage] = []
    for start, end, level, sign in _sections(text):
        if level >= 0:
            path[level:] = [""] * (len(_LEVELS) - level)
            heading = _heading(text[start:end])
            path[level] = heading if len(heading) <= _LONGEST_HEADING else sign
        above = tuple(one for one in path[: max(level, 0)] if one)
        kind = PassageKind.PARAGRAPH if level < 0 else (PassageKind.CLAUSE if level < 2 else PassageKind.ITEM)
        label = "".join(one for one in (_sign(path[1]), sign) if one) if level > 1 else sign
        for begun, done in _pieces(text, start, end):
            if text[begun:done].strip():
                passages.append(
                    Passage(len(passages) + 1, kind, text[begun:done], label=label, path=above, start=begun, end=done)
                )
    return Paper(title_of(text), text, tuple(passages))


def _sign(heading: str) -> str:
    found = re.match(r"第[一二三四五六七八九十百零〇\d]+条", heading)
    return found.group() if found else ""


def _heading(section: str) -> str:
    return re.split(r"[。；;：:\n]|\s{2,}", section.strip(), maxsplit=1)[0].strip()


def _sections(text: str) -> Iterator[tuple[int, int, int, str]]:
    """(start, end, level from 0 or -1, its sign) of each numbered section and of what stands before the first."""
    marks = [(found.start(), found.lastindex or 1, found.group().strip(" .．、　")) for found in _START.finditer(text)]
    starts = [0, *(at for at, _, _ in marks)]
    ends = [*(at for at, _, _ in marks), len(text)]
    levels = [-1, *(level - 1 for _, level, _ in marks)]
    signs = ["", *(sign for _, _, sign in marks)]
    yield from zip(starts, ends, levels, signs, strict=True)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A section in pieces of whole sentences, at most about ``LONGEST`` characters each."""
    begun = done = start
    for sentence in _SENTENCE.finditer(text, start, end):
        if done > begun and sentence.end() - begun > LONGEST:
            yield begun, done
            begun = done
        done = sentence.end()
    if end > begun:
        yield begun, end
