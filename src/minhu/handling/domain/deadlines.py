"""How long a clock runs, by which line of the deadline table, and the sentence that says so.

Source: the deadline table of the hotline rules by (type, category, urgency, level) in minutes, hours,
natural days or working days; the shipped defaults are in the directory's rule sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from minhu.handling.domain.lights import Thresholds, light_at, light_changes, next_change
from minhu.handling.types import ClockKind, Light
from minhu.kernel.calendar import Due, Duration, Pause, WorkingCalendar, explain

if TYPE_CHECKING:
    from minhu.directory.queries.rules import DeadlineRules

_ACTIONS = {
    ClockKind.HANDLE: "答复",
    ClockKind.ARCHIVE: "归档",
    ClockKind.SUSPENSION: "恢复办理",
    ClockKind.SUPPLEMENT: "补充",
    ClockKind.ACCEPT: "受理",
    ClockKind.DISPATCH: "派单",
    ClockKind.SIGN: "签收",
    ClockKind.CONTACT: "首次联系",
    ClockKind.REVIEW: "审核",
    ClockKind.EXCLUSION: "审核",
    ClockKind.CALL_BACK: "回访",
    ClockKind.SUPERVISION: "回执",
    ClockKind.WHISTLE: "响应",
    ClockKind.RECEIPT: "回执",
    ClockKind.ENTERPRISE: "答复",
}
LONGEST_EXPLANATION = 300


@dataclass(frozen=True, slots=True)
class Matter:
    """What the deadline table looks at; ``category_path`` joins codes by '/' from the root."""

    request_type: str = ""
    category_path: str = ""
    urgency: str = ""
    deadline_key: str = ""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How long a clock may run and which line of which version says so."""

    duration: Duration
    rule: str
    subject: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A clock read at a moment: by when, the light, when that changes, and the sentence."""

    due: datetime
    light: Light
    next_at: datetime | None
    explanation: str


def allowance(rules: DeadlineRules, kind: ClockKind, matter: Matter, level: str = "") -> Allowance:
    """The most specific line for a clock of ``kind`` on ``matter``; ``level`` is the kind of unit, or of supervision."""
    line = rules.line_for(
        kind.value,
        request_type=matter.request_type,
        category_path=matter.category_path,
        urgency=matter.urgency,
        level=level,
        deadline_key=matter.deadline_key,
    )
    return Allowance(line.duration, rules.rule_name(line), line.subject or kind.said)


def read_clock(
    calendar: WorkingCalendar,
    kind: ClockKind,
    subject: str,
    started: datetime,
    duration: Duration,
    moment: datetime,
    *,
    pauses: Sequence[Pause] = (),
    extra: Duration | None = None,
    thresholds: Thresholds = Thresholds(),
) -> Reading:
    """Read a running clock at ``moment``; ``extra`` is an approved extension, counted from the first deadline."""
    first = calendar.due(started, duration, pauses)
    due = calendar.due(first.at, extra, pauses) if extra else first
    changes = light_changes(calendar, started, due.at, duration, pauses, thresholds)
    sentence = explain(first, subject, _ACTIONS[kind])
    if extra:
        sentence += f"；{_extended(due, kind)}"
    return Reading(due.at, light_at(changes, moment), next_change(changes, moment), sentence[:LONGEST_EXPLANATION])


def _extended(due: Due, kind: ClockKind) -> str:
    return "经批准延长：" + explain(due, "延期", _ACTIONS[kind])


def in_time(due: datetime, moment: datetime) -> bool:
    """Whether something done at ``moment`` met a deadline ``due`` (the deadline itself still counts)."""
    return moment <= due
