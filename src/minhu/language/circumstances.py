"""How many are affected, what can be shown, what was tried before, and whether the requester wants to stay unnamed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from minhu.kernel.patterns import regex
from minhu.language.element_types import Element, ElementKind
from minhu.language.numerals import parse_number

_COUNT = regex(
    r"(?P<n>\d+(?:\.\d+)?万?|[一二两三四五六七八九十百千万]+|几[十百]|上[百千])(?P<about>多|余|来|几)?(?P<unit>户|名|位|个|口|家|人(?!民|口普查))?"
    r"(?P<who>(?:受影响的?|小|女|男)?(?:业主|居民|住户|人家|人|家长|学生|孩子|工人|农民工|民工|员工|工友|村民|商户|老人|职工|群众|家庭|受影响))?"
)
_PEOPLE_WORD = regex(r"业主|居民|住户|人|家长|学生|孩子|工|村民|商户|老人|群众|家庭|户|受影响")
_NOT_PEOPLE = regex(r"(?:带|每|第|限|满|未满|核载|编制)$")
_PROOF = regex(
    r"(?:聊天|转账|付款|缴费|扣费|交易|通话|支付)?(?:截图|记录)|监控录像|监控|录像|视频|录音|现场照片|照片|图片|拍了照片?|书面证明|诊断证明|伤情鉴定|鉴定(?:书|报告)?|检测报告|体检报告|病历"
    r"|(?:租房|劳动|购房|装修|服务|买卖)?合同|协议书?|发票|(?:刷卡)?小票|收据|票据|账单|进货单|欠条|凭证|菜单|(?:路人|证人|邻居)?作证"
)
_HAVE = regex(r"有|附|凭|拍|录|提供|保留|保存|为证|可查|见附|齐全|做了|拿到|在手|手里|出来")
_HAVE_NOT = regex(
    r"(?:没有?|无|不给|不开|未|没能|缺|销毁了?|丢了|拒绝提供|不提供|要求[^，]{0,6}调取?|调取|查看?|签订?|合同已?经?到期|按)[^，。；]{0,4}$"
)
_ORDER = regex(
    r"(?:工单|单号|受理|编号|查询)[^，。；\d]{0,6}(?P<it>[A-Za-z]{0,4}\d{6,20})|(?<![\dA-Za-z])(?P<bare>[A-Z]{2}20\d{6,12})(?!\d)"
)
_HOTLINE = regex(
    r"(?<!\d)12345(?!\d)|工单|市长热线|政务热线|第[二三四五六七八九十\d]+次(?:打|来电|反映|投诉|电话)|(?:之前|上次|昨天|前几天|曾|已经?)(?:在[^，。]{0,6})?(?:反映|投诉)过|(?:反映|投诉)过[一两三四五六几\d]+次|打过[^，。]{0,6}[次个]电话|前[一两三四五六几\d]+次"
    r"|上次反映后"
)
_ASKED = regex(
    r"报修(?:了|过)?(?!电话)|[找问](?:过|了)|(?:多次|几次|前后[^，。]{0,3}次|一直|反复)(?:找|向|到|跟|给|联系|反映|协商|催)|(?:打|拨)[^，。]{0,10}电话[^，。]{0,4}(?:没人接|打不通|说|让|不接)|跟[^，。]{1,8}(?:说了|说过|反映|协商|沟通)|向[^，。]{1,10}反映"
    r"|(?:到|去)[^，。]{1,8}问|找[^，。]{1,10}(?:没用|没结果|推|都|不理|不管|也没)|跑了[^，。]{1,3}趟|让找|来看过|客服|协商过|打12315|给[^，。]{1,8}写过信|申请交了|找老板|已经跟[^，。]{1,6}报了"
)
_ANSWERED = regex(
    r"(?:物业|公司|老板|店家|商家|超市|酒店|学校|医院|局里?|街道|社区|村委会|开发商|热力|人事|客服|他们|对方|单位|部门|师傅|店里|门店|厂里|拆迁办|窗口|城管|局里的人|影城)[^，。；]{0,8}?(?:说|答复|回复|表示|称|让[我找等自]|只愿意|只答应|不认|不肯)"
    r"|答复[称说]|回复[称说]|只说会|院方[^，。]{0,4}说|中心说|已转办|显示办结|都不承认|推来推去|不认账|一拖再拖|说(?:好|不归|手续|自愿|明天|正在)[^，。]{0,14}"
)
_POLICE = regex(
    r"报(?:了|过)?警|打[^，。]{0,4}110|派出所[^，。；]{0,4}(?:立|调解|来|出警|说)|出警|民警[^，。；]{0,4}(?:说|来过|调解)"
)
_SECRET = regex(
    r"保密|匿名|保守秘密|隐去[^，。；]{0,4}(?:姓名|名字|信息)|不(?:想|愿|愿意)(?:留|露|透露|公开)[^，。；]{0,4}(?:姓名|名字|身份|信息)"
    r"|(?:不要|别|不许|不得|不准|勿)[^，。；]{0,6}(?:留|写|登记|公开|说出|露)[^，。；]{0,3}(?:姓名|名字|身份)|(?:投诉|举报|反映)人?的?(?:信息|身份|姓名)[^，。；]{0,3}(?:不要|别|不能|不许)[^，。；]{0,4}(?:给|透露|泄露|告诉)"
    r"|(?:不要|别|不能|不许|不得|请勿|切勿|千万别)[^，。；]{0,6}(?:透露|泄露|告诉[^，。；]{0,8}(?:我|是谁)|说是我)|(?:不要|别)把我的?[^，。；]{1,6}(?:告诉|给|透露)|怕(?:被)?(?:打击)?报复"
)
_NOT_SECRET = regex(r"(?:不(?:需要|用|必|要求)|无需|不是)[^，。；]{0,3}$")


def find_people(text: str) -> tuple[Element, ...]:
    """Numbers of people or households that are affected, at least two."""
    result = []
    for found in _COUNT.finditer(text):
        unit, who = found["unit"] or "", found["who"] or ""
        if not (unit in ("户", "人", "口", "名", "位", "家") or who) or not _PEOPLE_WORD.search(unit + who):
            continue
        if _NOT_PEOPLE.search(text[max(0, found.start() - 2) : found.start()]):
            continue
        words = found["n"]
        number = {"上百": 100.0, "上千": 1000.0}.get(words) or parse_number(words)
        if words.startswith("几"):
            number = float("1" + "0" * (1 if words[1] == "十" else 2))
        if number is None or number < 2 or (unit == "个" and not who):
            continue
        kind = "户" if unit == "户" or (unit == "家" and "人" not in who) or who == "人家" else "人"
        span = found.span()
        result.append(Element(ElementKind.PEOPLE, f"{int(number)}{kind}", found.group(), (span,), 0.85))
    return tuple(result)


def find_evidence(text: str) -> tuple[Element, ...]:
    """What the requester says to have: a photograph is evidence only where somebody has one."""
    result: list[Element] = []
    for found in _PROOF.finditer(text):
        clause_start = max(text.rfind(sign, 0, found.start()) for sign in "。；！？，") + 1
        before = text[clause_start : found.start()]
        following = re.match(r"^[^。；！？，]{0,10}", text[found.end() :])
        after = following.group() if following else ""
        own = found.group().startswith("拍") or found.group().endswith("作证")
        if _HAVE_NOT.search(before) or not (own or _HAVE.search(before) or _HAVE.search(after)):
            continue
        result.append(Element(ElementKind.EVIDENCE, found.group(), found.group(), (found.span(),), 0.8))
    return tuple(result)


def find_earlier(text: str) -> tuple[Element, ...]:
    """What was tried before: the hotline, the other side or an office, the police, an order number, an answer."""
    result = [*_first(_HOTLINE, "hotline", text, 0.85), *_first(_ASKED, "asked", text, 0.75)]
    result += [*_first(_ANSWERED, "answered", text, 0.7), *_first(_POLICE, "police", text, 0.85)]
    for found in _ORDER.finditer(text):
        group = "it" if found["it"] else "bare"
        result.append(Element(ElementKind.EARLIER, "number", found[group], (found.span(group),), 0.9))
    return tuple(sorted(result, key=lambda one: one.spans))


def _first(pattern: re.Pattern[str], value: str, text: str, confidence: float) -> Iterator[Element]:
    found = pattern.search(text)
    if found:
        yield Element(ElementKind.EARLIER, value, found.group(), (found.span(),), confidence)


def find_secrecy(text: str) -> tuple[Element, ...]:
    """The wish that the other side does not learn who complained."""
    for found in _SECRET.finditer(text):
        if not _NOT_SECRET.search(text[max(0, found.start() - 6) : found.start()]):
            return (Element(ElementKind.SECRECY, "1", found.group(), (found.span(),), 0.9),)
    return ()
