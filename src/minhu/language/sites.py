"""Where it happened, as the words say it: street with number, crossing, estate with building, 'before the school'.

Finds phrases, not areas; ``places`` says which area they lie in. Of several the matter's own is told by the words
around it: what is denied (不是…), what is only the caller's home or office, and what a demand names come last.
"""

from __future__ import annotations

import re

from minhu.kernel.patterns import regex
from minhu.language.element_types import Element, ElementKind
from minhu.language.place_context import HOME_MATTERS
from minhu.language.types import Span

_H = r"[\u4e00-\u9fff]"
_N = r"[0-9０-９A-Za-z一二三四五六七八九十]{1,5}"
_UNIT = rf"(?:{_N}(?:号楼|栋|幢|座|期|区|号院|号)(?:{_N}(?:单元|栋|幢|号楼))?)"
_SIDE = r"(?:门口|大门口|门前|旁边|旁|附近|对面|后面|前面|后街|巷子口|口|里面|地下车库|停车场|广场|北门|南门|东门|西门|[东南西北]侧|绿化带里?|两岸|桥头|路段|路口|空地|烂尾楼|排污口)"
_ROAD = rf"{_H}{{2,8}}?(?:大道|大街|(?<!的)路(?!灯|牌|障|况)|街(?!道|坊)|巷(?!子)|胡同|渠|桥)"
_SITE = regex(
    rf"(?P<cross>{_ROAD}(?:与|和|跟){_ROAD}(?:的)?(?:交叉口|交口|路口|交汇处|交界处)?)"
    rf"|(?P<road>{_ROAD}{_UNIT}?(?:{_H}{{0,6}}?(?:营业厅|幼儿园|小学|中学|学校|医院|市场|工地))?{_SIDE}?)"
    rf"|(?P<estate>{_H}{{1,10}}?(?:小区|花园|家园|公寓|社区|新村|华庭|名都|天地|嘉园|佳苑|苑|里(?=小区)|湾小区|城小区|广场|公园|村(?!民|委|里|口|支|书))(?:小区)?{_UNIT}?{_SIDE}?)"
    rf"|(?P<point>{_H}{{1,10}}?(?:幼儿园|小学|中学|学校|大学城|医院|车站|火车站|客运站|客运中心|(?<![基网])站|市场|菜市场|商场|家具城|超市|工地|公墓|图书馆|小区)(?:[东西南北]广场)?{_UNIT}?{_SIDE}?)"
    rf"|(?P<loose>(?:门口|高速口|路边|巷子口|校门口|(?<!号)楼顶|学校旁边|广场上?|河边|村后面的山坡|对面{_H}{{2,4}}街)(?:的?(?:绿化带|空地))?)"
)
_LEAD = regex(
    rf"^.*(?:家住|住在|就在|是在|位于|地处|地点(?:就)?(?:在|是)|不是|是|在|到|去|从|通往|往|沿|经过|途经|路过|看到|于|住|我们|我|的那个|那个|这个|今天|今晚|昨天|昨晚|上午|下午|左右|期间|放假|开始|以来|堵得?|找|把|和(?!平(?!安)|谐|睦)|[市场店家]里|及|有人|冒充|一周|最近|建议|允许|与|希望|举报|投诉|反映|通知|听说|顺着|因为|上次|市场里|每次|每天|晚上|早上|\d点(?:多|半)?|\d分)(?={_H}{{2}})"
)
_AT = regex(r"(?:在|位于|地处|地点(?:就)?(?:在|是)|地址[是：:]?|经过|途经|路过|于|看到|沿)$")
_LIVES = regex(r"(?:家住|住在?|户口在?|老家在?|家在|租在)$")
_DENIED = regex(r"(?:不是|并非|不在|不属于)[^，。]{0,6}$")
_PAST = regex(r"(?:之前|以前|原来|曾)[^，。]{0,6}$")
_AWAY = regex(r"(?:上班|打工|读书|上学|工作)")
_WISH = regex(r"(?:请|希望|建议|要求|想)[^，。；]{0,4}$")
_WANTED = regex(r"(?:增设|修一个|设立|加装|划定?|建一|修建|安装)")
_OFFICE = regex(r"^(?:局|办事处|派出所|城管|政府|居委|村委|物业|的?工作人员|答复|说|让|回复)")
_CORE = regex(rf"{_H}{{2,8}}?(?:小区|花园|家园|公寓|新村|华庭|名都|天地|嘉园|佳苑|苑)(?:小区)?")
_AREA_LEAD = regex(rf"^{_H}{{2,4}}?(?:区|县|镇|乡|街道)的?(?={_H}{{2}})(?!公寓)")
_EMPTY = regex(
    r"^(?:(?:全|本|我?们?|整个|老旧|这个|那个|隔壁|同|住宅)?(?:小区|社区|村|学校|医院|超市|市场|工地|路|街|站|商场|广场|公园|幼儿园|小学|中学)(?:门口|附近)?|(?:现在|小区|上班|下班|回家|上学|镇上的|扫?马|乡村|进村|村里的?|门前|门口|家?门口的?|一条|水泥|柏油|通往.*|请求修|修)路)$"
)


def find_sites(text: str, limit: int = 3) -> tuple[Element, ...]:
    """Places as said, the matter's own first, at most ``limit``; denied ones are left out."""
    scored: list[tuple[float, Element]] = []
    for found in _SITE.finditer(text):
        span = _trim(text, found.span())
        words = text[span[0] : span[1]]
        kind = found.lastgroup or ""
        if len(words) < 2 or (_EMPTY.match(words) and kind != "loose"):
            continue
        before, after = text[max(0, span[0] - 12) : span[0]], text[span[1] : span[1] + 8]
        if _DENIED.search(before) or _OFFICE.match(after):
            continue
        weight = _weight(text, kind, before, after, span)
        if weight > 0.3:
            element = Element(ElementKind.WHERE, words, words, (span,), round(min(weight, 0.95), 2))
            scored.append((weight, element))
    scored.sort(key=lambda one: (-one[0], one[1].spans))
    kept: list[Element] = []
    for _, one in scored:
        if all(one.value not in other.value for other in kept):
            kept.append(one)
    return tuple(kept[:limit])


def named_sites(text: str) -> tuple[tuple[Span, str], ...]:
    """Every place that has a name, in the order of the text, with its kind (cross, road, estate, point); roles unjudged."""
    found: list[tuple[Span, str]] = []
    for hit in _SITE.finditer(text):
        span = _trim(text, hit.span())
        before = _SITE.search(text, hit.start(), max(span[0], hit.start()))
        for one, kind in ((before.span(), before.lastgroup) if before else (span, ""), (span, hit.lastgroup)):
            words = text[slice(*one)]
            if kind and kind != "loose" and len(words) > 2 and not _EMPTY.match(words):
                found.append((_trim(text, one), kind))
    return tuple(found)


def estate_names(text: str) -> tuple[str, ...]:
    """Names of estates in a text without building, gate or area: 翠湖花园 of 清河区翠湖花园3号楼门口."""
    found: dict[str, None] = {}
    for hit in _SITE.finditer(text):
        if hit.lastgroup != "estate":
            continue
        lead = _LEAD.match(hit.group())
        words = hit.group()[lead.end() if lead else 0 :]
        core = _CORE.match(_AREA_LEAD.sub("", words))
        if core and not _EMPTY.match(core.group()) and not core.group().endswith(("社区", "村", "广场", "公园")):
            found[core.group()] = None
    return tuple(found)


def _trim(text: str, span: Span) -> Span:
    """Without the words before the name, and with the area in front of it: 清河区的桃园小区."""
    start, end = span
    lead = _LEAD.match(text[start:end])
    if lead:
        start += lead.end()
    area = re.search(rf"(?:{_H}{{2,3}}(?:区|县|镇|乡|街道)的?)$", text[max(0, start - 7) : start])
    if area and not re.search(r"^(?:小区|我们|这个|地区|老区|城区)", area.group()) and "小区" not in area.group():
        inner = re.match(rf"^.*(?:是|在|到|去|住|从|于|来)(?={_H}{{2}})", area.group())
        start -= len(area.group()) - (inner.end() if inner else 0)
    return start, end


def _weight(text: str, kind: str, before: str, after: str, span: Span) -> float:
    weight = {"cross": 0.75, "road": 0.62, "estate": 0.6, "point": 0.28, "loose": 0.35}.get(kind, 0.4)
    if _AT.search(before):
        weight += 0.2
    if kind == "point" and re.search(r"(?:站|中心|停车场)$", text[span[0] : span[1]]):
        weight += 0.15
    if kind == "point" and re.search(rf"{_SIDE}$", text[span[0] : span[1]]):
        weight += 0.25
    if _LIVES.search(before):
        weight += 0.1 if HOME_MATTERS.search(text[span[1] :]) else -0.15
    if _PAST.search(before):
        weight -= 0.3
    if _AWAY.search(after):
        weight -= 0.2
    if _WISH.search(before) or (_WANTED.search(text[max(0, span[0] - 8) : span[0]])):
        weight -= 0.1
    if span[1] - span[0] >= 5:
        weight += 0.05
    return weight - 0.0005 * span[0]
