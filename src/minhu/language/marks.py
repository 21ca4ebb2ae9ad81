"""Marks of a request: sensitive, of a group, about minors, about people who need special care; each with its words.

And the four types of urgency and importance that governance works with. Pure functions; a mark is advice with its
evidence and never a decision. Source of the four types: governance rules (do now; hard but important; urgent but small;
neither), people with special needs: 助残 and elderly marks of the request.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.types import Span, Urgency

MAKER: Final = "marks/2026.1"


class MarkKind(StrEnum):
    """What a mark says."""

    SENSITIVE = "sensitive"
    GROUP = "group"
    MINOR = "minor"
    ELDERLY_ALONE = "elderly_alone"
    DISABLED = "disabled"
    PREGNANT = "pregnant"
    SERIOUSLY_ILL = "seriously_ill"


MARK_LABELS: Final = {
    MarkKind.SENSITIVE: "敏感", MarkKind.GROUP: "群体性", MarkKind.MINOR: "涉未成年人", MarkKind.ELDERLY_ALONE: "独居或高龄老人",
    MarkKind.DISABLED: "残疾人", MarkKind.PREGNANT: "孕产妇", MarkKind.SERIOUSLY_ILL: "重病患者",
}  # fmt: skip
SPECIAL_NEEDS: Final = frozenset({MarkKind.ELDERLY_ALONE, MarkKind.DISABLED, MarkKind.PREGNANT, MarkKind.SERIOUSLY_ILL})


class FourType(StrEnum):
    """Urgency × importance."""

    NOW = "now"
    PUSH = "push"
    SMALL = "small"
    EXPLAIN = "explain"


FOUR_LABELS: Final = {
    FourType.NOW: "紧急重要，马上办", FourType.PUSH: "重要难办，推动办", FourType.SMALL: "紧急小事，快速办", FourType.EXPLAIN: "常规事项，解释或按序办",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark with the words it came from; ``people`` is how many were named, 0 when none."""

    kind: MarkKind
    words: str
    span: Span
    people: int = 0

    @property
    def label(self) -> str:
        """The Chinese word."""
        return MARK_LABELS[self.kind]


@dataclass(frozen=True, slots=True)
class Priority:
    """Which of the four types a matter is, with the reasons in Chinese."""

    type: FourType
    reasons: tuple[str, ...]

    @property
    def label(self) -> str:
        """What people read."""
        return FOUR_LABELS[self.type]


_DIGITS: Final = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_NUMBER: Final = "(?:[0-9]{1,6}|[一二两三四五六七八九十百千万]{1,7}|几十|几百|上百|上千|好几百|数百|数十)"
_COUNT: Final = regex(
    rf"({_NUMBER})(?:多|余|来)?(?:名|位|个|户|家|人|口|多人)(?:的)?(?:业主|居民|村民|工人|农民工|学生|家长|员工|职工|群众|老人|住户|商户|司机|教师|人|家庭|业户|乘客|患者|受害)"
)
_WHOLE: Final = regex(
    "联名|联合签名|集体(?:上访|反映|投诉|维权|签名|讨薪|请愿|诉求|停工|罢|静坐)|全体(?:业主|村民|居民|员工|职工|家长|学生|住户)|(?:全村|整个小区|整栋楼|全楼|全小区|所有业主|广大(?:业主|居民|村民|家长)|众多(?:业主|家长|受害者))|(?:业主|村民|居民|家长|工人|职工|商户|司机)(?:们|代表)|签名(?:信|表)|聚集|围堵|拉(?:横幅|条幅)|维权群|堵(?:路|门)(?:讨|要|抗议)|游行|静坐|罢(?:工|运|课|市)"
)
_FEW: Final = 5
_RULES: Final = (
    (MarkKind.SENSITIVE, regex("上访|进京|越级|信访|静坐|游行|示威|罢(?:工|运|课|市)|聚众|围堵|拉(?:横幅|条幅)|群体性|维稳|邪教|传销|非法集资|爆雷|暴力(?:执法|拆迁|征收)|强(?:拆|征)|征地|拆迁|警察打人|城管打人|死亡事故|非正常死亡|医闹|霸凌|欺凌|性侵|猥亵|拐卖|涉黑|恶势力|保护伞|媒体(?:曝光|记者)|(?:找|给|联系)记者|网上(?:曝光|发帖)|同归于尽|报复社会|跳楼|自杀|民族|宗教|清真|境外|外籍|外国人|军人|退役军人|欠薪|讨薪|拖欠(?:农民工)?工资|食物中毒|疫情|传染病|核辐射|化工厂|泄密")),
    (MarkKind.MINOR, regex(r"未成年|留守儿童|孤儿|弃婴|婴儿|新生儿|(?<![0-9一二三四五六七八九十])(?:[1-9一二三四五六七八九]|1[0-7]|十[一二三四五六七])(?:周)?岁(?!以上|以下|多的楼)|(?:小|中|初中|高中|幼儿园)(?:学生|孩子)|小学|初中生|高中生|幼儿园|幼儿|孩子|小孩|儿童|宝宝|女童|男童|青少年")),
    (MarkKind.ELDERLY_ALONE, regex("独居(?:老人|的?(?:母亲|父亲|奶奶|爷爷|老))?|空巢|孤寡|五保|(?:老人|母亲|父亲|奶奶|爷爷|外婆|外公|老太太|大爷|大妈|老娘|老爹)[^，。]{0,8}(?:一个人(?:住|在家|生活)?|独自|无人照(?:顾|料|看)|没人照(?:顾|料|看))|(?:[89][0-9]|[八九]十[一二三四五六七八九]?)(?:多)?岁(?:的)?(?:老人|老母亲?|老父亲?|奶奶|爷爷|老)?|高龄老人|耄耋|失能老人|一个人(?:住|生活)[^，。]{0,6}(?:老|[789]十|[789][0-9]岁)")),
    (MarkKind.DISABLED, regex("残疾(?!赔偿)|残障|轮椅|盲人|视障|聋哑|听障|肢体障碍|智障|智力障碍|自闭症|脑瘫|截肢|拄拐|精神障碍|精神残疾|一级伤残|瘫痪|失明|失聪|导盲犬")),
    (MarkKind.PREGNANT, regex("孕妇|怀孕|孕期|待产|临产|产妇|哺乳期|坐月子|孕晚期|高危妊娠|(?:怀了?|孕)[一二三四五六七八九0-9]个?月|大着肚子|挺着肚子")),
    (MarkKind.SERIOUSLY_ILL, regex("癌(?:症)?|白血病|尿毒症|透析|肿瘤|化疗|放疗|重(?:病|症|疾)|大病|卧床|植物人|器官移植|肾衰|心脏病|脑梗|中风|偏瘫|呼吸机|吸氧|血友病|渐冻|罕见病|病危|ICU|晚期|绝症")),
)  # fmt: skip
_IMPORTANT: Final = regex(
    "(?:很多|许多|大量|几百|上百|上千|整个|全)(?:小区|村|楼|镇|片区|户|业主|居民|学校)|多年|(?:[三四五六七八九十0-9两]|好几)年(?:了|都|来|没|未)|历史遗留|房产证|不动产证|烂尾|学位|拆迁|征地|社保|养老金|工资|欠薪|非法集资|环境污染|水源|食品安全|药品|消防隐患|安全隐患|危房|堤坝|桥梁|学校|医院|养老院|供(?:水|电|气|暖|热)|停[水电气暖]"
)
_SMALL: Final = regex(
    "路灯|井盖|垃圾|下水道|堵塞|漏水|跳闸|门禁|电梯|信号灯|树枝|马蜂|开锁|停车|噪音|吵|异味|油烟|快递|宽带|坏了|不亮"
)
_REPEATS: Final = 3


def find_marks(text: str) -> tuple[Mark, ...]:
    """All marks of a text, each kind once with the words that say it, in the order of the kinds."""
    kinds: dict[MarkKind, Mark] = {}
    for mark in _each(text):
        kinds.setdefault(mark.kind, mark)
    return tuple(kinds[kind] for kind in MarkKind if kind in kinds)


def _each(text: str) -> Iterator[Mark]:
    for match in _COUNT.finditer(text):
        people = number(match.group(1))
        if people >= _FEW:
            yield Mark(MarkKind.GROUP, match.group(), match.span(), people)
    for kind, pattern in ((MarkKind.GROUP, _WHOLE), *_RULES):
        if said := pattern.search(text):
            yield Mark(kind, said.group(), said.span())


def number(words: str) -> int:
    """A whole number in digits or Chinese numerals; vague ones by their smallest value (几十 is 20)."""
    if words.isascii() and words.isdigit():
        return int(words)
    vague = {"几十": 20, "数十": 20, "几百": 200, "数百": 200, "好几百": 200, "上百": 100, "上千": 1000}
    if words in vague:
        return vague[words]
    total = section = digit = 0
    for char in words:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char == "万":
            total, section, digit = (total + section + digit) * 10_000, 0, 0
        else:
            section += max(digit, 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
    return total + section + digit


def priority(text: str, urgency: Urgency, marks: tuple[Mark, ...], repeats: int = 0) -> Priority:
    """Urgency × importance of a matter; ``repeats`` is how often the same matter came before."""
    urgent = [f"危及生命：{urgency.reasons[0]}" if urgency.reasons else "危及生命"] if urgency.life_danger else []
    if urgency.level == "urgent":
        urgent.append(urgency.reasons[0] if urgency.reasons else "民生急事")
    weighty = [f"{mark.label}：“{mark.words}”" for mark in marks if mark.kind is not MarkKind.MINOR]
    if match := _IMPORTANT.search(text):
        weighty.append(f"影响面或难度：“{match.group()}”")
    if repeats >= _REPEATS:
        weighty.append(f"同一事项已反映 {repeats} 次")
    small = _SMALL.search(text)
    if urgency.life_danger or (urgent and weighty):
        return Priority(FourType.NOW, (*urgent, *weighty))
    if urgent:
        return Priority(FourType.SMALL, tuple(urgent))
    if weighty:
        return Priority(FourType.PUSH, tuple(weighty))
    if small:
        return Priority(FourType.SMALL, (f"身边小事：“{small.group()}”",))
    return Priority(FourType.EXPLAIN, ("没有紧急或重大的表述",))
