"""The graph of a paper: matter – unit, material, condition, fee, time limit, place, telephone, policy, each with its clause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.papers.questions import About, everything_told, topic_of
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
    """A matter, what it has, and the words of the passage ``passage`` (0: told by the facts of the paper) that say so.

    ``detail``: of which part of the matter it is told (the first cell of a row, the heading), empty for the whole.
    """

    matter: str
    relation: Relation
    thing: str
    passage: int
    detail: str = ""


MOST: Final = 90
LONGEST: Final = 120
LONGEST_DETAIL: Final = 60
_LONGEST_MATERIAL: Final = 30
_BY_QUESTION: Final = {
    About.MATERIALS: Relation.MATERIAL, About.CONDITIONS: Relation.CONDITION, About.FEE: Relation.FEE, About.TIME: Relation.TIME,
    About.PLACE: Relation.PLACE, About.TELEPHONE: Relation.TELEPHONE,
}  # fmt: skip
_MARK: Final = regex(
    r"^(?:[◆●○■·-]\s*|第[一二三四五六七八九十百\d]+条|[（(]?[一二三四五六七八九十\d]+[）)、.．])[\s　]*"
)
_CITED: Final = regex(r"《[^《》]{4,60}》")
_MATERIAL: Final = regex(r"材料|证件|资料")
_ORGAN: Final = r"(?:局|委员会|中心|大厅|派出所|办事处|居委会|村委会|公司|管委会|窗口|部门|大队|支队|仲裁院|法院|公证处|服务站|经办机构|残联)"
_UNIT: Final = regex(
    rf"(?:向|由|到|报)(?P<it>[一-鿿]{{2,16}}?{_ORGAN})"
    r"(?:提出|申请|提交|受理|审核|审查|审批|认定|办理|登记|备案|负责|处理|查处|组织|核实|评估|管)"
)
_HEADERS: Final = (
    (Relation.MATERIAL, regex(r"材料|证件|办什么证")),
    (Relation.UNIT, regex(r"部门|主管|单位|机构|谁负责|启动人")),
    (Relation.FEE, regex(r"费|收费|价|元）|补贴|补助|标准|待遇|金额")),
    (Relation.TIME, regex(r"时限|办结|期限|办理时间|到场|修复")),
    (Relation.CONDITION, regex(r"条件|对象|哪些人|情形")),
)
"""What a column tells of the row's matter, by its header; the first that fits."""
_PLAIN_HEADER: Final = regex(
    r"^(?:所需|主要)?(?:费用|收费|标准|时限|办理时限|办结时限|期限|对象|条件|适用对象|主管部门|部门|单位|材料)$"
)
_NOTHING: Final = regex(r"^[\s—–\-/无否是有]*$|^同上$")
_ORDINAL: Final = regex(r"^(?:序号|编号|名次|步骤)$")
_BRING: Final = regex(
    r"(?:携带|带上?|提交|提供|出示|凭|持|需要?|材料(?:有|为|是)?[：:]|所需材料[：:])(?P<list>[^。；\n]{2,100})"
)
_DOCUMENT: Final = regex(
    r"(?:身份证|户口簿|居住证|结婚证|出生证|死亡证|残疾人证|产权证|登记证|许可证|驾驶证|行驶证|学生证|社保卡|医保卡|银行卡|执照|证书|证明|证件"
    r"|申请表|登记表|审批表|申请书|承诺书|委托书|协议书|协议|合同|发票|票据|凭证|收据|清单|诊断书|诊断|病历|照片|复印件|原件|户口本)"
    r"(?:原件|复印件|（[^（）]{1,16}）|\d份|[一二三两]份|原件和复印件|原件及复印件)*$"
)
_PARTS: Final = regex(r"[、，,；;](?![^（）]*）)|以及")
_LEAD: Final = regex(r"^[^：:]{0,6}[：:]|^(?:携带|带上?|提交|提供|出示|凭|持|填写|需要?|或|有(?!效))(?=[一-鿿]{3,})")
_AROUND: Final = regex(r"^[\s：:]+|[\s：:；;。.\d]+$")
_FREE: Final = regex(r"^(?:不用|不需|无需|免交|免提交)|到场$")
_AN_ORGAN: Final = regex(rf"^(?:[^\d%％]*)(?:{_ORGAN[3:-1]}|机关|街道|社区|交警|公安|政府|集团|医院|银行)")


def triples_of(title: str, issuer: str, passages: Sequence[Passage]) -> list[Triple]:
    """What a paper says of its matter, each once, at most ``MOST``; ``issuer`` as confirmed, empty where not known."""
    matter = topic_of(title)
    found: dict[tuple[Relation, str, str], Triple] = {}
    for one in (
        *_units(matter, issuer, passages),
        *_asked(title, matter, passages),
        *_rows(matter, passages),
        *_brought(matter, passages),
        *_policies(matter, title, passages),
    ):
        if (one.relation, one.thing, "") not in found:
            found.setdefault((one.relation, one.thing, one.detail), one)
    return list(found.values())[:MOST]


def _units(matter: str, issuer: str, passages: Sequence[Passage]) -> Iterator[Triple]:
    if issuer:
        yield Triple(matter, Relation.UNIT, issuer, 0)
    for one in passages:
        for match in _UNIT.finditer(one.text):
            yield Triple(matter, Relation.UNIT, match["it"], one.number)


def _asked(title: str, matter: str, passages: Sequence[Passage]) -> Iterator[Triple]:
    """Lists under a heading of materials or conditions, and sentences of fees, times, places, telephones."""
    for one in everything_told(title, passages):
        relation = _BY_QUESTION.get(one.about)
        if relation is None:
            continue
        for words, number in zip(one.words, one.passages, strict=True):
            thing = _MARK.sub("", words).rstrip("；。;")
            if 1 < len(thing) <= LONGEST:
                yield Triple(matter, relation, thing, number)


def _rows(matter: str, passages: Sequence[Passage]) -> Iterator[Triple]:
    """Tables: the first cell names the material itself, or the part of the matter of which the other columns tell."""
    for one in passages:
        if one.kind is not PassageKind.ROW or len(one.cells) < 2:
            continue
        head, name = one.cells[0]
        if _MATERIAL.search(head):
            yield Triple(matter, Relation.MATERIAL, name, one.number)
            continue
        detail = "" if _ORDINAL.match(head) else name[:LONGEST_DETAIL]
        for header, value in one.cells[1:]:
            relation = next((told for told, shape in _HEADERS if shape.search(header)), None)
            if relation is None or not 0 < len(value) <= LONGEST or _NOTHING.match(value):
                continue
            if relation is Relation.MATERIAL:
                yield from (Triple(matter, relation, thing, one.number, detail) for thing in _listed(value))
            elif relation is not Relation.UNIT or _AN_ORGAN.search(value):
                yield Triple(matter, relation, value, one.number, _of_cell(detail, header))


def _of_cell(row: str, header: str) -> str:
    """Of what a cell tells: its row, and its column where that says more than the relation does."""
    parts = [row, "" if _PLAIN_HEADER.match(header) else header]
    return "，".join(filter(None, parts))[:LONGEST_DETAIL]


def _brought(matter: str, passages: Sequence[Passage]) -> Iterator[Triple]:
    """Papers to bring that a sentence lists one after another."""
    for one in passages:
        if one.kind is PassageKind.ROW:
            continue
        for match in _BRING.finditer(one.text):
            for thing in _listed(match["list"]):
                if _DOCUMENT.search(thing):
                    yield Triple(matter, Relation.MATERIAL, thing, one.number)


def _listed(words: str) -> Iterator[str]:
    """The things of a list one by one; brackets stay whole."""
    for part in _PARTS.split(words):
        thing = _AROUND.sub("", _LEAD.sub("", _MARK.sub("", part.strip())))
        if 1 < len(thing) <= _LONGEST_MATERIAL and thing.count("（") == thing.count("）") and not _FREE.search(thing):
            yield thing


def _policies(matter: str, title: str, passages: Sequence[Passage]) -> Iterator[Triple]:
    for one in passages:
        for match in _CITED.finditer(one.text):
            if match[0].strip("《》") != title:
                yield Triple(matter, Relation.POLICY, match[0], one.number)
