"""Events of calls: recorded streams (written for this test after the exchanges' documentation) and one state of all."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minhu.engines.speech.asterisk import MOST_MESSAGE, read_ari, read_queue_log
from minhu.engines.speech.calls import MOST_EVENTS, CallEvent, CallEventKind, CallState, Phase, states_of
from minhu.engines.speech.freeswitch import MOST_EVENT, EslReader, read_event
from minhu.kernel.errors import Invalid

CALL = "1795400102.17"
START = datetime(2026, 11, 23, 1, 15, 2, tzinfo=UTC)


def ari(kind: str, second: float, call: str = CALL, **other: Any) -> str:
    channel = {
        "id": call, "name": "PJSIP/trunk-0000001a", "state": other.pop("state", "Up"), "language": "zh",
        "caller": {"name": "", "number": "13800000001"}, "connected": {"name": "", "number": other.pop("connected", "")},
        "dialplan": {"context": "from-trunk", "exten": "12345", "priority": 2}, "creationtime": "2026-11-23T09:15:02.000+0800",
    }  # fmt: skip
    stamp = (START + timedelta(seconds=second, hours=8)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0800"
    return json.dumps({"type": kind, "timestamp": stamp, "application": "minhu", "channel": channel} | other)


ARI = [
    ari("StasisStart", 0, state="Ring", args=[]),
    ari("ChannelVarset", 0.1, variable="X", value="y"),
    ari("ChannelStateChange", 1.2),
    ari("ChannelDtmfReceived", 3, digit="2", duration_ms=120),
    ari("ChannelDtmfReceived", 4, digit="#", duration_ms=90),
    ari("ChannelEnteredBridge", 5, bridge={"id": "b-1", "channels": [CALL]}),
    ari("ChannelEnteredBridge", 9, bridge={"id": "b-1", "channels": [CALL, "1795400110.18"]}, connected="8002"),
    ari("ChannelHold", 40), ari("ChannelUnhold", 55.5),
    ari("BridgeBlindTransfer", 60, result="Not Permitted", exten="9", transferee=json.loads(ari("x", 0))["channel"]),
    ari("BridgeBlindTransfer", 70, "1795400110.18", result="Success", exten="8110", transferee=json.loads(ari("x", 0))["channel"]),
    ari("ChannelHangupRequest", 99, cause=16),
    ari("ChannelDestroyed", 99.25, cause=16, cause_txt="Normal Clearing"),
]  # fmt: skip


def esl(name: str, second: float, sequence: int, **headers: str) -> bytes:
    stamp = int((START + timedelta(seconds=second)).timestamp() * 1_000_000)
    lines = {
        "Event-Name": name,
        "Core-UUID": "c-1",
        "Event-Date-Timestamp": str(stamp),
        "Event-Sequence": str(sequence),
    }
    lines |= {"Unique-ID": "fs-7", "Caller-Caller-ID-Number": "%2B8613800000001"}
    lines |= {key.replace("_", "-"): value for key, value in headers.items()}
    body = "".join(f"{key}: {value}\n" for key, value in lines.items()) + "\n"
    return f"Content-Length: {len(body.encode())}\nContent-Type: text/event-plain\n\n{body}".encode()


ESL = [
    b"Content-Type: auth/request\n\n", b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n",
    esl("CHANNEL_CREATE", 0, 1), esl("HEARTBEAT", 0.5, 2), esl("CHANNEL_PROGRESS_MEDIA", 0.6, 3),
    esl("CHANNEL_ANSWER", 1.2, 4), esl("DTMF", 3, 5, DTMF_Digit="%2A", DTMF_Duration="2000"),
    esl("DTMF", 4, 6, DTMF_Digit="1", DTMF_Duration="2000"), esl("CHANNEL_EXECUTE", 5, 7, Application="playback"),
    esl("CHANNEL_BRIDGE", 9, 8, Other_Leg_Destination_Number="8002"), esl("CHANNEL_HOLD", 40, 9),
    esl("CHANNEL_UNHOLD", 55.5, 10),
    esl("CHANNEL_EXECUTE", 70, 11, Application="transfer", Application_Data="8110%20XML%20default"),
    esl("CHANNEL_HANGUP", 99.25, 12, Hangup_Cause="NORMAL_CLEARING"),
    esl("CHANNEL_HANGUP_COMPLETE", 99.3, 13, Hangup_Cause="NORMAL_CLEARING"),
]  # fmt: skip

QUEUE_LOG = """1795400100|NONE|NONE|NONE|QUEUESTART|
1795400103|1795400102.17|hotline|NONE|ENTERQUEUE||13800000001|1
1795400106|1795400102.17|hotline|PJSIP/8001|RINGNOANSWER|3000
1795400112|1795400102.17|hotline|PJSIP/8002|CONNECT|9|1795400110.18|4
1795400150|1795400102.17|hotline|PJSIP/8002|BLINDTRANSFER|8110|from-queue|9|38|1
1795400104|1795400104.19|hotline|NONE|ENTERQUEUE||13800000002|2
1795400134|1795400104.19|hotline|NONE|ABANDON|1|2|30
1795400135.250|1795400135.20|hotline|NONE|ENTERQUEUE||13800000003|1
1795400195.250|1795400135.20|hotline|NONE|EXITWITHTIMEOUT|1|1|60
1795400200|1795400200.21|hotline|NONE|ENTERQUEUE||13800000004|1
1795400204|1795400200.21|hotline|PJSIP/8003|CONNECT|4|1795400201.22|3
1795400264|1795400200.21|hotline|PJSIP/8003|COMPLETECALLER|4|60|1""".split("\n")


def of_ari() -> list[CallEvent]:
    return [event for one in ARI if (event := read_ari(one)) is not None]


def of_esl() -> list[CallEvent]:
    return EslReader().feed(b"".join(ESL))


def of_queue() -> list[CallEvent]:
    return [event for one in QUEUE_LOG if (event := read_queue_log(one)) is not None]


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


def test_asterisk_tells_a_whole_call() -> None:
    assert states_of(of_ari()) == {
        CALL: CallState(
            CALL,
            Phase.OVER,
            at(0),
            at(1.2),
            at(9),
            at(99.25),
            "13800000001",
            "",
            "8002",
            "8110",
            "2#",
            "Normal Clearing",
        )
    }


def test_freeswitch_tells_the_same_call() -> None:
    assert states_of(of_esl()) == {
        "fs-7": CallState(
            "fs-7", Phase.OVER, at(0), at(1.2), at(9), at(99.25), "+8613800000001", "", "8002", "8110", "*1", "NORMAL_CLEARING"
        )
    }  # fmt: skip


def test_the_queue_log_tells_who_waited_and_who_gave_up() -> None:
    found = states_of(of_queue())
    told = [(one.phase, one.queue, one.agent, one.whereto, one.abandoned, one.why) for one in found.values()]
    assert told == [
        (Phase.TALKING, "hotline", "PJSIP/8002", "8110", False, ""),
        (Phase.OVER, "hotline", "", "", True, ""),
        (Phase.RINGING, "hotline", "", "", False, ""),
        (Phase.OVER, "hotline", "PJSIP/8003", "", False, "caller"),
    ]
    assert found["1795400104.19"].ended == datetime.fromtimestamp(1795400134, UTC)
    assert found["1795400135.20"].began == datetime.fromtimestamp(1795400135.25, UTC)
    kinds = [one.kind.value for one in of_queue()]
    assert kinds.count("not_answered") == kinds.count("left_queue") == 1


def test_what_is_still_going_on_is_told_as_such() -> None:
    phases = [next(iter(states_of(of_ari()[:count]).values())).phase.value for count in range(1, len(of_ari()) + 1)]
    assert phases == ["ringing", "talking", "talking", "talking", "talking", "held", "talking", "talking", "over"]


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 30))
def test_order_and_repetition_change_nothing(chance: random.Random, again: int) -> None:
    events = of_ari() + of_esl() + of_queue()
    mixed = events + chance.choices(events, k=again)
    chance.shuffle(mixed)
    assert states_of(mixed) == states_of(events)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.builds(
    CallEvent, st.sampled_from(["a", "b"]), st.integers(0, 5).map(at), st.sampled_from(CallEventKind), st.sampled_from(["", "1", "2"]),
), max_size=30), st.randoms(use_true_random=False))  # fmt: skip
def test_any_events_in_any_order_come_to_one_state(events: list[CallEvent], chance: random.Random) -> None:
    mixed = events + chance.choices(events, k=3) if events else []
    chance.shuffle(mixed)
    assert states_of(mixed) == states_of(events)
    for state in states_of(events).values():
        ends = [one for one in events if one.call == state.call and one.kind in ("hung_up", "abandoned")]
        assert (state.phase is Phase.OVER) == bool(ends) == (state.ended is not None)


def test_a_call_of_ever_more_events_still_ends() -> None:
    events = [CallEvent("a", at(one), CallEventKind.DTMF, "1", str(one)) for one in range(MOST_EVENTS + 500)]
    state = states_of([*events, CallEvent("a", at(9999), CallEventKind.HUNG_UP, "x")])["a"]
    assert (len(state.digits), state.phase, state.ended) == (MOST_EVENTS, Phase.OVER, at(9999))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 400), max_size=20))
def test_the_event_socket_does_not_depend_on_the_pieces(cuts: list[int]) -> None:
    reader, rest, found = EslReader(), b"".join(ESL), list[CallEvent]()
    for cut in [*cuts, len(rest)]:
        found += reader.feed(rest[:cut])
        rest = rest[cut:]
    assert found == of_esl()


@pytest.mark.parametrize(
    "line",
    ["", "a|b", "x|1.2|q|NONE|ABANDON|1", "99999999999|1.2|q|NONE|ABANDON", "-5|1.2|q|NONE|ABANDON", "9" * 10 + "|1.2|q|NONE|ABANDON",
     "1795400103|1.2|q|" + "x" * 5000 + "|ABANDON"],
)  # fmt: skip
def test_lines_that_are_none_are_refused(line: str) -> None:
    with pytest.raises(Invalid, match="queue_log"):
        read_queue_log(line)


@pytest.mark.parametrize(
    "message",
    ["", "[]", "null", "{}", '{"type": 5}', "[" * 20_000, "x" * (MOST_MESSAGE + 1), '{"type": "ChannelHold"}',
     '{"type": "ChannelHold", "channel": []}', '{"type": "ChannelHold", "channel": {"id": "1"}}',
     '{"type": "ChannelHold", "channel": {"id": "1"}, "timestamp": "2026-11-23T09:15:02"}',
     '{"type": "ChannelHold", "channel": {"id": "1"}, "timestamp": "0001-01-01T00:00:00+2300"}',
     '{"type": "ChannelHold", "channel": {"id": {"a": 1}}, "timestamp": 5}'],
)  # fmt: skip
def test_messages_that_are_none_are_refused(message: str) -> None:
    with pytest.raises(Invalid, match="话务平台"):
        read_ari(message)


def test_an_event_socket_that_announces_too_much_is_closed() -> None:
    for data in (b"Content-Length: %d\n\n" % (MOST_EVENT + 1), b"Content-Length: -1\n\n", b"x" * 20_000):
        with pytest.raises(Invalid, match="连接已关闭"):
            EslReader().feed(data)


def test_hostile_bytes_tell_nothing_or_are_refused() -> None:
    whole, refused = b"".join(ESL), 0
    for seed in range(300):
        chance, data = random.Random(seed), bytearray(whole)
        for _ in range(chance.choice([1, 5, 50])):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            found = EslReader().feed(bytes(data))
        except Invalid:
            refused += 1
        else:
            assert len(found) <= len(of_esl())
            assert all(one.detail.isprintable() and one.at.year < 2100 for one in found)
    assert 0 < refused < 300
    assert read_event("Event-Name: CHANNEL_ANSWER\nUnique-ID: \x00\nEvent-Date-Timestamp: 5") is None
    assert read_event("Event-Name: CHANNEL_ANSWER\nUnique-ID: a\nEvent-Date-Timestamp: 9999999999999999") is None
    assert read_event("Event-Name: DTMF\nUnique-ID: a\nDTMF-Digit: 12\nEvent-Date-Timestamp: 5") is None
