"""Who was on the line of a hand-over and when: read off the call where it was ours, typed where it was not."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest

from exchange.handing import begun
from factories import MONDAY, City
from minhu.directory.access import acting_as, as_system
from minhu.engines.speech.asterisk import read_ari
from minhu.engines.speech.calls import CallEvent, CallEventKind
from minhu.engines.speech.freeswitch import read_event
from minhu.exchange.models import EmergencyService, HandoverParty
from minhu.exchange.queries import emergency as queries
from minhu.exchange.services import emergency, emergency_calls, emergency_watch
from minhu.intake.models import Call, Talk
from minhu.intake.services import calling
from minhu.kernel import clock
from portals.staff_pages import body, signed_in

pytestmark = pytest.mark.django_db
K = CallEventKind


def call_of(city: City, *events: tuple[float, CallEventKind, str]) -> UUID:
    """A call of ours with a talk; returns the talk."""
    calling.take_events(
        "pbx", [CallEvent("c-1", MONDAY + timedelta(seconds=after), kind, detail) for after, kind, detail in events]
    )
    with as_system():
        talk = Call.objects.get(key="c-1").talk
        assert talk is not None
        return talk.uid


def told(after: float, kind: CallEventKind, detail: str) -> CallEvent:
    return CallEvent("c-1", MONDAY + timedelta(seconds=after), kind, detail)


def parties(uid: UUID) -> list[tuple[str, str, float, float | None]]:
    with as_system():
        rows = HandoverParty.objects.filter(handover__uid=uid, measured=True).order_by("since", "id")
        return [
            (
                one.role,
                str(one.name),
                (one.since - MONDAY).total_seconds(),
                one.until and (one.until - MONDAY).total_seconds(),
            )
            for one in rows
        ]


def test_times_on_the_line_are_those_of_the_call_and_not_typed(city: City) -> None:
    with clock.at(MONDAY + timedelta(seconds=40)):
        talk = call_of(
            city,
            (0, K.RINGING, "13812345678"),
            (1, K.ANSWERED, ""),
            (2, K.QUEUED, "civil"),
            (12, K.CONNECTED, "PJSIP/agent-0000001f"),
        )
        with as_system():
            EmergencyService.objects.filter(code="110").update(phone="0991-110")
        _, uid = begun(city, "110", talk=talk)
        assert emergency_watch.watch() == 0
    agent = city.staff["agent"].name
    assert parties(uid) == [("citizen", "", 1, None), ("agent", agent, 12, None)]
    with clock.at(MONDAY + timedelta(seconds=60)):
        calling.take_events("pbx", [told(50, K.JOINED, "0991110")])
        emergency_calls.follow(talk)
        with acting_as(city.actor("agent")):
            emergency.join(uid, "service", "110 接警员 0317", key="typed")
            emergency.hang_up(uid, key="typed-end")
    assert parties(uid)[-1] == ("service", "110 接警员 0317", 50, None), "the name is typed, the time is not"
    with as_system():
        assert HandoverParty.objects.filter(handover__uid=uid).count() == 3, "nobody stands there twice"
    with clock.at(MONDAY + timedelta(seconds=200)):
        late = [told(150, K.LEFT, "0991110"), told(180, K.HUNG_UP, "caller"), told(50, K.JOINED, "0991110")]
        calling.take_events("pbx", late)
        calling.take_events("pbx", late)
    assert parties(uid) == [("citizen", "", 1, 180), ("agent", agent, 12, 180), ("service", "110 接警员 0317", 50, 150)]
    with acting_as(city.actor("agent")):
        view = queries.view(uid)
        assert all(one.measured for one in view.parties)
        assert [one.spoke for one in view.parties] == [False, False, True], (
            "no word of citizen or agent was written down"
        )
    assert "时间取自通话" in body(signed_in(city, "agent").get(f"/desk/emergency/{uid}/"))


def test_an_agent_who_leaves_a_third_party_and_a_stranger(city: City) -> None:
    with clock.at(MONDAY + timedelta(seconds=20)):
        talk = call_of(
            city, (0, K.RINGING, ""), (1, K.ANSWERED, ""), (5, K.CONNECTED, "dispatcher"), (10, K.CONNECTED, "agent")
        )
        _, uid = begun(city, "110", talk=talk)
    with clock.at(MONDAY + timedelta(seconds=100)):
        later = (
            (30, K.JOINED, "110"),
            (40, K.JOINED, "13900001111"),
            (60, K.LEFT, "agent"),
            (90, K.LEFT, "13900001111"),
        )
        calling.take_events("pbx", [told(*one) for one in later])
        emergency_calls.follow(talk)
    found = parties(uid)
    assert [(role, since, until) for role, _, since, until in found] == [
        ("citizen", 1, None), ("agent", 10, 60), ("service", 30, None), ("other", 40, 90),
    ], "the colleague was gone before anything was handed over"  # fmt: skip
    assert "13900001111" not in found[-1][1], "a stranger's number is masked"


def test_a_handover_without_a_call_of_ours_is_typed_as_ever(city: City) -> None:
    _, uid = begun(city, "110")
    with acting_as(city.actor("agent")):
        emergency.join(uid, "agent", "赵centre", key="p1")
        emergency.hang_up(uid, key="h1")
        (one,) = queries.view(uid).parties
        assert (one.measured, one.until is not None) == (False, True)
    assert emergency_calls.follow_open() == 0


def test_a_conference_of_colleagues_makes_no_call(city: City) -> None:
    calling.take_events(
        "pbx", [CallEvent("conf-9", MONDAY, K.JOINED, "8001"), CallEvent("conf-9", MONDAY, K.LEFT, "8001")]
    )
    with as_system():
        assert not Call.objects.exists()
        assert not Talk.objects.exists()


def test_who_comes_and_goes_is_read_in_the_words_of_both_exchanges() -> None:
    def ari(kind: str, who: str, inside: list[str], number: str) -> CallEvent | None:
        channel = {
            "id": who,
            "name": "PJSIP/trunk-0000001a",
            "caller": {"number": number},
            "connected": {"number": "8002"},
        }
        return read_ari(
            json.dumps(
                {
                    "type": kind,
                    "timestamp": "2026-11-23T09:15:40.000+0800",
                    "channel": channel,
                    "bridge": {"channels": inside},
                }
            )
        )

    joined = ari("ChannelEnteredBridge", "1795400130.20", ["1795400130.20", "1795400110.18", "1795400102.17"], "110")
    assert joined is not None
    assert (joined.call, joined.kind, joined.detail) == ("1795400102.17", K.JOINED, "110"), (
        "the call is the channel that was there first"
    )
    two = ari("ChannelEnteredBridge", "1795400110.18", ["1795400102.17", "1795400110.18"], "8002")
    assert two is not None
    assert two.kind is K.CONNECTED
    left = ari("ChannelLeftBridge", "1795400130.20", ["1795400102.17", "1795400110.18"], "110")
    assert left is not None
    assert (left.call, left.kind) == ("1795400102.17", K.LEFT)
    assert ari("ChannelLeftBridge", "1795400110.18", ["1795400102.17"], "8002") is None
    head = "Event-Name: CUSTOM\nEvent-Subclass: conference%3A%3Amaintenance\nEvent-Date-Timestamp: 1795400140000000\nConference-Name: fs-7\n"
    for action, kind in (("add-member", K.JOINED), ("del-member", K.LEFT)):
        event = read_event(
            f"{head}Action: {action}\nUnique-ID: fs-9\nCall-Direction: outbound\nCaller-Destination-Number: 119\n",
            callers_only=True,
        )
        assert event is not None
        assert (event.call, event.kind, event.detail) == ("fs-7", kind, "119")
    assert read_event(f"{head}Action: add-member\nUnique-ID: fs-7\n") is None, "the caller himself"
    assert read_event(f"{head}Action: start-talking\nUnique-ID: fs-9\n") is None
