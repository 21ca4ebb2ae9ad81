"""The queue of call-backs: whoever rang in vain, or asked for it instead of waiting, is called, once and by the time promised.

Each asking has a key, so that a message of the telephone system that comes twice counts once. One open call-back a
person and line: what comes again is merged and moves up. Only a person gives one up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from minhu.directory.access import as_system, elevated, require
from minhu.directory.policy import Action, decide
from minhu.engines import lookup
from minhu.intake.domain.callbacks import (
    CallBackSource,
    CallBackState,
    TryOutcome,
    appointment,
    civil,
    next_try,
    promise,
)
from minhu.intake.domain.people import phone_problem
from minhu.intake.domain.validation import checked_words
from minhu.intake.domain.words import clean, plain
from minhu.intake.models import Call, CallBack, CallBackAsk, CallBackTry, Talk
from minhu.intake.models.callbacks import OPEN
from minhu.intake.queries import front_door
from minhu.intake.services import talking
from minhu.intake.types import CallOutcome, Speaker, TalkState
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.language.dialogue.phrases import phrase
from minhu.language.personal import mask_personal
from minhu.ledger import services as ledger

WHY: Final = "whoever asks for a call-back has no account; agents call whom they are given"
MOST_WORDS: Final = 500
_KEPT_WORDS: Final = 2_000
TAKEN_FOR: Final = timedelta(minutes=30)
"""A call-back that was taken and not heard of for so long waits again."""


@dataclass(frozen=True, slots=True)
class Promised:
    """What the person is told: by when we call."""

    uid: UUID
    promised_by: datetime
    merged: bool
    """It was put together with one that stood already."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Who is to be called and why. ``key``: of this asking, once and for all; ``window``: from when until when."""

    phone: str
    source: CallBackSource
    key: str
    line: str = ""
    words: str = ""
    window: tuple[datetime, datetime] | None = None
    talk: UUID | None = None
    priority: int = 5


def ask(wish: Wish) -> Promised:
    """Note that somebody is to be called; the same key changes nothing. Raises Invalid for a number nobody can call."""
    phone, key = plain(wish.phone), wish.key.strip()[:100]
    if problem := phone_problem(phone):
        raise Invalid(problem, fields={"phone": problem})
    if not key:
        raise Invalid("缺少本次登记的编号，请刷新页面后重试。", fields={"key": "缺少编号"})
    if len(wish.words) > MOST_WORDS:
        raise Invalid(f"请用 {MOST_WORDS} 个字以内说明。", fields={"words": f"请用 {MOST_WORDS} 个字以内说明。"})
    for _attempt in range(3):  # two that come at the same moment: the second finds the first
        try:
            with transaction.atomic(), elevated(WHY):
                return _ask(wish, phone, key)
        except IntegrityError:
            continue
    raise Conflict("登记的人较多，请稍后再试一次。", code="call_back_busy")


def _ask(wish: Wish, phone: str, key: str) -> Promised:
    moment = now()
    if (before := CallBackAsk.objects.select_related("call_back").filter(key=key).first()) is not None:
        return Promised(before.call_back.uid, before.call_back.promised_by, True)
    opens, closes = _window(wish, moment)
    of_person = CallBack.objects.select_for_update().filter(phone_index__in=lookup.indexes(phone, "phone"))
    row = of_person.filter(line=wish.line[:32], state__in=OPEN).first()
    talk = Talk.objects.select_for_update().filter(uid=wish.talk).first() if wish.talk else None
    merged = row is not None
    if row is None:
        row = CallBack(
            phone=phone, phone_index=lookup.index(phone, "phone"), line=wish.line[:32], source=wish.source.value,
            words=clean(wish.words), priority=wish.priority, first_at=moment, last_at=moment, next_at=opens,
            promised_by=closes, appointed=wish.window is not None, talk=talk,
        )  # fmt: skip
    else:
        row.asked, row.last_at, row.priority = row.asked + 1, moment, min(row.priority, wish.priority)
        if wish.words.strip() and clean(wish.words) not in row.words:
            row.words = f"{row.words}\n{clean(wish.words)}".strip()[-_KEPT_WORDS:]
        if wish.window is not None:
            row.next_at, row.promised_by, row.appointed = opens, closes, True
        elif not row.appointed:
            row.next_at = min(row.next_at, opens)
        row.talk = talk or row.talk
    row.save()
    CallBackAsk.objects.create(call_back=row, source=wish.source.value, key=key, at=moment)
    if talk is not None:
        _leave_queue(talk, row)
    ledger.append(
        "callback.asked", ("callback", row.pk), {"source": wish.source.value, "asked": row.asked, "merged": merged}
    )
    return Promised(row.uid, row.promised_by, merged)


def _window(wish: Wish, moment: datetime) -> tuple[datetime, datetime]:
    """From when and until when we call; without a wish at once, and by the city's promise."""
    if wish.window is not None:
        appointment(wish.window[1], moment)
        return max(wish.window[0], moment), wish.window[1]
    return civil(moment) if wish.source is CallBackSource.ASKED else moment, promise(
        moment, front_door.rules().callback_hours, None
    )


def _leave_queue(talk: Talk, row: CallBack) -> None:
    """Whoever is called back need not wait in the talk; somebody in danger goes on waiting there too."""
    if talk.state in (TalkState.PERSON.value, TalkState.ENDED.value) or (
        talk.state == TalkState.WAITING.value and talk.priority == 0
    ):
        return
    talking.keep(talk, Speaker.BOT, phrase("call_back_noted"), code="call_back_noted")
    talk.phone, talk.phone_index = row.phone, lookup.index(row.phone, "phone")
    talk.state, talk.ended_at = TalkState.ENDED.value, now()
    talk.save()


def for_call(call: UUID, outcome: CallOutcome) -> None:
    """A telephone call in vain, in the transaction that settles it: counts once, however often it is settled."""
    with transaction.atomic(), elevated(WHY):
        row = Call.objects.select_related("talk").get(uid=call)
        if phone_problem(plain(row.caller)):
            return  # withheld, or no number that could be called
        source = CallBackSource.ABANDONED if outcome is CallOutcome.ABANDONED else CallBackSource.MISSED
        ask(Wish(row.caller, source, f"call {call.hex}", row.line, talk=row.talk.uid if row.talk else None))


def not_needed(call: UUID) -> None:
    """A call that seemed in vain was answered, as a late event tells: what nobody asked for otherwise is done."""
    with transaction.atomic(), elevated(WHY):
        asked = CallBackAsk.objects.filter(key=f"call {call.hex}").values_list("call_back_id", flat=True)
        for row in CallBack.objects.select_for_update().filter(
            pk__in=asked, asked=1, state=CallBackState.WAITING.value
        ):
            row.state, row.closed_at, row.why = CallBackState.DONE.value, now(), "已在来电中接通"
            row.save()
            ledger.append("callback.tried", ("callback", row.pk), {"outcome": "answered", "number": 0})


def take(uid: UUID) -> None:
    """The current agent calls this one; raises Conflict when a colleague does."""
    actor = current_actor()
    require(Action.TALK, actor=actor)
    with transaction.atomic(), elevated(WHY):
        row = _locked(uid)
        if row.state == CallBackState.CALLING.value and row.agent_id != actor.staff_id:
            raise Conflict("同事正在回这个电话，请刷新列表。", code="call_back_taken")
        if row.state not in OPEN:
            raise Conflict("这个回电已经了结。", code="call_back_closed")
        row.state, row.agent_id, row.taken_at = CallBackState.CALLING.value, actor.staff_id, now()
        row.save(update_fields=["state", "agent", "taken_at"])
        ledger.append("callback.taken", ("callback", row.pk), {"tries": row.tries})


def number_of(uid: UUID) -> str:
    """The number, for the agent who took the call-back; each reading is logged. Raises Conflict for all others."""
    with transaction.atomic(), elevated(WHY):
        row = _own(uid, current_actor())
        ledger.record_access(("callback", row.pk), "回电", ["phone"])
        return str(row.phone)


def tried(
    uid: UUID, outcome: TryOutcome, *, note: str = "", next_at: datetime | None = None, key: str = ""
) -> CallBackState:
    """What came of calling; the same key counts once. Reached ends it, everything else waits for the next try."""
    actor, moment = current_actor(), now()
    with transaction.atomic(), elevated(WHY):
        row = _locked(uid)
        if key and row.attempts.filter(key=key[:64]).exists():
            return CallBackState(row.state)
        _check_own(row, actor)
        row.tries += 1
        row.first_try_at = row.first_try_at or moment
        done = outcome is TryOutcome.REACHED
        row.state = (CallBackState.DONE if done else CallBackState.WAITING).value
        row.closed_at = moment if done else None
        row.next_at = row.next_at if done else next_try(row.tries, outcome, moment, next_at)
        row.appointed = row.appointed if done else next_at is not None
        row.agent_id = row.agent_id if done else None
        row.save()
        CallBackTry.objects.create(
            call_back=row, number=row.tries, staff=actor.id, outcome=outcome.value, note=clean(note)[:MOST_WORDS], at=moment,
            next_at=None if done else row.next_at, key=key[:64] or None,
        )  # fmt: skip
        ledger.append("callback.tried", ("callback", row.pk), {"outcome": outcome.value, "number": row.tries})
        return CallBackState(row.state)


def leave(uid: UUID) -> None:
    """Put back what one took, without a try."""
    with transaction.atomic(), elevated(WHY):
        row = _own(uid, current_actor())
        _release(row, "agent")


def give_up(uid: UUID, reason: str) -> None:
    """Nobody calls any more: decided by a person, who says why; raises Invalid without a reason."""
    actor, why = current_actor(), checked_words(reason, most=200)
    with transaction.atomic(), elevated(WHY):
        row = _locked(uid)
        if not decide(actor, Action.WATCH_TALKS) or not decide(actor, Action.TALK):
            _check_own(row, actor)
        if row.state not in OPEN:
            raise Conflict("这个回电已经了结。", code="call_back_closed")
        row.state, row.closed_at, row.why = CallBackState.GIVEN_UP.value, now(), mask_personal(why)[:200]
        row.agent_id = actor.staff_id
        row.save()
        ledger.append("callback.given_up", ("callback", row.pk), {"tries": row.tries, "reason": row.why})


def release_forgotten() -> int:
    """Call-backs that were taken and not heard of wait again; returns how many."""
    with transaction.atomic(), as_system():
        taken = CallBack.objects.select_for_update(skip_locked=True).filter(
            state=CallBackState.CALLING.value, taken_at__lt=now() - TAKEN_FOR
        )
        rows = list(taken[:200])
        for row in rows:
            _release(row, "silent")
        return len(rows)


def _release(row: CallBack, why: str) -> None:
    row.state, row.agent_id, row.taken_at = CallBackState.WAITING.value, None, None
    row.save(update_fields=["state", "agent", "taken_at"])
    ledger.append("callback.left", ("callback", row.pk), {"why": why})


def _own(uid: UUID, actor: Actor) -> CallBack:
    row = _locked(uid)
    _check_own(row, actor)
    return row


def _check_own(row: CallBack, actor: Actor) -> None:
    require(Action.TALK, actor=actor)
    if row.state != CallBackState.CALLING.value or row.agent_id != actor.staff_id:
        raise Conflict("请先领取这个回电。", code="call_back_not_yours")


def _locked(uid: UUID) -> CallBack:
    row = CallBack.objects.select_for_update().filter(uid=uid).first()
    if row is None:
        raise NotFound("没有找到这个回电。", code="not_found")
    return row


__all__ = [
    "MOST_WORDS", "CallBackSource", "Promised", "TryOutcome", "Wish", "ask", "for_call", "give_up", "leave", "not_needed",
    "number_of", "release_forgotten", "take", "tried",
]  # fmt: skip
