"""What a pasted notice of an outage says: matter, title, times, places and the words to be said; a person corrects it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.bulletins import Matter

_KINDS: Final = (
    (Matter.WATER, r"停水|供水|降压供水|自来水"), (Matter.POWER, r"停电|供电|检修停电|电力"), (Matter.GAS, r"停气|供气|燃气"),
    (Matter.HEAT, r"供热|供暖|停暖|热力"), (Matter.NETWORK, r"断网|通信|宽带|基站"), (Matter.TRANSIT, r"公交|地铁|停运|线路调整|改线"),
    (Matter.ROAD, r"交通管制|封闭|封路|绕行|禁止通行|道路施工"), (Matter.WEATHER, r"暴雨|暴雪|台风|大风|寒潮|大雾|结冰|预警"),
)  # fmt: skip
_DAY: Final = r"(?:(?P<{0}y>\d{{4}})年)?(?P<{0}m>\d{{1,2}})月(?P<{0}d>\d{{1,2}})日"
_CLOCK: Final = (
    r"(?P<{0}half>凌晨|早上|上午|中午|下午|傍晚|晚上|晚|夜间)?(?P<{0}h>\d{{1,2}})(?:[:：时点](?P<{0}n>\d{{1,2}})?分?)"
)
_POINT: Final = regex(rf"(?:{_DAY.format('a')})?[（(]?[^\d，。]{{0,6}}?{_CLOCK.format('a')}")
_AREAS: Final = regex(
    r"(?:影响(?:范围|区域)|停[水电气暖](?:范围|区域)|涉及(?:区域|范围)|范围)(?:为|包括|是)?[:：]?\s*([^。；\n]{2,200})"
)
_RESTORED: Final = regex(r"(?:预计|力争|计划)[^。；\n]{0,30}(?:恢复|通车|完成|结束|送电|来水)")
_SENTENCE: Final = regex(r"[^。！？\n]+[。！？]?")
_SPOKEN: Final = 110


@dataclass(frozen=True, slots=True)
class ReadBulletin:
    """What was read; anything may be missing."""

    matter: Matter
    title: str
    spoken: str
    text: str
    places: tuple[str, ...]
    begins: datetime | None
    ends: datetime | None
    restored: datetime | None


def read_bulletin(text: str, at: datetime) -> ReadBulletin:
    """Read a notice that came in at ``at`` (aware; its zone is that of the text)."""
    body = text.strip()[:4000]
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    head = re.split(r"[：:。]", lines[0])[0] if lines else ""
    title = head if len(head) <= 60 else ""
    matter = next((kind for kind, words in _KINDS if re.search(words, body)), Matter.OTHER)
    moments = _moments(body, at)
    begins, ends = (moments[0] if moments else None), (moments[1] if len(moments) > 1 else None)
    restored = None
    if (said := _RESTORED.search(body)) is not None:
        found = _moments(said.group(), begins or at) or _moments(body[said.start() : said.end() + 40], begins or at)
        restored = found[0] if found else None
    if begins and ends and ends <= begins:
        ends = ends + timedelta(days=1)
    if begins and ends is None and restored and restored > begins:
        ends = restored
    return ReadBulletin(matter, title, _spoken(body, title), body[:1000], _places(body), begins, ends, restored)


def _moments(text: str, at: datetime) -> list[datetime]:
    """Points of time in their order; one without a day is of the day before it."""
    found: list[datetime] = []
    day = at
    for one in _POINT.finditer(text):
        month, date, hour = one["am"], one["ad"], int(one["ah"])
        if one["ahalf"] in ("下午", "傍晚", "晚上", "晚", "夜间") and hour < 12:
            hour += 12
        try:
            if month and date:
                day = day.replace(year=int(one["ay"] or day.year), month=int(month), day=int(date))
            moment = day.replace(hour=0, minute=int(one["an"] or 0), second=0, microsecond=0) + timedelta(hours=hour)
        except ValueError:
            continue
        if hour <= 24:
            found.append(moment)
    return found


def _places(text: str) -> tuple[str, ...]:
    said = _AREAS.search(text)
    if said is None:
        return ()
    parts = re.split(
        r"[、，,；;]|以及|(?<=[路街巷道区村苑园镇庭里])[和及与]",
        re.sub(r"等(?:区域|小区|地|处|路段)?.{0,6}$", "", said[1]),
    )
    return tuple(dict.fromkeys(one.strip() for one in parts if 2 <= len(one.strip()) <= 20))[:20]


def _spoken(text: str, title: str) -> str:
    """The first sentences behind the title, as long as they can be said."""
    rest = text[len(title) :].lstrip("：:。 \n") if title and text.startswith(title) else text
    said = ""
    for sentence in _SENTENCE.findall(rest):
        if said and len(said) + len(sentence.strip()) > _SPOKEN:
            break
        said += sentence.strip()
    return said[:160]
