"""Seats of agents: ready, busy, writing up, pause, off; each change is kept. Talks move them, keys do, and silence does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from minhu.directory.access import as_system, elevated, require
from minhu.directory.policy import Action
from minhu.intake.domain.seats import SeatState, after_leaving, serves, turned
from minhu.intake.domain.words import clean_line
from minhu.intake.events import SeatsChanged
from minhu.intake.models import Seat, SeatChange, Talk
from minhu.intake.queries import front_door
from minhu.intake.types import TalkState
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, NotAllowed
from minhu.kernel.events import publish
from minhu.kernel.labels import marked as _
from minhu.ledger import services as ledger

WHY: Final = "how many talks a seat holds, whoever asks"
REASONS: Final = (_("用餐"), _("休息"), _("培训"), _("会议"), _("其他"))
"""Of a pause; offered on the bar."""
_SEEN_EVERY: Final = timedelta(seconds=5)
NO_ANSWER: Final = _("未应答")
LINE_BROKE: Final = _("连接中断")


def turn(
    to: SeatState, *, reason: str = "", at_home: bool | None = None, lines: Sequence[str] | None = None
) -> SeatState:
    """The current agent's seat comes into a state; raises Invalid for one that cannot be chosen now, with what to do."""
    staff_id, moment = _own(), now()
    if to is SeatState.PAUSE and not reason.strip():
        raise Invalid("请选择小休原因。", fields={"reason": "请选择小休原因。"})
    with transaction.atomic(), elevated(WHY):
        seat = locked(staff_id, moment)
        home = seat.at_home if at_home is None else at_home
        if home and to is SeatState.READY and not front_door.standing().home:
            raise Invalid("目前不开放居家坐席；应急时或由督办岗在前台设置里开放后可以使用。", code="no_home_seats")
        seat.at_home, seat.seen_at = home, moment
        seat.lines = sorted(serves(lines)) if lines is not None else seat.lines
        put(seat, turned(SeatState(seat.state), to, held_by(staff_id)), moment, clean_line(reason)[:40])
        return SeatState(seat.state)


def seen() -> None:
    """The browser of the current agent's seat is there; nothing for who has none or is off."""
    staff_id, moment = _own(), now()
    Seat.objects.filter(staff_id=staff_id, seen_at__lt=moment - _SEEN_EVERY).exclude(state=SeatState.OFF.value).update(
        seen_at=moment
    )


def took(staff_id: int) -> None:
    """An agent has taken a talk, wherever from; inside the transaction of the taking."""
    moment = now()
    seat = locked(staff_id, moment)
    seat.seen_at = moment
    put(seat, SeatState.BUSY, moment)


def left(staff_id: int | None, *, finished: bool) -> None:
    """A talk has left an agent's hands; inside the same transaction."""
    seat = Seat.objects.select_for_update().filter(staff_id=staff_id).first() if staff_id is not None else None
    if seat is None:
        return
    moment, wrap_up = now(), front_door.standing().wrap_up_seconds
    put(seat, after_leaving(SeatState(seat.state), held_by(seat.staff_id), wrap_up, finished=finished), moment)


def end_wrap_ups() -> int:
    """Seats whose time for writing up is over are ready; returns how many. A seat that somebody moves just now waits.

    A seat that is busy with nothing (its talk was ended from elsewhere) writes up first.
    """
    moment = now()
    limit = moment - timedelta(seconds=front_door.standing().wrap_up_seconds)
    with transaction.atomic(), as_system():
        over = Seat.objects.select_for_update(skip_locked=True).filter(state=SeatState.WRAP_UP.value, since__lte=limit)
        found = list(over)
        for seat in found:
            put(seat, SeatState.READY, moment)
        busy = Seat.objects.select_for_update(skip_locked=True).filter(
            state=SeatState.BUSY.value, since__lte=moment - _SEEN_EVERY
        )
        holding = Talk.objects.filter(state=TalkState.PERSON.value).exclude(agent=None).values("agent_id")
        for seat in busy.exclude(staff_id__in=holding):
            left(seat.staff_id, finished=True)
    return len(found)


def locked(staff_id: int, moment: datetime) -> Seat:
    """The seat of an account, made at the first use, held until the transaction ends."""
    Seat.objects.get_or_create(staff_id=staff_id, defaults={"since": moment, "seen_at": moment})
    return Seat.objects.select_for_update().get(staff_id=staff_id)


def put(seat: Seat, to: SeatState, moment: datetime, reason: str = "") -> None:
    """Bring a locked seat into a state, and keep the change; the same state again changes nothing but what else was set."""
    changed = seat.state != to.value or bool(reason and seat.reason != reason)
    if changed:
        seat.state, seat.since, seat.reason = to.value, moment, reason
        SeatChange.objects.create(seat=seat, state=to.value, reason=reason, at_home=seat.at_home, at=moment)
        ledger.append("seat.turned", ("staff", seat.staff_id), {"state": to.value, "reason": reason})
        publish(SeatsChanged((seat.staff_id,)))
    seat.save()


def held_by(staff_id: int) -> int:
    """Talks in the hands of an account."""
    return Talk.objects.filter(agent_id=staff_id, state=TalkState.PERSON.value).count()


def _own() -> int:
    actor = current_actor()
    require(Action.TALK, actor=actor)
    if actor.staff_id is None:
        raise NotAllowed("只有登录的坐席可以使用席位。", code="no_staff")
    return actor.staff_id
