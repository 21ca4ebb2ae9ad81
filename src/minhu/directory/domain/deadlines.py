"""The deadline table: how long each clock may run, when lights change, how often things may be put off.

Source: the shipped defaults are the rules most cities publish (sign in 2 hours, contact in a working day,
1/5/10 working days by type, 24 hours for daily-life emergencies, 2 hours for danger); every line is a
setting of a versioned rule set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from minhu.directory.domain.reading import Problems, Reader
from minhu.directory.types import RequestType, UnitKind, Urgency
from minhu.kernel.calendar import Duration

CLOCKS: Final = (
    "accept", "supplement", "dispatch", "sign", "contact", "handle", "review", "suspension", "call_back",
    "archive", "supervision", "whistle", "receipt", "exclusion", "enterprise",
)  # fmt: skip
LIKE: Final = {"exclusion": "review", "enterprise": "call_back"}
"""Clocks that run like another one where a table has no line for them (tables published before they had one)."""
LEVELS: Final = (*(kind.value for kind in UnitKind), "reminder", "supervision", "escalation")


@dataclass(frozen=True, slots=True)
class DeadlineLine:
    """One line of the table; an empty condition holds for everything.

    ``category`` is a node code (holds for everything below it), ``level`` the kind of unit or the level of a
    supervision, ``deadline_key`` the word by which catalogue lines choose this deadline.
    """

    key: str
    clock: str
    duration: Duration
    subject: str
    basis: str = ""
    request_type: str = ""
    category: str = ""
    urgency: str = ""
    level: str = ""
    deadline_key: str = ""

    @property
    def rank(self) -> tuple[bool, bool, int, bool, bool]:
        """How specific the line is: urgency, then chosen by the catalogue, then category, type and level."""
        return (
            bool(self.urgency),
            bool(self.deadline_key),
            len(self.category),
            bool(self.request_type),
            bool(self.level),
        )


@dataclass(frozen=True, slots=True)
class Lights:
    """Share of the time left at (or under) which a clock turns yellow, then orange."""

    yellow: float = 0.5
    orange: float = 0.2


@dataclass(frozen=True, slots=True)
class ExtensionLimit:
    """How often and how long a unit may ask to extend, and whether it must ask before the deadline."""

    times: int = 1
    longest: Duration = Duration(10, "working_days")
    before_deadline: bool = True


@dataclass(frozen=True)
class DeadlineRules:
    """A version of the whole table."""

    version: str
    lines: tuple[DeadlineLine, ...]
    lights: Lights = Lights()
    returns_before_arbitration: int = 2
    extension: ExtensionLimit = ExtensionLimit()
    suspensions: int = 2
    hard_case: Duration = Duration(15, "working_days")
    hard_case_needs_approval: bool = True
    reopen_within_days: int = 30

    @cached_property
    def _by_clock(self) -> dict[str, list[DeadlineLine]]:
        table: dict[str, list[DeadlineLine]] = {}
        for line in sorted(self.lines, key=lambda line: line.rank, reverse=True):
            table.setdefault(line.clock, []).append(line)
        return table

    def line_for(
        self,
        clock: str,
        *,
        request_type: str = "",
        category_path: str = "",
        urgency: str = "",
        level: str = "",
        deadline_key: str = "",
    ) -> DeadlineLine:
        """The most specific line for ``clock``; ``category_path`` joins codes by '/' from the root.

        Every clock has a line without conditions or runs like one that has (checked when rules are saved), so one is
        always found.
        """
        nodes = frozenset(category_path.split("/"))
        for line in self._by_clock.get(clock) or self._by_clock[LIKE.get(clock, clock)]:
            if (
                line.urgency in ("", urgency)
                and line.deadline_key in ("", deadline_key)
                and line.request_type in ("", request_type)
                and line.level in ("", level)
                and (not line.category or line.category in nodes)
            ):
                return line
        raise KeyError(clock)

    def rule_name(self, line: DeadlineLine) -> str:
        """Version and line, as clocks keep it: '3:handle.complaint'."""
        return f"{self.version}:{line.key}"


def parse_deadlines(content: Mapping[str, Any], version: str) -> DeadlineRules:
    """Read a deadline table; raises Invalid naming each wrong line."""
    problems = Problems()
    body = Reader(content, problems)
    lines = tuple(_line(row) for row in body.children("lines"))
    _check_lines(lines, problems)
    lights, extension = body.child("lights"), body.child("extension")
    hard, suspension = body.child("hard_case"), body.child("suspension")
    shown = Lights(lights.number("yellow", 0.5), lights.number("orange", 0.2))
    if shown.orange > shown.yellow:
        problems.add("lights.orange", "橙灯的比例不能大于黄灯。")
    rules = DeadlineRules(
        version=version,
        lines=lines,
        lights=shown,
        returns_before_arbitration=body.count("returns_before_arbitration", 2, 1, 20),
        extension=ExtensionLimit(
            times=extension.count("times", 1, 0, 10),
            longest=extension.duration(Duration(10, "working_days")),
            before_deadline=extension.flag("before_deadline", True),
        ),
        suspensions=suspension.count("times", 2, 0, 20),
        hard_case=hard.duration(Duration(15, "working_days")),
        hard_case_needs_approval=hard.flag("needs_approval", True),
        reopen_within_days=body.count("reopen_within_days", 30, 0, 3650),
    )
    for reader in (body, lights, extension, hard, suspension):
        reader.no_other_keys()
    problems.raise_if_any("时限规则")
    return rules


def _line(row: Reader) -> DeadlineLine:
    line = DeadlineLine(
        key=row.text("key", required=True),
        clock=row.text("clock", required=True, choices=CLOCKS),
        duration=row.duration(Duration(1, "working_days")),
        subject=row.text("subject"),
        basis=row.text("basis"),
        request_type=row.text("request_type", choices=tuple(RequestType)),
        category=row.text("category"),
        urgency=row.text("urgency", choices=tuple(Urgency)),
        level=row.text("level", choices=LEVELS),
        deadline_key=row.text("deadline_key"),
    )
    row.no_other_keys()
    return line


def _check_lines(lines: tuple[DeadlineLine, ...], problems: Problems) -> None:
    keys: set[str] = set()
    conditions: set[tuple[str, ...]] = set()
    for number, line in enumerate(lines, 1):
        if line.key in keys:
            problems.add(f"lines[{number}].key", f"“{line.key}”重复。")
        condition = (line.clock, line.request_type, line.category, line.urgency, line.level, line.deadline_key)
        if condition in conditions:
            problems.add(f"lines[{number}]", "与前面某一行的适用条件完全相同。")
        keys.add(line.key)
        conditions.add(condition)
    for clock in CLOCKS:
        bare = clock in LIKE and all(line.clock != clock for line in lines)
        if not bare and (clock, "", "", "", "", "") not in conditions:
            problems.add(f"lines({clock})", f"时钟“{clock}”缺少一行不带条件的默认时限。")


__all__ = ["CLOCKS", "DeadlineLine", "DeadlineRules", "ExtensionLimit", "Lights", "parse_deadlines"]
