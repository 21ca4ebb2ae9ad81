"""Orders to dial, in each exchange's own words; what came of them; settings that never repeat a password."""

from __future__ import annotations

import asyncio
import base64
import http.server
import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from minhu.engines.speech.exchange.ari import AriExchange
from minhu.engines.speech.exchange.choosing import house_exchange
from minhu.engines.speech.exchange.esl import EslExchange
from minhu.engines.speech.exchange.placing import Dial, Placement, Unplaced, placement_of
from minhu.engines.speech.exchange.settings import ExchangeSettings, exchange_settings
from minhu.kernel.errors import Invalid
from server.telephone.wire import (
    KEY,
    FreeSwitch,
    chosen,
    esl_event,
    play,
    served,
)


def test_freeswitch_is_told_to_dial_and_says_what_failed() -> None:
    switch, dial = FreeSwitch(), Dial.to(uuid4(), "138-0000 1111", 30)

    async def story() -> None:
        async with served(switch.serve) as port:
            await asyncio.to_thread(EslExchange(chosen("esl", port)).originate, dial)
            with pytest.raises(Unplaced) as wrong:
                await asyncio.to_thread(EslExchange(chosen("esl", port, "wrong")).originate, dial)
            assert wrong.value.code == "wrong_key"

    play(story())
    order = switch.commands[1]
    assert order.startswith(f"bgapi originate {{origination_uuid={dial.call},originate_timeout=30,")
    assert "}sofia/gateway/trunk/13800001111 s XML minhu-out\n" in order
    assert order.endswith(f"Job-UUID: {dial.call}")
    from minhu.engines.speech.freeswitch import EslReader

    failed = esl_event("BACKGROUND_JOB", "", 4, body="-ERR GATEWAY_DOWN\n", **{"Job-UUID": dial.call})
    (event,) = EslReader(callers_only=True).feed(failed)
    assert (event.call, event.kind.value, event.detail) == (dial.call, "hung_up", "GATEWAY_DOWN")
    assert EslReader().feed(esl_event("BACKGROUND_JOB", "", 4, body="+OK x\n", **{"Job-UUID": dial.call})) == []
    assert EslReader().feed(esl_event("BACKGROUND_JOB", "", 4, body="-ERR x\n", **{"Job-UUID": "another"})) == []


class _Ari(http.server.BaseHTTPRequestHandler):
    status, asked = 200, []

    def do_POST(self) -> None:
        self.asked.append((self.path, self.headers["Authorization"]))
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def ari() -> Iterator[int]:
    _Ari.asked = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Ari)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_asterisk_is_told_to_dial_and_refusals_are_told_apart(ari: int) -> None:
    dial = Dial.to(uuid4(), "13800001111")
    exchange = AriExchange(ExchangeSettings("ari", "127.0.0.1", ari, "minhu", KEY, dial="PJSIP/{number}@trunk"))
    _Ari.status = 200
    exchange.originate(dial)
    (path, password), *_ = _Ari.asked
    assert path.startswith(
        "/ari/channels?endpoint=PJSIP%2F13800001111%40trunk&app=minhu&appArgs=minhu-out&channelId=minhu-"
    )
    assert KEY not in path
    assert password == "Basic " + base64.b64encode(f"minhu:{KEY}".encode()).decode()
    for _Ari.status, code in ((401, "wrong_key"), (500, "not_taken"), (302, "not_taken")):
        with pytest.raises(Unplaced) as refused:
            exchange.originate(dial)
        assert refused.value.code == code
    with pytest.raises(Unplaced) as away:
        AriExchange(chosen("ari", 1)).originate(dial)
    assert away.value.code == "exchange_away"


@pytest.mark.parametrize(
    "number", ["", "12", "138 0000 1111\napi shutdown", "1380000{x}", "sofia/x", "+", "1" * 21, "138;ls"]
)
def test_nothing_but_a_number_reaches_a_dial_string(number: str) -> None:
    with pytest.raises(Invalid):
        Dial.to(uuid4(), number)


@pytest.mark.parametrize(
    ("cause", "answered", "wanted"),
    [("User busy", False, Placement.BUSY), ("USER_BUSY", False, Placement.BUSY), ("CALL_REJECTED", False, Placement.BUSY),
     ("User alerting, no answer", False, Placement.NO_ANSWER), ("No user responding", False, Placement.NO_ANSWER),
     ("NO_USER_RESPONSE", False, Placement.NO_ANSWER), ("ORIGINATOR_CANCEL", False, Placement.NO_ANSWER),
     ("Subscriber absent", False, Placement.OFF), ("UNALLOCATED_NUMBER", False, Placement.OFF),
     ("Normal Clearing", False, Placement.NO_ANSWER), ("GATEWAY_DOWN", False, Placement.FAILED), ("", False, Placement.FAILED),
     ("Normal Clearing", True, Placement.ANSWERED)],
)  # fmt: skip
def test_what_came_of_placing_a_call(cause: str, answered: bool, wanted: Placement) -> None:
    assert placement_of(cause, answered=answered) is wanted


# -- settings -----------------------------------------------------------------------------------------------------


def test_settings_name_the_variable_and_never_repeat_a_password(tmp_path: Any) -> None:
    base = {"MINHU_HOME": str(tmp_path), "MINHU_EXCHANGE_KEY": KEY}
    assert exchange_settings({}) is None
    found = exchange_settings({**base, "MINHU_EXCHANGE_URL": "aris://minhu@pbx.example.org/ari?app=hotline"})
    assert found is not None
    assert (found.kind, found.host, found.port, found.user, found.app, found.secure) == (
        "aris",
        "pbx.example.org",
        8089,
        "minhu",
        "hotline",
        True,
    )
    assert KEY not in repr(found)
    assert isinstance(house_exchange(found), AriExchange)
    socket = exchange_settings({**base, "MINHU_EXCHANGE_URL": "esl://10.2.0.5"})
    assert socket is not None
    assert (socket.port, isinstance(house_exchange(socket), EslExchange)) == (8021, True)
    for wrong in (
        {"MINHU_EXCHANGE_URL": f"ari://minhu:{KEY}@host"}, {"MINHU_EXCHANGE_URL": "http://host"}, {"MINHU_EXCHANGE_URL": "ari://host"},
        {"MINHU_EXCHANGE_URL": "esl://host:0"}, {"MINHU_EXCHANGE_URL": "esl://host", "MINHU_EXCHANGE_KEY": "two words"},
        {"MINHU_EXCHANGE_URL": "esl://host", "MINHU_EXCHANGE_KEY": ""}, {"MINHU_EXCHANGE_URL": "esl://host", "MINHU_EXCHANGE_DIAL": "user/{number} x"},
        {"MINHU_EXCHANGE_URL": "esl://host", "MINHU_EXCHANGE_DIAL": "user/1"}, {"MINHU_EXCHANGE_URL": "esl://host", "MINHU_EXCHANGE_SURVEYS": "some"},
        {"MINHU_EXCHANGE_URL": "esl://host", "MINHU_EXCHANGE_ENTER": "a b,s"},
    ):  # fmt: skip
        with pytest.raises(ValueError, match="MINHU_EXCHANGE_") as error:
            exchange_settings({**base, **wrong})
        assert KEY not in str(error.value)
