"""What is written, as it is said: numbers digit by digit or as amounts, dates, units, letters; links and brackets fall.

Rules come in order of their certainty: a link before a number in it, an identity number before a telephone number,
a year before a range. What no rule knows is left as it stands, for a voice to read as it can.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.said_english import english
from minhu.language.said_numbers import amount, by_digits, decimal

SLOWER: Final = 0.8
"""Speed for callers who asked for slow speech, or marked so."""
MOST: Final = 4_000
"""Signs of one text; what is longer is cut, since nobody listens to a quarter of an hour."""


class Tongue(StrEnum):
    """In which language a text is spoken."""

    MANDARIN = "zh"
    CANTONESE = "yue"
    ENGLISH = "en"


_CN: Final = r"\u4e00-\u9fff"
_LEFT, _RIGHT = r"(?<![\d.A-Za-z])", r"(?![\d.]*\d|[A-Za-z])"
_UNITS: Final = {
    "km/h": "公里每小时", "m/s": "米每秒", "m³/h": "立方米每小时", "mg/L": "毫克每升", "mg/m³": "毫克每立方米",
    "μg/m³": "微克每立方米", "元/㎡": "元每平方米", "元/m²": "元每平方米", "km²": "平方公里", "cm²": "平方厘米",
    "m²": "平方米", "㎡": "平方米", "m³": "立方米", "km": "公里", "cm": "厘米", "mm": "毫米", "kg": "公斤", "mg": "毫克",
    "kWh": "千瓦时", "kW": "千瓦", "kV": "千伏", "MPa": "兆帕", "dB": "分贝", "mL": "毫升", "ml": "毫升", "min": "分钟",
    "℃": "摄氏度", "°C": "摄氏度", "m": "米", "g": "克", "t": "吨", "L": "升", "V": "伏", "W": "瓦", "h": "小时",
    "s": "秒",
}  # fmt: skip
_UNIT: Final = "|".join(re.escape(one) for one in sorted(_UNITS, key=len, reverse=True))
_COUNTED: Final = "个位名户次套间层栋台辆部件起条项张份所家座块点根只头棵盏口周天年"
"""Before these 2 is 两 in speech; 2月, 2号, 2日, 2楼 stay 二."""
_SIGNS: Final = {
    "&": "和", "+": "加", "×": "乘", "=": "等于", "≥": "大于等于", "≤": "小于等于", ">": "大于", "<": "小于",
    "≈": "约等于", "#": "号", "@": "艾特", "°": "度", "/": "或",
}  # fmt: skip
_ABBREVIATIONS: Final = {
    "PM2.5": "PM二点五", "PM10": "PM十", "CO2": "二氧化碳", "WiFi": "无线网络", "Wi-Fi": "无线网络", "WIFI": "无线网络",
    "APP": "手机应用", "App": "手机应用", "app": "手机应用", "No.": "编号", "NO.": "编号", "24h": "二十四小时",
    "7×24小时": "七天二十四小时", "7*24小时": "七天二十四小时", "etc.": "等等",
}  # fmt: skip
_LINK: Final = regex(r"(?:https?://|www\.)[^\s，。；！？、）)》」\u4e00-\u9fff]+|\S+@[\w-]+(?:\.[\w-]+)+")
_MARKS: Final = regex(r"\*\*|__|`+|^#{1,6}\s+|^\s*[-*•●]\s+|^>\s*", re.MULTILINE)
_QUOTES: Final = regex("[“”\"‘’'「」『』《》〈〉【】\\[\\]{}]")


def _grouped(text: str) -> str:
    """A telephone number in its groups, with a short rest between them: 3-4-4 for mobile ones, 3-3-4 for 400 and 800."""
    number = re.sub(r"\D", "", text)
    sizes = {11: (3, 4, 4), 10: (3, 3, 4)}.get(len(number), (len(number),))
    found, at = [], 0
    for size in sizes:
        found.append(by_digits(number[at : at + size]))
        at += size
    return "，".join(found)


def _date(found: re.Match[str]) -> str:
    year, month, day = found[1], int(found[2]), int(found[3])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return found[0]
    return f"{by_digits(year, one='一')}年{amount(month)}月{amount(day)}日"


def _time(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    if hour > 24 or minute > 59:
        return found[0]
    rest = "整" if minute == 0 else f"{amount(minute)}分" if minute >= 10 else f"零{amount(minute)}分"
    seconds = f"{amount(int(found[3]))}秒" if found[3] and int(found[3]) else ""
    if minute == 0:
        return f"{_two(hour, '点')}点{seconds}"
    return f"{_two(hour, '点')}点{rest}{seconds}"


def _two(number: int, counted: str) -> str:
    return "两" if number == 2 and (counted in _COUNTED or counted == "点") else amount(number)


def _share(written: str, number: str) -> str:
    return ("千分之" if "‰" in written else "百分之") + _signed(number)


def _signed(text: str) -> str:
    number = text.replace(",", "")
    return f"负{decimal(number[1:])}" if number[:1] in "-−" else decimal(number)


def _number(text: str, follows: str) -> str:
    return "两" if text == "2" and follows[:1] and follows[0] in _COUNTED else _signed(text)


def _range(found: re.Match[str]) -> str:
    """From … to …; both ends as amounts, with the unit that stands behind the second one."""
    follows = found.string[found.end() : found.end() + 1]
    return f"{_number(found[1], follows)}至{_number(found[2], follows)}"


def _measure(found: re.Match[str]) -> str:
    said = _UNITS[found[2]]
    return _number(found[1], "个" if said in ("公里", "米", "克", "公斤", "吨", "小时", "秒") else "") + said


def _plain(found: re.Match[str]) -> str:
    text, follows = found[0], found.string[found.end() : found.end() + 1]
    whole = text.replace(",", "").lstrip("-−")
    if whole.startswith("0") and whole.isdigit() and len(whole) > 1:
        return by_digits(whole)
    if whole.isdigit() and len(whole) >= 7 and "," not in text and follows not in _COUNTED + "元万亿":
        return by_digits(whole)
    return _number(text, follows)


def _code(text: str) -> str:
    """Letters and digits of a code, one by one."""
    return " ".join(by_digits(one) if one.isdigit() else one for one in text.upper() if one.isalnum())


def _document(found: re.Match[str]) -> str:
    return f"{by_digits(found[1], one='一')}年{amount(int(found[2]))}号"


def _money(found: re.Match[str]) -> str:
    number = found[1].rstrip("0").rstrip(".") if "." in found[1] else found[1]
    return f"{_number(number, '' if found[2] else '个')}{found[2] or ''}元"


def _fraction(found: re.Match[str]) -> str:
    above, under = int(found[1]), int(found[2])
    return f"{amount(under)}分之{amount(above)}" if 0 < above < under <= 10 else found[0]


Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]
_N: Final = r"(?:(?<![\w%％‰])[-−])?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_TO: Final = r"\s*(?:[-–—~～]|至|到)+\s*"
_LINE: Final = r"(?<!\d)(?:[(（]0\d{2,3}[)）]|0\d{2,3}-)\s*\d{7,8}(?:-\d{1,5})?(?!\d)"
_SERVICE: Final = (
    r"(?<![\d.])(?:1[12]\d|123\d\d|12[01]\d\d|10\d{3}|96\d{3,4}|95\d{3,4})"
    r"(?![\d.%％‰,]|\s*[元万人户个件次天年米吨公平小分秒起条项余多])"
)
"""Hotlines and emergency numbers, unless something is counted by them."""
_CLOCK: Final = r"(?<![\d:：])([01]?\d|2[0-4])[:：]([0-5]\d)(?:[:：]([0-5]\d))?"
_RULES: Final[tuple[Rule, ...]] = (
    (regex(_LEFT + r"[A-Z]{1,6}-?\d{6,}(?:-\d+)*(?![\dA-Za-z])"), lambda m: _code(m[0])),
    (regex(r"(?<=编号)[\s:：]*(\d[\d-]{3,})"), lambda m: by_digits(m[1])),
    (
        regex(r"(?<=验证码|查询码|密码是|代码是)[\s:：是为]*([A-Za-z\d]{4,12})(?![A-Za-z\d])"),
        lambda m: f"，{_code(m[1])}",
    ),
    (regex(r"(?<!\d)\d{17}[\dXx](?!\d)"), lambda m: _code(m[0])),
    (regex(r"[〔\[［(（](\d{4})[〕\]］)）]\s*第?\s*(\d{1,5})\s*号"), _document),
    (regex(r"(?<!\d)(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?![\d.])"), _date),
    (
        regex(r"(?<!\d)([12]\d{3})\s*[-–—~～至到]+\s*([12]\d{3})\s*(?=年)"),
        lambda m: f"{by_digits(m[1], one='一')}年至{by_digits(m[2], one='一')}",
    ),
    (regex(r"(?<!\d)([12]\d{3})(?=年(?!以|之|多|期|的时|限))"), lambda m: by_digits(m[1], one="一")),
    (regex(_CLOCK + _TO + r"(?=([01]?\d|2[0-4])[:：][0-5]\d)"), lambda m: f"{_time(m)}至"),
    (regex(_CLOCK + r"(?![\d:：])"), _time),
    (
        regex(r"(?<!\d)(?:\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?!\d)"),
        lambda m: _grouped(m[1]),
    ),
    (regex(_LINE), lambda m: "，".join(by_digits(one) for one in re.findall(r"\d+", m[0]))),
    (regex(r"(?<!\d)[48]00[- ]?\d{3}[- ]?\d{4}(?!\d)"), lambda m: _grouped(m[0])),
    (regex(_SERVICE), lambda m: by_digits(m[0])),
    (regex(r"(?<=电话)([是为:：\s]{0,3})(\d{7,8})(?!\d)"), lambda m: m[1].strip(" ") + by_digits(m[2])),
    (regex(r"(?<![\d.-])(\d{3,4})(?=室|号?房|路(?:公交|车|汽车))"), lambda m: by_digits(m[1])),
    (regex(r"(?<![\d-])\d+(?:-\d+){2,}(?![\d-])"), lambda m: by_digits(m[0])),
    (regex(r"(?:¥|￥|RMB\s?)\s*(" + _N + r")\s*(万|亿)?元?"), _money),
    (regex(rf"({_N})\s*(万|亿)?元"), _money),
    (regex(rf"(?<=元)/\s*({_UNIT})(?![A-Za-z])"), lambda m: f"每{_UNITS[m[1]]}"),
    (regex(rf"(?<=[元件次户人])/\s*(?=[{_CN}])"), lambda m: "每"),
    (regex(rf"({_N})\s*[%％‰]{_TO}(?={_N}\s*[%％‰])"), lambda m: f"{_share(m[0], m[1])}至"),
    (regex(rf"({_N}){_TO}({_N})\s*[%％‰]"), lambda m: f"{_share(m[0], m[1])}至{_share(m[0], m[2])}"),
    (regex(rf"({_N})\s*[%％‰]"), lambda m: _share(m[0], m[1])),
    (regex(rf"(?<![\d.A-Za-z-])(\d+(?:\.\d+)?){_TO}(\d+(?:\.\d+)?)(?![\d-])"), _range),
    (regex(rf"({_N})\s*({_UNIT})(?![A-Za-z])"), _measure),
    (regex(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?![\d/])"), _fraction),
    (
        regex(r"(?<![A-Za-z\d])(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z\d]{3,}(?:-[A-Za-z\d]+)*(?![A-Za-z])"),
        lambda m: _code(m[0]),
    ),
    (regex(_N), _plain),
    (regex(r"(?<![A-Za-z])[A-Z]{2,}(?![A-Za-z])"), lambda m: " ".join(m[0])),
)


def spoken(text: str, tongue: Tongue = Tongue.MANDARIN) -> str:
    """The words to be said, with 。，？ as pauses; empty when nothing is left to say. Pure; at most ``MOST`` signs are read.

    Cantonese keeps the Mandarin rules with 一 for 幺 and 二 as digits are said there; English has few rules of its own.
    """
    # full width to half width; 。，： stay as they are, so signs of measure are kept out of NFKC's way
    plain = "".join(
        one if one in "，。；！？：（）〔〕㎡℃²³…～" else unicodedata.normalize("NFKC", one) for one in text[:MOST]
    )
    plain = _LINK.sub("", _MARKS.sub("", plain))
    if tongue is Tongue.ENGLISH:
        return english(plain)
    for written, said in _ABBREVIATIONS.items():
        plain = plain.replace(written, said)
    for pattern, said_of in _RULES:
        plain = pattern.sub(said_of, plain)
    for sign, said in _SIGNS.items():
        plain = re.sub(rf"\s*{re.escape(sign)}\s*", said, plain)
    plain = _tidy(plain)
    return plain.replace("幺", "一") if tongue is Tongue.CANTONESE else plain


def _tidy(text: str) -> str:
    """Brackets as pauses, quotation marks gone, one pause where several stand together."""
    plain = _QUOTES.sub("", text)
    plain = re.sub(r"[(（][\s，。]*[)）]", "", plain)
    plain = re.sub(r"[(（〔]", "，", plain)
    plain = re.sub(r"[)）〕]", "，", plain)
    plain = re.sub(r"…+|\.{3,}|—+|[~～]+|\|", "，", plain)
    plain = re.sub(r"\s*\n+\s*", "。", plain)
    plain = re.sub(rf"(?<=[{_CN}，。？！；：、])\s+|\s+(?=[{_CN}，。？！；：、])", "", plain)
    plain = re.sub(r"[，、；：,;:]*([。！？!?])[，、；：。,]*", r"\1", plain)
    plain = re.sub(r"[，,;；:：、]{2,}", "，", plain)
    plain = re.sub(r"[ \t]+", " ", plain)
    return plain.strip("，、；：, ;:").lstrip("。！？ ").strip()


_ENDS: Final = regex(r"(?<=[。！？!?；;])|(?<=\.)(?=\s)|\n")
_RESTS: Final = regex(r"(?<=[，、：,:])")


def pieces(said: str, *, first: int = 12, most: int = 40) -> list[str]:
    """Sentences of what ``spoken`` gave, to be made one after the other. The first piece ends at the first pause after
    ``first`` / 2 signs, so that its sound comes early; none is longer than ``most`` signs."""
    found: list[str] = []
    for sentence in (one.strip() for one in _ENDS.split(said)):
        if not any(one.isalnum() for one in sentence):
            continue
        limit = most if found else first
        kept = ""
        for part in _RESTS.split(sentence):
            if kept and len(kept) + len(part) > limit and len(kept) >= 4:
                found.append(kept)
                kept, limit = "", most
            kept += part
        found.append(kept)
    return [short for one in found for short in _cut(one, most * 2)]


def clauses(said: str) -> list[list[str]]:
    """The sentences of what ``spoken`` gave, each in its parts between pauses; joined again they are the sentence."""
    sentences = (one.strip() for one in _ENDS.split(said))
    return [[part for part in _RESTS.split(one) if part] for one in sentences if any(sign.isalnum() for sign in one)]


def _cut(text: str, most: int) -> list[str]:
    """A piece without any pause in it, cut where it must be; between words of letters if there are some."""
    found = []
    while len(text) > most:
        at = text.rfind(" ", most // 2, most) + 1 or most
        found.append(text[:at].strip())
        text = text[at:]
    return [*found, text] if any(one.isalnum() for one in text) else found
