"""Numbers that Word writes by itself: they stand nowhere in the text, and people cite them (第三条, （二）, 1.)."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, Final

from docx.document import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

_DIGITS: Final = "零一二三四五六七八九"
_CHINESE: Final = frozenset({
    "chineseCounting", "chineseCountingThousand", "ideographTraditional", "japaneseCounting", "japaneseDigitalTenThousand",
    "taiwaneseCounting", "taiwaneseCountingThousand", "ideographDigital", "taiwaneseDigital",
})  # fmt: skip
_MOST_STYLES: Final = 12
_PLACE: Final = re.compile(r"%([1-9])")


def chinese(number: int) -> str:
    """A number from 1 to 9999 as people count clauses: 十二, 一百零三."""
    if not 0 < number < 10_000:
        return str(number)
    words, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + name
            gap = False
        else:
            gap = True
    return words.removeprefix("一") if words.startswith("一十") else words


def _roman(number: int) -> str:
    words = ""
    for value, name in ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):
        times, number = divmod(number, value)
        words += name * times
    return words


def written(number: int, form: str) -> str:
    """A number in one of Word's forms; unknown ones as digits."""
    if form in _CHINESE:
        return chinese(number)
    if form.endswith("Letter"):
        letter = chr(ord("a") + (number - 1) % 26)
        return letter.upper() if form.startswith("upper") else letter
    if form.endswith("Roman"):
        return _roman(number).upper() if form.startswith("upper") else _roman(number)
    if form == "decimalEnclosedCircle" and 0 < number <= 20:
        return chr(0x2460 + number - 1)
    return f"{number:02d}" if form == "decimalZero" else str(number)


class Numbering:
    """Counts the automatic numbers of a document in reading order."""

    def __init__(self, document: Document) -> None:
        self.levels: dict[str, dict[int, Any]] = {}
        self.counts: dict[str, dict[int, int]] = defaultdict(dict)
        part = next(
            (one.target_part for one in document.part.rels.values() if one.reltype.endswith("/numbering")), None
        )
        root = getattr(part, "element", None)
        if root is None:
            return
        kept = {
            one.get(qn("w:abstractNumId")): {int(level.get(qn("w:ilvl"))): level for level in one.iter(qn("w:lvl"))}
            for one in root.iter(qn("w:abstractNum"))
        }
        for one in root.iter(qn("w:num")):
            abstract = one.find(qn("w:abstractNumId"))
            if abstract is not None:
                self.levels[one.get(qn("w:numId"))] = kept.get(abstract.get(qn("w:val")), {})

    def label(self, paragraph: Paragraph) -> tuple[str, int]:
        """The number before a paragraph's words and its depth from 1; ('', 0) without one. Bullets show none."""
        list_id, depth = self._place(paragraph)
        level = self.levels.get(list_id, {}).get(depth)
        if level is None:
            return "", 0
        counts = self.counts[list_id]
        counts[depth] = counts.get(depth, _start(level) - 1) + 1
        for deeper in [one for one in counts if one > depth]:
            del counts[deeper]
        pattern, form = _value(level, "w:lvlText"), _value(level, "w:numFmt")
        if form in {"bullet", "none"}:
            return "", depth + 1
        return _PLACE.sub(lambda found: self._number(list_id, int(found[1]) - 1), pattern), depth + 1

    def _number(self, list_id: str, depth: int) -> str:
        level = self.levels[list_id].get(depth)
        if level is None:
            return ""
        return written(self.counts[list_id].get(depth, _start(level)), _value(level, "w:numFmt"))

    def _place(self, paragraph: Paragraph) -> tuple[str, int]:
        """The list and level of a paragraph, by itself or by its style."""
        properties, style = paragraph._p.pPr, paragraph.style
        for _ in range(_MOST_STYLES):
            found = properties.find(qn("w:numPr")) if properties is not None else None
            if found is not None:
                list_id, level = found.find(qn("w:numId")), found.find(qn("w:ilvl"))
                if list_id is not None:
                    return list_id.get(qn("w:val")), int(level.get(qn("w:val"))) if level is not None else 0
            if style is None:
                break
            properties, style = style.element.pPr, style.base_style
        return "", 0


def _value(level: Any, name: str) -> str:
    found = level.find(qn(name))
    return found.get(qn("w:val"), "") if found is not None else ""


def _start(level: Any) -> int:
    text = _value(level, "w:start")
    return int(text) if text.isdigit() else 1
