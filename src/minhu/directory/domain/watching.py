"""Supervision rules (催办 · 督办 · 提级), working hours and the weights of the three rates, as types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from minhu.directory.domain.deadlines import CLOCKS
from minhu.directory.domain.reading import Problems, Reader
from minhu.kernel.calendar import Period, WorkingCalendar, china_calendar, parse_periods, parse_year
from minhu.kernel.calendar.types import DayCounting

TRIGGERS: Final = ("overdue", "near_due", "reopened", "transferred", "sensitive", "group", "leader")
SUPERVISION_LEVELS: Final = ("reminder", "supervision", "escalation")
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OFFICE: Final = "office"
SATISFACTIONS: Final = ("satisfied", "mostly", "so_so", "dissatisfied")


@dataclass(frozen=True, slots=True)
class SupervisionRule:
    """When the program itself supervises.

    ``overdue``/``near_due`` look at ``clock`` (``near_due``: at most ``threshold`` % of the time is left);
    ``reopened``/``transferred`` fire from ``threshold`` times on; ``leader`` fires on a leader's instruction.
    """

    code: str
    trigger: str
    level: str
    text: str
    clock: str = ""
    threshold: int = 0


@dataclass(frozen=True, slots=True)
class SupervisionRules:
    """A version of the supervision rules; the receipt's time comes from the deadline table (clock supervision)."""

    version: str
    rules: tuple[SupervisionRule, ...]

    def on(self, trigger: str, clock: str = "") -> tuple[SupervisionRule, ...]:
        """The rules that watch ``trigger`` (and ``clock``, where the trigger is about one)."""
        return tuple(rule for rule in self.rules if rule.trigger == trigger and rule.clock in ("", clock))


@dataclass(frozen=True)
class Calendars:
    """The working calendars of a version, by profile of working hours (``Unit.hours``)."""

    version: str
    profiles: Mapping[str, WorkingCalendar]
    labels: Mapping[str, str] = field(default_factory=dict)

    def of(self, profile: str = OFFICE) -> WorkingCalendar:
        """The calendar of a profile; an unknown one works office hours."""
        return self.profiles.get(profile) or self.profiles[OFFICE]


@dataclass(frozen=True, slots=True)
class RateRules:
    """Weights of the three rates (响应率 · 解决率 · 满意率); ranking of units is a switch, off by default."""

    version: str
    satisfaction_weights: Mapping[str, float]
    response: float
    solution: float
    satisfaction: float
    ranking: bool
    at_once_days: int
    question_days: int
    """Working days in which a question that no answer helped with is to be settled."""
    answers_lost: float
    """The share of an evaluation set's right answers that a release may lose before a person must say why."""


def parse_supervision(content: Mapping[str, Any], version: str) -> SupervisionRules:
    """Read the supervision rules; raises Invalid naming each wrong line."""
    problems = Problems()
    body = Reader(content, problems)
    rules: list[SupervisionRule] = []
    for reader in body.children("rules"):
        rule = SupervisionRule(
            code=reader.text("code", required=True),
            trigger=reader.text("trigger", required=True, choices=TRIGGERS),
            level=reader.text("level", required=True, choices=SUPERVISION_LEVELS),
            text=reader.text("text", required=True),
            clock=reader.text("clock", choices=CLOCKS),
            threshold=reader.count("threshold", 0),
        )
        reader.no_other_keys()
        if rule.trigger in ("overdue", "near_due") and not rule.clock:
            problems.add(reader.at("clock"), "按时限触发的规则要写明是哪个时钟。")
        if rule.trigger in ("near_due", "reopened", "transferred") and not rule.threshold:
            problems.add(reader.at("threshold"), "这类规则要写明阈值。")
        if any(rule.code == other.code for other in rules):
            problems.add(reader.at("code"), f"代码“{rule.code}”重复。")
        rules.append(rule)
    body.no_other_keys()
    problems.raise_if_any("督办规则")
    return SupervisionRules(version, tuple(rules))


def parse_calendar(content: Mapping[str, Any], version: str) -> Calendars:
    """Read working hours by profile and added years; raises Invalid naming each wrong line."""
    problems = Problems()
    body = Reader(content, problems)
    counting = body.text("day_counting", "end_of_day", choices=("end_of_day", "precise"))
    years = []
    for number, year in enumerate(content.get("years", []), 1):
        try:
            years.append(parse_year(year))
        except ValueError as error:
            problems.add(f"years[{number}]", f"节假日安排有误：{error}")
    profiles, labels = {}, {}
    group = body.child("profiles")
    for name in body.named("profiles"):
        reader = group.child(name)
        periods = _week(reader)
        labels[name] = reader.text("label", name)
        observes = reader.flag("observes_holidays", True)
        reader.no_other_keys()
        if not any(periods.values()):
            problems.add(reader.where, "至少要有一天有工作时间。")
            continue
        profiles[name] = china_calendar(
            periods,
            extra_years=years,
            day_counting=cast(DayCounting, counting if counting == "precise" else "end_of_day"),
            observes_holidays=observes,
        )
    if OFFICE not in profiles:
        problems.add(f"profiles.{OFFICE}", "缺少机关工作时间（office）。")
    problems.raise_if_any("工作日历")
    return Calendars(version, profiles, labels)


def _week(reader: Reader) -> dict[int, tuple[Period, ...]]:
    week = {}
    for number, day in enumerate(WEEKDAYS):
        text = reader.text(day)
        try:
            week[number] = parse_periods(text) if text else ()
        except ValueError:
            reader.problems.add(reader.at(day), "工作时间请写成“08:30-12:00,14:00-17:30”的样子，且不要重叠。")
    return week


def parse_rates(content: Mapping[str, Any], version: str) -> RateRules:
    """Read the weights of the rates; raises Invalid naming each wrong entry."""
    problems = Problems()
    body = Reader(content, problems)
    weights, parts = body.child("satisfaction_weights"), body.child("composite")
    rules = RateRules(
        version=version,
        satisfaction_weights={name: weights.number(name, 0.0) for name in SATISFACTIONS},
        response=parts.number("response", 0.3),
        solution=parts.number("solution", 0.35),
        satisfaction=parts.number("satisfaction", 0.35),
        ranking=body.flag("ranking"),
        at_once_days=body.count("at_once_days", 30, 1, 365),
        question_days=body.count("question_days", 5, 1, 60),
        answers_lost=body.number("answers_lost", 0.0),
    )
    if abs(rules.response + rules.solution + rules.satisfaction - 1) > 1e-6:
        problems.add("composite", "三率权重之和应当等于 1。")
    for reader in (body, weights, parts):
        reader.no_other_keys()
    problems.raise_if_any("评价规则")
    return rules
