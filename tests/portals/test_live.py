"""Live updates: a change reaches those whose matter it is, and nobody else; nothing is told of what did not happen."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from factories import City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.handling.events import OrderChanged
from minhu.intake.events import HistoricRow, RequestsImported
from minhu.kernel import clock
from minhu.kernel.errors import TooMany, Unavailable
from minhu.portals.live import announcing, listening
from minhu.portals.live.topics import allowed


@pytest.fixture
def city() -> City:
    with as_system():
        return make_city()


@pytest.mark.django_db
def test_each_desk_follows_its_own_topics_only(city: City) -> None:
    def topics(name: str, asked: str = "") -> set[str]:
        with acting_as(city.actor(name)) as actor:
            return set(allowed(actor, asked))

    water, urban = f"unit:{city.unit('water')}", f"unit:{city.unit('urban')}"
    assert topics("dispatcher") >= {"desk"}
    assert topics("dispatcher", "supervision") == set()
    assert topics("supervisor") >= {"supervision"}
    assert topics("water_handler") == {water}
    assert topics("water_handler", f"unit,{urban},desk,supervision") == {water}
    assert topics("system_admin", "desk,unit,supervision") == set()


@pytest.mark.django_db
def test_an_order_is_followed_only_by_those_who_may_see_it(city: City) -> None:
    with as_system():
        order = make_order(city, upto="in_progress")
    asked = f"order:{order.pk},order:x,order:-1,order:99999999999999999999,order:"
    for name, sees in (
        ("dispatcher", True),
        ("water_handler", True),
        ("urban_handler", False),
        ("system_admin", False),
    ):
        with acting_as(city.actor(name)) as actor:
            assert allowed(actor, asked) == ({f"order:{order.pk}"} if sees else frozenset()), name


@pytest.mark.django_db
def test_a_new_order_is_announced_to_desk_and_units_with_keys_only(
    city: City, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(announcing, "_notify", lambda payload: sent.append(json.loads(payload)))
    with django_capture_on_commit_callbacks(execute=True), as_system():
        announcing.on_order(OrderChanged(7, "2603090000011", "dispatch", "to_dispatch", "dispatched", (3, 4)))
        waiting = HistoricRow(9, "n", clock.now(), "题", "", None, None, "", "normal", None, "", None)
        announcing.on_import(RequestsImported(1, (waiting, waiting)))
    assert sent == [
        {"key": "order:7", "to": ["desk", "order:7", "unit:3", "unit:4"], "n": 1},
        {"key": "import:9", "to": ["desk"], "n": 2},
    ]


@pytest.mark.django_db(transaction=True)
def test_notices_arrive_through_postgresql_after_the_commit_only() -> None:
    """The whole way: transaction → NOTIFY → listening thread → the client's loop."""

    async def scene() -> tuple[dict[str, int], dict[str, int]]:
        hub = listening.Hub()
        with hub.client("s", frozenset({"desk"})) as mine, hub.client("t", frozenset({"unit:5"})) as other:
            await asyncio.to_thread(_wait_for_listener)
            await asyncio.to_thread(_tell)
            await asyncio.wait_for(mine.wake.wait(), 10)
            await asyncio.sleep(0.2)
            return mine.take(), other.take()

    mine, other = asyncio.run(scene())
    assert mine == {"order:1": 1}
    assert other == {}


@pytest.mark.django_db(transaction=True)
def test_a_lost_database_connection_is_found_again() -> None:
    async def scene() -> dict[str, int]:
        hub = listening.Hub()
        with hub.client("s", frozenset({"desk"})) as mine:
            await asyncio.to_thread(_wait_for_listener)
            await asyncio.to_thread(_cut)
            await asyncio.wait_for(mine.wake.wait(), 20)  # told to count anew
            mine.take()
            await asyncio.to_thread(_tell)
            await asyncio.wait_for(mine.wake.wait(), 10)
            return mine.take()

    assert asyncio.run(scene()) == {"order:1": 1}


def _cut() -> None:
    """End the listener's connection, as a restart of the database does."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET ROLE NONE")
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'minhu live' AND datname = current_database()"
        )
    connection.close()


def _wait_for_listener() -> None:
    with connection.cursor() as cursor:
        for _ in range(100):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE application_name = 'minhu live' AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                cursor.execute("SELECT pg_sleep(0.3)")
                break
            cursor.execute("SELECT pg_sleep(0.1)")
    connection.close()


def _tell() -> None:
    with transaction.atomic():
        announcing.tell("order:2", ["desk"])
        transaction.set_rollback(True)
    with transaction.atomic():
        announcing.tell("order:1", ["desk"])
    connection.close()


def test_one_session_and_one_process_have_their_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        hub = listening.Hub()
        monkeypatch.setattr(hub, "_listen", lambda: None)
        with hub.client("s", frozenset()), hub.client("s", frozenset()):
            monkeypatch.setattr(listening, "MOST_PER_SESSION", 2)
            with pytest.raises(TooMany):
                hub.check_room("s")
            hub.check_room("t")
            monkeypatch.setattr(listening, "MOST_CLIENTS", 2)
            with pytest.raises(Unavailable):
                hub.check_room("t")
        hub.check_room("s")

    asyncio.run(scene())


def test_foreign_notices_and_floods_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> dict[str, int]:
        hub = listening.Hub()
        monkeypatch.setattr(hub, "_listen", lambda: None)
        with hub.client("s", frozenset({"desk"})) as client:
            for payload in ("", "{", "[]", '{"key": 1}', '{"key": "a", "to": 5}'):
                hub.hand_out(payload)
            for number in range(1000):
                hub.hand_out(json.dumps({"key": f"order:{number}", "to": ["desk"], "n": 1}))
            await asyncio.sleep(0.05)
            return client.take()

    assert len(asyncio.run(scene())) == listening.MOST_PENDING


@pytest.mark.django_db
def test_a_stranger_and_a_process_without_streams_get_a_clear_answer(city: City) -> None:
    client = Client()
    assert client.get("/events/", headers={"Accept": "application/json"}).status_code == 503  # the test client is WSGI
