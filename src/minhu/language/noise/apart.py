"""Several places in one order: which of the places named does the matter itself happen at, and are they one?

Two names are one place where one leads to the other (文庙小区旁边的书院路, 从甲路到乙路, 甲路与乙路交叉口) or holds it
(桃园小区, 桃园小区3号楼). A home, a way's end, an office, who is disturbed, what is denied are no places of the matter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.gazetteer import Gazetteer
from minhu.language.place_context import Role, role_of
from minhu.language.sites import named_sites
from minhu.language.types import AreaLevel, Span

_SIDE: Final = r"(?:门口|大门|[东西南北]门|门前|旁边|旁|附近|对面|对过|对门|隔壁|后面|前面|后门|楼下|里面|里|内|外面|外|上|中段|[东西南北]侧|[东西南北]段|一带|这边|那边|周边|边上|出站口|出口|入口|一侧)"
_LEADS: Final = regex(
    rf"^(?:的|之间)?(?:靠近?|临近?|挨着|紧邻|紧挨着?|就在|位于|在)?(?:{_SIDE})?(?:的|靠近?|挨着|紧邻|临近?|出来的?|往[东西南北上下]?的?|过去的?|通往|通向|进出)*(?:那条|那个|这条|一条|整条|那段)?$"
)
_WAY: Final = regex(rf"^{_SIDE}?(?:开?到|至|往|去|通往|开往|通向|与|和|跟|、|[-—~～])$")
_JUST_TO: Final = regex(rf"^{_SIDE}?(?:开?到|至|往|去|通往|开往|通向|[-—~～])$")
_MEET: Final = regex(
    r"^(?:[^，。；]{0,6}(?:中间|之间)|口)|^(?:的)?(?:交叉|交汇|交口|交界|路口|十字|丁字|之间|中间|接口|连接|这一?段|路段)"
)
_MET: Final = regex(r"(?:交叉口|交口|交汇处|交界处|交叉路口|路口|之间)$")
_LISTED: Final = regex(rf"^{_SIDE}?(?:、|和|跟|与|及|以及|还有|，还有|，以及|或者?|还是)$")
_ALSO: Final = regex(
    r"^[^。；]{0,10}?(?<!再)(?:也(?!不知|许|没用|算|就|好)|同样|一样(?!的态度)|都是|又(?=有|是))|^[^，。；]{0,6}还(?=有|没|是|在)"
)
_NOT_IT: Final = regex(
    r"(?:吵得?|影响(?:了|到)?|吵到|熏得?|熏到|害得|波及|危及|传到|飘到|飘进|吹到|照到|照进|延[长伸]到?|开往|通往|前往|去往|迁到|搬到|绕[到行道]|改[走道]|距离?|离|归|找|问|让|派到?|转到?|报到|送到|回到|来自|赶到|跑到?|抬?到|去|跟|像|比|学习|参照|类似于?)(?:了|我们|整个|附近的?|旁边的?|隔壁的?)?$"
)
_HOME: Final = regex(
    r"(?:我|我们|我家|俺|俺们|本人|家|家里|人|户口|老家|[爸妈爷奶公婆哥姐弟妹]|孩子|父母|老人|老母亲|老父亲)(?:现在|目前|就|是|都|一直)?(?:住在?|家住|在|是|租在|租住在?|户口在)$|(?:家住|住在?|住址[是在为]?|租在|租住在?|户口在|上班的?地?[是在]?|工作单位[是在]?)$"
)
_THEIRS: Final = regex(
    r"^(?:小区|社区|村)?(?:这?边|里|内|附近|周边)?的?(?:居民|业主|住户|村民|人(?!行)|老百姓|商户|租户|孩子|学生|家长|老人|全体)(?!.{0,6}(?:乱|违规|私搭|占))"
)
_BUS_END: Final = regex(r"(?:公交|班车|大巴|\d+路|地铁|打车|坐车|乘车|骑车|开车|路过|经过|途经|走到)[^，。；]{0,8}$")
_SERVED: Final = regex(r"^(?:公交|地铁|汽车|火车)?站?(?:上车|下车|乘车|坐车)")
_WORKS: Final = regex(r"^[^，。；]{0,4}(?:上班|工作|打工|上学|读书|念书|买的?房|做生意|买菜|逛|就诊|看病|住院)")
_OFFICES: Final = regex(
    r"^(?:街道|社区)?(?:办事处|街道办|派出所|居委会?|村委会?|城管|政府|物业公司|分局|中队|法院|支行|银行|分理处|办(?!公楼下))"
)
_UNSURE: Final = regex(r"(?:是|在|记不清|好像)?[^，。；]{0,2}(?:还是|或者|要么|不对[，,]?好像|记不清|也可能|说不准)")
_CORRECTED: Final = regex(
    r"^[^。；]{0,4}[，,]?(?:哦|噢|啊|呃)?[，,]?(?:不对|说错了|错了|不是)[，,]?(?:应该)?(?:是|在)?$"
)
_TAIL: Final = regex(
    rf"(?:[0-9一二三四五六七八九十百]+(?:期|区|号院|号楼|栋|幢|座|单元|弄|号|室|组|层|楼)|{_SIDE}|小区|的|路口|口|段)+$"
)
_ADMIN: Final = regex(
    r"^[\u4e00-\u9fffA-Z0-9]{2,4}?(?:省|市|区|县|镇|乡|街道|办事处)的?(?=[\u4e00-\u9fff]{2})|^[省市区县](?=[\u4e00-\u9fff]{2})"
)
_NO_NAME: Final = regex(
    r"^(?:楼下|门口|旁边|附近|对面|我们?|你们?|他们|这个?|那个?|整个|每个|各个?|两个|几个|一个|多个|某|有的|很多|所有|别的|其他|其它|任何|隔壁|周边|周围|前面|后面|一些|部分|该|此|本|其|贵|同一|老旧|新建|高档|普通|住宅|城市|农村|乡镇|镇上|市里|市区|城区|县城|村里|区里|全[市区县省国城]|中小|公立|私立|民办|公办)(?:[^区]{0,3})(?:广场|公园|小区|社区|花园|学校|小学|中学|幼儿园|医院|市场|超市|商场|工地|车站|公寓|路|街|巷|大道|桥|站|村|图书馆|菜市场)$"
    r"|^.{0,6}(?:炸街|夜路|走路|让路|修路|马路|铁路|电路|线路|一路|半路|沿路|出路|思路|退路|条路|断头路|水泥路|土路|小路|大路|主路|辅路|支路|村道|乡道|高速路|公路|道路|逛街|上街|沿街|扫街|过街|临街|大街|(?<![\u4e00-\u9fff]{2})步行街|(?<![\u4e00-\u9fff]{2})商业街|天桥|立交桥|过街桥|地下通道|加油站|充电站|收费站|变电站|泵站|垃圾站|中转站|网站|全村|农村|乡村|本村|该村|城中村|行政村|自然村|贫困村)$"
)
_SITS: Final = regex(
    r"^[^。；]{0,24}(?:店|超市|公司|厂|工地|学校|小区|机构|商场|饭店|餐馆|诊所|医院|它|地址|位置|地点|具体|就)(?:就)?(?:在|位于|[是:：])(?:我们)?$"
)
_FUNCTION: Final = regex(
    r"[的了是在被把将从到向给让请不没也都就还很要会能可我你他她它们这那此该各每些吗呢吧啊着过及或并但而因所以其于由只说称来去投入导致提供进行作为县市年户名所]|为(?!民)|有(?!色)|对|目前|当时|请问|原本|其次|放学|配套|复式|平层|增加|造成|包括|呼吁|规划(?=.)|建设(?=.)|改名|相同|义务|公办|民办|初级|号线|结果|相信|自谋|个体|普惠|一个|本应|现收|营利|重点|省级|示范|和(?!平|顺|谐|美|睦|园|苑|庭|家)|与|跟"
)
_KIND: Final = regex(
    r"(?:大道|大街|路|街|巷|胡同|桥|小区|花园|家园|公寓|社区|新村|华庭|名都|天地|嘉园|佳苑|苑|广场|公园|村|幼儿园|小学|中学|学校|大学城|医院|车站|站|市场|商场|家具城|超市|工地|公墓|图书馆)"
)
_PUBLIC: Final = regex(
    r"(?:行政|政务|便民|社保|税务|不动产登记|车管|婚姻登记|就业)服务?(?:中心|大厅|所)|第?[一二三四五六七八九十]?(?:人民|中医|妇幼|中心)医院|(?:火车|高铁|汽车|客运)[东西南北]?站|飞机场|\d+号线"
)
"""Places of which a city has one, or few."""
_BOTH: Final = regex(
    r"(?:两|俩|二|三|四|五|几|多)(?:个|处|条|所|家|座|栋)?(?:地方|地点|小区|路段|点位|位置|路口|街|路|学校|村|社区)(?!级)|(?:两|几|三|多)处|第一[件个处是][^。]{2,60}第二[件个处是]|一[处个](?:是|在)[^。]{2,40}(?:另|还有)?一[处个](?:是|在)|你们都|一起"
)
_MORE: Final = regex(r"(?:另外|还有|另一[处个]|此外|第二[件个处]|二是|其次|顺便|同时|再有|再一个)[^。；]{0,10}$")
_ENOUGH: Final = 3
_LONGEST: Final = 7
"""Characters of a name before its kind."""
_SHARED: Final = 3
"""Characters in common by which two clauses say the same of two places."""
_READ: Final = 160
"""Characters of words that are told as they happened; a longer letter names many places, and few of them are its own."""
_FAR: Final = 40
"""Characters between two places beyond which they are no longer said in one breath."""


@dataclass(slots=True)
class _Place:
    """One place of the words, perhaps of several names that lead to each other."""

    start: int
    end: int
    names: list[str]


def places_apart(text: str, gazetteer: Gazetteer | None = None) -> tuple[str, ...]:
    """The names of the separate places at which the matter of ``text`` happens, in its order; none where it is one.

    Two places are told only where the words join them: a list, 'also', 'another', 'or', the same said of both.
    ``gazetteer`` adds the landmarks that the city knows. Never raises for what the words are.
    """
    if len(text) > _READ:
        return ()
    groups = _joined(text, _spans(text, gazetteer))
    kept: list[_Place] = []
    for at, one in enumerate(groups):
        if _is_of_matter(text, one, groups[at + 1 :]) and not any(_same(one, other) for other in kept):
            kept.append(one)
    both = _BOTH.search(text) is not None
    told = [(one, other) for one, other in pairwise(kept) if _is_both(text, one, other, both=both)]
    names = dict.fromkeys(text[one.start : one.end] for pair in told for one in pair)
    return tuple(names)[:_ENOUGH]


def has_named_place(text: str, gazetteer: Gazetteer | None = None) -> bool:
    """Whether any place with a name of its own, or a street or smaller area, is in the words."""
    return bool(_PUBLIC.search(text) or _spans(text, gazetteer))


def _is_both(text: str, one: _Place, other: _Place, *, both: bool) -> bool:
    """Whether the words join two places: the matter is at both, or at one of them and nobody knows at which."""
    gap, before = text[one.end : other.start], text[max(0, other.start - 14) : other.start]
    if _LISTED.match(gap) or _UNSURE.search(gap[-12:]) or _MORE.search(before[-min(len(gap), 14) :]):
        return True
    if len(gap) > _FAR:
        return False
    ends = re.search(r"[，。；！]", text[other.end :])
    clause = text[other.end : other.end + ends.start() if ends else len(text)][:30]
    return both or bool(_ALSO.match(text[other.end : other.end + 24])) or _shares(gap, clause)


def _shares(one: str, other: str) -> bool:
    """Whether two clauses have a run of characters in common: 飞线充电 here and 飞线充电 there."""
    return any(one.find(other[at : at + _SHARED]) >= 0 for at in range(len(other) - _SHARED + 1))


def _spans(text: str, gazetteer: Gazetteer | None) -> list[Span]:
    """Places named in the text and landmarks of the city, in order; what overlaps is one."""
    spans = [span for span, _kind in named_sites(text) if _is_name(text[span[0] : span[1]])]
    for hit in gazetteer.hits(text) if gazetteer is not None else ():
        small = not hit.name.landmark and hit.name.full and gazetteer and all(
            gazetteer.level(code) is AreaLevel.STREET for code in hit.name.codes
        )  # fmt: skip
        if hit.name.landmark or small:
            spans.append((hit.start, hit.end))
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _is_name(words: str) -> bool:
    """Whether words that end like a place are its name: nothing of a sentence before the kind of place."""
    kind = _KIND.search(_ADMIN.sub("", words), 2)
    stem = _ADMIN.sub("", words)[: kind.start()] if kind else words
    return not _NO_NAME.match(words) and not _FUNCTION.search(stem) and len(stem) <= _LONGEST


def _joined(text: str, spans: list[Span]) -> list[_Place]:
    """Names that lead to each other as one place."""
    groups: list[_Place] = []
    for start, end in spans:
        last = groups[-1] if groups else None
        if last is not None and _leads(text, last.end, start, end):
            last.end = end
            last.names.append(text[start:end])
        else:
            groups.append(_Place(start, end, [text[start:end]]))
    return groups


def _leads(text: str, last: int, start: int, end: int) -> bool:
    gap, after = text[last:start], text[end : end + 10]
    if len(gap) <= 30 and _SITS.match(gap):
        return True
    if len(gap) > 12:
        return False
    if _LISTED.match(gap):
        return bool(_MEET.match(after) or _MET.search(text[start:end]) or _MET.search(text[start : end + 1]))
    if _JUST_TO.match(gap):
        return True
    return not gap or bool(_LEADS.match(gap))


def _is_of_matter(text: str, one: _Place, later: list[_Place]) -> bool:
    before, after = text[max(0, one.start - 16) : one.start], text[one.end : one.end + 24]
    if role_of(text, one.start, one.end) in (Role.DENIED, Role.FORMER, Role.CONTACTED, Role.OFFICE):
        return False
    if _OFFICES.match(after) or _CORRECTED.match(after[: _until(one, later)]):
        return False
    if _ALSO.match(after):
        return True
    at_home = _HOME.search(before) or _THEIRS.match(after) or _WORKS.match(after) or _SERVED.match(after)
    return not (at_home or _NOT_IT.search(before) or _BUS_END.search(before))


def _until(one: _Place, later: list[_Place]) -> int:
    return later[0].start - one.end if later else 0


def _same(one: _Place, other: _Place) -> bool:
    return any(
        a in b or b in a for a in map(_core, one.names) for b in map(_core, other.names) if len(a) > 1 and len(b) > 1
    )


def _core(name: str) -> str:
    """A name without its area in front and its building or side behind."""
    bare = _TAIL.sub("", _ADMIN.sub("", name))
    return bare if len(bare) > 1 else name
