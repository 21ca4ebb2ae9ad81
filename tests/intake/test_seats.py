"""Seats, offers and call-backs: nobody who waits is lost, whoever closes a browser, whatever comes twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from factories import MONDAY, City, make_city, make_staff
from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.actors import actor_of_staff
from minhu.directory.types import Role
from minhu.engines.speech.calls import CallEvent, CallEventKind
from minhu.intake.domain.callbacks import CallBackSource, Due, TryOutcome, civil, next_try, order, promise
from minhu.intake.domain.emergency import Pressure, effects, forecast, policy_under
from minhu.intake.domain.erlang import erlang_b, erlang_c, impatient, patient
from minhu.intake.domain.seats import DoorRules, Place, SeatState, Waiting, assign, seconds_by_state, turned
from minhu.intake.models import CallBack, Listener, Seat, SeatChange, SeatOffer, Talk
from minhu.intake.queries import callbacks, front_door, seats, talks, wall
from minhu.intake.services import attending, calling, calling_back, emergencies, listening, offering, seating, talking
from minhu.intake.services.calling_back import Wish
from minhu.intake.types import TalkChannel, TalkState
from minhu.kernel import clock
from minhu.kernel.errors import Conflict, Invalid, NotAllowed
from minhu.language.dialogue.types import Mode, Policy
from minhu.ledger.models import Access

READY, BUSY, PAUSE, OFF = SeatState.READY, SeatState.BUSY, SeatState.PAUSE, SeatState.OFF


def at(minutes: float) -> datetime:
    return MONDAY + timedelta(minutes=minutes)


# -- rules --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("waiting", "places", "expected"),
    [
        ([Waiting(1, 5, at(0))], [Place(7, READY, at(2)), Place(8, READY, at(1))], [(1, 8)]),  # ready longest
        ([Waiting(1, 5, at(0)), Waiting(2, 0, at(5))], [Place(7, READY, at(0))], [(2, 7)]),  # danger first
        ([Waiting(1, 5, at(0))], [Place(7, PAUSE, at(0)), Place(8, OFF, at(0))], []),
        ([Waiting(1, 5, at(0), "tax")], [Place(7, READY, at(0), lines=frozenset({"water"}))], []),
        ([Waiting(1, 5, at(0))], [Place(7, READY, at(0), refused=frozenset({1})), Place(8, READY, at(9))], [(1, 8)]),
        ([Waiting(1, 5, at(0))], [Place(7, BUSY, at(0), held=2), Place(8, BUSY, at(1), held=1)], [(1, 8)]),
        ([Waiting(1, 5, at(0))], [Place(7, BUSY, at(0), held=3)], []),  # three written talks at most
        ([Waiting(1, 5, at(0), by_phone=True)], [Place(7, BUSY, at(0), held=1)], []),  # a call is always alone
        ([Waiting(1, 5, at(0))], [Place(7, BUSY, at(0), held=1, on_phone=True)], []),
    ],
)
def test_who_is_offered_what(waiting: list[Waiting], places: list[Place], expected: list[tuple[int, int]]) -> None:
    assert list(assign(waiting, places, 3)) == expected


def test_keys_of_a_seat_and_time_in_each_state() -> None:
    assert turned(OFF, READY, 0) is READY
    assert turned(BUSY, PAUSE, 1) is PAUSE  # no new talks; the one in hand goes on
    with pytest.raises(Invalid, match="还有 2 个会话"):
        turned(BUSY, OFF, 2)
    with pytest.raises(Invalid, match="自动变化"):
        turned(READY, BUSY, 0)
    spent = seconds_by_state([(READY, at(-5)), (BUSY, at(1)), (PAUSE, at(4))], at(0), at(10))
    assert (spent[READY], spent[BUSY], spent[PAUSE], spent[OFF]) == (60, 180, 360, 0)


def test_erlangs_formulas_give_known_values() -> None:
    assert erlang_b(5, 10) == pytest.approx(0.018385, abs=1e-6)  # tables of Erlang B
    assert erlang_c(10, 14) == pytest.approx(0.17413, abs=1e-5)
    calm = patient(10 / 180, 180, 14, 20)
    assert (calm.mean_wait, calm.in_time) == (pytest.approx(7.836, abs=1e-3), pytest.approx(0.8883, abs=1e-4))
    same = impatient(10 / 180, 180, 14, 180, 20)  # patience as long as work: callers in the house are Poisson(10)
    assert same.waits == pytest.approx(0.135536, abs=1e-6)
    endless = impatient(10 / 180, 180, 14, 1e7, 20)
    assert (endless.waits, endless.in_time) == (pytest.approx(0.17413, abs=1e-4), pytest.approx(0.8883, abs=1e-4))
    flood = impatient(5 * 50 / 240, 240, 50, 120, 15)  # five times what they can do: four of five give up
    assert flood.gives_up == pytest.approx(0.8, abs=1e-6)
    assert impatient(1, 60, 0, 60, 15).gives_up == 1


def test_an_emergency_is_proposed_where_people_cannot_serve_what_comes_and_changes_what_it_says() -> None:
    rules = DoorRules()
    assert not forecast(Pressure(arrivals=20, people=12), rules).surge
    assert forecast(Pressure(arrivals=200, people=12), rules).surge
    assert not forecast(Pressure(arrivals=5, people=0), rules).surge  # too few to tell
    assert forecast(Pressure(arrivals=20, people=12, longest_wait=900), rules).surge
    assert "已等 15 分 0 秒" in forecast(Pressure(arrivals=20, people=12, longest_wait=900), rules).reason
    assert "是平时的 20.0 倍" in forecast(Pressure(arrivals=200, people=12, usual=10), rules).reason
    assert policy_under(Policy(Mode.PERSON_FIRST), effects(rules, on=True)) == Policy(questions=2)
    assert policy_under(Policy(Mode.PERSON_FIRST), effects(rules, on=False)).mode is Mode.PERSON_FIRST
    assert effects(rules, on=True).wrap_up_seconds == 15


def test_promises_of_call_backs() -> None:
    late, night = datetime(2026, 3, 9, 12, 30, tzinfo=UTC), datetime(2026, 3, 9, 18, 0, tzinfo=UTC)  # 20:30, 02:00
    assert promise(at(0), 2, None) == at(120)
    assert civil(night) == datetime(2026, 3, 10, 0, 0, tzinfo=UTC)  # 08:00
    assert promise(late, 2, None) == datetime(2026, 3, 10, 0, 0, tzinfo=UTC)
    assert promise(night, 2, None) == datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
    assert next_try(1, TryOutcome.BUSY, at(0), None) == at(5)
    assert next_try(2, TryOutcome.NO_ANSWER, at(0), None) == at(60)
    with pytest.raises(Invalid, match="已经过去"):
        next_try(1, TryOutcome.LATER, at(0), at(-60))
    one, again = Due(1, 1, at(0), at(0), at(120)), Due(2, 3, at(10), at(10), at(130))
    assert min([one, again], key=order) is again  # whoever asked three times moves up


# -- seats --------------------------------------------------------------------------------------------------------


@pytest.fixture
def city(home: object, db: None) -> City:
    """A small city with keys of its own, and a second agent."""
    made = make_city()
    made.staff["agent2"] = make_staff("agent2", made.units["centre"], Role.AGENT, "钱二")
    return made


def waiting_talk() -> UUID:
    uid = talking.begin(TalkChannel.CHAT).uid
    talking.hear(uid, "转人工")
    return uid


def talk(uid: UUID) -> Talk:
    with as_system():
        return Talk.objects.get(uid=uid)


def test_an_offer_goes_on_until_somebody_takes_it_and_a_closed_browser_loses_nothing(city: City) -> None:
    one, two = city.actor("agent"), actor_of_staff(city.staff["agent2"])
    with clock.at(at(0)):
        with acting_as(one):
            seating.turn(READY)
        with acting_as(two):
            seating.turn(READY)
        uid = waiting_talk()
    with clock.at(at(0.1)):
        assert offering.tick() == 1
        with acting_as(one):
            offer = seats.own_seat().offer
            assert offer is not None
            assert offer.uid == uid
            offering.refuse(offer.id)
        assert offering.tick() == 1
        with acting_as(two), pytest.raises(Conflict):
            offering.accept(offer.id)  # somebody else's
    with clock.at(at(0.6)):  # the second lets it ring: on pause, and nobody else is there
        offering.tick()
        with acting_as(two):
            assert seats.own_seat().state is PAUSE
            seating.turn(READY)
        with acting_as(one):
            attending.take(uid)
            assert seats.own_seat().state is BUSY
        seen = Seat.objects.get(staff=city.staff["agent"]).seen_at
    handed = talk(uid).handed_at
    with clock.at(seen + timedelta(seconds=80)):
        with acting_as(two):
            seating.seen()
        assert offering.return_talks() == 0
    with clock.at(seen + timedelta(seconds=100)):
        with acting_as(two):
            seating.seen()
        assert offering.return_talks() == 1
        back = talk(uid)
        assert (back.state, back.agent_id, back.handed_at) == (TalkState.WAITING.value, None, handed)
        with acting_as(one):
            assert seats.own_seat().state is OFF
        SeatOffer.objects.all().delete()
        assert offering.tick() == 1
        with acting_as(two):
            assert offering.accept(seats.own_seat().offer.id) == uid
            attending.end(uid)
            assert seats.own_seat().state is SeatState.WRAP_UP
        ended = clock.now()
    _is_ready_after_a_minute_and_on_the_wall(city, ended)


def _is_ready_after_a_minute_and_on_the_wall(city: City, ended: datetime) -> None:
    two = actor_of_staff(city.staff["agent2"])
    with clock.at(ended + timedelta(seconds=61)):
        with acting_as(two):
            seating.seen()
        seating.end_wrap_ups()
        with acting_as(two):
            assert seats.own_seat().state is READY
        with acting_as(city.actor("supervisor")):
            rows = {row.name: row for row in seats.seats()}
            assert rows["钱二"].taken == 1
            assert wall.wall().day.taken == 1
    assert SeatChange.objects.filter(seat__staff=city.staff["agent2"]).count() >= 6


def test_who_answers_a_call_by_hand_is_offered_nothing_else_and_never_counts_as_not_answering(city: City) -> None:
    one = city.actor("agent")
    with clock.at(at(0)):
        with acting_as(one):
            seating.turn(READY)
            call = attending.begin_call("13800000001")
        waiting_talk()
    with clock.at(at(0.5)):
        assert offering.tick() == 0
    with clock.at(at(1.2)):
        offering.tick()
        with acting_as(one):
            assert seats.own_seat().state is BUSY
            attending.end(call)
            assert seats.own_seat().state is SeatState.WRAP_UP


def test_listening_is_noted_and_seen_and_whispers_reach_the_agent_alone(city: City) -> None:
    uid = waiting_talk()
    with acting_as(city.actor("agent")):
        attending.take(uid)
        with pytest.raises(NotAllowed):
            listening.listen(uid)
    for name, whispers in (("inspector", False), ("supervisor", True)):
        with acting_as(city.actor(name)):
            listening.listen(uid)
            listening.listen(uid)
            if whispers:
                listening.whisper(uid, "先问清楚几楼")
            else:
                with pytest.raises(NotAllowed):
                    listening.whisper(uid, "我来说")
            with pytest.raises(Conflict, match="没有声音"):
                listening.hear_in(uid)
    assert Listener.objects.count() == 2
    with acting_as(city.actor("agent")):
        found = seats.beside(uid)
        assert len(found.listeners) == 2
        assert [one.text for one in found.whispers] == ["先问清楚几楼"]
        assert "几楼" not in str(talks.talk_for_staff(uid).said)
    assert "几楼" not in str(talking.for_citizen(uid).said)
    with acting_as(actor_of_staff(city.staff["agent2"])), pytest.raises(Conflict):
        seats.beside(uid)
    with acting_as(city.actor("supervisor")):
        emergencies.set_rules(DoorRules(listeners_shown=False))
    with acting_as(city.actor("agent")):
        assert seats.beside(uid).listeners == ()


# -- call-backs ---------------------------------------------------------------------------------------------------


def wish(key: str, source: CallBackSource = CallBackSource.MISSED, **more: object) -> Wish:
    return Wish("13900001111", source, key, **more)  # type: ignore[arg-type]


def test_a_call_back_is_one_a_person_and_is_called_until_somebody_decides(city: City) -> None:
    uid = waiting_talk()
    with clock.at(at(0)):
        first = calling_back.ask(wish("call-1"))
        assert calling_back.ask(wish("call-1")) == calling_back.ask(wish("call-1"))  # a duplicate of the exchange
        again = calling_back.ask(wish("call-2", CallBackSource.ASKED, words="路灯不亮", talk=uid))
        assert (again.uid, again.merged) == (first.uid, True)
        with pytest.raises(Invalid, match="11 位"):
            calling_back.ask(Wish("1390000", CallBackSource.ASKED, "k"))
    assert talk(uid).state == TalkState.ENDED.value  # he need not wait there any more
    with clock.at(at(1)), acting_as(city.actor("agent")):
        (row,) = callbacks.queue()
        assert (row.asked, row.phone, row.is_due, row.kept) == (2, "139****1111", True, None)
        with pytest.raises(Conflict, match="先领取"):
            calling_back.number_of(row.uid)
        calling_back.take(row.uid)
        assert calling_back.number_of(row.uid) == "13900001111"
        calling_back.tried(row.uid, TryOutcome.NO_ANSWER, key="t1")
        calling_back.tried(row.uid, TryOutcome.NO_ANSWER, key="t1")
        (row,) = callbacks.queue()
        assert (len(row.tries), row.next_at, row.kept, row.mine) == (1, at(16), True, False)
    with as_system():
        assert Access.objects.filter(subject_type="callback", fields=["phone"]).count() == 1
    with clock.at(at(20)), acting_as(actor_of_staff(city.staff["agent2"])):
        calling_back.take(row.uid)
        with pytest.raises(Invalid):
            calling_back.give_up(row.uid, "")
    with clock.at(at(60)):
        assert calling_back.release_forgotten() == 1  # whoever took it went home
        with acting_as(city.actor("agent")):
            calling_back.take(row.uid)
            assert calling_back.tried(row.uid, TryOutcome.REACHED).value == "done"
            assert callbacks.queue() == ()
            assert callbacks.counts().kept_share == 1
        assert not calling_back.ask(wish("call-3")).merged  # a new matter of a later day


def test_an_emergency_is_decided_by_a_person_and_offers_a_call_back(city: City) -> None:
    with acting_as(city.actor("agent")):
        seating.turn(READY)
        with pytest.raises(NotAllowed):
            emergencies.begin("暴雨", 2)
        with pytest.raises(Invalid, match="居家"):
            seating.turn(READY, at_home=True)
    for _ in range(12):
        waiting_talk()
    assert emergencies.tick() == 1
    assert emergencies.tick() == 0
    assert front_door.emergency_on() is None  # proposed, not on
    with acting_as(city.actor("supervisor")):
        emergencies.begin("暴雨，来电激增", 2)
        with pytest.raises(Conflict):
            emergencies.begin("再来一次", 2)
    with acting_as(city.actor("agent")):
        assert seating.turn(READY, at_home=True) is READY
    uid = waiting_talk()
    assert "稍后给我回电" in talking.for_citizen(uid).said[-1].text
    danger = talking.begin(TalkChannel.CHAT).uid
    talking.hear(danger, "我家厨房着火了，快来人啊")
    assert "回电" not in talking.for_citizen(danger).said[-1].text
    calling_back.ask(wish(str(uuid4()), CallBackSource.ASKED, talk=danger))
    assert talk(danger).state == TalkState.WAITING.value
    with acting_as(city.actor("supervisor")):
        emergencies.end()
        (row,) = front_door.past()
        assert row.report["during"]["arrivals"] == 2
        assert CallBack.objects.count() == 1
    assert not front_door.standing().on


def test_a_call_in_vain_is_called_back_once_and_history_is_not(city: City) -> None:
    started = clock.now()

    def tell(call: str, kind: CallEventKind, seconds: int, detail: str = "", start: datetime = started) -> None:
        calling.take_event("pbx", CallEvent(call, start + timedelta(seconds=seconds), kind, detail), line="12345")

    for _twice in range(2):
        tell("c1", CallEventKind.RINGING, 0, "13900002222")
        tell("c1", CallEventKind.QUEUED, 1, "main")
        tell("c1", CallEventKind.ABANDONED, 40)
        tell("c0", CallEventKind.RINGING, 0, "13900003333", started - timedelta(days=30))
        tell("c0", CallEventKind.HUNG_UP, 9, "", started - timedelta(days=30))
    with acting_as(city.actor("supervisor")):
        (row,) = callbacks.queue()
        assert (row.source, row.asked, row.line) == (CallBackSource.ABANDONED, 1, "12345")
