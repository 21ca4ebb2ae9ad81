"""Events of a call, in any order and twice, come to one call with one talk; lists, figures, keeping and forgetting."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta

import numpy as np
import pytest
from django.db import connection
from django.test import Client

from factories import City, make_city
from minhu.directory.access import acting_as, as_system
from minhu.directory.services.tokens import issue_token
from minhu.engines import files
from minhu.engines.speech.calls import CallEvent, CallEventKind
from minhu.engines.speech.codecs import Encoding, encode
from minhu.engines.speech.framing import read_wav
from minhu.intake.domain.calls import account_in, course_of, key_of
from minhu.intake.events import CallSettled
from minhu.intake.models import Call, Recording, Talk
from minhu.intake.queries import calls, talks
from minhu.intake.queries.recordings import sound_of
from minhu.intake.services import attending, calling, forgetting, live_calls, recordings
from minhu.intake.services.call_logs import import_queue_log
from minhu.intake.types import CallOutcome, CallPhase, TalkState
from minhu.kernel.clock import at, now
from minhu.kernel.errors import NotAllowed, NotFound
from minhu.kernel.events import subscribe

K = CallEventKind
BEGAN = datetime.fromisoformat("2026-11-23T09:00:00+08:00")
PHONE = "13800005678"
SETTLED: list[CallSettled] = []
ANSWERED = (
    (0, K.RINGING, PHONE),
    (1, K.ANSWERED, ""),
    (2, K.QUEUED, "civil"),
    (12, K.CONNECTED, "PJSIP/agent-0000001f"),
)


@subscribe(CallSettled)
def _note(event: CallSettled) -> None:
    SETTLED.append(event)


def told(call: str, *events: tuple[float, CallEventKind, str], at: datetime = BEGAN) -> list[CallEvent]:
    return [CallEvent(call, at + timedelta(seconds=after), kind, detail) for after, kind, detail in events]


@pytest.mark.parametrize(
    ("events", "by_bot", "outcome"),
    [
        (((0, K.RINGING, ""), (9, K.HUNG_UP, "")), False, CallOutcome.MISSED),
        (((0, K.RINGING, ""), (1, K.ANSWERED, ""), (2, K.QUEUED, ""), (40, K.HUNG_UP, "")), False, CallOutcome.ABANDONED),
        (((0, K.QUEUED, ""), (30, K.ABANDONED, "")), False, CallOutcome.ABANDONED),
        (((0, K.QUEUED, ""), (5, K.CONNECTED, "a"), (30, K.HUNG_UP, "")), False, CallOutcome.ANSWERED),
        (((0, K.RINGING, ""), (1, K.ANSWERED, ""), (60, K.HUNG_UP, "")), True, CallOutcome.BOT),
        (((0, K.RINGING, ""), (1, K.ANSWERED, ""), (2, K.QUEUED, ""), (60, K.HUNG_UP, "")), True, CallOutcome.ABANDONED),
        (((0, K.RINGING, ""), (3, K.TRANSFERRED, "110"), (4, K.HUNG_UP, "")), False, CallOutcome.TRANSFERRED),
        (((0, K.RINGING, ""), (3, K.CONNECTED, "a"), (9, K.TRANSFERRED, "b"), (60, K.HUNG_UP, "")), False, CallOutcome.ANSWERED),
        (((0, K.QUEUED, ""), (60, K.LEFT_QUEUE, "timeout")), False, None),
    ],
)  # fmt: skip
def test_what_became_of_a_call(events: tuple, by_bot: bool, outcome: CallOutcome | None) -> None:
    assert course_of(told("c", *events), by_bot=by_bot).outcome is outcome


def test_a_log_that_ends_with_leaving_the_queue_is_a_missed_call() -> None:
    found = course_of(told("c", (0, K.QUEUED, ""), (60, K.LEFT_QUEUE, "timeout")), complete=True)
    assert (found.outcome, found.phase) == (CallOutcome.MISSED, CallPhase.OVER)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("PJSIP/a12-0000001f", "a12"),
        ("Agent/a12", "a12"),
        ("a-b", "a-b"),
        ("Local/a12@agents-0000000a", "a12"),
        ("", ""),
    ],
)
def test_an_exchanges_name_of_an_agent(said: str, name: str) -> None:
    assert account_in(said) == name


@pytest.fixture
def city(home: object, db: None) -> City:
    SETTLED.clear()
    return make_city()


def test_a_call_is_one_talk_whatever_order_its_events_come_in(city: City) -> None:
    events = told("pbx-1", *ANSWERED, (100, K.HUNG_UP, "caller"))
    shuffled = [*events, *events]
    random.Random(7).shuffle(shuffled)
    assert len(set(calling.take_events("asterisk", shuffled, line="civil"))) == 1
    with as_system():
        (call,) = Call.objects.all()
        assert (call.outcome, call.phase, call.caller, call.line) == ("answered", "over", PHONE, "civil")
        assert call.answered_at - call.queued_at == timedelta(seconds=10)
        assert call.events.count() == 5
        plain = {key_of(one) for one in events}
        assert not plain & set(call.events.values_list("key", flat=True)), "no digest that a number is guessed from"
        assert call.agent.username == "agent"
    assert SETTLED[-1].outcome is CallOutcome.ANSWERED
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM intake_call")
        assert cursor.fetchone() == (0,)  # nobody acts: nothing is seen


def test_a_call_is_taken_worked_on_and_taken_up_again_after_a_break(city: City) -> None:
    uid = calling.take_events("asterisk", told("pbx-2", *ANSWERED[:3], at=now()))[-1]
    with acting_as(city.actor("agent")):
        (row,) = calls.running()
        assert (row.waits, row.caller == PHONE) == (True, False)
        calling.take_events("asterisk", told("pbx-2", ANSWERED[3], at=now()))
        calling.heard(uid, "楼下的路灯不亮了", key="c1")
        calling.agent_said(uid, "您好，请问在哪里？", key="a1", staff="agent")
        assert talks.talk_for_staff(row.talk).state is TalkState.PERSON
        calling.left_by_agent(uid)  # the browser was closed
        assert talks.talk_for_staff(row.talk).state is TalkState.WAITING
        attending.take(row.talk)  # and was opened again
        calling.take_event("asterisk", told("pbx-2", (90, K.HUNG_UP, "caller"), at=now())[0])
        calling.heard(uid, "好的谢谢", key="c2")  # the last turn is understood after the end
        calling.heard(uid, "好的谢谢", key="c2")
        view = talks.talk_for_staff(row.talk)
        assert [one.text for one in view.said] == ["楼下的路灯不亮了", "您好，请问在哪里？", "好的谢谢"]
        attending.end(row.talk)
    with acting_as(city.actor("supervisor")):
        found = calls.figures(now() - timedelta(days=1), now() + timedelta(days=1))
        assert (found.arrived, found.answered, found.in_time, found.share_in_time) == (1, 1, 1, 1.0)
        assert found.mean_wrap_up is not None
        assert [one.uid for one in calls.between(now() - timedelta(days=1), now() + timedelta(days=1))] == [uid]


def test_a_call_that_no_process_carries_any_more_ends_as_of_when_it_was_last_heard_of(city: City) -> None:
    with at(BEGAN):
        lost = calling.take_event("gateway", told("lost", (0, K.RINGING, PHONE))[0])
        calling.take_event("gateway", told("lost", (1, K.ANSWERED, ""))[0])
        calling.answer_by_bot(lost)
        bare = calling.take_event("gateway", told("bare", (0, K.RINGING, ""))[0])
    with at(BEGAN + timedelta(hours=3)):
        assert live_calls.end_lost() == 0, "it may still come back"
    with at(BEGAN + timedelta(hours=5)):
        assert live_calls.end_lost() == 1
        assert live_calls.end_lost() == 0
    with as_system():
        call = Call.objects.select_related("talk").get(uid=lost)
        assert (call.phase, call.outcome, call.talk.state) == ("over", "bot", "ended")
        assert call.ended_at - call.arrived_at < timedelta(minutes=1)
        assert Call.objects.get(uid=bare).phase == "ringing", "an exchange tells of it, or a log did"


def test_an_abandoned_call_is_news_once_and_a_late_answer_takes_it_back(city: City) -> None:
    calling.take_events("asterisk", told("pbx-3", *ANSWERED[:3], (50, K.HUNG_UP, "")))
    assert [one.missed for one in SETTLED] == [True]
    calling.take_events("asterisk", told("pbx-3", *ANSWERED))
    assert [(one.missed, one.before) for one in SETTLED[1:]] == [(False, CallOutcome.ABANDONED)]
    with as_system():
        assert Talk.objects.get(call__key="pbx-3").state == TalkState.ENDED.value


def test_sound_is_sealed_heard_by_who_watches_and_forgotten_with_its_caller(
    city: City, django_capture_on_commit_callbacks
) -> None:
    uid = calling.take_events("gateway", told("pbx-4", *ANSWERED[:2]))[-1]
    left = (8000 * np.sin(np.arange(8000) / 9)).astype(np.int16)
    for began in (0, 1000):
        recordings.keep(uid, began, encode(left, Encoding.ALAW), encode(np.zeros_like(left), Encoding.ALAW))
    with acting_as(city.actor("agent")), pytest.raises(NotAllowed):
        sound_of(uid)
    with acting_as(city.actor("inspector")):
        sound = sound_of(uid)
        data = b"".join(sound.pieces)
        assert len(data) == sound.size
        heard = read_wav(data)
        assert heard.seconds == 2.0
        assert np.corrcoef(heard.channels[0][:8000], left)[0, 1] > 0.99
    with as_system():
        digests = list(Recording.objects.values_list("digest", flat=True))
        assert all(files.exists(one) for one in digests)
        with django_capture_on_commit_callbacks(execute=True):
            forgetting._drop_calls(forgetting.Q(key="pbx-4"))
        assert not any(files.exists(one) for one in digests)
        call = Call.objects.get(key="pbx-4")
        assert (call.caller, call.caller_index, call.events.count()) == ("", None, 0)
    before = set((files._place(digests[0]).parent.parent).rglob("*"))
    with django_capture_on_commit_callbacks(execute=True):  # the call still runs; its next piece is nobody's any more
        recordings.keep(uid, 2000, encode(left[::-1], Encoding.ALAW), encode(left, Encoding.ALAW))
    with as_system():
        assert not Recording.objects.exists()
    assert {one for one in files._place(digests[0]).parent.parent.rglob("*") if one.is_file()} <= before
    with acting_as(city.actor("inspector")), pytest.raises(NotFound):
        sound_of(uid)


LOG = """1763860000|NONE|NONE|NONE|QUEUESTART|
1763860001|q-1|civil|NONE|ENTERQUEUE||13800001111|1
1763860008|q-1|civil|PJSIP/agent|CONNECT|7|q-9|3
1763860100|q-1|civil|PJSIP/agent|COMPLETECALLER|7|92|1
1763860200|q-2|civil|NONE|ENTERQUEUE||13800002222|1
1763860260|q-2|civil|NONE|EXITWITHTIMEOUT|1
what is this
1763860300|q-3|civil|NONE|ENTERQUEUE||13800003333|1
1763860330|q-3|civil|NONE|ABANDON|1|1|30
"""


def test_a_queues_log_is_taken_in_once_and_calls_nobody_back(city: City) -> None:
    with as_system():
        first, again = (import_queue_log(LOG.splitlines(), "pbx", line="civil") for _ in range(2))
        assert (first.lines, first.calls, first.new_events) == (9, 3, 7)
        assert [number for number, _ in first.refused] == [7]
        assert (again.calls, again.new_events) == (3, 0)
        assert list(Call.objects.order_by("key").values_list("outcome", flat=True)) == [
            "answered",
            "missed",
            "abandoned",
        ]
        assert not Talk.objects.exists()
    assert SETTLED == []


def test_an_exchange_tells_its_events_by_token_in_its_own_words(city: City, client: Client) -> None:
    with as_system():
        pbx, other = issue_token("pbx", ["telephone"]), issue_token("other", ["requests:read"])
    ari = {
        "type": "StasisStart", "timestamp": "2026-11-23T09:15:02.301+0800",
        "channel": {"id": "1763860502.7", "state": "Ring", "caller": {"number": PHONE}},
    }  # fmt: skip

    def post(body: str, form: str, token: str) -> int:
        address = f"/api/v1/calls/events?form={form}&line=civil"
        answer = client.post(address, body, content_type="text/plain", headers={"Authorization": f"Bearer {token}"})
        return answer.status_code

    told = json.dumps(ari) + "\n" + json.dumps({**ari, "type": "ChannelDestroyed"})
    assert [post(told, "ari", pbx), post(told, "ari", pbx)] == [202, 202]
    assert [post(told, "ari", other), post(told, "morse", pbx), post("{", "ari", pbx)] == [403, 422, 422]
    with as_system():
        (call,) = Call.objects.all()
        assert (call.source, call.line, call.caller, call.outcome) == ("pbx", "civil", PHONE, "missed")
