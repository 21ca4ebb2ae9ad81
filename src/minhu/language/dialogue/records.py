"""What the words of a talk make of a request: the lines that are read back and what is still to be asked."""

from __future__ import annotations

from typing import Final

from minhu.language.dialogue.asides import without_asides
from minhu.language.dialogue.complaints import complains
from minhu.language.dialogue.types import Missing, Record
from minhu.language.element_types import Element, ElementKind, Elements
from minhu.language.titles import make_title

LABELS: Final = {
    ElementKind.WHO: "反映人", ElementKind.WHERE: "地点", ElementKind.WHEN: "时间", ElementKind.PARTY: "涉及对象",
    ElementKind.PEOPLE: "影响人数", ElementKind.DEMAND: "希望", ElementKind.EVIDENCE: "凭据",
    ElementKind.EARLIER: "之前反映", ElementKind.SECRECY: "保密",
}  # fmt: skip
_SURE: Final = 0.5
"""Elements below this are not read back as if they had been said."""
_MOST_OF_A_KIND: Final = 3
_ENOUGH_WORDS: Final = 6


def record_of(text: str, found: Elements) -> Record:
    """The record of ``text`` with its elements; one line a kind, so that nothing is read out twice, and no small talk."""
    bare = without_asides(text)
    title = found.title if bare == text else make_title(bare)
    lines = [f"事项：{title}"] if title else []
    said = {kind: _distinct([one for one in found.of(kind) if one.confidence >= _SURE]) for kind in LABELS}
    lines += [f"{LABELS[kind]}：{'、'.join(_unlabelled(words, LABELS[kind]))}" for kind, words in said.items() if words]
    missing = tuple(Missing(one.code, one.text) for one in found.questions)
    enough = bool(title) and (len(text.strip()) >= _ENOUGH_WORDS or complains(text.strip()))
    return Record(title, tuple(lines), missing, enough, tuple(said[ElementKind.WHERE]), tuple(said[ElementKind.WHEN]))


def _unlabelled(words: list[str], label: str) -> list[str]:
    """Not '希望：希望尽快修好'."""
    return [one.removeprefix(label).lstrip("，,：:") or one for one in words]


def _distinct(elements: list[Element]) -> list[str]:
    """The words of elements of one kind in the order of the text, without those that another one holds already."""
    words = list(dict.fromkeys(one.text.strip() for one in elements if one.text.strip()))
    return [one for one in words if not any(one != other and one in other for other in words)][:_MOST_OF_A_KIND]
