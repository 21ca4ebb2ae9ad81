"""Places: which area a text speaks of, the home city first, never guessed silently.

Names of roads, shops and stations determine nothing by themselves; names that several areas bear are decided by the
words beside them, then by the home city, and otherwise handed back with ``ask``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from minhu.kernel.patterns import regex
from minhu.language.gazetteer import RANK, Gazetteer, Hit
from minhu.language.place_context import (
    ADMIN_END,
    HOME_MATTERS,
    LEFT_FREE,
    NOT_AFTER_FULL,
    OWN_AREA,
    OWN_ROAD,
    ROAD_END,
    SHORT_AFTER,
    SHORT_BEFORE,
    THING,
    THING_FULL,
    WORK_MATTERS,
    Role,
    role_of,
)  # fmt: skip
from minhu.language.types import AreaLevel, PlaceCandidate, Span

MAKER = "places/2026.2"
# The kind of landmarks that were learned from closed orders.
LEARNED = "learned"
_COUNTY = RANK[AreaLevel.COUNTY]
# Below this confidence a place is only a proposal.
_TRUSTED = 0.58
# Names that are also common nouns: believed only beside the city they belong to, or in the home city.
_GENERIC = regex(
    r"^(?:城区|郊区|矿区|老城区|新城区|新区|市[中南北]区|城[东西南北中]区|[桥河路][东西南北]区|[东西南北]区|城[东西南北]|街道|.{0,2}(?:农场|林场|渔场|牧场)|开发区|高新区|工业园区?|经济(?:技术)?开发区|保税区|度假区|中心|新镇|小镇|古镇|集镇|城镇|乡镇|村镇)$"
)
_STREET_SUFFIX = regex(r"(?:街道|街道办|街办|办事处|镇|乡|苏木|地区)$")
_UNKNOWN_ADMIN = regex(r"[\u4e00-\u9fff]{2}(?:县|区(?!政府)|市|旗|自治州)$")
_SERVED_WORDS = regex(
    r"(?:小区|社区|园区|校区|景区|厂区|库区|片区|辖区|地区|老区|城区|市区|郊区|全市|我市|本市|全县|我县|本县|我区|本区|全区|超市|城市|门市|夜市|集市|菜市|上市|股市|该[县市区])$"
)
_ROAD = regex(r"[\u4e00-\u9fff]{2,6}?(?:大道|大街|路|街(?!道|办)|巷|胡同)(?:[0-9０-９一二三四五六七八九十百]+号)?")
_POINT = regex(
    r"[\u4e00-\u9fffA-Za-z0-9]{2,8}?(?:小区|花园|公寓|新村|家园|广场|学校|小学|中学|医院|市场|公园|大厦|车站|工地|幼儿园|苑|村|超市)"
)
_LEAD = regex(
    r"^.*(?:在|位于|到|住|的|和(?!平(?!安)|谐|睦)|与|从|于|是|区|县|市|镇|乡|街道|我们|附近)(?=[\u4e00-\u9fff]{2})"
)


@dataclass(slots=True)
class _Chain:
    """Neighbouring names that make one place, e.g. 长春市 + 朝阳区; ``codes`` are what the last may mean."""

    hits: list[Hit]
    codes: tuple[str, ...]
    role: Role
    anchored: bool = False
    conflict: bool = False
    unknown_above: bool = False
    chosen: tuple[str, ...] = field(default=())
    why: str = ""
    confidence: float = 0.0

    @property
    def span(self) -> Span:
        return self.hits[0].start, self.hits[-1].end

    @property
    def text(self) -> str:
        return "".join(hit.text for hit in self.hits)


def locate(text: str, home_code: str, gazetteer: Gazetteer) -> list[PlaceCandidate]:
    """Candidates, best first; empty when the text names no place. ``ask`` is set when nobody may rely on them."""
    own, around = gazetteer.home(home_code)
    chains = _chains(text, gazetteer, around)
    live = [chain for chain in chains if chain.role is not Role.DENIED]
    for chain in live:
        _resolve(chain, live, text, gazetteer, own, around)
    road, point = _details(text)
    candidates = _decide([chain for chain in live if chain.chosen], text, gazetteer, road, point)
    if not candidates:
        candidates = _own_area(text, gazetteer, own, road, point)
    if not candidates and around:
        candidates = _alike(text, gazetteer, around, road, point)
    return candidates


def _alike(text: str, gazetteer: Gazetteer, around: str, road: str, point: str) -> list[PlaceCandidate]:
    """What sounds like a place of the home city but is written otherwise: proposed with its reason, always asked."""
    return [
        PlaceCandidate(
            code, gazetteer.level(code).value, 0.5, f"写的是“{text[one.start : one.end]}”，读音像“{one.name}”，请核实",
            ((one.start, one.end),), True, road, point,
        )
        for one in gazetteer.sounds(around).find(text)[:3] for code in one.codes[:3]
    ]  # fmt: skip


def _chains(text: str, gazetteer: Gazetteer, around: str) -> list[_Chain]:
    chains: list[_Chain] = []
    for hit in _split_shared(gazetteer.hits(text), text, gazetteer):
        last = chains[-1] if chains else None
        if last is not None and text[last.span[1] : hit.start] in ("", "的", " ", "·", "省", "市"):
            inner = tuple(
                code for code in hit.name.codes if any(above in gazetteer.chain(code)[:-1] for above in last.codes)
            )
            if inner and not _rejected_right(hit, text):
                last.hits.append(hit)
                kept = tuple(above for above in last.codes if any(above in gazetteer.chain(code) for code in inner))
                last.codes, last.anchored = inner, last.anchored or len(kept) < len(last.codes) or len(last.hits) > 1
                last.role = role_of(text, *last.span)
                continue
            joined = last.span[1] == hit.start and hit.name.full and _deeper(hit, last, gazetteer)
            if joined and _believable(hit, text, gazetteer, around):
                last.conflict = True
                continue
        if not _believable(hit, text, gazetteer, around) and not _leads(hit, text, gazetteer):
            continue
        chain = _Chain([hit], hit.name.codes, role_of(text, hit.start, hit.end))
        before = text[max(0, hit.start - 4) : hit.start]
        chain.unknown_above = (
            all(RANK[gazetteer.level(code)] > RANK[AreaLevel.CITY] for code in hit.name.codes)
            and _UNKNOWN_ADMIN.search(before) is not None
            and _SERVED_WORDS.search(before) is None
            and not (last is not None and last.span[1] == hit.start)
        )
        chains.append(chain)
    return [chain for chain in chains if not _is_false_short(chain, text)]


def _split_shared(hits: list[Hit], text: str, gazetteer: Gazetteer) -> list[Hit]:
    """济南市中区 is 济南 + 市中区, not 济南市 + 中区."""
    result: list[Hit] = []
    for hit in hits:
        if result and hit.start < result[-1].end:
            continue
        result.append(hit)
        if hit.text.endswith("市") and hit.end < len(text):
            for length in (3, 4):
                piece = text[hit.end - 1 : hit.end - 1 + length]
                name = gazetteer.get(piece)
                inner = name and tuple(
                    code for code in name.codes if any(gazetteer.within(code, above) for above in hit.name.codes)
                )
                if name and inner and gazetteer.get(hit.text[:-1]):
                    result[-1] = Hit(hit.start, hit.end - 1, hit.text[:-1], hit.name)
                    result.append(Hit(hit.end - 1, hit.end - 1 + length, piece, name))
                    break
    return result


def _leads(hit: Hit, text: str, gazetteer: Gazetteer) -> bool:
    """A short county name with the full name of something inside it right behind: 黄陂 in 黄陂李集街道."""
    for length in range(6, 2, -1):
        name = gazetteer.get(text[hit.end : hit.end + length])
        if name is not None and name.full and not name.landmark:
            return any(inner != above and gazetteer.within(inner, above)
                       for inner in name.codes for above in hit.name.codes)  # fmt: skip
    return False


def _deeper(hit: Hit, last: _Chain, gazetteer: Gazetteer) -> bool:
    """Whether a name right behind a chain claims to lie in it by its level."""
    return min(RANK[gazetteer.level(code)] for code in hit.name.codes) > min(
        RANK[gazetteer.level(code)] for code in last.codes
    )


def _rejected_right(hit: Hit, text: str) -> bool:
    after = text[hit.end : hit.end + 6]
    if hit.name.landmark:
        return False
    rule = NOT_AFTER_FULL.get(hit.text[-1])
    if hit.name.full and rule and rule.match(after):
        return True
    if hit.name.full and len(hit.text) > 2 and ADMIN_END.search(hit.text) and OWN_ROAD.match(after):
        return False
    return bool((THING_FULL if hit.name.full else THING).match(after))


def _believable(hit: Hit, text: str, gazetteer: Gazetteer, around: str) -> bool:
    """Whether this run of characters is a place name here at all."""
    if hit.name.landmark:
        return True
    if _rejected_right(hit, text):
        return False
    before = text[max(0, hit.start - 6) : hit.start]
    if ROAD_END.search(before) and hit.text[0] in "交路街道桥巷线":
        return False
    at_home = any(gazetteer.within(code, around) for code in hit.name.codes) if around else False
    upper = any(RANK[gazetteer.level(code)] < _COUNTY for code in hit.name.codes)
    if upper and hit.name.full and len(hit.text) > 2:
        return True
    if not hit.name.full:
        if upper:
            return True
        return at_home and bool(SHORT_BEFORE.search(before)) and bool(SHORT_AFTER.match(text[hit.end : hit.end + 4]))
    if _GENERIC.match(hit.text):
        return at_home and bool(LEFT_FREE.search(before))
    if all(gazetteer.level(code) is AreaLevel.STREET for code in hit.name.codes) and not _STREET_SUFFIX.search(
        hit.text
    ):
        return False
    if len(hit.text) == 2 or hit.text[0] in "路桥河江湖港城山市海东西南北中新大老和":
        return bool(LEFT_FREE.search(before)) or (at_home and len(hit.text) > 2)
    return True


def _is_false_short(chain: _Chain, text: str) -> bool:
    """A lone short city or province name inside another word (北京时间, 长春藤, 吉林话) is dropped."""
    hit = chain.hits[0]
    if len(chain.hits) > 1 or hit.name.full or hit.name.landmark:
        return False
    after = text[hit.end : hit.end + 4]
    return not (
        SHORT_AFTER.match(after)
        or re.match(r"^(?:市|人|来|回|到|去|出|那|这|户口|户籍|本地|和|与|工作|打|方面)", after)
    )


def _resolve(chain: _Chain, chains: Sequence[_Chain], text: str, gazetteer: Gazetteer, own: str, around: str) -> None:
    """Choose among the codes of a chain: named parent, then home, then the only one of its name."""
    codes = chain.codes
    if chain.conflict or chain.unknown_above:
        chain.why = f"“{chain.text}”与上级地名对不上，需要核实"
        chain.chosen, chain.confidence = codes[:1], 0.3
        return
    scores = {code: _support(code, chain, chains, text, gazetteer, own, around) for code in codes}
    best = max(scores.values())
    top = tuple(code for code in codes if scores[code] >= best - 0.05)
    home_city = bool(around) and gazetteer.within(top[0], around)
    level = gazetteer.level(top[0])
    name = chain.text
    if len(top) > 1:
        nested = _nested(top, chain.hits[-1].name.full, gazetteer)
        chain.chosen = (nested[-1],) if nested else top[:5]
        chain.confidence = 0.9 if nested else 0.4
        chain.why = f"“{name}”即{gazetteer.full_name(nested[-1])}" if nested else f"叫“{name}”的地方有 {len(top)} 处"
        return
    rival = max((score for code, score in scores.items() if code not in top), default=-1.0)
    chain.chosen = top
    full = chain.hits[-1].name.full
    if chain.anchored:
        chain.confidence, chain.why = 0.95, f"文中写明“{name}”"
    elif home_city and best - rival >= 0.5:
        chain.confidence, chain.why = (0.92 if full else 0.75), f"“{name}”在本市，即{gazetteer.full_name(top[0])}"
    elif not home_city and level is AreaLevel.STREET and best < 1.0:
        chain.confidence, chain.why = 0.45, f"本市没有“{name}”，外地有同名，需要核实"
    elif best - rival < 0.5:
        chain.confidence, chain.why = 0.45, f"“{name}”可能在本市，也可能在文中提到的别处"
    else:
        chain.confidence, chain.why = (0.85 if full else 0.6), f"“{name}”即{gazetteer.full_name(top[0])}"
    if chain.hits[-1].name.landmark:
        where = gazetteer.full_name(top[0])
        learned = chain.hits[-1].name.landmark == LEARNED
        why = f"以往工单里的“{name}”都由{where}办理" if learned else f"“{name}”在{where}"
        chain.confidence, chain.why = min(chain.confidence, 0.8 if learned else 0.85), why


def _nested(codes: Sequence[str], full: bool, gazetteer: Gazetteer) -> list[str]:
    """Of one name for areas inside each other: the innermost (上海市 and its heading), but 长沙 is the city, not its county."""
    if not full and any(RANK[gazetteer.level(code)] < _COUNTY for code in codes):
        return [code for code in codes if all(gazetteer.within(other, code) for other in codes)]
    return [code for code in codes if all(gazetteer.within(code, other) for other in codes)]


def _support(code: str, chain: _Chain, chains: Sequence[_Chain], text: str, gazetteer: Gazetteer, own: str,
             around: str) -> float:  # fmt: skip
    """How well one reading of a chain fits home and the other places of the text."""
    score = 0.0
    if around and gazetteer.within(code, around):
        score += 1.0
        score += 0.6 if own != around and (gazetteer.within(code, own) or gazetteer.within(own, code)) else 0.0
    if chain.anchored:
        return score * 0.6
    for other in chains:
        if other is chain:
            continue
        for one in other.codes:
            if one == code:
                continue
            if gazetteer.within(code, one) and other.role not in (Role.RESIDENCE, Role.FORMER, Role.CONTACTED):
                score += 1.0
                break
            if gazetteer.within(one, code) and not (around and any(gazetteer.within(c, around) for c in other.codes)):
                score += 1.2
                break
    return score


def _decide(chains: Sequence[_Chain], text: str, gazetteer: Gazetteer, road: str, point: str) -> list[PlaceCandidate]:
    """Weigh the chains by their roles; one place stays, or several with ``ask``."""
    useful = [chain for chain in chains if RANK[gazetteer.level(chain.chosen[0])] >= _COUNTY]
    if not useful:
        return [
            _candidate(code, chain, gazetteer, road, point, True, 0.5) for chain in chains for code in chain.chosen[:3]
        ]
    weights = {id(chain): _weight(chain, text) for chain in useful}
    best = max(weights.values())
    top = [chain for chain in useful if weights[id(chain)] >= best - 0.3]
    deepest = _deepest(top, gazetteer)
    if deepest is None:
        return [
            _candidate(code, chain, gazetteer, road, point, True, 0.5) for chain in top for code in chain.chosen[:3]
        ]
    for chain in useful:
        inner = chain.chosen[0]
        if len(chain.chosen) == 1 and inner != deepest.chosen[0] and gazetteer.within(inner, deepest.chosen[0]):
            deepest = chain
    ask = len(deepest.chosen) > 1 or deepest.confidence < 0.55
    first = [_candidate(code, deepest, gazetteer, road, point, ask) for code in deepest.chosen]
    rest = [chain for chain in useful if chain not in top and chain is not deepest]
    return first + [_candidate(chain.chosen[0], chain, gazetteer, road, point, True, 0.3) for chain in rest]


def _weight(chain: _Chain, text: str) -> float:
    """The role's weight, shifted by what the complaint is about (things at home, or wages at work)."""
    weight = chain.role.value
    home, work = bool(HOME_MATTERS.search(text)), bool(WORK_MATTERS.search(text))
    if chain.role is Role.RESIDENCE and home and not work:
        return weight + 1.0
    if chain.role is Role.WORK and home and not work:
        return weight - 1.3
    return weight


def _deepest(chains: Sequence[_Chain], gazetteer: Gazetteer) -> _Chain | None:
    """The chain whose place lies in all others, or None when they contradict each other."""
    if len(chains) == 1:
        return chains[0]
    singles = [chain for chain in chains if len(chain.chosen) == 1]
    for chain in sorted(singles, key=lambda one: -len(gazetteer.chain(one.chosen[0]))):
        line = gazetteer.chain(chain.chosen[0])
        if all(any(code in line for code in other.chosen) for other in chains):
            return chain
    return None


def _candidate(code: str, chain: _Chain, gazetteer: Gazetteer, road: str, point: str, ask: bool,
               ceiling: float = 1.0) -> PlaceCandidate:  # fmt: skip
    spans = tuple((hit.start, hit.end) for hit in chain.hits)
    confidence = min(chain.confidence, ceiling)
    return PlaceCandidate(code, gazetteer.level(code).value, confidence, chain.why, spans, ask, road, point)


def _own_area(text: str, gazetteer: Gazetteer, own: str, road: str, point: str) -> list[PlaceCandidate]:
    """我区, 本县: the receiving area itself, when its name ends so."""
    said = OWN_AREA.search(text)
    if said is None or not own or not gazetteer.areas[own].name.endswith(said.group(1)):
        return []
    why = f"“{said.group()}”指受理地{gazetteer.areas[own].name}"
    return [PlaceCandidate(own, gazetteer.level(own).value, 0.8, why, (said.span(),), False, road, point)]


def _details(text: str) -> tuple[str, str]:
    """Road with number and point (estate, school …) as said, without the words before them; empty when none."""
    road, point = _ROAD.search(text), _POINT.search(text)
    return (_LEAD.sub("", road.group()) if road else "", _LEAD.sub("", point.group()) if point else "")


def determined(candidates: Sequence[PlaceCandidate], gazetteer: Gazetteer) -> str:
    """The most specific county or street code that the text determines; '' where one must ask."""
    if not candidates or candidates[0].ask or candidates[0].confidence < _TRUSTED:
        return ""
    code = candidates[0].area_code
    return code if gazetteer.level(code) in (AreaLevel.COUNTY, AreaLevel.STREET) else ""
