"""Does a caller speak of what a bulletin (通告) is about? By matter, place and time; pure rules, no vectors, no guessing.

A false match costs more than a miss: who is told of another outage is sent away with nothing. So the matter has to be
named without a word against it, a place that is named has to be the bulletin's, a time has to lie within it; and the
citizen is asked all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.times import find_times


class Matter(StrEnum):
    """What a bulletin is about."""

    WATER = "water"
    POWER = "power"
    GAS = "gas"
    HEAT = "heat"
    NETWORK = "network"
    ROAD = "road"
    TRANSIT = "transit"
    WEATHER = "weather"
    OTHER = "other"
    """Told by its own words alone."""


class Near(StrEnum):
    """How the place of a caller stands to a bulletin's."""

    NAMED = "named"
    OPEN = "open"
    """No place was named, or only one around it."""
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Known:
    """A live bulletin as the rules need it. ``inside``: names of the places it covers, ``around``: of those that hold them."""

    key: str
    matter: Matter
    begins: datetime
    ends: datetime
    inside: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """Further words by which people speak of it."""


_NO: Final = r"(?:没有?|冇|無|无|莫得|没得|不得)"
_END: Final = r"(?=[了啊呀呢吗嘛么的，,。！!？?；;\s]|$|用|喝|吃|洗|做|怎|什|多|到|好|半|一|两|几|\d)"
_MATTERS: Final = {
    Matter.WATER: rf"[停断]水|{_NO}(?:自来)?水{_END}|不[出来]水|水龙头.{{0,8}}(?:{_NO}|不[出流])|水管.{{0,4}}爆|爆管|来水|恢复供水|供水.{{0,4}}(?:中断|停|抢修|恢复)",
    Matter.POWER: rf"[停断]电|{_NO}电{_END}|不来电|来电(?=[吗呢]|没)|(?:时候|几点|多久)(?:能|才|会)?来电|全(?:小区|楼|村)?.{{0,4}}(?:黑|灯都不亮)|漆黑一片|恢复供电|供电.{{0,4}}(?:中断|停|抢修|恢复|故障)",
    Matter.GAS: rf"停(?:天然|煤|燃)?气|{_NO}(?:天然|煤|燃)气|(?:天然|煤|燃)气.{{0,6}}(?:停了|断了|{_NO})|(?:燃气|煤气)?灶.{{0,6}}打不着|恢复供气|供气.{{0,4}}(?:中断|停|抢修|恢复)",
    Matter.HEAT: rf"停[暖热]|{_NO}暖气|暖气(?:片)?.{{0,6}}(?:不热|冰|凉|停|{_NO})|供[暖热].{{0,6}}(?:停|中断|抢修|恢复|故障)|家里.{{0,4}}不热",
    Matter.NETWORK: rf"[断掉]网|{_NO}网|(?:网络|宽带|网|信号).{{0,6}}(?:断了|瘫痪|不通|连不上|故障|上不去|{_NO})|上不了网",
    Matter.ROAD: r"封路|封闭|(?:路|桥|隧道|高架).{0,6}(?:封了|封着|断了|不通|不让(?:走|过)|过不去|塌)|交通管制|绕行|(?:怎么|为什么)(?:不让|绕)|围(?:起来|挡).{0,8}(?:过|走)|堵(?:死|得|车|成)",
    Matter.TRANSIT: r"(?:公交|地铁|班车|公共汽车|\d+路|[一二三四五六七八九十]+路(?:车|公交)).{0,14}(?:停运|停开|停了|改线|改道|绕|不来|没来|不到|延误|晚点|故障|不停|取消|等了)",
    Matter.WEATHER: r"(?:暴|大)[雨雪风]|台风|积水|内涝|被?淹|结冰|大雾|寒潮|停课",
}  # fmt: skip
_MATTER: Final = {matter: regex(pattern) for matter, pattern in _MATTERS.items()}
_AGAINST: Final = regex(
    # money, papers, claims
    r"[水电气暖网热]费|缴|欠费|充值|余额|账单|发票|过户|开户|报装|销户|换表|(?:水|电|气|热)表|收费|涨价|赔|补偿|损失|退[费钱款]|补贴"
    # somebody does it to somebody, or one household alone
    r"|(?:物业|房东|老板|开发商|公司|居委会|村里|业委会).{0,6}(?:停|断|掐|关|拉|锁|不给|不让|故意|擅自|把)|被(?:物业|房东|人)"
    r"|(?:只|就|光|单)(?:有|是)?(?:我|俺|咱)们?(?:一)?家|(?:别人|邻居|隔壁|楼上|楼下|对门|其他人?|人家).{0,4}(?:都|也)?(?:有|正常|没停|好好)|我家(?:单独|一家)|跳闸|烧坏|保险丝"
    # again and again, long ago, over
    r"|经常|老是|总是|三天两头|隔三[差岔]五|动不动|长期|常年|多年|每[天日晚早到逢次年周月]|每个?(?:月|星期|周|礼拜)|天天|一[到下](?:雨|夏|冬|晚)|去年|前年|往年|上个?(?:月|周|星期|礼拜)|前(?:几|两|阵)|(?:几|好几|两|三|半)(?:个)?(?:年|月)|一直以来|以前|上次"
    r"|(?:已经?|都)(?:恢复|来[水电气]|修好|通了)|(?<!没)(?<!不)(?:恢复|来[水电气])了(?![吗么没嘛])|刚(?:来|恢复|修好)"
    # quality and other things of the same name
    r"|水质|[发变]黄|浑|黄水|浊|有?异?味|漂白|泥沙|水压|水流小|热水|开水|下水|污水|雨水|漏水|渗水|消防|喷泉|景观|电压|电梯|电动|充电|电线|电杆|电箱|电话|手机没电|路灯|红绿灯"
    r"|占道|摆摊|乱停|违停|车位|建议|表扬|感谢|谢谢你们修|申请|政策|规定|标准是|怎么报(?:停|装)"
)
_STILL: Final = regex(r"到现在|至今|还[没未]|一直[停断没]|从.{1,8}开始|从.{1,8}(?:就|停|断|没)|还在停")
_NAMES: Final = r"街道|办事处|社区|小区|新村|新城|花园|家园|花苑|公寓|大厦|广场|[苑府城园庭湾坊居邸]|村|镇|乡|县|区|市|大道|[路街巷桥弄里]|医院|学校|小学|中学|大学|车站|市场|公园|工业园"
_NAMED: Final = regex(rf"[\u4e00-\u9fffA-Za-z0-9]{{1,12}}?(?:{_NAMES})")
_NOBODYS: Final = regex(
    r"^(?:(?:我|俺|咱|你|他|她|它|这|那|哪|本|全|整|整个|某|同|个|一|两|几|所|附近|周边|周围|旁边|隔壁|对面|楼下|住|家|在|位于|到|是|的|们|里|边|处|儿|都|老|新|各|多|进|出|回|从|去|来|往|请问|你好|您好|停水|停电|断水|断电|停气|停暖|没水|没电|封|堵|路段|主|小|大|马)+)?"
    rf"(?:{_NAMES})$"
)
_EARLY: Final = timedelta(minutes=30)
"""Taps run dry before the announced time."""
_AHEAD: Final = regex(r"明[天日早晚儿]|后[天日]")
_DAYS_AHEAD: Final = {"明": 1, "后": 2}
_WEEKDAY: Final = regex(r"(?:周|星期|礼拜)[一二三四五六日天]")
_LASTING: Final = regex(r"~(\d+(?:\.\d+)?)([HDWMY])")
_HOURS: Final = {"H": 1, "D": 24, "W": 168, "M": 720, "Y": 8760}


def best(words: str, at: datetime, known: Sequence[Known]) -> Known | None:
    """The bulletin that somebody speaks of who says ``words`` at ``at`` (aware), or None.

    One whose place is named goes before the others; where no place is named there must be one only that fits.
    """
    found = [(one, near) for one in known if (near := match(words, at, one)) is not Near.ELSEWHERE]
    named = [one for one, near in found if near is Near.NAMED]
    if named:
        return named[0]
    return found[0][0] if len(found) == 1 else None


def match(words: str, at: datetime, one: Known) -> Near:
    """How the caller stands to one bulletin; ELSEWHERE also for another matter or another time."""
    if not _is_matter(words, one) or not _in_time(words, at, one):
        return Near.ELSEWHERE
    return near(words, one.inside, one.around)


def near(words: str, inside: Iterable[str], around: Iterable[str]) -> Near:
    """Whether words name one of the places, another one, or none that tells."""
    covered = tuple(inside)
    if any(_says(words, name) for name in covered):
        return Near.NAMED
    rest = words
    for name in sorted(around, key=len, reverse=True):
        rest = rest.replace(name, "，")
    named = [one.group() for one in _NAMED.finditer(rest) if not _NOBODYS.match(one.group())]
    return Near.ELSEWHERE if named else Near.OPEN


def _says(words: str, name: str) -> bool:
    """Whether a name stands in the words, with its kind or in short before a word that is no other kind of place."""
    if len(name) >= 2 and name in words:
        return True
    short = re.sub(r"(?:街道|社区|小区|镇|乡|村|区|县|大道|路|花园|家园)$", "", name)
    if len(short) < 2 or short == name:
        return False
    return re.search(rf"{re.escape(short)}(?!{_NAMES})(?![\u4e00-\u9fff]{{0,2}}(?:{_NAMES}))", words) is not None


def _is_matter(words: str, one: Known) -> bool:
    pattern = _MATTER.get(one.matter)
    said = bool(pattern and pattern.search(words)) or any(word in words for word in one.words if len(word) >= 2)
    return said and not _AGAINST.search(words)


def _in_time(words: str, at: datetime, one: Known) -> bool:
    """Whether the time that is said, else now, lies in the time of the bulletin."""
    if ahead := _AHEAD.search(words):
        return _overlaps(at.date() + timedelta(days=_DAYS_AHEAD[ahead[0][0]]), at, one)
    for element in find_times(words, at):
        if lasting := _LASTING.fullmatch(element.value):
            began = at - timedelta(hours=float(lasting[1]) * _HOURS[lasting[2]])
            if began < one.begins - timedelta(days=1):
                return False
        elif (day := _day(element.value)) is not None and day != at.date():
            if _WEEKDAY.search(element.text) and _overlaps(day + timedelta(days=7), at, one):
                return True
            if not _overlaps(day, at, one) or (day < at.date() and not _STILL.search(words)):
                return False
    return one.begins - _EARLY <= at <= one.ends


def _overlaps(day: date, at: datetime, one: Known) -> bool:
    return one.begins.astimezone(at.tzinfo).date() <= day <= one.ends.astimezone(at.tzinfo).date()


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None
