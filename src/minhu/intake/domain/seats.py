"""Seats (坐席): in which states an agent's place is, who is offered what waits, and the numbers the city sets for it.

Pure rules: no database, no clock. The same functions run in the house and in the rehearsal of a surge.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Final, Self

from minhu.kernel.errors import Invalid
from minhu.kernel.labels import Labelled
from minhu.kernel.labels import marked as _


class SeatState(Labelled):
    """What an agent's seat does."""

    READY = "ready", _("就绪")
    BUSY = "busy", _("接待中")
    WRAP_UP = "wrap_up", _("整理中")
    PAUSE = "pause", _("小休")
    OFF = "off", _("离席")


class OfferOutcome(Labelled):
    """What became of an offer of a talk to a seat."""

    OPEN = "open", _("等待应答")
    TAKEN = "taken", _("已接入")
    REFUSED = "refused", _("未接")
    UNANSWERED = "unanswered", _("超时未应答")
    GONE = "gone", _("已不需要")


@dataclass(frozen=True, slots=True)
class DoorRules:
    """The numbers of the front door; each is set by a supervisor within ``BOUNDS``."""

    wrap_up_seconds: int = 60
    gone_seconds: int = 90
    """A browser that is silent for longer is gone: its seat is off, its talks wait again."""
    offer_seconds: int = 20
    most_talks: int = 3
    """Written talks at once; a telephone call is always alone."""
    answer_seconds: int = 15
    """Within which a person should answer (GB/T 33358-2016)."""
    home_always: bool = False
    """Whether seats at home are used outside an emergency too."""
    listeners_shown: bool = True
    """Whether an agent sees that somebody listens in."""
    callback_hours: int = 2
    """So soon a call-back without an appointment is promised."""
    surge_percent: int = 20
    """An emergency is proposed when so many of a hundred callers would give up."""
    surge_least: int = 10
    """Arrivals of a quarter of an hour below which nothing is proposed."""
    emergency_wrap_up_seconds: int = 15
    emergency_questions: int = 2
    """Questions of the bot for one request, in an emergency."""

    @classmethod
    def read(cls, kept: Mapping[str, object]) -> Self:
        """From what was kept; what is missing or unknown has its default."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in known})  # type: ignore[arg-type]


BOUNDS: Final[dict[str, tuple[int, int]]] = {
    "wrap_up_seconds": (0, 900),
    "gone_seconds": (30, 28_800),
    "offer_seconds": (5, 120),
    "most_talks": (1, 8),
    "answer_seconds": (5, 120),
    "callback_hours": (1, 48),
    "surge_percent": (5, 90),
    "surge_least": (3, 1000),
    "emergency_wrap_up_seconds": (0, 300),
    "emergency_questions": (1, 6),
}


def checked(rules: DoorRules) -> DoorRules:
    """The rules, if each number is within its bounds; raises Invalid with a sentence for each that is not."""
    wrong = {
        name: f"请填 {least} 至 {most} 之间的整数。"
        for name, (least, most) in BOUNDS.items()
        if not least <= getattr(rules, name) <= most
    }
    if wrong:
        raise Invalid("有的数字超出允许范围，请按提示修改。", fields=wrong)
    return rules


@dataclass(frozen=True, slots=True)
class Waiting:
    """A talk that waits for a person."""

    id: int
    priority: int
    """0 first."""
    since: datetime
    line: str = ""
    by_phone: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A seat as the rules of offering see it."""

    id: int
    state: SeatState
    since: datetime
    held: int = 0
    """Talks in its hands and offers that wait for its answer."""
    lines: frozenset[str] = frozenset()
    """What it serves; nothing named: everything."""
    on_phone: bool = False
    refused: frozenset[int] = frozenset()
    """Talks that it let pass a short while ago."""


def fits(place: Place, talk: Waiting, most: int) -> bool:
    """Whether a seat may be offered a talk: ready, or with room for one more in writing; on a line that it serves."""
    if talk.id in place.refused or (place.lines and talk.line and talk.line not in place.lines):
        return False
    if place.state is SeatState.READY:
        return place.held == 0 or (not talk.by_phone and place.held < most)
    return place.state is SeatState.BUSY and not talk.by_phone and not place.on_phone and place.held < most


def assign(waiting: Iterable[Waiting], places: Iterable[Place], most: int) -> tuple[tuple[int, int], ...]:
    """Who is offered what now, as pairs (talk, seat): the most pressing talk first, to the seat that is ready longest.

    A seat with nothing in its hands goes before one that speaks already; nobody gets two offers in one round.
    """
    free, given = list(places), []
    for talk in sorted(waiting, key=lambda one: (one.priority, one.since, one.id)):
        if not free:
            break
        able = [place for place in free if fits(place, talk, most)]
        if able:
            best = min(able, key=lambda one: (one.held, one.since, one.id))
            free.remove(best)
            given.append((talk.id, best.id))
    return tuple(given)


def turned(state: SeatState, to: SeatState, held: int) -> SeatState:
    """The state after somebody pressed a key; raises Invalid with what to do first.

    Busy and wrap-up come from talks, not from a key.
    """
    if to in (SeatState.BUSY, SeatState.WRAP_UP):
        raise Invalid("“接待中”和“整理中”随会话自动变化，不能直接选择。", fields={"state": "请选择就绪、小休或离席。"})
    if held and to is SeatState.OFF:
        message = f"手上还有 {held} 个会话，请先结束、放回队列或转给同事，再离席。"
        raise Invalid(message, fields={"state": message})
    if held and to is SeatState.READY:
        return SeatState.BUSY
    return to


def after_leaving(state: SeatState, held: int, wrap_up: int, *, finished: bool) -> SeatState:
    """The state after a talk left a seat's hands: writing up what was ended, ready after what was given back."""
    if state is not SeatState.BUSY or held:
        return state
    return SeatState.WRAP_UP if finished and wrap_up else SeatState.READY


def is_gone(state: SeatState, seen: datetime, present: datetime, limit: int) -> bool:
    """Whether the browser of a seat has been silent for longer than ``limit`` seconds."""
    return state is not SeatState.OFF and present - seen > timedelta(seconds=limit)


def seconds_by_state(
    changes: Iterable[tuple[SeatState, datetime]], start: datetime, end: datetime
) -> dict[SeatState, float]:
    """Seconds in each state between two moments, from changes in order of time (the first may lie before the start)."""
    spent = dict.fromkeys(SeatState, 0.0)
    rows = list(changes)
    following = [at for _state, at in rows[1:]] + [end]
    for (state, at), until in zip(rows, following, strict=True):
        spent[state] += max(0.0, (min(until, end) - max(at, start)).total_seconds())
    return spent


def serves(lines: Collection[str]) -> frozenset[str]:
    """The lines of a seat without blanks."""
    return frozenset(filter(None, (one.strip() for one in lines)))
