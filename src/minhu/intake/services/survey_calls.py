"""Surveys by telephone: whom to call, placed by the exchange within civil hours, and what became of each call.

A call is owed once for each answer of an order, tried a few times, and ends in the words that the citizen said himself or
at a person's. What is said in it is a talk like any other (``surveying``, ``language.dialogue.survey_call``).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import uuid4

import structlog
from django.db import transaction

from minhu.directory.access import as_system, elevated
from minhu.engines import lookup
from minhu.engines.secrets import normalise_phone
from minhu.engines.speech import choosing
from minhu.engines.speech.calls import CallEvent, CallEventKind
from minhu.engines.speech.exchange.choosing import house_exchange
from minhu.engines.speech.exchange.placing import Dial, Exchange, Placement, placement_of
from minhu.engines.speech.exchange.settings import exchange_settings
from minhu.intake.domain.callbacks import CallBackSource, TryOutcome
from minhu.intake.domain.people import phone_problem
from minhu.intake.domain.survey_calls import (
    AT_ONCE,
    LINE_BACK,
    LOST_AFTER,
    NO_USE,
    RINGS,
    UNTAKEN,
    SurveyEnd,
    SurveyState,
    awake,
    next_call,
    quiet,
    window_of,
)
from minhu.intake.domain.words import plain
from minhu.intake.models import Call, CallStop, Request, SurveyCall, Talk
from minhu.intake.queries import front_door
from minhu.intake.services import calling, calling_back, opinions, talking
from minhu.intake.types import CallOutcome, CallPhase, Speaker
from minhu.kernel.clock import now
from minhu.kernel.errors import MinhuError
from minhu.language.dialogue import survey_call
from minhu.ledger import services as ledger

log = structlog.get_logger("minhu.intake")
WHY: Final = "a survey calls a citizen without an account"
K: Final = CallEventKind
_TRIES: Final = {
    Placement.BUSY: TryOutcome.BUSY, Placement.NO_ANSWER: TryOutcome.NO_ANSWER, Placement.OFF: TryOutcome.OFF,
    Placement.FAILED: TryOutcome.BUSY, Placement.ANSWERED: TryOutcome.NO_ANSWER,
}  # fmt: skip
_ENDS: Final = {
    survey_call.RATED: SurveyEnd.RATED, survey_call.NEVER: SurveyEnd.NEVER, survey_call.WRONG: SurveyEnd.WRONG,
    survey_call.LATER: SurveyEnd.LATER, survey_call.DECLINED: SurveyEnd.DECLINED, survey_call.UNCLEAR: SurveyEnd.DECLINED,
}  # fmt: skip
_AGAIN: Final = {survey_call.ABSENT: TryOutcome.LATER, survey_call.MACHINE: TryOutcome.NO_ANSWER}


def wanted() -> str:
    """Who is asked by telephone: 'none', 'rest' (whom text messages do not reach) or 'all'; needs an exchange that dials."""
    found = exchange_settings()
    return found.surveys if found is not None and found.dial else "none"


def owe(row: Request, key: str) -> None:
    """Note that a requester is to be called; the same key once. Nothing for numbers that cannot, or want not, be called."""
    phone = plain(row.requester_phone)
    if phone_problem(phone) or wants_none(phone):
        return
    moment = now()
    with transaction.atomic(), elevated(WHY):
        SurveyCall.objects.get_or_create(
            key=key[:100], defaults={"request": row, "made_at": moment, "next_at": awake(moment)}
        )


def wants_none(phone: str) -> bool:
    """Whether a number said that it wants no calls of ours."""
    with transaction.atomic(), elevated(WHY):
        return CallStop.objects.filter(phone_index__in=lookup.indexes(normalise_phone(phone), "phone")).exists()


def stop(phone: str) -> None:
    """The number wants no calls of ours from now on; what waits for it is done with."""
    digits, moment = normalise_phone(phone), now()
    with transaction.atomic(), elevated(WHY):
        if not CallStop.objects.filter(phone_index__in=lookup.indexes(digits, "phone")).exists():
            CallStop.objects.bulk_create(
                [CallStop(phone=digits, phone_index=lookup.index(digits, "phone"), at=moment)], ignore_conflicts=True
            )


def tick(exchange: Exchange | None = None) -> int:
    """One round: end calls of which nobody says anything more, place what is due; returns how many were placed.

    Nothing is placed at night, in an emergency of the front door, or where the house cannot hear and speak.
    """
    _end_silent()
    chosen = exchange or (house_exchange() if wanted() != "none" else None)
    if chosen is None or quiet(now()) or not _can_talk() or front_door.emergency_on() is not None:
        return 0
    placed = 0
    for _ in range(AT_ONCE):
        dial = _next(chosen.name)
        if dial is None:
            break
        try:
            chosen.originate(dial)
            placed += 1
        except MinhuError as error:
            log.warning("survey_call_not_placed", why=error.code)
            _untaken(chosen.name, dial)
            break
    return placed


def ended(talk_id: int, end: str, wished: str) -> None:
    """What the called person said came of it, in the transaction of his words; nothing for a talk of no survey call."""
    with transaction.atomic(), elevated(WHY):
        calling_now = SurveyCall.objects.select_for_update(of=("self",)).filter(state=SurveyState.CALLING.value)
        row = calling_now.filter(call__talk=talk_id).first()
        if row is None:
            return
        phone = str(Talk.objects.get(pk=talk_id).phone)
        if end in _AGAIN:
            _again(row, _AGAIN[end], end)
            return
        if end == survey_call.NEVER:
            stop(phone)
        if end == survey_call.LATER:
            words = f"语音回访时群众另约时间：请问诉求 {row.request.number} 的办理情况。"
            window = window_of(wished, now())
            key = f"survey {row.uid.hex}"
            calling_back.ask(calling_back.Wish(phone, CallBackSource.ASKED, key, words=words, window=window))
        _close(row, _ENDS[end])


def settled(call_id: int, outcome: CallOutcome) -> None:
    """A call that the house placed is over: what nobody has said yet is read off it, once."""
    with transaction.atomic(), elevated(WHY):
        row = SurveyCall.objects.select_for_update().filter(call=call_id, state=SurveyState.CALLING.value).first()
        if row is None:
            return
        call = Call.objects.select_related("talk").get(pk=call_id)
        talk = call.talk
        if talk is not None and talk.handed_at is not None:
            _close(row, SurveyEnd.HANDED)
            if outcome in (CallOutcome.ABANDONED, CallOutcome.MISSED):  # he waited for a person in vain
                calling_back.for_call(call.uid, CallOutcome.ABANDONED)
            return
        if talk is not None and any(one.text for one in talk.utterances.filter(speaker=Speaker.CITIZEN.value)):
            answers = talking.memory_of(talk).survey
            _close(row, SurveyEnd.BROKEN if answers else SurveyEnd.DECLINED)
            return
        why = [one.detail for one in call.events.filter(kind=K.HUNG_UP.value) if one.detail]
        found = placement_of(why[0] if why else "", answered=call.by_bot)
        _again(row, _TRIES[found], found.value)


def _can_talk() -> bool:
    return choosing.house_recogniser().readiness().ready and choosing.synthesiser().readiness().ready


def _next(source: str) -> Dial | None:
    """Claim what is due and may still be asked; its call exists from here on, whatever becomes of the order to dial."""
    while True:
        with transaction.atomic(), as_system():
            lines = SurveyCall.objects.filter(state=SurveyState.CALLING.value, placed_at__gt=now() - LINE_BACK)
            if lines.count() >= AT_ONCE:
                return None
            due = SurveyCall.objects.select_for_update(skip_locked=True, of=("self",)).filter(
                state=SurveyState.WAITING.value, next_at__lte=now()
            )
            row = due.select_related("request").order_by("next_at", "pk").first()
            if row is None:
                return None
            end = _useless(row, now())
            if end is None:
                return _claimed(row, source)
            _close(row, end)


def _useless(row: SurveyCall, moment: datetime) -> SurveyEnd | None:
    """Why nobody is to be called any more: the answer is old, somebody asked before, the person is hidden or unwilling."""
    request = row.request
    if moment - row.made_at > NO_USE or request.confidential or phone_problem(plain(request.requester_phone)):
        return SurveyEnd.OVERDUE
    if wants_none(request.requester_phone):
        return SurveyEnd.NEVER
    return None if opinions.still_asked(request.pk) else SurveyEnd.OVERDUE


def _claimed(row: SurveyCall, source: str) -> Dial:
    phone = plain(row.request.requester_phone)
    dial = Dial.to(uuid4(), phone, RINGS)
    call = calling.placed(source, dial.call, phone)
    row.state, row.call, row.placed_at, row.tries = SurveyState.CALLING.value, call, now(), row.tries + 1
    row.save()
    ledger.append("survey.called", ("survey", row.pk), {"number": row.request.number, "try": row.tries})
    return dial


def _untaken(source: str, dial: Dial) -> None:
    """The exchange took no order: that is no try, and the person was not disturbed."""
    with transaction.atomic(), elevated(WHY):
        row = SurveyCall.objects.select_for_update().filter(call__source=source, call__key=dial.call).first()
        if row is not None and row.state == SurveyState.CALLING.value:
            row.state, row.tries, row.next_at = SurveyState.WAITING.value, row.tries - 1, awake(now() + UNTAKEN)
            row.last = Placement.FAILED.value
            row.save()
    calling.take_event(source, CallEvent(dial.call, now(), K.HUNG_UP, "not placed"))


def _end_silent() -> None:
    """Calls that rang, and of which the exchange said nothing more, are over."""
    with transaction.atomic(), as_system():
        silent = SurveyCall.objects.filter(state=SurveyState.CALLING.value, placed_at__lt=now() - LOST_AFTER)
        waiting = silent.filter(call__by_bot=False).exclude(call__phase=CallPhase.OVER.value)
        lost = list(waiting.values_list("call__source", "call__key"))
    for source, key in lost:
        calling.take_event(source, CallEvent(key, now(), K.HUNG_UP, "no answer"))


def _again(row: SurveyCall, outcome: TryOutcome, last: str) -> None:
    """Another try when it may be, or none any more."""
    row.last = last
    again = next_call(outcome, row.tries, row.made_at, now())
    if again is None:
        _close(row, SurveyEnd.UNREACHED)
        return
    row.state, row.next_at = SurveyState.WAITING.value, again
    row.save()


def _close(row: SurveyCall, end: SurveyEnd) -> None:
    row.state, row.ended_as, row.closed_at = SurveyState.DONE.value, end.value, now()
    row.save()
    ledger.append(
        "survey.ended", ("survey", row.pk), {"number": row.request.number, "end": end.value, "tries": row.tries}
    )
