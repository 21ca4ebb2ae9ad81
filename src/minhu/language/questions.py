"""What is still missing or contradictory, as short polite questions in the order of their weight (F24).

The list depends on what the matter is about: a noise needs its time and source, a purchase its day and proof. The
needs follow the usual registration rules of hotlines: who, when, where, what, wanted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from minhu.kernel.patterns import regex
from minhu.language.element_types import Element, ElementKind, Question
from minhu.language.types import PlaceCandidate

K = ElementKind
Present = dict[ElementKind, tuple[Element, ...]]
_SURE_PLACE = 0.7


@dataclass(frozen=True, slots=True)
class _Need:
    """One line: which element a kind of matter needs, and how to ask for it."""

    code: str
    about: re.Pattern[str]
    text: str
    rank: int
    missing: Callable[[Present, str], bool]


def _no(*kinds: ElementKind) -> Callable[[Present, str], bool]:
    return lambda present, _: not any(present[kind] for kind in kinds)


def _no_words(pattern: str) -> Callable[[Present, str], bool]:
    wanted = regex(pattern)
    return lambda _, text: not wanted.search(text)


_ANY = regex("")
_NOISE = regex(r"噪音|噪声|扰民|太吵|吵得|吵醒|轰鸣|震动|放音乐|喇叭")
_WAGES = regex(r"工资|欠薪|工钱|血汗钱|工伤|社保|公积金|辞退")
_BOUGHT = regex(r"买的?|购买|退货|退款|退费|退钱|充值|办卡|预付|消费|假货|过期|收费|押金")
_OUTAGE = regex(r"停水|停电|停气|停暖|没水|没电|没有暖气|暖气不热|断网|供暖|不来水")
_BUS = regex(r"公交|出租车|网约车|拒载|班车")
_SMELL = regex(r"异味|臭|油烟|废气|排污|污水|黑水|粉尘|扬尘")
_FACILITY = regex(r"路灯|井盖|电梯|红绿灯|信号灯|路面|坑|护栏|充电桩|门禁|垃圾桶|健身器材")
_CROWD = regex(r"我们(?:小区|全楼|村|班|公司|厂)|居民|业主们?|全村|大家|家长们")
_ADVICE = regex(r"^(?:请问|咨询|想问|想了解|想咨询|我想(?:咨询|问|了解))")
_PRAISE = regex(r"感谢|表扬|点赞|致谢|锦旗")

_NEEDS: tuple[_Need, ...] = (
    _Need("where", _ANY, "请问事情发生在哪里？哪个区、哪条路或哪个小区？", 10, _no(K.WHERE)),
    _Need("building", regex(r"电梯|楼道|门禁|楼顶|漏水|停水|停电|暖气"), "请问是几号楼、几单元？", 24,
          _no_words(r"[号栋幢座]楼?|单元|全小区|整个小区|全楼|小区都")),
    _Need("noise_time", _NOISE, "请问噪音一般在什么时间出现，持续多久？", 12, _no(K.WHEN)),
    _Need("noise_source", _NOISE, "请问声音是从哪里来的？是工地、商户还是邻居？", 14,
          _no_words(r"工地|施工|KTV|ktv|酒吧|广场舞|跳操|邻居|楼上|楼下|装修|烧烤|麻将|外机|洒水车|货车|工厂|商户|店")),
    _Need("wages_party", _WAGES, "请问用人单位或包工头叫什么名称？", 12, _no(K.PARTY)),
    _Need("wages_sum", _WAGES, "请问涉及多少钱、多少个人、从什么时候开始？", 20, _no_words(r"\d+[\.\d]*万?元|万|块|个月|\d+人")),
    _Need("bought_party", _BOUGHT, "请问是哪家商户或公司？", 13, _no(K.PARTY)),
    _Need("bought_when", _BOUGHT, "请问是哪一天消费的？", 22, _no(K.WHEN)),
    _Need("bought_proof", _BOUGHT, "请问有没有小票、发票、合同或付款记录？", 26, _no(K.EVIDENCE)),
    _Need("outage_since", _OUTAGE, "请问从什么时候开始的？", 16, _no(K.WHEN)),
    _Need("outage_range", _OUTAGE, "请问只有您一家，还是整栋楼、整个小区都这样？", 18,
          _no_words(r"全小区|整个小区|全楼|整栋|小区都|我家|只有我|\d+户|全村")),
    _Need("vehicle", _BUS, "请问是几路车，车牌号或车身编号是多少？", 15, _no_words(r"车牌|车号|\d+路|尾号")),
    _Need("smell_time", _SMELL, "请问什么时间段最明显，知道是哪里排出来的吗？", 17, _no(K.WHEN, K.PARTY)),
    _Need("facility", _FACILITY, "请问具体位置在哪里，附近有什么门牌、灯杆号或标志？", 19,
          lambda present, text: not present[K.WHERE] or present[K.WHERE][0].confidence < 0.5),
    _Need("party", regex(r"投诉|举报|态度|不退|骗"), "请问您反映的是哪个单位或哪个人？", 21, _no(K.PARTY)),
    _Need("people", _CROWD, "请问大概有多少户、多少人受影响？", 32, _no(K.PEOPLE)),
    _Need("when", _ANY, "请问是什么时候发生的，现在还在继续吗？", 28, _no(K.WHEN)),
    _Need("number", regex(r"工单|反映过|投诉过|打过.{0,6}电话|上次"), "请问之前的工单编号是多少，答复是怎么说的？", 30,
          lambda present, text: any(one.value == "hotline" for one in present[K.EARLIER])
          and not any(one.value == "number" for one in present[K.EARLIER])),
    _Need("demand", _ANY, "请问您希望怎样解决？", 34, _no(K.DEMAND)),
)  # fmt: skip
_NOT_FOR_ADVICE = frozenset({"where", "when", "party", "people", "building", "facility", "demand", "bought_when"})
_SAME_AS = {"noise_time": "when", "outage_since": "when", "bought_when": "when", "smell_time": "when",
            "facility": "where", "wages_party": "party", "bought_party": "party", "number": ""}  # fmt: skip


def fixed_questions() -> tuple[str, ...]:
    """Every question that is always asked in the same words."""
    return tuple(one.text for one in _NEEDS) + tuple(one.text for one in _urgent({K.WHERE: ()}, ()))


def questions_for(
    text: str, elements: Sequence[Element], places: Sequence[PlaceCandidate] = (), *, wants_callback: bool | None = None,
    danger: bool = False, limit: int = 5,
) -> tuple[Question, ...]:  # fmt: skip
    """The open questions, the most important first; contradictions come before what is missing.

    With ``danger`` to life only what a rescuer needs is asked: nobody is asked for sums or sources then.
    """
    present: Present = {kind: tuple(one for one in elements if one.kind is kind) for kind in K}
    if danger:
        return tuple(_urgent(present, places))
    found = list(_contradictions(present, places, wants_callback))
    light = bool(_ADVICE.match(text.strip()) or _PRAISE.search(text))
    for need in _NEEDS:
        if (light and need.code in _NOT_FOR_ADVICE) or not need.about.search(text):
            continue
        if need.code == "where" and places and not places[0].ask:
            continue
        if need.missing(present, text):
            found.append(Question(need.code, need.text, need.rank))
    covered = {_SAME_AS.get(one.code, "") for one in found}
    kept = sorted((one for one in found if one.code not in covered), key=lambda one: one.rank)
    return tuple(kept[:limit])


def _urgent(present: Present, places: Sequence[PlaceCandidate]) -> Iterator[Question]:
    """Where exactly, and whether somebody is there: the words by which an emergency call begins."""
    if not present[K.WHERE] or present[K.WHERE][0].confidence < _SURE_PLACE or (places and places[0].ask):
        yield Question("where_now", "请问现在的准确位置在哪里？附近有什么门牌或标志？", 1)
    yield Question("safe_now", "请问现在身边有人吗，能不能到安全的地方？请保持电话畅通。", 2)


def _contradictions(present: Present, places: Sequence[PlaceCandidate], wants_callback: bool | None) -> list[Question]:
    found = []
    sites = present[K.WHERE]
    if len(places) > 1 and places[0].ask and places[0].area_code != places[1].area_code:
        found.append(Question("two_areas", "您提到了不止一个地方，请问事情发生在哪一个？", 2))
    elif len(sites) > 1 and sites[1].confidence >= sites[0].confidence - 0.05 and sites[0].confidence >= 0.55:
        found.append(Question("two_sites", f"请问是“{sites[0].value}”还是“{sites[1].value}”？", 4))
    elif places and places[0].ask:
        found.append(Question("which_area", "请问是哪个区（县）、哪个街道？", 6))
    if present[K.SECRECY] and wants_callback:
        found.append(Question("secret_callback", "您要求保密，请问可以给您回访吗？", 8))
    return found
