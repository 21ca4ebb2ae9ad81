"""What the requester wants, and where one text holds several demands: each with the sentences that belong to it."""

from __future__ import annotations

from minhu.kernel.patterns import regex
from minhu.language.element_types import Element, ElementKind, Matter
from minhu.language.titles import make_title
from minhu.language.types import Span

_SENTENCE = regex(r"[^。！？!?；;\n]+[。！？!?；;\n]?")
_CLAUSE = regex(r"[^，,。！？!?；;\n]+")
_WANT = regex(
    r"^(?:(?:所以|因此|故|特此?|另外|还有|同时|也|再|并且?|而且|现在?|我们?|本人|居民们?|大家|全家|业主们?|强烈|一致|就是|顺便|为此|只|赶紧|尽快|只是)*)"
    r"(?P<it>(?:请求|恳请|恳求|请(?!假|客)|希望|盼望?|渴望|望(?=查|贵|有|尽|能|政|相)|要求(?!每|我|交|缴|我们)|建议|申请(?!了|交|已|一直|后|被)|求(?=政府|助|帮|求|解)|应该(?=退|赔|由|给)|"
    r"想(?:请|要|问|咨询|了解|申请|让)|咨询一?下?|请问|能不能|能否|可否|可不可以|帮忙|帮我|什么时候能?|赶紧|尽快|快派|马上|急需|责令|督促|顺便把).*)"
)
_LATE_WANT = regex(
    r"(?P<it>(?:我们?|本人|家属|大家|居民|业主)(?:强烈|一致)?(?:要求|希望|建议|请求).*|(?<!不)想(?:问|咨询|了解)(?!不).*|(?<=[户人名])(?:联合|联名|一致|都)?要求.*|(?<=业主)(?:联合|联名|一致|都)要求.*|(?:能不能|能否|可否|怎么(?=[办退申改补处走查领交])|如何(?=[办退申改补处查领复])|什么时候能?).*|政府能不能.*)"
)
_QUESTION = regex(
    r"怎么|如何|哪[里儿些个家]|什么时候|何时|能不能|能否|是否|是不是|可不可以|几点|多少|要不要|什么(?=材料|条件|手续|政策|标准)|带什么|吗$|到底归谁|为什么|为啥"
)
_RHETORICAL = regex(r"怎么(?:能|可以|会|这么|那么)|凭什么|谁批准|难道|怎么得了|怎么受得了|不知道怎么|没法")
_GOES_ON = regex(r"^(?:同时|并且?(?!要求|希望|请)|以及|给(?!出)|到哪|在哪|需要(?:哪些|什么|带)|去哪|赔偿)")
_THEIR_OWN = regex(r"(?:学校|公司|老板|物业|单位|店家?|他们?|她|对方|厂里|商场|院方|突然|局|会|师傅)[^，]{0,4}$")
_NEW_MATTER = regex(
    r"(?:^|[，。；;！？\s])(?:另外|此外|还有(?=个|一个|就是|，|[^，。]{2,}(?:坏|断|不|没|撞|乱|漏|堵))|再就是|再一个|还想(?:问|反映|咨询)|顺便(?:问|反映|再|把))"
)
_CONNECTION = regex(r"^(?:另外|此外|还有|再就是|再一个|顺便)(?:一个|一件事)?[，,是：]*")
_LISTED = regex(
    r"(?:^|[，。；;：:、\s])(?:(?P<one>一是|二是|三是|四是|五是)|(?P<two>[一二三四五]、)|(?P<three>[1-5１-５][\.、．](?!\d))|(?P<four>第[一二三四五](?:个|件|点)?[是，、：]|其[一二三四五][，、])|(?P<five>[（(][1-5一二三四五][)）]))"
)
_SECRET_ONLY = regex(
    r"^(?:请|希望|务必|要求|能)?(?:务必)?(?:匿名|[^，]{0,8}保密|(?:不要|别)(?:透露|泄露|告诉|说是|把我)[^，]*|不要[^，]*回访[^，]*)$"
)
_GREETING = regex(r"^(?:您好|你好|领导好|喂|打扰了|谢谢|麻烦了|急)[，。！!]?$")


def sentences(text: str) -> list[Span]:
    """Spans of the sentences, marks included."""
    return [found.span() for found in _SENTENCE.finditer(text) if found.group().strip()]


def find_demands(text: str) -> tuple[Element, ...]:
    """Each thing that is wanted or asked, from its first word to the end of the clause that says it."""
    result: list[Element] = []
    for start, end in sentences(text):
        clauses = [(start + found.start(), start + found.end()) for found in _CLAUSE.finditer(text[start:end])]
        asks = text[end - 1] in "？?"
        open_at = -1
        for at, (begin, stop) in enumerate(clauses):
            words = text[begin:stop]
            found = _wanted(words, text[max(0, begin - 8) : begin], asks and at == len(clauses) - 1)
            if found >= 0:
                if open_at == at - 1 and open_at >= 0 and _GOES_ON.match(words):
                    result[-1] = _demand(text, result[-1].spans[0][0], stop)
                else:
                    result.append(_demand(text, begin + found, stop))
                open_at = at
            elif open_at == at - 1 and open_at >= 0 and _GOES_ON.match(words):
                result[-1] = _demand(text, result[-1].spans[0][0], stop)
                open_at = at
    return tuple(one for one in result if len(one.text) >= 3 and not _SECRET_ONLY.match(one.text))


def _wanted(clause: str, before: str, asks: bool) -> int:
    """Where in a clause a wish or question begins; -1 when it holds none."""
    plain = clause.strip()
    if _GREETING.match(plain) or not plain:
        return -1
    found = _WANT.match(clause.lstrip())
    shift = len(clause) - len(clause.lstrip())
    if found and not _THEIR_OWN.search(clause[: shift + found.start("it")]):
        return shift + found.start("it")
    late = _LATE_WANT.search(clause)
    if late and not _RHETORICAL.search(clause):
        return late.start("it")
    if (asks or _QUESTION.search(plain[-6:])) and _QUESTION.search(plain) and not _RHETORICAL.search(plain):
        return shift
    return -1


def _demand(text: str, start: int, end: int) -> Element:
    words = text[start:end]
    return Element(ElementKind.DEMAND, words, words, ((start, end),), 0.85 if _WANT.match(words) else 0.7)


def split_matters(text: str, demands: tuple[Element, ...]) -> tuple[Matter, ...]:
    """The matters of a text; a single one covers all of it. Only a list or a connecting word splits, never a comma."""
    cuts = _cuts(text)
    if not cuts:
        return (Matter(make_title(text), ((0, len(text)),), demands[0] if demands else None),) if text.strip() else ()
    bounds = [*cuts, len(text)]
    head = (0, cuts[0])
    listed = bool(_LISTED.match(text[max(0, cuts[0] - 1) :])) or bool(_LISTED.match(text[cuts[0] :]))
    pieces = [(bounds[at], bounds[at + 1]) for at in range(len(cuts))]
    if not listed and text[head[0] : head[1]].strip(" ，。"):
        pieces.insert(0, head)
    matters = []
    for start, end in pieces:
        mine = next((one for one in demands if start <= one.spans[0][0] < end), None)
        words = text[start:end]
        spans = ((start, end),) if not listed or not text[: cuts[0]].strip() else (head, (start, end))
        matters.append(Matter(_title(words), spans, mine))
    return tuple(matters)


def _title(words: str) -> str:
    """The matter's first clause that is no wish: what is wrong names it better than what is wanted."""
    plain = _CONNECTION.sub("", _LISTED.sub("", words, count=1).strip("，。；、： "))
    clauses = [found.group().strip() for found in _CLAUSE.finditer(plain)]
    first = next((one for one in clauses if len(one) >= 6 and not _WANT.match(one)), "")
    return make_title(first or plain)


def _cuts(text: str) -> list[int]:
    """Where further matters begin: an enumeration with at least two members, or connecting words."""
    listed: dict[str, list[int]] = {}
    for found in _LISTED.finditer(text):
        group = found.lastgroup or ""
        listed.setdefault(group, []).append(found.start(group))
    best = max(listed.values(), key=len, default=[])
    if len(best) >= 2:
        return best
    cuts = []
    for found in _NEW_MATTER.finditer(text):
        at = found.start() + (1 if found.group()[0] in "，。；;！？ \n" else 0)
        rest = text[at:]
        if at >= 8 and len(rest) >= 8:
            cuts.append(at)
    return cuts
