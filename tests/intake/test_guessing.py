"""Who guesses follow codes is stopped; who has the right one is let in, whatever others do to the number."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from minhu.intake import services
from minhu.intake.services import opening
from minhu.intake.types import NewRequest, Receipt
from minhu.kernel import clock
from minhu.kernel.errors import NotFound, TooMany

from .conftest import TEXT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receipt() -> Receipt:
    return services.receive(NewRequest(text=TEXT))


def wrong(receipt: Receipt, client: str) -> type[Exception]:
    """What a wrong code from `client` is answered with."""
    code = f"{(int(receipt.code) + 1) % 1_000_000:06d}"
    with pytest.raises((NotFound, TooMany)) as caught:
        services.open_by_code(receipt.number, code, client)
    return caught.type


def opens(receipt: Receipt, client: str) -> bool:
    with contextlib.suppress(TooMany):
        return services.open_by_code(receipt.number, receipt.code, client) == receipt.request_id
    return False


def test_five_wrong_codes_close_the_door_to_who_guessed_and_to_nobody_else(receipt: Receipt) -> None:
    assert [wrong(receipt, "192.0.2.1") for _ in range(5)] == [NotFound] * 5
    assert not opens(receipt, "192.0.2.1")
    assert opens(receipt, "192.0.2.2")
    with clock.at(clock.now() + timedelta(minutes=16)):
        assert opens(receipt, "192.0.2.1")


def test_the_citizen_gets_in_while_many_guess(receipt: Receipt) -> None:
    for at in range(30):
        assert wrong(receipt, f"192.0.2.{at // 5}") is NotFound
    assert wrong(receipt, "192.0.2.100") is TooMany
    assert not opens(receipt, "192.0.2.100"), "who guessed wrong has had his one guess"
    assert opens(receipt, "192.0.2.101")
    assert opens(receipt, "192.0.2.101"), "a right code is no guess"
    with clock.at(clock.now() + timedelta(minutes=61)):
        assert wrong(receipt, "192.0.2.100") is NotFound
        assert opens(receipt, "192.0.2.100")


def test_no_number_of_networks_guesses_on_for_ever(receipt: Receipt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "FOR_NUMBER", opening._Bound(3, timedelta(hours=1)))
    monkeypatch.setattr(opening, "FOR_DAY", opening._Bound(6, timedelta(days=1)))
    found = [wrong(receipt, f"192.0.2.{at}") for at in range(6)]
    assert found == [NotFound] * 3 + [TooMany] * 3
    assert not opens(receipt, "192.0.2.50")
    with clock.at(clock.now() + timedelta(hours=25)):
        assert opens(receipt, "192.0.2.51")


def test_a_closed_door_counts_nothing_against_the_number(receipt: Receipt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "FOR_DAY", opening._Bound(6, timedelta(days=1)))
    for _ in range(15):
        wrong(receipt, "192.0.2.1")
    assert opens(receipt, "192.0.2.2")


def test_guesses_at_the_same_moment_are_counted_one_by_one(receipt: Receipt) -> None:
    barrier = Barrier(8)

    def guess(_at: int) -> type[Exception]:
        barrier.wait(10)
        try:
            return wrong(receipt, "192.0.2.1")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(guess, range(8)))
    assert (found.count(NotFound), found.count(TooMany)) == (5, 3)


def test_a_household_of_ipv6_is_one_guesser(receipt: Receipt) -> None:
    found = [wrong(receipt, f"2001:db8:1:2{at:02x}::{at + 1:x}") for at in range(6)]
    assert found == [NotFound] * 5 + [TooMany]
    assert opens(receipt, "2001:db8:1:300::1")
    assert opening.network_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert opening.network_of("token:3") == "token:3"


def test_a_client_cannot_walk_through_the_numbers() -> None:
    answers = []
    for at in range(30):
        with pytest.raises((NotFound, TooMany)) as caught:
            services.open_by_code(f"26030100000{at:02d}", "123456", "walker")
        answers.append(caught.type)
    assert answers == [NotFound] * 20 + [TooMany] * 10


def test_an_own_request_buys_no_new_guesses_at_those_of_others() -> None:
    own = services.receive(NewRequest(text=TEXT))
    answers = []
    for at in range(24):
        if at % 4 == 3:
            with contextlib.suppress(TooMany):
                services.open_by_code(own.number, own.code, "walker")
        with pytest.raises((NotFound, TooMany)) as caught:
            services.open_by_code(f"26030100000{at:02d}", "123456", "walker")
        answers.append(caught.type)
    assert answers == [NotFound] * 20 + [TooMany] * 4
