"""The rules in force: the published version of each rule set, else the defaults shipped with the product.

Each function costs next to nothing: the parsed rules stay in the process until a version is published
(see ``freshness``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Final, TypeVar

from minhu.directory.domain.assistants import Assistants, parse_assistants
from minhu.directory.domain.deadlines import (
    CLOCKS,
    DeadlineLine,
    DeadlineRules,
    ExtensionLimit,
    Lights,
    parse_deadlines,
)
from minhu.directory.domain.decisions import (
    Automation,
    DispatchLine,
    IntakeRow,
    IntakeRules,
    Reason,
    Reasons,
    parse_automation,
    parse_intake,
    parse_reasons,
)
from minhu.directory.domain.lines import Lines, parse_lines
from minhu.directory.domain.papers import Phrase, PublishingRules, SourceRules, parse_publishing, parse_sources
from minhu.directory.domain.sharing import READERS, AccessRules, SharedWay, parse_access
from minhu.directory.domain.watching import (
    Calendars,
    RateRules,
    SupervisionRule,
    SupervisionRules,
    parse_calendar,
    parse_rates,
    parse_supervision,
)
from minhu.directory.models import RuleSet
from minhu.directory.queries.freshness import Cached, Topic
from minhu.directory.types import RuleKind, VersionState
from minhu.kernel.calendar import WorkingCalendar

T = TypeVar("T")
SHIPPED: Final = "默认"
"""The version name of rules that come with the product."""

PARSERS: Final[Mapping[RuleKind, Callable[[Mapping[str, Any], str], Any]]] = {
    RuleKind.CALENDAR: parse_calendar,
    RuleKind.DEADLINES: parse_deadlines,
    RuleKind.INTAKE: parse_intake,
    RuleKind.REASONS: parse_reasons,
    RuleKind.SUPERVISION: parse_supervision,
    RuleKind.AUTOMATION: parse_automation,
    RuleKind.RATES: parse_rates,
    RuleKind.ACCESS: parse_access,
    RuleKind.PUBLISHING: parse_publishing,
    RuleKind.SOURCES: parse_sources,
    RuleKind.LINES: parse_lines,
    RuleKind.ASSISTANTS: parse_assistants,
}


@cache
def shipped_content(kind: RuleKind) -> dict[str, Any]:
    """The JSON that the product ships for a kind; do not change the answer, copy it."""
    text = (resources.files("minhu.directory") / "defaults" / f"{kind.value}.json").read_text("utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def published(kind: RuleKind) -> tuple[dict[str, Any], str]:
    """Content and version name of the rules in force for a kind (read from the database each time)."""
    found = RuleSet.objects.filter(kind=kind.value, state=VersionState.PUBLISHED.value).first()
    return (found.content, str(found.version)) if found else (shipped_content(kind), SHIPPED)


def _cached(kind: RuleKind, parse: Callable[[Mapping[str, Any], str], T]) -> Cached[T]:
    return Cached(lambda: parse(*published(kind)), Topic.RULES)


_deadlines = _cached(RuleKind.DEADLINES, parse_deadlines)
_intake = _cached(RuleKind.INTAKE, parse_intake)
_reasons = _cached(RuleKind.REASONS, parse_reasons)
_supervision = _cached(RuleKind.SUPERVISION, parse_supervision)
_automation = _cached(RuleKind.AUTOMATION, parse_automation)
_calendars = _cached(RuleKind.CALENDAR, parse_calendar)
_rates = _cached(RuleKind.RATES, parse_rates)
_access = _cached(RuleKind.ACCESS, parse_access)
_publishing = _cached(RuleKind.PUBLISHING, parse_publishing)
_sources = _cached(RuleKind.SOURCES, parse_sources)
_lines = _cached(RuleKind.LINES, parse_lines)
_assistants = _cached(RuleKind.ASSISTANTS, parse_assistants)


def deadline_rules() -> DeadlineRules:
    """The deadline table in force."""
    return _deadlines()


def intake_rules() -> IntakeRules:
    """The intake decision table in force."""
    return _intake()


def reasons() -> Reasons:
    """The reason codes in force."""
    return _reasons()


def supervision_rules() -> SupervisionRules:
    """The supervision rules in force."""
    return _supervision()


def automation() -> Automation:
    """What may happen without a person."""
    return _automation()


def calendars() -> Calendars:
    """All working-hour profiles in force."""
    return _calendars()


def working_calendar(profile: str = "office") -> WorkingCalendar:
    """The working calendar of a profile of hours (``Unit.hours``); unknown profiles work office hours."""
    return _calendars().of(profile)


def rate_rules() -> RateRules:
    """The weights of the three rates in force."""
    return _rates()


def access_rules() -> AccessRules:
    """What levels share and how much may be exported, as in force."""
    return _access()


def publishing_rules() -> PublishingRules:
    """The words that the publishing check looks for, as in force."""
    return _publishing()


def source_rules() -> SourceRules:
    """The hosts whose pages and feeds may be watched, as in force."""
    return _sources()


def lines() -> Lines:
    """The lines of business in force."""
    return _lines()


def assistants() -> Assistants:
    """Which assistants of the process work, as in force."""
    return _assistants()


__all__ = [
    "CLOCKS",
    "PARSERS",
    "READERS",
    "SHIPPED",
    "AccessRules",
    "Assistants",
    "Automation",
    "Calendars",
    "DeadlineLine",
    "DeadlineRules",
    "DispatchLine",
    "ExtensionLimit",
    "IntakeRow",
    "IntakeRules",
    "Lights",
    "Lines",
    "Phrase",
    "PublishingRules",
    "RateRules",
    "Reason",
    "Reasons",
    "SharedWay",
    "SourceRules",
    "SupervisionRule",
    "SupervisionRules",
    "access_rules",
    "assistants",
    "automation",
    "calendars",
    "deadline_rules",
    "intake_rules",
    "lines",
    "published",
    "publishing_rules",
    "rate_rules",
    "reasons",
    "shipped_content",
    "source_rules",
    "supervision_rules",
    "working_calendar",
]
