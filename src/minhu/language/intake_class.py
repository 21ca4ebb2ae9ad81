"""The intake recommendation: accept, hand over, name another route, or ask for content; with reason code and basis.

A recommendation only: every refusal is confirmed by a person.
"""

from __future__ import annotations

import re

from minhu.kernel.patterns import regex
from minhu.language.features import clean
from minhu.language.intake_families import FAMILIES, GREETING_ONLY, UNREASONABLE, VENT
from minhu.language.intake_learnt import intake_model
from minhu.language.intake_rules import DEMAND, NO_CONTENT, RULES, STILL_WANTED, VENT_ONLY, VENTING
from minhu.language.types import IntakeClass, PlaceCandidate, RequestType, Suggestion, Urgency
from minhu.language.urgency import assess

MAKER = "intake/2026.3"
_LONGEST_LEARNT = 80
_LEARNT_ENOUGH = 0.4
_LEARNT_EMERGENCY = 0.75
# A row refuses nothing that the learnt part surely knows as acceptable; an insult counts less when a matter comes with it.
_SURELY_ACCEPTABLE = 0.85
_ABUSE_WITH_MATTER = 0.5

_TYPES: tuple[tuple[RequestType, float, re.Pattern[str]], ...] = (
    (RequestType.PRAISE, 3.0, regex(r"表扬|锦旗|点赞|特此感谢|(?:非常|特别|衷心|十分)感谢[^。]{0,20}(?:帮|同志|师傅|民警|医生|护士|工作人员|社区|及时|热心|解决了)|感谢信|为[^，。]{0,12}点赞|拾金不昧")),
    (RequestType.REPORT, 2.6, regex(r"举报|检举|揭发|违法(?!停)|非法|无证|偷排|偷税|造假|假冒|伪劣|传销|赌博|虚假宣传|超范围|骗保|套取|私挖|盗采|黑(?:作坊|诊所|车|中介|网吧|加油)|偷工减料|贩卖|制售|有毒有害")),
    (RequestType.SUGGESTION, 2.4, regex(r"建议|提议|能否(?:增|加|设|延|开通|优化)|可否(?:增|加|设)|希望(?:能)?(?:增加|增设|开通|完善|优化|加强|延长|规划|推广|出台)|应该(?:增|加强|设)")),
    (RequestType.CONSULTATION, 2.0, regex(r"咨询|请问|想问|问一下|怎么(?:办理|申请|办|查|报|交|领|走|预约|算)|如何|什么时候|何时|是否|哪里|哪些|多少钱|需要什么|什么条件|可以[^，。]{0,12}吗|能[^，。]{0,14}吗|有没有|是不是|几点|标准是|流程|[吗？?]")),
    (RequestType.COMPLAINT, 1.8, regex(r"投诉|扰民|不满|乱收费|态度(?:恶劣|差|不好)|拖欠|欠薪|不作为|推诿|敷衍|拒不|拒绝|欺骗|霸王|不退|不给|克扣|违规|强制|噪音|油烟|占道|占用|乱停|乱扔|乱倒|服务差|质量(?:差|问题)|不合理|严重影响|置之不理|侵占|违约|欺负|欺诈|骗")),
    (RequestType.HELP, 1.5, regex(r"求助|帮忙|帮助|帮我|救助|停水|停电|停气|没水|没电|没气|坏了|漏水|堵(?:了|塞)|维修|修一下|修复|破损|困难|解决|恳请|请求|盼|丢了|找不到|塌陷|脱落|清理|疏通|损坏|不亮")),
)  # fmt: skip


def classify(
    text: str, urgency: Urgency | None = None, places: tuple[PlaceCandidate, ...] = (), outside: bool = False
) -> Suggestion:
    """One of the eight intake classes; ``code`` is the reason code.

    ``urgency`` saves a second assessment; ``outside`` says that the place determined lies outside the receiving city.
    """
    urgent = assess(text) if urgency is None else urgency
    if urgent.life_danger:
        why = urgent.reasons[0] if urgent.reasons else "危及生命"
        return _suggest(
            IntakeClass.EMERGENCY, 0.95, f"{why}，应立即转{urgent.hand_over}", urgent.spans, "emergency.life"
        )
    if _is_empty(text):
        return _suggest(IntakeClass.NO_CONTENT, 0.85, "没有具体内容，需请来电人补充", (), "no_content.empty")
    acceptable = _acceptable(text)
    for rule in (*RULES, *FAMILIES):
        match = rule.pattern.search(text)
        if match is None or rule.unless.search(text) or acceptable >= _SURELY_ACCEPTABLE:
            continue
        abuse = rule.value is IntakeClass.MALICIOUS and rule.code.endswith("abuse")
        if abuse and (_has_matter(text) or acceptable >= _ABUSE_WITH_MATTER):
            continue
        return _suggest(rule.value, rule.confidence, rule.basis, (match.span(),), rule.code)
    if outside and places:
        basis = f"{places[0].reason}，不在受理范围内，应引导联系当地热线"
        return _suggest(
            IntakeClass.ELSEWHERE, min(0.9, places[0].confidence), basis, places[0].spans, "elsewhere.place"
        )
    vent = None if acceptable >= _SURELY_ACCEPTABLE else VENTING.search(text) or VENT.search(text)
    if vent and (VENT_ONLY.search(text) or not DEMAND.search(text)):
        basis = "只有情绪倾诉、没有具体诉求，倾听安抚，不立工单"
        return _suggest(IntakeClass.NO_CONTENT, 0.7, basis, (vent.span(),), "no_content.venting")
    if VENT_ONLY.search(text) and len(clean(text)) < 40 and not STILL_WANTED.search(text):
        return _suggest(IntakeClass.NO_CONTENT, 0.65, "来电人表示没有诉求", (), "no_content.no_demand")
    if too_much := UNREASONABLE.search(text):
        basis = "诉求超出政策或明显不合理，受理后直接解释说明"
        return _suggest(IntakeClass.ACCEPT, 0.6, basis, (too_much.span(),), "accept.unreasonable")
    if (learnt := _learnt(text)) is not None:
        return learnt
    return _suggest(IntakeClass.ACCEPT, 0.9 if DEMAND.search(text) else 0.6, "属于热线受理范围", (), "accept.scope")


def _acceptable(text: str) -> float:
    """How sure the learnt part is that a short text is to be accepted; 0 for others."""
    if not 5 <= len(text) <= _LONGEST_LEARNT:
        return 0.0
    model = intake_model()
    return float(model.probabilities(text)[model.labels.index(IntakeClass.ACCEPT)])


def _learnt(text: str) -> Suggestion | None:
    """What the learnt part says of a short text that no row knows; None when it also finds it acceptable or is unsure.

    An emergency in which nobody's life was found in danger needs more: a broken lift is no case for 119.
    """
    if not 2 <= len(text) <= _LONGEST_LEARNT:
        return None
    model = intake_model()
    best = model.predict(text)[0]
    if best.value == IntakeClass.ACCEPT or best.probability < _LEARNT_ENOUGH:
        return None
    if best.value == IntakeClass.EMERGENCY and best.probability < _LEARNT_EMERGENCY:
        return None
    basis = f"没有规则命中，整体措辞与此类诉求相近（把握 {best.probability:.0%}），请人工核对"
    return _suggest(best.value, min(0.6, best.probability), basis, (), f"{best.value}.learnt")


def request_type(text: str) -> Suggestion:
    """One of 咨询 求助 投诉 举报 建议 表扬 by its words; 求助 when nothing speaks."""
    scores: dict[RequestType, float] = {}
    spans: dict[RequestType, tuple[int, int]] = {}
    for kind, weight, pattern in _TYPES:
        matches = list(pattern.finditer(text[:400]))
        if matches:
            early = 0.8 if matches[0].start() < 25 else 0.0
            scores[kind] = weight * (1.0 + 0.25 * min(len(matches) - 1, 3)) + early
            spans[kind] = matches[0].span()
    if not scores:
        return _suggest(RequestType.HELP, 0.4, "没有明显的类型用语，按求助处理", (), "type.default")
    best = max(scores, key=lambda kind: scores[kind])
    confidence = scores[best] / (sum(scores.values()) + 0.6)
    start, end = spans[best]
    return _suggest(best, round(confidence, 3), f"出现“{text[start:end][:12]}”", ((start, end),), "type.words")


def _suggest(value: str, confidence: float, basis: str, spans: tuple[tuple[int, int], ...], code: str) -> Suggestion:
    return Suggestion(str(value), confidence, basis, spans, MAKER, code)


def _is_empty(text: str) -> bool:
    plain = clean(text)
    if (
        len(plain) < 2
        or NO_CONTENT.match(plain)
        or (len(plain) < 18 and GREETING_ONLY.search(plain) and not _says_more(plain))
    ):
        return True
    return len(set(plain)) <= 2 or (
        len(plain) < 5 and not DEMAND.search(plain) and not re.search("[\u4e00-\u9fff]{3}", plain)
    )


def _says_more(plain: str) -> bool:
    """Whether a greeting or a bad line comes with a matter."""
    return len(plain) >= 10 and bool(DEMAND.search(GREETING_ONLY.sub("", plain)))


def _has_matter(text: str) -> bool:
    """Whether an insult comes with something to be done."""
    return len(clean(text)) >= 12 and len({match.group() for match in DEMAND.finditer(text)}) >= 2
