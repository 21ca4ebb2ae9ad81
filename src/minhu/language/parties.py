"""Who speaks, and whom the complaint is about: companies by their legal form, shops, property companies, schools, people."""

from __future__ import annotations

import re
from collections.abc import Iterator

from minhu.kernel.patterns import regex
from minhu.language.element_types import Element, ElementKind
from minhu.language.types import Span

_LEGAL = (
    r"(?:股份有限公司|有限责任公司|有限公司|分公司|集团公司|集团|公司|合作社|经营部|事务所|加工厂|[\u4e00-\u9fff]厂)"
)
_KINDS = (
    r"(?:幼儿园|小学|中学|高中|学校|学院|职教中心|大学|托管班|培训班|驾校|人民医院|医院|诊所|卫生院|门诊部|养老院|敬老院|药房|药店|超市|便利店|商场|百货|家具城|"
    r"酒店|宾馆|饭店|餐厅|餐馆|面馆|火锅店|烧烤店|烧烤摊?|夜宵摊|小吃店|小卖部|鲜花店|金店|理发店|美容院|健身房|健身会所|健身中心|网吧|酒吧|KTV|ktv|影城|电影院|麻将馆|洗车店|修车店|"
    r"棋牌室|游乐场|游乐园|乐园|旅行社|快递|驿站|网点|食堂|工地|施工队|项目部|业委会|村委会|居委会|停车场|废品站|社保中心|菜市场|服务中心|登记中心|中介|银行|营业厅|[\u4e00-\u9fff]{2}店)"
)
_NAMED = regex(
    rf"[\u4e00-\u9fffA-Za-z0-9（）()]{{1,22}}?(?:{_LEGAL}|{_KINDS}(?:{_LEGAL})?)(?![\u4e00-\u9fff]{{0,2}}(?:路|站))"
)
_ROLES = regex(
    r"营业厅|网吧|KTV|楼上邻居|楼下邻居|隔壁邻居|对门邻居|狗主人|房东[\u4e00-\u9fff]某|房东|包工头[\u4e00-\u9fff]{2,3}?(?=跑|欠|说|不|没|拖|，)|包工头|物业公司|物业(?!费|主管|管理部门|管理条例)|开发商"
    r"|供水公司|供电公司|热力公司|燃气公司|公交公司|联通公司|移动公司|电信公司|出租车司机|公交司机|网约车司机|售票员|保安|护工|菜贩|拆迁办|老板|楼上|管理员|中介|运营方|市场管理方|卖[\u4e00-\u9fff]的摊位"
)
# What stands before a name and is not part of it.
_LEAD = regex(
    r"^.*(?:我们在|在|去|到|叫做?|名为|是|的|和|与|跟|找|被|向|对|从|把|给|由|让|因|为|于|举报|投诉|反映|查一下|核查一下|请核查|请|称|说|写的是|里的|旁边|附近|门口|对面|后面|上面|路上|街上|签收|单位|公司叫|我们?|楼下(?!邻居)|本人|[，。：:、；！\s]|一下|\d月|\d[日号]|中午|该|另外|昨天|今天|这家|那家|一家|有家|有个|有一家|某|了|《)(?=[\u4e00-\u9fffA-Za-z0-9])"
)
_BARE = frozenset({"有限公司", "分公司", "集团公司", "有限责任公司", "小区快递"})
_GOVERNMENT = regex(r"局$|街道|政府|派出所|城管|部门|热线|信访|纪委|消防|公安|人社|住建|法院")
_VERBS = (
    r"(?:拖欠|欠|不退|不给|不肯|不管|不让|不认|不同意|不开|不办|拒绝?|强制|强迫|要求每|乱收|收取|收了|多收|扣|克扣|骗|关门|停业|失联|跑|卖|用过期|使用|排|偷排|噪音|"
    r"吵|扰民|油烟|占|堵|未经|没有(?:通知|放|给)|没给|没人|说|称|让我|一直|只|推|态度|打人?|辞退|安排|把|换了|乱|晚上|每天|还在|里卖|唱到|照|充值|买到|接纳|让未成年|缺斤|造假|摆|突然|都不|和楼上|自动|通知|师傅|让|吃坏|买)"
)
_AFTER = regex(rf"^[^，。；]{{0,6}}{_VERBS}")
_BEFORE = regex(r"(?:举报|投诉|反映|控告|曝光|查处|核查一下|被|叫|名字?是|写的是|单位是|方是|告)[^，。；]{0,6}$")
_TARGET = regex(r"(?:举报|投诉|核查一下|叫|单位是|方是|写的是|就是)$")
_OWN_SIDE = regex(r"(?:我们|我|本)$")
_DEALT = regex(r"(?:跟|找|向|和|与)$")
_ASKED_FOR = regex(r"(?:请|希望|建议|恳请|要求|咨询|问)[^，。；]{0,10}$")

_WHO = regex(
    r"业主|租户|租客|房客|家长|(?<!多)员工|职工|农民工|民工|工人|村民|居民|住户|个体户|商户|摊主|顾客|消费者|乘客|游客|患者|出租车司机|网约车司机|货车司机|司机|外卖员|快递员|残疾人|退休人员|退休职工|退役军人|军人|学生|教师|老师|志愿者"
)
_WHO_BEFORE = regex(r"(?:(?:我|我们|本人|俺)(?:们)?(?:都)?(?:是|作为)|作为|身为|是里面的|我是里面的)[^，。；、]{0,14}$")
_PARENT = regex(
    r"(?:我家?|俺家?)?(?:孩子|儿子|女儿|小孩|闺女)[^。；]{0,6}在[^，。；]{0,12}(?:上学|上[一二三四五六]年级|读书|学校|小学|中学|幼儿园|实习|待了)|(?:孩子|儿子|女儿)[^，。；]{0,8}(?:吃了|被老师|放学)|多?个?家长(?:都|联名)"
)
_UNPAID = regex(r"(?:拖欠|欠)了?我们|我们[^，。；]{0,8}(?P<who>工人|农民工|民工)|(?P<many>\d+[名个位](?:工人|农民工))")


def find_who(text: str) -> tuple[Element, ...]:
    """The requester's own standing, only where the words say it of themselves."""
    for found in _WHO.finditer(text):
        if _WHO_BEFORE.search(text[max(0, found.start() - 18) : found.start()]):
            word = "司机" if found.group().endswith("司机") else found.group()
            return (Element(ElementKind.WHO, word, found.group(), (found.span(),), 0.9),)
    found_parent = _PARENT.search(text)
    if found_parent:
        return (Element(ElementKind.WHO, "家长", found_parent.group(), (found_parent.span(),), 0.75),)
    standing = re.match(r"(?:退休人员|退休职工|残疾人|退役军人|个体户)", text.strip())
    if standing:
        return (Element(ElementKind.WHO, standing.group(), standing.group(), (_WHO.search(text).span(),), 0.7),)  # type: ignore[union-attr]
    village = re.search(r"(?:我们|俺们|咱)村", text)
    if village:
        return (Element(ElementKind.WHO, "村民", village.group(), (village.span(),), 0.6),)
    unpaid = _UNPAID.search(text)
    if unpaid:
        worker = re.search(r"农民工|民工|工人", text)
        if worker:
            return (Element(ElementKind.WHO, worker.group(), worker.group(), (worker.span(),), 0.7),)
    for found in re.finditer(
        r"(\d+|[一二两三四五六七八九十百多几]+)(?:多)?(?:户|个|名|位)(业主|村民|家长|居民|商户|住户)", text
    ):
        return (Element(ElementKind.WHO, found.group(2), found.group(2), (found.span(2),), 0.55),)
    return ()


def find_parties(text: str, limit: int = 3) -> tuple[Element, ...]:
    """Whom the complaint is about, the surest first and at most ``limit``; offices that are asked for help are not."""
    found: dict[str, Element] = {}
    for (start, end), weight in _candidates(text):
        words = text[start:end]
        if _GOVERNMENT.search(words) or weight < 0.48:
            continue
        old = found.get(words)
        if old is None or old.confidence < weight:
            found[words] = Element(ElementKind.PARTY, words, words, ((start, end),), round(min(weight, 0.95), 2))
    ranked = sorted(found.values(), key=lambda one: (-one.confidence, one.spans))
    best = ranked[0].confidence if ranked else 0.0
    kept: list[Element] = []
    for one in ranked:
        inside = any(one.value in other.value for other in kept)
        if one.confidence >= best - 0.12 and not inside:
            kept.append(one)
    return tuple(kept[:limit])


def _candidates(text: str) -> Iterator[tuple[Span, float]]:
    for found in _NAMED.finditer(text):
        words = found.group()
        lead = _LEAD.match(words)
        start = found.start() + (lead.end() if lead else 0)
        if found.end() - start < 3 or words[lead.end() if lead else 0 :] in _BARE:
            continue
        span = (start, found.end())
        named = bool(re.search(rf"{_LEGAL}$", words)) and found.end() - start > 4
        yield span, _weigh(text, span, 0.62 if named else 0.5 if found.end() - start > 3 else 0.42)
    for found in _ROLES.finditer(text):
        yield (
            found.span(),
            _weigh(text, found.span(), 0.5 if len(found.group()) > 2 and found.group() != "营业厅" else 0.4),
        )


def _weigh(text: str, span: Span, base: float) -> float:
    """How much the words around say that this is the one complained about."""
    before, after = text[max(0, span[0] - 14) : span[0]], text[span[1] : span[1] + 14]
    weight = base
    if _TARGET.search(before):
        weight += 0.3
    elif _BEFORE.search(before):
        weight += 0.2
    if _AFTER.match(after):
        weight += 0.2
    if _DEALT.search(before):
        weight += 0.12
    if _ASKED_FOR.search(before):
        weight -= 0.15
    if _OWN_SIDE.search(before):
        weight -= 0.05
    if re.match(r"^(?:门口|旁边|附近|对面|东门|后面|前面|站|路口|楼下|里)", after):
        weight -= 0.25
    return weight
