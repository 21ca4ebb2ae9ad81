"""The wall of supervisors: what waits on each line, how quickly people answer, and how the day went by the hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.intake.models import Talk
from minhu.intake.queries import front_door, surges
from minhu.intake.queries.seats import SeatRow, day_start, seats
from minhu.intake.types import TalkChannel, TalkState
from minhu.kernel.clock import now

_LINES: Final = """
SELECT line, count(*) FILTER (WHERE state = 'waiting'), min(handed_at) FILTER (WHERE state = 'waiting'),
  count(*) FILTER (WHERE state = 'person'), count(*) FILTER (WHERE state = 'bot' AND last_at > %(now)s - interval '10 minutes'),
  count(handed_at) FILTER (WHERE opened_at >= %(start)s), count(taken_at) FILTER (WHERE opened_at >= %(start)s),
  count(*) FILTER (WHERE opened_at >= %(start)s AND taken_at <= handed_at + make_interval(secs => %(goal)s))
FROM intake_talk WHERE opened_at >= %(start)s OR state IN ('waiting', 'person') GROUP BY line ORDER BY line
"""
_HOURS: Final = """
SELECT extract(hour FROM opened_at AT TIME ZONE 'Asia/Shanghai')::int, count(*),
  count(*) FILTER (WHERE handed_at IS NULL AND (state = 'ended' OR last_at < %(now)s - interval '10 minutes')),
  count(handed_at), count(taken_at), count(*) FILTER (WHERE taken_at <= handed_at + make_interval(secs => %(goal)s)),
  count(*) FILTER (WHERE handed_at IS NOT NULL AND taken_at IS NULL AND state = 'ended'
    AND NOT EXISTS (SELECT 1 FROM intake_callback c WHERE c.talk_id = t.id))
FROM intake_talk t WHERE opened_at >= %(start)s GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of business on the wall."""

    line: str
    waiting: int
    longest: float
    """Seconds of who waits longest; 0 where nobody does."""
    talking: int
    with_bot: int
    wanted: int
    taken: int
    in_time: int


@dataclass(frozen=True, slots=True)
class HourRow:
    """What came in one hour of today."""

    hour: int
    arrivals: int
    bot_only: int
    wanted: int
    taken: int
    in_time: int
    abandoned: int


@dataclass(frozen=True, slots=True)
class Day:
    """Today's figures; shares are None where there is nothing to divide."""

    arrivals: int
    bot_only: int
    wanted: int
    taken: int
    in_time: int
    abandoned: int
    call_back_instead: int
    waiting: int
    longest: float
    call_backs_open: int
    mean_wait: float | None
    mean_talk: float | None

    @property
    def in_time_share(self) -> float | None:
        """Of those whom a person answered, within the goal."""
        return self.in_time / self.taken if self.taken else None

    @property
    def connected(self) -> float | None:
        """Of those who wanted a person and wait no more, how many got one or are called back."""
        reached = self.taken + self.call_back_instead
        return reached / (reached + self.abandoned) if reached + self.abandoned else None

    @property
    def bot_share(self) -> float | None:
        """Of all who came, how many needed no person and are done: ended, or silent for ten minutes."""
        return self.bot_only / self.arrivals if self.arrivals else None


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A talk that a colleague holds, for listening in."""

    uid: UUID
    channel: TalkChannel
    agent: str
    taken_at: datetime | None
    line: str
    pressing: bool


@dataclass(frozen=True, slots=True)
class Wall:
    """Everything on the wall at one moment."""

    at: datetime
    goal: int
    day: Day
    lines: tuple[LineRow, ...]
    hours: tuple[HourRow, ...]
    seats: tuple[SeatRow, ...]
    held: tuple[HeldRow, ...]


def wall() -> Wall:
    """For who watches talks; raises NotAllowed for others."""
    require(Action.WATCH_TALKS)
    moment, start, goal = now(), day_start(), front_door.rules().answer_seconds
    values: dict[str, Any] = {"start": start, "now": moment, "goal": goal}
    with connection.cursor() as cursor:
        cursor.execute(_LINES, values)
        lines = tuple(
            LineRow(line, waiting, (moment - since).total_seconds() if since else 0.0, *rest)
            for line, waiting, since, *rest in cursor.fetchall()
        )
        cursor.execute(_HOURS, values)
        hours = tuple(HourRow(*row) for row in cursor.fetchall())
    return Wall(moment, goal, _day(start, moment, lines), lines, hours, seats(), _held())


def _day(start: datetime, moment: datetime, lines: tuple[LineRow, ...]) -> Day:
    found = surges.counted(start, moment)
    return Day(
        found["arrivals"], found["bot_only"], found["wanted"], found["taken"], found["in_time"], found["abandoned"],
        found["call_back_instead"], sum(one.waiting for one in lines), max((one.longest for one in lines), default=0.0),
        found["call_backs_open"], found["wait_seconds"] / found["wanted"] if found["wanted"] else None,
        found["talk_seconds"] / found["finished"] if found["finished"] else None,
    )  # fmt: skip


def _held() -> tuple[HeldRow, ...]:
    rows = (
        Talk.objects.filter(state=TalkState.PERSON.value).select_related("agent").order_by("priority", "taken_at")[:60]
    )
    return tuple(
        HeldRow(
            row.uid, TalkChannel(row.channel), row.agent.name if row.agent else "", row.taken_at, row.line, row.priority < 3
        )
        for row in rows
    )  # fmt: skip
