"""How moments, durations and lights read in Chinese. Pure functions; times are shown in Beijing time.

Words are translated by gettext at call time, so the same functions serve the English pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from minhu.kernel.clock import now

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class Light:
    """One lamp of a deadline: `tone` is a style word, `icon` a name of the sprite, `word` what it says."""

    tone: str
    icon: str
    word: str


def light_of(code: str) -> Light:
    """The lamp for green, yellow, orange, red, done, paused; anything else reads 'no deadline'."""
    lights = {
        "green": Light("calm", "clock-hour-4", _("时限未过半")),
        "yellow": Light("yellow", "hourglass", _("时间过半")),
        "orange": Light("orange", "alarm", _("即将到期")),
        "red": Light("red", "alert-octagon", _("已超期")),
        "done": Light("green", "circle-check", _("已完成")),
        "paused": Light("grey", "clock-pause", _("已暂停")),
    }
    return lights.get(str(code), Light("grey", "calendar-off", _("无时限")))


def light_word(code: str) -> str:
    """The word of a lamp, e.g. 'orange' → '即将到期'."""
    return light_of(code).word


def local(moment: datetime) -> datetime:
    """The moment in the current time zone; a naive one is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return timezone.localtime(aware)


def cn_datetime(moment: datetime | None, style: str = "full") -> str:
    """'2026年3月5日 14:30'; style 'short' gives '3月5日 14:30' (this year only), 'date' no time, 'iso' ISO 8601."""
    if moment is None:
        return ""
    at = local(moment)
    if style == "iso":
        return at.isoformat(timespec="seconds")
    same_year = at.year == local(now()).year
    words = {"year": at.year, "month": at.month, "day": at.day, "time": f"{at:%H:%M}"}
    if style == "date":
        return _("%(year)s年%(month)s月%(day)s日") % words
    if style == "short" and same_year:
        return _("%(month)s月%(day)s日 %(time)s") % words
    return _("%(year)s年%(month)s月%(day)s日 %(time)s") % words


def duration_cn(span: timedelta | float | None, parts: int = 2) -> str:
    """A length of time in at most `parts` units: '2天3小时', '45分钟'; numbers are seconds; under a minute '不到1分钟'."""
    if span is None:
        return ""
    seconds = int(abs(span.total_seconds() if isinstance(span, timedelta) else span))
    if seconds < MINUTE:
        return _("不到1分钟")
    days, rest = divmod(seconds, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes = rest // MINUTE
    units = [
        (days, ngettext("%(n)d天", "%(n)d天", days)),
        (hours, ngettext("%(n)d小时", "%(n)d小时", hours)),
        (minutes, ngettext("%(n)d分钟", "%(n)d分钟", minutes)),
    ]
    first = next(i for i, (amount, _word) in enumerate(units) if amount)
    joint = "" if (get_language() or "zh").startswith("zh") else " "
    return joint.join(word % {"n": amount} for amount, word in units[first : first + parts] if amount)


def cn_relative(moment: datetime | None) -> str:
    """'刚刚', '5分钟前', '3小时后', '昨天 14:30', beyond a week the date. Same rules as times.js."""
    if moment is None:
        return ""
    seconds = (moment - now()).total_seconds()
    if abs(seconds) < MINUTE:
        return _("刚刚") if seconds <= 0 else _("马上")
    if abs(seconds) < DAY:
        words = {"span": duration_cn(seconds, 1)}
        return _("%(span)s后") % words if seconds > 0 else _("%(span)s前") % words
    days = (local(moment).date() - local(now()).date()).days
    named = {-1: _("昨天"), 1: _("明天"), 2: _("后天"), -2: _("前天")}
    if days in named:
        return f"{named[days]} {local(moment):%H:%M}"
    if abs(days) <= 7:
        return _("%(n)d天后") % {"n": days} if days > 0 else _("%(n)d天前") % {"n": -days}
    return cn_datetime(moment, "short")


def remaining(due_at: datetime | None) -> str:
    """'剩2天3小时' or '超期5小时' for a deadline, counted from the clock's now."""
    if due_at is None:
        return ""
    seconds = (due_at - now()).total_seconds()
    words = {"span": duration_cn(seconds)}
    return _("剩%(span)s") % words if seconds >= 0 else _("超%(span)s") % words
