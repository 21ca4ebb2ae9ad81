"""A full house says so at once and in words; nobody's crowd takes the room of the others."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from contextlib import ExitStack

import pytest

from minhu.kernel.clock import now
from minhu.kernel.errors import TooMany
from minhu.server import problems
from minhu.server.admission import Gate, Kind, kind_of
from minhu.server.staff_proof import proof_of

SECONDS = 0.2
PATIENCE = 0.6
"""Longer where threads must all have come before the first of them goes."""
NOW = int(now().timestamp())
STAFF = f"minhu_session=x; minhu_staff={proof_of('x', NOW)}"
FORGED = {
    "no proof": "minhu_session=x", "a made up one": f"minhu_session=x; minhu_staff={NOW}.{'0' * 64}", "an empty one": "minhu_session=x; minhu_staff=",
    "no number": "minhu_session=x; minhu_staff=x.y", "a long number": f"minhu_session=x; minhu_staff={'9' * 400}.0", "other digits": "minhu_session=x; minhu_staff=²³.0",
    "of another session": f"minhu_session=y; minhu_staff={proof_of('x', NOW)}", "without a session": f"minhu_staff={proof_of('x', NOW)}",
    "of no session": f"minhu_session=; minhu_staff={proof_of('', NOW)}", "an old one": f"minhu_session=x; minhu_staff={proof_of('x', NOW - 13 * 3600)}",
    "a later moment": f"minhu_session=x; minhu_staff={NOW + 1}.{proof_of('x', NOW).partition('.')[2]}",
}  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "cookies", "kind"),
    [
        ("GET", "/healthz", "", Kind.FAST),
        ("GET", "/static/x.css", "minhu_session=x", Kind.FAST),
        ("GET", "/submit/", "", Kind.CREATE),
        ("POST", "/submit/", "minhu_session=x", Kind.CREATE),
        ("POST", "/api/v1/requests", "", Kind.CREATE),
        ("POST", "/open311/v2/requests.json", "", Kind.CREATE),
        ("POST", "/hooks/1/", "", Kind.CREATE),
        ("GET", "/api/v1/requests/1", "", Kind.PUBLIC),
        ("GET", "/", "minhu_csrf=y", Kind.PUBLIC),
        ("GET", "/login/", "", Kind.SIGN_IN),
        ("POST", "/login/", "minhu_csrf=y", Kind.SIGN_IN),
        ("POST", "/login/second/", "minhu_session=x", Kind.SIGN_IN),
        ("GET", "/desk/", "a=b; minhu_session=x", Kind.PUBLIC),
        ("GET", "/desk/", f"a=b; {STAFF}", Kind.STAFF),
        ("POST", "/submit/", STAFF, Kind.CREATE),
        ("GET", "/orders/export/", STAFF, Kind.HEAVY),
        ("GET", "/orders/export/", "minhu_session=x", Kind.PUBLIC),
    ],
)
def test_a_request_is_known_by_its_first_line_and_cookies(method: str, path: str, cookies: str, kind: Kind) -> None:
    assert kind_of(method, path, cookies) is kind


@pytest.mark.parametrize("kind", list(Kind))
def test_so_many_work_so_many_wait_and_the_rest_is_refused_at_once(kind: Kind) -> None:
    gate = Gate(8, 8, PATIENCE)
    rooms = {
        Kind.FAST: (2, 8), Kind.CREATE: (4, 8), Kind.SIGN_IN: (2, 8), Kind.STAFF: (4, 8), Kind.PUBLIC: (2, 4), Kind.HEAVY: (1, 1),
    }  # fmt: skip
    room, queue = rooms[kind]
    with ExitStack() as inside:
        for _ in range(room):
            inside.enter_context(gate.admitted(kind))
        refused: list[TooMany] = []

        def wait() -> None:
            try:
                with gate.admitted(kind):
                    pass
            except TooMany as error:
                refused.append(error)

        threads = [threading.Thread(target=wait) for _ in range(queue)]
        for thread in threads:
            thread.start()
        while len(gate._waiting[kind]) < queue:
            time.sleep(0.001)
        began = time.monotonic()
        with pytest.raises(TooMany) as full, gate.admitted(kind):
            pass
        assert time.monotonic() - began < PATIENCE / 2, "who is refused is refused at once"
        assert full.value.status == 429
        assert 1 <= (full.value.retry_after or 0) <= 30
        for thread in threads:
            thread.join()
        assert len(refused) == queue, "nobody waits longer than allowed"
    with gate.admitted(kind):
        pass


def test_no_crowd_takes_all_the_room() -> None:
    gate = Gate(8, 8, SECONDS)
    with ExitStack() as inside:
        for kind in (*[Kind.CREATE] * 4, *[Kind.PUBLIC] * 2, Kind.STAFF):
            inside.enter_context(gate.admitted(kind))
        with gate.admitted(Kind.STAFF):
            for kind in (Kind.CREATE, Kind.PUBLIC):
                with pytest.raises(TooMany), gate.admitted(kind):
                    pass


@pytest.mark.parametrize("how", FORGED)
def test_a_crowd_with_forged_cookies_does_not_take_the_staffs_room(how: str) -> None:
    gate = Gate(8, 8, SECONDS)
    assert kind_of("GET", "/orders/export/", FORGED[how]) is Kind.PUBLIC
    with ExitStack() as inside:
        for _ in range(2):
            inside.enter_context(gate.admitted(kind_of("GET", "/desk/", FORGED[how])))
        with pytest.raises(TooMany), gate.admitted(kind_of("GET", "/desk/", FORGED[how])):
            pass
        for _ in range(4):
            inside.enter_context(gate.admitted(kind_of("GET", "/desk/", STAFF)))


def test_floods_of_health_questions_and_lookers_keep_nobody_from_signing_in() -> None:
    gate = Gate(8, 8, SECONDS)
    with ExitStack() as inside:
        for kind in (*[Kind.FAST] * 2, *[Kind.PUBLIC] * 2):
            inside.enter_context(gate.admitted(kind))
        for kind in (Kind.FAST, Kind.PUBLIC):
            with pytest.raises(TooMany), gate.admitted(kind):
                pass
        for kind in (Kind.SIGN_IN, Kind.STAFF, Kind.CREATE):
            inside.enter_context(gate.admitted(kind))


def test_whoever_hands_in_comes_before_whoever_looks() -> None:
    gate = Gate(1, 8, 5.0)
    order: list[Kind] = []

    def come(kind: Kind) -> None:
        with gate.admitted(kind):
            order.append(kind)

    threads = [
        threading.Thread(target=come, args=(kind,)) for kind in (Kind.HEAVY, Kind.PUBLIC, Kind.STAFF, Kind.CREATE)
    ]
    with gate.admitted(Kind.FAST):
        for number, thread in enumerate(threads):
            thread.start()
            while sum(map(len, gate._waiting.values())) <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == [Kind.CREATE, Kind.STAFF, Kind.PUBLIC, Kind.HEAVY]


def test_many_come_and_go_and_no_room_is_lost() -> None:
    gate = Gate(4, 4, 0.01)
    kinds = list(Kind)
    most = [0, 0]
    guard = threading.Lock()

    def come(number: int) -> None:
        for turn in range(60):
            try:
                with gate.admitted(kinds[(number + turn) % len(kinds)]):
                    with guard:
                        most[0] += 1
                        most[1] = max(most)
                    time.sleep(0.001)
                    with guard:
                        most[0] -= 1
            except TooMany:
                pass

    threads = [threading.Thread(target=come, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 < most[1] <= 4
    assert (gate._free, set(gate._running.values())) == (4, {0})
    assert not any(gate._waiting.values())


def test_in_the_event_loop_a_client_that_leaves_gives_its_place_back() -> None:
    gate = Gate(1, 2, SECONDS)

    async def come(hold: float) -> str:
        try:
            async with gate.admitted_async(Kind.PUBLIC):
                await asyncio.sleep(hold)
        except TooMany:
            return "refused"
        return "done"

    async def play() -> None:
        first = asyncio.create_task(come(SECONDS * 2))
        await asyncio.sleep(0.01)
        second = asyncio.create_task(come(0))
        await asyncio.sleep(0.01)
        assert await come(0) == "refused"
        second.cancel()
        await asyncio.sleep(0.01)
        assert await come(0) == "refused", "waited in vain"
        assert await first == "done"
        assert await come(0) == "done"

    asyncio.run(play())
    assert gate._free == 1


def test_a_refusal_speaks_the_language_of_the_caller_and_asks_nothing() -> None:
    """No database in this test: a refusal that touched it would fail."""
    error = TooMany("现在人很多，请稍后再试。", code=problems.BUSY, retry_after=7)
    page = problems.refusal("GET", "/", {"HTTP_ACCEPT": "text/html"}, error)
    assert "请稍后再试" in page.content.decode()
    assert "<html" in page.content.decode()
    assert "拨打 12345" in page.content.decode()
    desk = problems.refusal("GET", "/desk/", {"HTTP_ACCEPT": "text/html"}, error).content.decode()
    assert "系统管理员" in desk
    assert "12345" not in desk, "the staff are the hotline"
    program = problems.refusal("POST", "/api/v1/requests", {}, error)
    assert program["Content-Type"] == "application/problem+json"
    assert json.loads(program.content)["code"] == "busy"
    assert "<errors>" in problems.refusal("GET", "/open311/v2/requests.xml", {}, error).content.decode()
    for response in (page, program):
        assert (response.status_code, response["Retry-After"]) == (429, "7")
