"""What a new paper means, told in its own words: for whom, what changes, how, when, which figures, likely questions.

Every sentence names the passages it stands in and is checked against them; what they do not hold is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.contradictions.statements import skeleton_of, terms_of
from minhu.language.contradictions.values import values_of
from minhu.language.papers.questions import Style, questions_of, worded
from minhu.language.papers.types import Passage, PassageKind


class Part(StrEnum):
    """The parts of an interpretation, in the order in which they are read."""

    WHO = "who"
    CHANGES = "changes"
    HOW = "how"
    WHEN = "when"
    FIGURES = "figures"
    QUESTIONS = "questions"


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence: ``text`` are words of the passages ``passages``; ``lead`` stands before it and says nothing new.

    ``old``: of a change, the words that the paper before has instead, from its passage ``old_passage``.
    """

    part: Part
    text: str
    passages: tuple[int, ...]
    lead: str = ""
    old: str = ""
    old_passage: int = 0


MOST: Final[Mapping[Part, int]] = {
    Part.WHO: 6, Part.CHANGES: 30, Part.HOW: 14, Part.WHEN: 8, Part.FIGURES: 40, Part.QUESTIONS: 10,
}  # fmt: skip
_SENTENCE: Final = regex(r"[^。；！？\n]+[。；！？]?")
_WHO: Final = regex(
    r"适用于|适用对象|申请人|申请对象|下列(?:人员|家庭|情形)|面向|符合[^。]{0,20}条件|户籍|持有[^。]{0,10}居住证|服务对象|补贴对象|保障对象"
)
_HOW: Final = regex(r"申请|申报|提交|受理|办理|登记|预约|领取|网上|窗口|公示|审核")
_WHEN: Final = regex(r"施行|实施|有效期|截止|之日起|工作日内|\d+日内|期限|时限")
_MARK: Final = regex(
    r"^(?:第[一二三四五六七八九十百\d]+条(?:之[一二三四五六七八九十]+)?|[（(]?[一二三四五六七八九十\d]+[）)、.．])[\s　]*"
)
_DIGITS: Final = regex(r"\d[\d.]*")
_LIKE: Final = 0.38
_ORDER: Final = ("figures", "words", "new", "gone")
"""Changes: those of figures first."""
_FIGURE_TERMS: Final = 24


def interpret(title: str, passages: Sequence[Passage], before: Sequence[Passage] = ()) -> list[Said]:
    """The interpretation of a paper; ``before``: the passages of what it takes the place of, empty where nothing.

    Only sentences that `holds` supports come out, at most ``MOST`` of each part.
    """
    made = [
        *_by_words(Part.WHO, _WHO, passages), *sorted(_changes(passages, before), key=lambda one: _ORDER.index(one.lead)), *_by_words(Part.HOW, _HOW, passages),
        *_by_words(Part.WHEN, _WHEN, passages), *_figures(passages), *_questions(title, passages),
    ]  # fmt: skip
    found: list[Said] = []
    count = dict.fromkeys(Part, 0)
    for one in made:
        if count[one.part] < MOST[one.part] and holds(one, passages, before):
            count[one.part] += 1
            found.append(one)
    return found


def holds(one: Said, passages: Sequence[Passage], before: Sequence[Passage] = ()) -> bool:
    """Whether a sentence stands in the passages it cites, and the old words in the old one: literally, figures too."""
    cited = {passage.number: passage for passage in passages if passage.number in one.passages}
    if len(cited) != len(set(one.passages)):
        return False
    whole = "\n".join(cited[number].text for number in one.passages)
    if one.text and not all(line in whole for line in one.text.split("\n")):
        return False
    if not one.text and one.part is not Part.CHANGES:
        return False
    old = next((passage for passage in before if passage.number == one.old_passage), None)
    return not one.old or (old is not None and one.old in old.text)


def _by_words(part: Part, shape: re.Pattern[str], passages: Sequence[Passage]) -> Iterator[Said]:
    for one in passages:
        if one.kind is PassageKind.ROW:
            continue
        for sentence in _SENTENCE.findall(one.text):
            plain = _MARK.sub("", sentence.strip())
            if len(plain) >= 8 and shape.search(plain):
                yield Said(part, plain, (one.number,))


def _changes(passages: Sequence[Passage], before: Sequence[Passage]) -> Iterator[Said]:
    """Clause by clause: what is told with other words or figures, what is new, what is gone."""
    if not before:
        return
    old_of = _matched(passages, before)
    for one in passages:
        old = old_of.get(one.number)
        if old is None:
            if len(one.text) >= 8:
                yield Said(Part.CHANGES, _MARK.sub("", one.text), (one.number,), lead="new")
        elif _MARK.sub("", one.text) != _MARK.sub("", old.text):
            figures = _counted(one) != _counted(old)
            lead = "figures" if figures else "words"
            yield Said(Part.CHANGES, _MARK.sub("", one.text), (one.number,), lead, _MARK.sub("", old.text), old.number)
    kept = {old.number for old in old_of.values()}
    for old in before:
        if old.number not in kept and len(old.text) >= 8:
            yield Said(Part.CHANGES, "", (), "gone", _MARK.sub("", old.text), old.number)


def _counted(one: Passage) -> set[str]:
    """The figures of a passage, in words or in digits."""
    text = _MARK.sub("", one.text)
    return {value.amount for value in values_of(text)} | set(_DIGITS.findall(text))


def _matched(passages: Sequence[Passage], before: Sequence[Passage]) -> dict[int, Passage]:
    """For each passage the old one that says most of the same, each old one once, the surest pairs first."""
    terms = {old.number: terms_of(old.text) for old in before}
    pairs = []
    for one in passages:
        own = terms_of(one.text)
        for old in before:
            if shared := len(own & terms[old.number]):
                like = 2 * shared / (len(own) + len(terms[old.number]))
                if like >= _LIKE / 2:
                    same = SequenceMatcher(None, skeleton_of(one.text), skeleton_of(old.text), autojunk=False).ratio()
                    pairs.append((max(like, same), one, old))
    found: dict[int, Passage] = {}
    used: set[int] = set()
    for like, one, old in sorted(pairs, key=lambda pair: -pair[0]):
        if like >= _LIKE and one.number not in found and old.number not in used:
            found[one.number] = old
            used.add(old.number)
    return found


def _figures(passages: Sequence[Passage]) -> Iterator[Said]:
    """Each figure with the part of the sentence it stands in; cells of tables with their headers."""
    for one in passages:
        if one.kind is PassageKind.ROW:
            for header, cell in one.cells[1:]:
                if values_of(cell):
                    yield Said(Part.FIGURES, cell, (one.number,), lead=f"{one.cells[0][1]} · {header}")
            continue
        for value in values_of(one.text):
            start = max(one.text.rfind(stop, 0, value.start) for stop in "。；，,;：:\n") + 1
            start = max(start, value.start - _FIGURE_TERMS)
            end = min(
                [at for stop in "。；，,;\n" if (at := one.text.find(stop, value.end)) >= 0], default=len(one.text)
            )
            yield Said(Part.FIGURES, one.text[start : min(end, value.end + _FIGURE_TERMS)].strip(), (one.number,), lead=one.text[value.start : value.end])  # fmt: skip


def _questions(title: str, passages: Sequence[Passage]) -> Iterator[Said]:
    for one in questions_of(title, passages):
        yield Said(Part.QUESTIONS, "\n".join(one.words), one.passages, lead=worded(one, Style.SPOKEN))
