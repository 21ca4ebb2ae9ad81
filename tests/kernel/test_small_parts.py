"""Clock, actors, events, errors: what every room leans on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pytest

from minhu.kernel import actors, clock, errors, events

NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


def test_a_fixed_clock_holds_within_its_block_only() -> None:
    with clock.at(NOON.astimezone(timezone(timedelta(hours=8)))):
        assert clock.now() == NOON
        assert clock.now().tzinfo is UTC
        with clock.at(NOON + timedelta(days=1)):
            assert clock.now() == NOON + timedelta(days=1)
        assert clock.now() == NOON
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_clock_refuses_a_moment_without_zone() -> None:
    with pytest.raises(ValueError, match="aware"), clock.at(datetime(2026, 3, 1)):
        pass


def test_the_actor_is_the_system_until_someone_acts() -> None:
    clerk = actors.Actor(kind="staff", id="staff:7", name="李文", roles=frozenset({"dispatcher"}), staff_id=7)
    assert actors.current_actor() is actors.SYSTEM
    with actors.use_actor(clerk):
        assert actors.current_actor() is clerk
    assert actors.current_actor() is actors.SYSTEM


@dataclass(frozen=True)
class Rang(events.Event):
    number: str


@dataclass(frozen=True)
class RangLoudly(Rang):
    pass


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    monkeypatch.setattr(events, "_handlers", {})
    return []


def test_subscribers_hear_in_order_and_an_event_reaches_those_of_its_base(heard: list[str]) -> None:
    @events.subscribe(Rang)
    def first(event: Rang) -> None:
        heard.append(f"first {event.number}")

    @events.subscribe(Rang)
    def second(event: Rang) -> None:
        heard.append(f"second {event.number}")

    events.publish(RangLoudly("1"))
    assert heard == ["first 1", "second 1"]
    events.subscribe(Rang)(first)
    events.publish(Rang("2"))
    assert heard[2:] == ["first 2", "second 2"], "subscribing again must not act twice"


def test_an_error_in_a_subscriber_reaches_the_caller(heard: list[str]) -> None:
    @events.subscribe(Rang)
    def broken(event: Rang) -> None:
        raise errors.Conflict("工单已被他人处理，请刷新后重试。")

    with pytest.raises(errors.Conflict):
        events.publish(Rang("1"))


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (errors.NotFound, 404, "not_found"),
        (errors.NotAllowed, 403, "not_allowed"),
        (errors.Conflict, 409, "conflict"),
        (errors.Invalid, 422, "invalid"),
        (errors.TooMany, 429, "too_many"),
        (errors.Unavailable, 503, "unavailable"),
        (errors.MinhuError, 400, "error"),
    ],
)
def test_each_error_becomes_a_problem_with_status_and_code(
    kind: type[errors.MinhuError], status: int, code: str
) -> None:
    problem = kind("请稍后重试。", fields={"phone": "电话号码位数不对"}).problem()
    assert (problem["status"], problem["code"], problem["detail"]) == (status, code, "请稍后重试。")
    assert problem["errors"] == [{"field": "phone", "detail": "电话号码位数不对"}]
    assert kind("x", code="own", status=418).problem()["status"] == 418
