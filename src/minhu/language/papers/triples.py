"""The graph of a guide: matter – unit, material, condition, fee, time limit, place, telephone, policy, each with its clause."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from minhu.language.papers.questions import About, questions_of, topic_of
from minhu.language.papers.types import Passage, PassageKind


class Relation(StrEnum):
    """What a matter has."""

    UNIT = "unit"
    MATERIAL = "material"
    CONDITION = "condition"
    FEE = "fee"
    TIME = "time"
    PLACE = "place"
    TELEPHONE = "telephone"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Triple:
    """A matter, what it has, and the words of the passage ``passage`` (0: told by the facts of the paper) that say so."""

    matter: str
    relation: Relation
    thing: str
    passage: int


MOST: Final = 60
LONGEST: Final = 120
_BY_QUESTION: Final = {
    About.MATERIALS: Relation.MATERIAL, About.CONDITIONS: Relation.CONDITION, About.FEE: Relation.FEE, About.TIME: Relation.TIME,
    About.PLACE: Relation.PLACE, About.TELEPHONE: Relation.TELEPHONE,
}  # fmt: skip
_MARK: Final = re.compile(
    r"^(?:[◆●○■·-]\s*|第[一二三四五六七八九十百\d]+条|[（(]?[一二三四五六七八九十\d]+[）)、.．])[\s　]*"
)
_CITED: Final = re.compile(r"《[^《》]{4,60}》")
_MATERIAL: Final = re.compile(r"材料|证件|资料")
_UNIT: Final = re.compile(
    r"(?:向|由|到|报)(?P<it>[一-鿿]{2,16}?(?:局|委员会|中心|大厅|派出所|办事处|居委会|村委会|公司|管委会|窗口|部门))(?:提出|申请|提交|受理|审核|办理|登记|备案|负责)"
)


def triples_of(title: str, issuer: str, passages: Sequence[Passage]) -> list[Triple]:
    """What a paper says of its matter, each once, at most ``MOST``; ``issuer`` as confirmed, empty where not known."""
    matter = topic_of(title)
    found: dict[tuple[Relation, str], Triple] = {}
    for one in (
        *_units(matter, issuer, passages),
        *_asked(title, matter, passages),
        *_rows(matter, passages),
        *_policies(matter, title, passages),
    ):
        found.setdefault((one.relation, one.thing), one)
    return list(found.values())[:MOST]


def _units(matter: str, issuer: str, passages: Sequence[Passage]) -> Iterator[Triple]:
    if issuer:
        yield Triple(matter, Relation.UNIT, issuer, 0)
    for one in passages:
        for match in _UNIT.finditer(one.text):
            yield Triple(matter, Relation.UNIT, match["it"], one.number)


def _asked(title: str, matter: str, passages: Sequence[Passage]) -> Iterator[Triple]:
    """Lists under a heading of materials or conditions, and sentences of fees, times, places, telephones."""
    for one in questions_of(title, passages):
        relation = _BY_QUESTION.get(one.about)
        if relation is None:
            continue
        for words, number in zip(one.words, one.passages, strict=True):
            thing = _MARK.sub("", words).rstrip("；。;")
            if 1 < len(thing) <= LONGEST:
                yield Triple(matter, relation, thing, number)


def _rows(matter: str, passages: Sequence[Passage]) -> Iterator[Triple]:
    """Tables whose first column names materials."""
    for one in passages:
        if one.kind is PassageKind.ROW and len(one.cells) > 1 and _MATERIAL.search(one.cells[0][0]):
            yield Triple(matter, Relation.MATERIAL, one.cells[0][1], one.number)


def _policies(matter: str, title: str, passages: Sequence[Passage]) -> Iterator[Triple]:
    for one in passages:
        for match in _CITED.finditer(one.text):
            if match[0].strip("《》") != title:
                yield Triple(matter, Relation.POLICY, match[0], one.number)
