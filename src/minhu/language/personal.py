"""Personal data in free text: where it stands and how the text looks without it, before words leave the house.

Numbers are told by their form and, where there is one, their check digit (identity: GB 11643; cards: Luhn); names,
rooms and accounts by the words around them. Rules only: each finding names its kind, nothing is learnt or guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from minhu.kernel import masks
from minhu.kernel.patterns import regex
from minhu.language.types import Span


class PersonalKind(StrEnum):
    """What was found."""

    PHONE = "phone"
    LANDLINE = "landline"
    IDENTITY = "identity"
    CARD = "card"
    EMAIL = "email"
    PLATE = "plate"
    PASSPORT = "passport"
    ACCOUNT = "account"
    ADDRESS = "address"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Personal:
    """One finding: its kind, where it stands, and the words themselves."""

    kind: PersonalKind
    span: Span
    text: str


K = PersonalKind
_WIDE = str.maketrans("０１２３４５６７８９－＠．：　", "0123456789-@.: ")
_SPOKEN = str.maketrans("〇零一二三四五六七八九幺", "001234567891")
_WORTH_A_LOOK = regex(
    r"[0-9０-９@＠]|[〇零一二三四五六七八九幺]{7}|[叫名人本姓]|[户业机车]主|房东|先生|女士|同志|微信|[vV][xX]|QQ|qq|护照|室|单元"
)
_MOBILE = regex(r"(?<![\d.])(?:(?:\+|00)?86[-\s]?)?(1[3-9]\d([-\s]?)\d{4}\2\d{4})(?!\d)")
_SPOKEN_MOBILE = regex(r"[一幺][三四五六七八九][〇零一二三四五六七八九幺]{9}(?![〇零一二三四五六七八九幺])")
_OTHER_NUMBER = regex(
    r"(?:单号|发票|票号|编号|户号|文号|订单|合同|读数|代码|凭证)(?:号码?)?(?:是|为|：|:|\s){0,2}[A-Za-z]{0,3}$"
)
_LANDLINE = regex(r"(?<![\dA-Za-z])(?:[(（]0\d{2,3}[)）]\s?|0\d{2,3}[-\s—]?)[2-8]\d{6,7}(?:[-转]\d{1,5})?(?!\d)")
_CALLED_LANDLINE = regex(
    r"(?:电话|座机|固话|联系方式|致电|回电)(?:号码?|是|为|：|:|\s){0,3}(?P<it>[2-8]\d{6,7})(?![\d年月日号])"
)
_IDENTITY = regex(r"(?<!\d)[1-9]\d{5}\s?(?:19|20)\d{2}\s?\d{4}\s?\d{3}[\dXx](?![\dA-Za-z])")
_OLD_IDENTITY = regex(r"(?<!\d)[1-9]\d{14}(?!\d)")
_CALLED_IDENTITY = regex(r"身份证(?:号码?|件|是|为|：|:|\s){0,4}(?P<it>\d{15}(?!\d)|\d{17}[\dXx])")
_CARD = regex(r"(?<![\d.])(?:62|4\d|5[1-5]|3[4-7])\d{2}(?:[-\s]?\d{4}){2}[-\s]?\d{2,4}(?:[-\s]?\d{1,3})?(?!\d)")
_CALLED_CARD = regex(
    r"(?:银行卡|卡号|储蓄卡|信用卡|账号|账户)(?:号码?|是|为|：|:|\s){0,4}(?P<it>\d(?:[-\s]?\d){11,18})(?!\d)"
)
_EMAIL = regex(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}")
_PLATE = regex(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Za-hj-np-z][·•.\s\-]?"
    r"(?=[A-Za-z]{0,4}\d)[A-HJ-NP-Za-hj-np-z0-9]{4,5}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳](?![A-Za-z0-9])"
)
_PASSPORT = regex(r"(?:护照|通行证)(?:号码?|是|为|：|:|\s){0,4}(?P<it>[A-Za-z]{1,2}\d{7,8})(?!\d)")
_ACCOUNT = regex(
    r"(?:微信|[vV][xX]|QQ|qq)(?:号码?|联系|是|为|：|:|\s){0,4}(?P<it>[A-Za-z][A-Za-z0-9_\-]{5,19}|[1-9]\d{4,10})(?![A-Za-z0-9])"
)
_NUMBER = r"[0-9一二三四五六七八九十百A-Za-z]{1,5}"
_ADDRESS = regex(
    rf"(?:{_NUMBER}(?:号楼|栋|幢|座|号|楼)[\s\-]?)?(?P<it>(?:{_NUMBER}单元[\s\-]?)?\d{{2,4}}(?:室|房(?![屋产间]))"
    rf"|{_NUMBER}单元[\s\-]?(?:\d{{1,2}}楼|\d{{3,4}}|{_NUMBER}[层楼]\S{{0,2}}[户室]))"
)
_DASHED = regex(
    r"(?:栋|幢|号楼|小区|花园|家园|苑|公寓|家住|住在|住址)[是为：:\s]{0,2}(?P<it>\d{1,3}[-—－]\d{1,2}[-—－]\d{3,4}"
    r"|(?<=[栋幢楼])\d{3,4}(?![\d年月日米户人元平]))"
)
_HOME = regex(
    r"(?:家住|家庭住址|家庭地址|现住址?|居住在|住址|户籍地?址?)(?:是|为|在|：|:|\s){0,2}"
    r"[一-鿿]{2,20}?(?:路|街|巷|弄|胡同|村|大道|里)(?P<it>\d{1,5}(?:号|弄)(?:\d{1,4}(?:号楼|号|栋|幢))?)"
)
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢"
    "傅钟姜崔谭廖范汪陆金石戴贾韦夏邱侯邹熊孟秦白江阎阍薛闫雷段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚汤陶黎温莫易"
    "樊乔文安殷颜庄章鲁倪庞邢俞翟蓝聂齐向申葛柴伍覃骆关焦柳欧祝纪尚毕耿芦左季管符辛苗詹曲欧裴涂祁娄甄卞冉祖柯"
)
_COMPOUND = "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|夏侯|司徒|宇文|长孙|端木|南宫|西门|独孤|轩辕|申屠"
_FIRST = "[" + "".join(sorted(_SURNAMES)) + "]"
_ROLES = "(?:联系人|诉求人|投诉人|举报人|反映人|来电人|求助人|当事人|申请人|报案人|负责人|经办人|户主|业主|房东|本人)"
_NAME = rf"(?:{_COMPOUND}|{_FIRST})[一-鿿]{{1,2}}"
_CONNECTED = regex(
    rf"(?:(?:我叫|名叫|名字叫|叫做|姓名|名字|机主|车主|收件人|法人代表|法定代表人)(?:是|为|叫|：|:|\s|，|,){{0,2}}"
    rf"|{_ROLES}(?:姓名|名字)?(?:是|为|叫|：|:|\s)+)(?P<it>{_NAME})"
)
_BESIDE = regex(
    rf"{_ROLES}(?P<it>{_NAME})(?=$|[，。；、,;！!？?\s\d（(]|电话|手机|联系|来电|反映|投诉|称|说|要求|的|家|身份证)"
)
_TITLED = regex(rf"(?P<it>{_NAME})(?=先生|女士|同志|小姐|阿姨|大爷|大妈|奶奶|爷爷)")
_KIN = regex(
    r"(?:儿子|女儿|丈夫|妻子|老公|老婆|爱人|父亲|母亲|爸爸|妈妈|爷爷|奶奶|哥哥|弟弟|姐姐|妹妹|孙子|孙女|亲属|家属|邻居|同事|孩子|老人)"
    rf"(?P<it>{_NAME})"
)
_LONG = regex(r"(?<!\d)\d(?:[-\s]?\d){6,}")
_NOT_A_GIVEN_NAME = regex(
    r"电话|手机|身份|联系|家住|住在|来电|反映|投诉|今年|性别|地址|先生|女士|同志|小姐|的|是|在|和|与|因|于|已|未|想|要|"
    r"称|说|有|不|从|向|被|对|到|也|都|就|把|给|为|何|某|姓|及|等|您|我|你|他|她|它|们"
)
# words that begin like a name
_WORDS: Final = frozenset(
    "马上 马路 高兴 高度 高层 高空 高铁 高龄 安全 安排 安装 常年 常常 施工 江边 白天 文明 方便 方式 金额 万元 温馨 任何 任意 管理 "
    "石头 黄色 林业 严重 严格 毛病 雷雨 武装 花园 单位 单元 路灯 房屋 车辆 龙头 段时 左右 关于 关系 关心 程序 时间 季度 汤药 常住 "
    "钱款 钱财 余额 余款 费用 明天 昨日 昨天 今天 于昨 于今 于上 于本 于前 于去 于二 马桶 牛奶 古树 江水 水管 石材 申请 申报 顾客 "
    "文件 文化 元旦 方向 金融 祝贺 项目 简单 容易 成功 连续 宣传 计划 曾经 康复 杜绝 纪律 向阳 焦急 苗木 施救 莫名 倪氏".split()
)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity_is_valid(text: str) -> bool:
    """Whether 18 signs are an identity number with a real date and the right check digit (GB 11643)."""
    value = text.upper()
    if not re.fullmatch(r"\d{17}[\dX]", value) or not _is_date(value[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(value, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == value[17]


def luhn_is_valid(digits: str) -> bool:
    """Whether a card number's check digit is right."""
    doubled = (int(digit) * (2 if at % 2 else 1) for at, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def find_personal(text: str) -> tuple[Personal, ...]:
    """Personal data in a text, in order, without overlaps."""
    if not _WORTH_A_LOOK.search(text):
        return ()
    plain = text.translate(_WIDE)
    taken: list[Personal] = []
    for kind, spans in _RULES:
        for begin, end in spans(plain):
            if all(end <= one.span[0] or begin >= one.span[1] for one in taken):
                taken.append(Personal(kind, (begin, end), text[begin:end]))
    return tuple(sorted(taken, key=lambda one: one.span))


def find_likely(text: str) -> tuple[Span, ...]:
    """Where personal data may stand, for words that leave the house: beside `find_personal` also what only looks like it.

    Names after a word of kinship, and any number long enough to reach somebody by; may overlap. Nobody reads the gaps.
    """
    plain = text.translate(_WIDE)
    likely = [span for pattern in (_KIN, _LONG) for span in _spans(pattern, plain)]
    return tuple(sorted([*(one.span for one in find_personal(text)), *likely]))


def mask_personal(text: str) -> str:
    """The text with every finding masked by its kind's rule; never longer than needed to understand the matter."""
    found = find_personal(text)
    if not found:
        return text
    parts, at = [], 0
    for one in found:
        parts += [text[at : one.span[0]], _masked(one)]
        at = one.span[1]
    return "".join((*parts, text[at:]))


def _masked(one: Personal) -> str:
    value = one.text.translate(_WIDE)
    if one.kind is K.PHONE:
        return masks.phone(re.sub(r"[-\s]", "", value.translate(_SPOKEN)))
    if one.kind is K.LANDLINE:
        digits = re.sub(r"\D", "", value)
        shown = masks.phone(value)
        return shown if shown != "****" else f"{'*' * (len(digits) - 2)}{digits[-2:]}"
    if one.kind is K.IDENTITY:
        return masks.identity(re.sub(r"\s", "", value))
    if one.kind in (K.CARD, K.PASSPORT, K.ACCOUNT):
        return "****"
    if one.kind is K.ADDRESS:
        return re.sub(r"[0-9一二三四五六七八九十百A-Za-z]+", "*", value)
    return {K.EMAIL: masks.email, K.PLATE: masks.plate, K.NAME: masks.name}[one.kind](value)


def _spans(pattern: re.Pattern[str], text: str, good: Callable[[str], bool] = bool) -> Iterator[Span]:
    group: str | int = "it" if "it" in pattern.groupindex else 0
    return (
        match.span(group)
        for match in pattern.finditer(text)
        if match[group]
        and good(match[group])
        and (group or not _OTHER_NUMBER.search(text, max(0, match.start() - 12), match.start()))
    )


def _identities(text: str) -> Iterator[Span]:
    yield from _spans(_IDENTITY, text, lambda found: _is_date(re.sub(r"\s", "", found)[6:14]))
    yield from _spans(_CALLED_IDENTITY, text)
    yield from _spans(_OLD_IDENTITY, text, lambda found: _is_date(f"19{found[6:12]}"))


def _cards(text: str) -> Iterator[Span]:
    yield from _spans(_CARD, text, _is_card)
    yield from _spans(_CALLED_CARD, text)


def _is_card(found: str) -> bool:
    digits = re.sub(r"\D", "", found)
    return 15 <= len(digits) <= 19 and luhn_is_valid(digits)


def _phones(text: str) -> Iterator[Span]:
    yield from _spans(_MOBILE, text)
    yield from _spans(_SPOKEN_MOBILE, text)


def _landlines(text: str) -> Iterator[Span]:
    yield from _spans(_LANDLINE, text)
    yield from _spans(_CALLED_LANDLINE, text)


def _addresses(text: str) -> Iterator[Span]:
    for pattern in (_ADDRESS, _DASHED, _HOME):
        yield from _spans(pattern, text)


def _names(text: str) -> Iterator[Span]:
    for pattern in (_CONNECTED, _BESIDE, _TITLED):
        for begin, end in _spans(pattern, text):
            given = begin + (2 if re.match(_COMPOUND, text[begin:end]) else 1)
            stop = _NOT_A_GIVEN_NAME.search(text, given, min(end + 1, len(text)))
            end = stop.start() if stop and stop.start() < end else end
            if end > given and text[begin : begin + 2] not in _WORDS:
                yield begin, end


def _is_date(digits: str) -> bool:
    try:
        return 1900 <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).year <= 2099
    except ValueError:
        return False


# what is told most surely comes first: later rules leave its signs alone
_RULES: Final[tuple[tuple[PersonalKind, Callable[[str], Iterator[Span]]], ...]] = (
    (K.EMAIL, lambda text: _spans(_EMAIL, text)),
    (K.IDENTITY, _identities),
    (K.CARD, _cards),
    (K.PHONE, _phones),
    (K.PASSPORT, lambda text: _spans(_PASSPORT, text)),
    (K.ACCOUNT, lambda text: _spans(_ACCOUNT, text)),
    (K.LANDLINE, _landlines),
    (K.PLATE, lambda text: _spans(_PLATE, text)),
    (K.ADDRESS, _addresses),
    (K.NAME, _names),
)
