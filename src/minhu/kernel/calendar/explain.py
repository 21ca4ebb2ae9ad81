"""One Chinese sentence that explains a deadline to the person who has to keep it."""

from datetime import datetime, timedelta

from minhu.kernel.calendar.types import Due, Duration

_NAMES = {"minutes": "分钟", "hours": "小时", "natural_days": "个自然日", "working_days": "个工作日"}
_MINUTE = timedelta(minutes=1)


def explain(due: Due, subject: str = "", action: str = "办结") -> str:
    """Return for instance '投诉类 10 个工作日：11月23日 15:20 起算，跳过周末 2 天，应于12月7日 17:30 前办结'.

    `subject` names the rule ('投诉类'), `action` what must be done ('签收', '首次联系', '办结').
    """
    if due.start is None or due.duration is None:
        return f"应于{_moment(due.at, with_year=True)} 前{action}"
    parts = [f"{due.start.month}月{due.start.day}日 {due.start:%H:%M} 起算"]
    if due.skipped:
        parts.append("跳过" + "、".join(f"{reason} {days} 天" for reason, days in due.skipped))
    if due.makeup_days:
        parts.append(f"含调休上班 {due.makeup_days} 天")
    if due.paused > timedelta(0):
        parts.append(f"暂停 {_stretch(due.paused, due)}")
    parts.append(f"应于{_moment(due.at, with_year=due.at.year != due.start.year)} 前{action}")
    sentence = f"{subject} {amount(due.duration)}：".lstrip() + "，".join(parts)
    if due.assumed_years:
        years = "、".join(f"{year} 年" for year in due.assumed_years)
        sentence += f"（{years}节假日安排尚未公布，暂按周末双休推算）"
    return sentence


def amount(duration: Duration) -> str:
    """Return a duration in words: '10 个工作日', '2 小时', '4 个工作小时'."""
    if duration.working_hours and duration.unit in ("hours", "minutes"):
        return f"{duration.amount} {'个工作小时' if duration.unit == 'hours' else '分钟工作时间'}"
    return f"{duration.amount} {_NAMES[duration.unit]}"


def _moment(moment: datetime, *, with_year: bool) -> str:
    """Write a deadline as people do; a day's last moment is 24:00, not 0:00 of the next."""
    shown, clock = moment, f"{moment:%H:%M}"
    if clock == "00:00" and moment.second == 0:
        shown, clock = moment - timedelta(days=1), "24:00"
    year = f"{shown.year}年" if with_year else ""
    return f"{year}{shown.month}月{shown.day}日 {clock}"


def _stretch(length: timedelta, due: Due) -> str:
    """Write a paused time: days of usual length when it is whole days, else days, hours and minutes."""
    days, rest = divmod(length, due.day_length)
    hours, rest = divmod(rest, timedelta(hours=1))
    words = [f"{days} 天"] if days else []
    words += [f"{hours} 小时"] if hours else []
    words += [f"{rest // _MINUTE} 分钟"] if rest >= _MINUTE else []
    return " ".join(words) or "不足 1 分钟"
