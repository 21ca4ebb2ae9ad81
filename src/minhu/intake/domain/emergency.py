"""Emergency mode of the front door (应急模式): when a machine proposes it, and what changes while it lasts.

The machine proposes, a person decides. A surge is what people cannot serve any more: by Erlang A more callers would give
up than the city's rule allows, or those who wait now wait much longer than promised.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any, Final

from minhu.intake.domain.erlang import impatient
from minhu.intake.domain.seats import DoorRules
from minhu.kernel.errors import Invalid
from minhu.kernel.labels import Labelled
from minhu.kernel.labels import marked as _
from minhu.language.dialogue.types import Mode, Policy

WINDOW: Final = timedelta(minutes=15)
"""What 'now' means for arrivals."""
PATIENCE: Final = 180.0
"""Mean seconds until a caller gives up, where the house has not seen enough who did."""
WORK: Final = 300.0
"""Mean seconds of one talk with its writing up, where the house has not seen enough."""
LONGEST: Final = timedelta(days=3)
WAITS_TOO_LONG: Final = 20
"""Times the answer goal: so long somebody may wait before an emergency is proposed whatever the formula says."""


class ModeState(Labelled):
    """Where an emergency is on its way."""

    PROPOSED = "proposed", _("系统建议启用")
    ON = "on", _("应急中")
    DECLINED = "declined", _("未采纳")
    ENDED = "ended", _("已结束")


@dataclass(frozen=True, slots=True)
class Pressure:
    """What comes and who is there, over the last quarter of an hour."""

    arrivals: int
    """Talks that wanted a person."""
    people: int
    """Seats that are ready, busy or writing up."""
    work: float = WORK
    """Mean seconds of one."""
    patience: float = PATIENCE
    longest_wait: float = 0.0
    """Seconds of who waits longest now."""
    usual: float = 0.0
    """Arrivals of the same quarter of an hour on other days; 0: not known."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What these people make of these arrivals."""

    load: float
    """Erlangs."""
    gives_up: float
    mean_wait: float
    in_time: float
    surge: bool
    reason: str

    def to_json(self) -> dict[str, Any]:
        """For keeping with a proposal."""
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()}


def forecast(now: Pressure, rules: DoorRules) -> Forecast:
    """What to expect, and whether it is a surge by the city's rules."""
    rate = now.arrivals / WINDOW.total_seconds()
    served = impatient(rate, now.work, now.people, now.patience, rules.answer_seconds)
    too_long = now.longest_wait > WAITS_TOO_LONG * rules.answer_seconds
    enough = now.arrivals >= rules.surge_least
    many = served.gives_up * 100 >= rules.surge_percent
    times = f"，是平时的 {now.arrivals / now.usual:.1f} 倍" if now.usual >= 1 else ""
    reason = (
        f"15 分钟内 {now.arrivals} 个会话要人工{times}，在岗 {now.people} 人；照此约 {served.gives_up:.0%} 的人会等不到就离开，"
        f"平均要等 {_span(served.mean_wait)}" + (f"，现在最久的已等 {_span(now.longest_wait)}" if too_long else "")
    )
    surge = enough and (many or too_long)
    return Forecast(rate * now.work, served.gives_up, served.mean_wait, served.in_time, surge, reason)


def _span(seconds: float) -> str:
    """Seconds in the words of a wall: '45 秒', '26 分 11 秒', '1 小时 5 分'."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} 秒"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} 分 {rest} 秒" if minutes < 60 else f"{minutes // 60} 小时 {minutes % 60} 分"


@dataclass(frozen=True, slots=True)
class Effects:
    """What differs while an emergency lasts; ``NORMAL`` outside it."""

    on: bool = False
    wrap_up_seconds: int = 60
    home: bool = False
    """Seats at home are used."""
    offers_call_back: bool = False
    """Whoever waits is told that he may be called back instead."""
    self_service_first: bool = False
    questions: int | None = None
    """Most questions of the bot for one request; None: as the line has it."""


def effects(rules: DoorRules, *, on: bool) -> Effects:
    """What holds now."""
    if not on:
        return Effects(wrap_up_seconds=rules.wrap_up_seconds, home=rules.home_always)
    short = min(rules.wrap_up_seconds, rules.emergency_wrap_up_seconds)
    return Effects(True, short, True, True, True, rules.emergency_questions)


def policy_under(policy: Policy, standing: Effects) -> Policy:
    """How the bot works now: in an emergency fewer questions, and the bot first also where a person usually is.

    Danger, fear and 'a person please' bring a person as ever.
    """
    if not standing.on:
        return policy
    mode = Mode.MACHINE_FIRST if policy.mode is Mode.PERSON_FIRST else policy.mode
    questions = min(policy.questions, standing.questions) if standing.questions else policy.questions
    return replace(policy, mode=mode, questions=questions)


def checked_span(hours: float) -> timedelta:
    """How long an emergency shall last; raises Invalid beyond three days or below a quarter of an hour."""
    span = timedelta(hours=hours)
    if not timedelta(minutes=15) <= span <= LONGEST:
        raise Invalid("时长请选 15 分钟至 3 天之间。", fields={"hours": "请选 15 分钟至 3 天之间。"})
    return span
