"""Telephone calls: events of any exchange become the state of a call, and a call's words a talk like any other.

Events may come twice, late and in any order; the state is read off all of them each time. A call that breaks off,
because a browser was closed or a socket fell, stays what it was: whoever comes back goes on with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db import transaction

from minhu.directory.access import elevated
from minhu.directory.queries.actors import actor_named
from minhu.engines import lookup
from minhu.engines.secrets import blind_index
from minhu.engines.speech.calls import MOST_EVENTS, CallEvent, CallEventKind, shortened
from minhu.intake.domain.calls import Course, account_in, course_of, key_of
from minhu.intake.events import CallSettled
from minhu.intake.models import Call, SurveyCall, Talk
from minhu.intake.models import CallEvent as KeptEvent
from minhu.intake.services import seating, surveying, talking
from minhu.intake.types import CallOutcome, CallPhase, Speaker, TalkChannel, TalkState
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, NotFound
from minhu.kernel.events import publish
from minhu.language.dialogue.types import Mode, Phase, Why
from minhu.ledger import services as ledger

WHY: Final = "a call belongs to a citizen without an account; its exchange tells of it"
_BESIDE: Final = (CallEventKind.JOINED, CallEventKind.LEFT)
_ENDS: Final = (CallEventKind.HUNG_UP, CallEventKind.ABANDONED)


def take_event(source: str, event: CallEvent, *, line: str = "") -> UUID:
    """Take in one event of a call that ``source`` tells; returns the call. What was told before changes nothing.

    ``line``: code of the line of business that was called, where it is known. Raises Invalid without a name of the call.
    """
    return take_events(source, [event], line=line)[0]


def take_events(source: str, events: Iterable[CallEvent], *, line: str = "") -> list[UUID]:
    """As ``take_event`` for many, one transaction for each; returns their calls in the same order.

    Who comes to and goes from a conversation that is no call of ours (a conference of colleagues) is passed over.
    """
    found = []
    for event in events:
        with transaction.atomic(), elevated(WHY):
            if (
                event.kind in _BESIDE
                and not Call.objects.filter(source=source[:64], key=shortened(event.call)).exists()
            ):
                continue
            call = _call(source, event, line)
            if _kept(call, event):
                _follow(call, course_of(_events_of(call), by_bot=call.by_bot))
            found.append(call.uid)
    return found


def placed(source: str, key: str, phone: str) -> Call:
    """Write down a call that the house is about to have placed; nobody has answered it yet."""
    with transaction.atomic(), elevated(WHY):
        moment = now()
        call = Call.objects.create(
            source=source[:64], key=shortened(key), arrived_at=moment, outgoing=True,
            caller=phone, caller_index=_index(phone),
        )  # fmt: skip
        ledger.append("call.placed", ("call", call.pk), {"source": call.source})
        _kept(call, CallEvent(call.key, moment, CallEventKind.RINGING, phone))
        return call


def answer_by_bot(uid: UUID) -> UUID:
    """A machine takes the call and says so first; returns its talk. A call whose talk exists goes on with it.

    A call that the house placed begins with what it was placed for.
    """
    with transaction.atomic(), elevated(WHY):
        call = locked(uid)
        if call.talk is None:
            asks = SurveyCall.objects.filter(call=call).values_list("request_id", flat=True).first()
            begun = (
                talking.begin(TalkChannel.PHONE, phone=call.caller, line=call.line)
                if asks is None
                else surveying.begin(asks, TalkChannel.PHONE, phone=call.caller)
            )
            call.talk = Talk.objects.get(uid=begun.uid)
        call.by_bot = True
        call.save(update_fields=["talk", "by_bot"])
        return call.talk.uid


def heard(uid: UUID, words: str, *, key: str) -> None:
    """What the citizen said; the bot answers if it has the word.

    Words that are understood after the end of the call count as said in it: a yes is a yes, though nobody hears the
    answer; where a person had the call, or was waited for, they are kept only.
    """
    with transaction.atomic(), elevated(WHY):
        call = locked(uid)
        talk = call.talk or _silent_talk(call, TalkState.WAITING)
        over = call.phase == CallPhase.OVER.value
        said_all = call.outgoing and talk.state == TalkState.ENDED.value  # the house has said goodbye and hangs up
        if said_all or (over and talk.handed_at is not None):
            _keep(talk.uid, Speaker.CITIZEN, words, key)
            return
        talking.hear(talk.uid, words, key=key)
        if over:
            Talk.objects.filter(pk=talk.pk).update(state=TalkState.ENDED.value, ended_at=now())


def agent_said(uid: UUID, words: str, *, key: str, staff: str) -> None:
    """What the agent said on the telephone; ``staff``: the account."""
    with transaction.atomic(), elevated(WHY):
        call = locked(uid)
        _keep((call.talk or _silent_talk(call, TalkState.WAITING)).uid, Speaker.AGENT, words, key, staff)


def left_by_agent(uid: UUID) -> None:
    """The agent is gone while the citizen is on the line: the call waits again, at its old place, for whoever takes it."""
    with transaction.atomic(), elevated(WHY):
        call = locked(uid)
        if call.phase == CallPhase.OVER.value or call.talk is None or call.talk.state != TalkState.PERSON.value:
            return
        talk = talking.locked(call.talk.uid)
        held_by, talk.agent_id = talk.agent_id, None
        talk.state, talk.taken_at = TalkState.WAITING.value, None
        talk.save()
        seating.left(held_by, finished=False)
        ledger.append("talk.left", ("talk", talk.pk), {"to_bot": False, "line_broke": True})


def locked(uid: UUID) -> Call:
    """The call, held until the transaction ends; raises NotFound."""
    call = Call.objects.select_for_update(of=("self",)).filter(uid=uid).first()
    if call is None:
        raise NotFound("没有找到这通电话。", code="not_found")
    return call


def mark_of(event: CallEvent) -> str:
    """What tells an event from any other of its call, unreadable in a dump: its details are telephones and keys pressed."""
    return blind_index(key_of(event), "call event").hex()


def staff_called(agent: str) -> int | None:
    """Whom an exchange means with the name of an agent; None where no account in service is called so."""
    name = account_in(agent)
    found = actor_named(name) if name else None
    return found.staff_id if found else None


def _call(source: str, event: CallEvent, line: str) -> Call:
    name = shortened(event.call)
    if not name or not source:
        raise Invalid("话务事件没有写明是哪一通电话。", code="bad_call_event")
    call, new = Call.objects.get_or_create(
        source=source[:64], key=name, defaults={"arrived_at": event.at, "line": line[:32]}
    )
    if new:
        ledger.append("call.arrived", ("call", call.pk), {"source": call.source, "line": call.line})
    call = locked(call.uid)
    if line and not call.line:
        call.line = line[:32]
        call.save(update_fields=["line"])
    return call


def _kept(call: Call, event: CallEvent) -> bool:
    """Write an event down; False for one that is known, or too many."""
    key = mark_of(event)
    if call.events.filter(key=key).exists():
        return False
    if call.events.count() >= MOST_EVENTS + (2 if event.kind in _ENDS else 0):
        return False
    KeptEvent.objects.create(call=call, at=event.at, kind=event.kind.value, detail=event.detail, key=key)
    return True


def _events_of(call: Call) -> list[CallEvent]:
    rows = call.events.all()
    return [CallEvent(call.key, row.at, CallEventKind(row.kind), row.detail, row.key) for row in rows]


def _follow(call: Call, course: Course) -> None:
    """Bring a locked call and its talk to where its events say they are."""
    before = CallOutcome(call.outcome) if call.outcome else None
    call.phase, call.outcome = course.phase.value, course.outcome.value if course.outcome else ""
    call.arrived_at, call.queued_at = course.arrived_at, course.queued_at
    call.answered_at, call.ended_at, call.queue = course.answered_at, course.ended_at, course.queue
    late_number = bool(course.caller) and not call.caller
    if course.caller and course.caller != call.caller:
        call.caller, call.caller_index = course.caller, _index(course.caller)
    if course.agent:
        call.agent_id = staff_called(course.agent) or call.agent_id
    call.save()
    _follow_talk(call)
    if course.outcome is not None and (course.outcome is not before or late_number):  # now somebody can be called back
        _settled(call, course.outcome, before)


def _settled(call: Call, outcome: CallOutcome, before: CallOutcome | None) -> None:
    ended = call.ended_at or now()
    seconds = round((ended - call.arrived_at).total_seconds())
    ledger.append("call.settled", ("call", call.pk), {"outcome": outcome.value, "seconds": seconds})
    publish(
        CallSettled(call.pk, call.uid, call.line, outcome, before, call.arrived_at, ended, call.caller_index is not None,
                    call.outgoing, call.talk.uid if call.talk else None)
    )  # fmt: skip


def _follow_talk(call: Call) -> None:
    """The talk of a call: waits, is with an agent, or ends with it. An agent's own talk is ended by the agent."""
    if call.talk is None:
        if call.phase == CallPhase.OVER.value or (call.queued_at is None and call.answered_at is None):
            return
        _silent_talk(call, TalkState.WAITING)
    talk = talking.locked(call.talk.uid)  # type: ignore[union-attr]
    if call.phase == CallPhase.OVER.value:
        if talk.state in (TalkState.BOT.value, TalkState.WAITING.value):
            talk.state, talk.ended_at = TalkState.ENDED.value, now()
    elif call.answered_at is not None and call.agent_id is not None:
        _to_agent(talk, call.agent_id)
    elif call.phase == CallPhase.WAITING.value and talk.state == TalkState.BOT.value:
        talking.remember(talk, talking.memory_of(talk), phase=Phase.HANDED)
        talking.hand_over(talk, Why.ASKED)
    if call.caller and not talk.phone:
        talk.phone, talk.phone_index = call.caller, _index(call.caller)
    talk.save()


def _to_agent(talk: Talk, staff_id: int) -> None:
    if talk.state not in (TalkState.BOT.value, TalkState.WAITING.value):
        return
    talking.remember(talk, talking.memory_of(talk), phase=Phase.HANDED)
    talk.state, talk.agent_id, talk.taken_at = TalkState.PERSON.value, staff_id, now()
    talk.handed_at = talk.handed_at or talk.taken_at
    seating.took(staff_id)
    waited = round((talk.taken_at - talk.handed_at).total_seconds())
    ledger.append("talk.taken", ("talk", talk.pk), {"waited": waited})


def _silent_talk(call: Call, state: TalkState) -> Talk:
    """A talk in which no machine speaks: a person has the call, or will."""
    moment = now()
    talk = Talk.objects.create(
        channel=TalkChannel.PHONE.value, mode=Mode.PERSON_FIRST.value, line=call.line, state=state.value,
        phone=call.caller, phone_index=_index(call.caller), why=Why.POLICY.value,
        opened_at=moment, last_at=moment, handed_at=call.queued_at or moment,
    )  # fmt: skip
    call.talk = talk
    call.save(update_fields=["talk"])
    ledger.append("talk.opened", ("talk", talk.pk), {"channel": talk.channel, "mode": talk.mode})
    return talk


def _index(phone: str) -> bytes | None:
    return lookup.index(phone, "phone") if phone else None


def _keep(talk_uid: UUID, speaker: Speaker, words: str, key: str, staff: str = "") -> None:
    talk = talking.locked(talk_uid)
    if not talk.utterances.filter(key=key).exists():
        talking.keep(talk, speaker, words, key=key, staff=staff)
        talk.save()
