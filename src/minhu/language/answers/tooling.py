"""Which look-up a question calls for beside words of papers: where to go, what to bring, how one's order stands, days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.numerals import parse_number

WEEK_DAYS: Final = "一二三四五六日"


class Look(StrEnum):
    """What is looked up."""

    OFFICE = "office"
    FACTS = "facts"
    PROGRESS = "progress"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Wish:
    """A look-up that a question calls for, with what it says of it; ``about``: the kind of facts wanted."""

    look: Look
    topic: str = ""
    about: str = "all"
    open_now: bool = False
    number: str = ""
    code: str = ""
    days: int = 0
    until: date | None = None


_OFFICE: Final = regex(
    r"最近的|附近|就近|周边|离.{1,12}近|哪(?:里|儿|些地方|几个地方|个地方)(?:可以|能|有)?(?:办|打|补|领|换|买|申请|交)|去哪|到哪(?:里|儿)|上哪|在哪(?:里|儿)?"
    r"|地址|几点(?:开门|上班|下班|关门)|(?:开|关)着?门|还开|营业|上班吗|办理点|办事点|网点|办事大厅|服务大厅|营业厅|窗口"
)
_OPEN_NOW: Final = regex(r"现在|这会儿|此刻|目前.{0,4}开|还开|开着")
_PROGRESS: Final = regex(
    r"进度|办到哪|办得怎么样|办的怎么样|处理到哪|查.{0,6}(?:工单|诉求|投诉)|我(?:的|反映|提|投诉).{0,10}(?:怎么样|结果|回复|处理)"
)
_NUMBER: Final = regex(r"(?<!\d)\d{13}(?!\d)")
_CODE: Final = regex(r"(?<!\d)\d{6}(?!\d)")
_DAYS_AFTER: Final = regex(
    r"(?P<n>\d{1,3}|[一二两三四五六七八九十百]{1,4})\s?个?工作日(?:后|以后|之后|内|是|到|的话|，|,)?.{0,10}(?:哪天|几号|什么时候|哪一天|星期几|周几|截止|到期)"
)
_DAYS_UNTIL: Final = regex(r"(?:还有|还剩|有)?(?:几|多少)个?工作日")
_DAYS_LEFT: Final = regex(r"(?:还有|还剩|剩下|离.{1,8}有)(?:几|多少)个?工作日")
_DAY: Final = regex(r"(?:(?P<y>\d{4})年)?(?P<m>\d{1,2})[月.](?P<d>\d{1,2})[日号]?")
_ABOUT: Final = (
    ("materials", regex(r"材料|证件|资料|手续|带什么|带哪些|带啥|什么证|提交什么|准备什么")),
    ("fees", regex(r"多少钱|收费|费用|工本费|要钱|花钱|几块|几元|免费")),
    ("times", regex(r"多久|几天|多长时间|时限|多少天|什么时候能办好|几个工作日")),
    ("units", regex(r"哪个(?:部门|单位|局)|什么部门|归谁|谁管|找谁|谁负责|哪里负责")),
    ("conditions", regex(r"什么条件|哪些条件|谁可以|谁能|什么人|哪些人|资格|符合什么|能不能办")),
)  # fmt: skip
_PHRASES: Final = regex(
    r"请问|您好|你好|我想|想问一下|想问|咨询|办理|申请|办个|办|去|到|在|哪里|哪儿|哪个|什么|地方|可以|最近的?|附近|就近|周边|离我|离|近一?点?的?|现在|这会儿|还|开着?门|开着|营业"
    r"|上班|几点|地址|电话|窗口|网点|的|吗|呢|了|呀|啊|有|能|要|和|怎么|多少|[，,。？?！!、；;：:]|带|需要|材料|证件|手续|钱|费用|收费|时间|多久|几天|条件|部门|单位|谁|管|找"
)


def wishes(words: str, today: date) -> list[Wish]:
    """What a question calls for, the surest first; empty where words of papers are enough.

    What it leaves out (the topic, number and code of an order, the day) is empty: whoever shows it asks for that.
    """
    if _PROGRESS.search(words):
        number, rest = _NUMBER.search(words), _NUMBER.sub(" ", words)
        code = _CODE.search(rest)
        return [Wish(Look.PROGRESS, number=number[0] if number else "", code=code[0] if code else "")]
    if _DAYS_AFTER.search(words) or (_DAYS_UNTIL.search(words) and _DAY.search(words)):
        found = _days(words, today)
        return [found] if found else []
    if _DAYS_LEFT.search(words) and not _DAY.search(words):
        return [Wish(Look.DAYS)]
    found_all = []
    about = next((name for name, shape in _ABOUT if shape.search(words)), "")
    if _OFFICE.search(words):
        found_all.append(Wish(Look.OFFICE, _topic(words), open_now=bool(_OPEN_NOW.search(words))))
    if about:
        found_all.append(Wish(Look.FACTS, _topic(words), about))
    return [one for one in found_all if one.topic] or found_all[:1]


def _topic(words: str) -> str:
    """What is left of a question without phrases of asking."""
    return re.sub(r"\s+", " ", _PHRASES.sub(" ", words)).strip()[:40]


def _days(words: str, today: date) -> Wish | None:
    if match := _DAYS_AFTER.search(words):
        count = int(match["n"]) if match["n"].isdigit() else parse_number(match["n"]) or 0
        return Wish(Look.DAYS, days=int(count)) if 0 < count <= 400 else None
    day = _DAY.search(words)
    if _DAYS_UNTIL.search(words) and day:
        until = _date(day, today)
        return Wish(Look.DAYS, until=until) if until is not None and until >= today else None
    return None


def _date(found: re.Match[str], today: date) -> date | None:
    """The day that is meant: without a year the next one."""
    try:
        day = date(int(found["y"] or today.year), int(found["m"]), int(found["d"]))
    except ValueError:
        return None
    if not found["y"] and day < today - timedelta(days=1):
        return day.replace(year=day.year + 1) if (day.month, day.day) != (2, 29) else None
    return day
