"""Clocks that jump: no order, promise, entry or lock depends on a clock that only ever goes forward."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.faults.shifted_clock import Shifted

from exchange.test_incoming import unit_system
from factories import City, make_order
from kernel.test_calendar import MINUTE
from minhu.directory.access import acting_as, as_system
from minhu.directory.domain.codes import code_at, step_of
from minhu.directory.models import Factor, Staff
from minhu.directory.queries.limits import profile
from minhu.directory.services import second_step
from minhu.engines import webhooks
from minhu.exchange.models import Delivery, Partner
from minhu.exchange.services.delivering import deliver
from minhu.exchange.services.outbox import put
from minhu.exchange.services.partners import MOST_HOURS, TEST_KIND, forget_old_keys, new_secrets
from minhu.handling.models import Clock, Order, OrderStep
from minhu.handling.services import sweep, take
from minhu.handling.types import Light, Step, StepData
from minhu.intake import services as intake
from minhu.intake.models import Attempt
from minhu.intake.services import opening
from minhu.intake.types import NewRequest
from minhu.kernel import clock
from minhu.kernel.errors import NotFound, TooMany
from minhu.ledger import services as ledger
from minhu.ledger import witness
from minhu.ledger.queries import entries_of
from minhu.server import background
from portals.accounts_help import city, code, enrol, is_in, sign_in

__all__ = ["city", "unit_system"]
pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
JUMPS = (HOUR, -HOUR, DAY, -DAY, timedelta(seconds=-3))


@pytest.fixture
def house(db: None, monkeypatch: pytest.MonkeyPatch) -> Shifted:
    """A house whose clock may be set, with a clock in this process that nothing else of the session goes by."""
    monkeypatch.setattr(clock, "_house", clock._House((datetime.now(UTC), time.monotonic())))
    return Shifted.install()


def near(one: datetime, other: datetime, by: timedelta = timedelta(seconds=30)) -> bool:
    return abs(one - other) <= by


# -- one time for all processes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", JUMPS)
def test_machines_whose_clocks_differ_live_at_the_same_time(
    house: Shifted, wrong: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "_house", clock._House((datetime.now(UTC) + wrong, time.monotonic())))
    house.jump(timedelta(0))
    assert near(clock.now(), datetime.now(UTC), timedelta(seconds=1)), "this machine goes by its own wrong clock"


def test_a_clock_that_is_set_on_one_machine_moves_nothing(house: Shifted, monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime(1999, 1, 1, tzinfo=UTC)

    before = clock.now()
    monkeypatch.setattr(clock, "datetime", Wrong)
    assert timedelta(0) < clock.now() - before < timedelta(seconds=30), "time runs, and by no other clock"


@pytest.mark.parametrize("by", JUMPS)
def test_steps_are_noticed_noted_and_doubted(city: City, house: Shifted, by: timedelta) -> None:
    house.watch.look()
    before = clock.now()
    house.jump(by)
    assert near(clock.now(), before + by)
    assert clock.is_doubted() == (by >= clock.LEAP)
    house.watch.look()
    with as_system():
        noted = [round(entry.payload["seconds"], -1) for entry in entries_of(("house", "clock"))]
    assert noted == ([by.total_seconds()] if abs(by) > clock.SLACK else []), "a long step is noted, once"


def test_a_moment_that_was_taken_back_is_not_recent(house: Shifted) -> None:
    moment = clock.now()
    assert clock.is_recent(moment, HOUR)
    assert clock.is_recent(moment + timedelta(seconds=3), HOUR), "three seconds are nothing"
    assert not clock.is_recent(moment + HOUR, HOUR)
    assert not clock.is_recent(moment - 2 * HOUR, HOUR)


# -- what the program does by itself ----------------------------------------------------------------------------------


def lights(order: Order) -> dict[int, tuple[str, datetime]]:
    with as_system():
        rows = Clock.objects.filter(order=order, stopped_at=None)
        return {row.pk: (row.light, row.due_at) for row in rows}


@pytest.mark.parametrize("restart", [False, True])
def test_nothing_is_closed_by_a_leap_and_the_lights_come_back(
    city: City, home: Any, house: Shifted, restart: bool
) -> None:
    house.watch.look()
    answered, working = make_order(city, upto="to_call_back"), make_order(city, upto="dispatched")
    before = {order.pk: lights(order) for order in (answered, working)}
    ledger.sequencer_tick()
    house.jump(40 * DAY)
    sweep()
    with as_system():
        states = set(Order.objects.filter(pk__in=before).values_list("state", flat=True))
        assert states == {"to_call_back", "dispatched"}, "the program decided by a clock that had leapt"
    assert {lights(working)[pk][0] for pk in before[working.pk]} == {Light.RED.value}
    take_note(city, working)
    ledger.sequencer_tick()
    house.jump(-40 * DAY, looked=not restart)
    if restart:
        house.restarted()
    sweep()
    after = {order.pk: lights(order) for order in (answered, working)}
    assert {pk: {n: after[pk][n] for n in was} for pk, was in before.items()} == before
    with clock.at(clock.now() + 40 * DAY):
        sweep()
        with as_system():
            assert Order.objects.get(pk=answered.pk).state == "closed", "when the time has truly come, it is done"


def take_note(city: City, order: Order) -> None:
    with acting_as(city.actor("dispatcher")):
        take(order.number, Step.NOTE, StepData(text="时钟跳变期间的批注"))


# -- the ledger -------------------------------------------------------------------------------------------------------


def test_a_ledger_whose_times_go_back_and_forth_is_verified(city: City, home: Any, house: Shifted) -> None:
    house.watch.look()
    order = make_order(city, upto="in_progress")
    for by in (*JUMPS, -40 * DAY, 80 * DAY, -40 * DAY):
        house.jump(by)
        take_note(city, order)
        assert ledger.sequencer_tick() > 0
        ledger.run_contracts()
    ledger.sequencer_tick()
    witness.catch_up()
    found = ledger.verify()
    assert found.ok, found.findings
    with as_system():
        steps = list(OrderStep.objects.filter(order=order).order_by("id").values_list("version", "at"))
    assert [version for version, _ in steps] == list(range(1, len(steps) + 1)), (
        "the order of steps is no matter of time"
    )
    assert [at for _, at in steps] != sorted(at for _, at in steps), "the clock has gone back in this history"


# -- doors ------------------------------------------------------------------------------------------------------------


def test_a_session_of_a_clock_ahead_ends_in_true_time(city: City, house: Shifted) -> None:
    house.jump(DAY)
    client = sign_in("dispatcher")
    assert is_in(client)
    house.jump(-DAY)
    assert is_in(client), "nobody is thrown out by it"
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert not is_in(client), "a session that is idle for a day"


def test_a_session_is_not_longer_for_a_clock_that_was_set_back(city: City, house: Shifted) -> None:
    client = sign_in("dispatcher")
    house.jump(-HOUR)
    start, minute = clock.now(), 0
    while minute < 12 * 60:
        with clock.at(start + minute * MINUTE):
            assert is_in(client)
        minute += 20
    with clock.at(start + timedelta(minutes=12 * 60 + 1)):
        assert not is_in(client)


def test_a_first_step_of_a_clock_ahead_is_worth_nothing_later(city: City, house: Shifted) -> None:
    seed, _ = enrol(city.staff["dispatcher"])
    house.jump(DAY)
    client = sign_in("dispatcher")
    house.jump(-DAY)
    client.post("/login/second/", {"code": code(seed)})
    assert not is_in(client)


def test_no_code_counts_twice_and_none_is_refused_for_a_day(city: City, house: Shifted) -> None:
    staff = city.staff["dispatcher"]
    seed, _ = enrol(staff)
    used = [code_at(seed, step_of(clock.now()) + ahead) for ahead in (0, 1)]
    assert second_step.try_code(staff.pk, used[0]).right == "totp"
    house.jump(DAY)
    used.append(code(seed))
    assert second_step.try_code(staff.pk, used[-1]).right == "totp"
    house.jump(-DAY)
    for old in used:
        assert second_step.try_code(staff.pk, old).right == "", "a code that was used, or may have been seen"
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert second_step.try_code(staff.pk, code(seed)).right == "totp"


def test_a_lock_of_a_clock_ahead_ends_when_locks_end(city: City, house: Shifted) -> None:
    staff = city.staff["dispatcher"]
    seed, _ = enrol(staff)
    house.jump(DAY)
    for _ in range(profile().attempts):
        second_step.try_code(staff.pk, "000000")
    house.jump(-DAY)
    assert second_step.locked_until(Staff.objects.get(pk=staff.pk)), "setting the clock opens no lock"
    with clock.at(clock.now() + profile().lock_for + timedelta(minutes=1)):
        assert second_step.try_code(staff.pk, code(seed)).right == "totp"
    assert Factor.objects.get(staff=staff).last_step <= step_of(clock.now() + DAY)


def test_emergency_access_of_a_clock_ahead_is_as_short(city: City, house: Shifted, settings: Any) -> None:
    until = clock.now() + DAY + timedelta(minutes=settings.MINHU_EMERGENCY_MINUTES)
    Staff.objects.filter(username="dispatcher").update(emergency_until=until)
    house.jump(DAY)
    house.jump(-DAY)
    found = Staff.objects.get(username="dispatcher").emergency_until
    assert found is not None
    assert found <= clock.now() + timedelta(minutes=settings.MINHU_EMERGENCY_MINUTES)


@pytest.mark.django_db(transaction=True)
def test_follow_codes_lock_and_open_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts are counted on a connection of their own, so this house is shifted by its own clock alone."""
    receipt = intake.receive(NewRequest(text="幸福路3号门前的路灯坏了，晚上看不清路。"))
    wrong = f"{(int(receipt.code) + 1) % 1_000_000:06d}"
    present = clock.now()
    with clock.at(present + DAY):
        for _ in range(5):
            with pytest.raises(NotFound):
                intake.open_by_code(receipt.number, wrong, "192.0.2.1")
        with pytest.raises(TooMany):
            intake.open_by_code(receipt.number, receipt.code, "192.0.2.1")
    with clock.at(present):
        assert opening.after_set_back() > 0
        with pytest.raises(TooMany):
            intake.open_by_code(receipt.number, receipt.code, "192.0.2.1")
    with clock.at(present + timedelta(minutes=16)):
        assert intake.open_by_code(receipt.number, receipt.code, "192.0.2.1") == receipt.request_id
    assert not Attempt.objects.filter(window_from__gt=present + HOUR).exists()


# -- messages and jobs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", JUMPS)
def test_a_message_is_fresh_once_and_never_again(
    city: City, unit_system: Partner, house: Shifted, by: timedelta
) -> None:
    number = make_order(city, upto="in_progress").number
    body = f'{{"type": "order.progress", "data": {{"number": "{number}", "text": "抢修队已出发"}}}}'.encode()
    headers = webhooks.sign(unit_system.secret_in, "m-1", clock.now(), body)

    def send() -> int:
        url = f"/hooks/{unit_system.uid}/"
        return Client().post(url, body, content_type="application/json", headers=headers).status_code

    assert send() == 200
    house.jump(by)
    assert send() == (401 if abs(by) > webhooks.TOLERANCE else 200)
    house.jump(-by)
    assert send() == 200
    with as_system():
        assert OrderStep.objects.filter(order__number=number, step="note").count() == 1


def test_a_message_does_not_wait_for_a_day_that_was_taken_back(
    city: City, unit_system: Partner, house: Shifted
) -> None:
    house.jump(DAY)
    Partner.objects.filter(pk=unit_system.pk).update(url="http://127.0.0.1:9/nobody")
    with as_system():
        waiting = put(unit_system, TEST_KIND, {}, clock.now())
    house.jump(-DAY)
    assert deliver() == 1
    assert Delivery.objects.get(pk=waiting.pk).attempts == 1


def test_old_keys_of_a_partner_outlive_a_leap_and_no_key_a_clock_set_back(
    city: City, unit_system: Partner, house: Shifted
) -> None:
    house.watch.look()
    with as_system():
        new_secrets(unit_system.pk, 24)
    house.jump(2 * DAY)
    house.watch.look()
    assert forget_old_keys() == 0, "the clock may be wrong: nothing is forgotten for good"
    assert len(Partner.objects.get(pk=unit_system.pk).believed(clock.now())) == 1, "nor is the old key believed"
    house.jump(-2 * DAY)
    house.watch.look()
    assert len(Partner.objects.get(pk=unit_system.pk).believed(clock.now())) == 2
    house.jump(365 * DAY)
    with as_system():
        new_secrets(unit_system.pk, MOST_HOURS)
    house.jump(-365 * DAY)
    house.watch.look()
    longest = clock.now() + timedelta(hours=MOST_HOURS)
    assert len(Partner.objects.get(pk=unit_system.pk).believed(longest)) == 1, "no key lives for a year"


def test_a_leap_of_the_clock_takes_no_job_from_a_worker_that_lives() -> None:
    class Job:
        id, task_name, attempts = 7, "minhu.intake.import_file", 1

    class Jobs:
        stalled: tuple[Job, ...] = (Job(),)
        given: tuple[int, ...] = ()

        async def get_stalled_jobs(self, **_: float) -> tuple[Job, ...]:
            return self.stalled

        async def retry_job(self, job: Job) -> None:
            self.given += (job.id,)

    jobs: Any = Jobs()

    def look(before: frozenset[int]) -> frozenset[int]:
        return asyncio.run(background._give_back_stalled(jobs, before))

    seen = look(frozenset())
    assert jobs.given == (), "all heartbeats look old right after a leap"
    jobs.stalled = ()
    seen = look(seen)
    jobs.stalled = (Job(),)
    seen = look(seen)
    assert jobs.given == ()
    seen = look(seen)
    assert jobs.given == (7,), "a worker that stays silent is dead"
    assert seen == frozenset()
