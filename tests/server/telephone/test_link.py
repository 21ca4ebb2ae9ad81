"""The connection to an exchange against small servers that speak the real wire protocols, well and badly."""

from __future__ import annotations

import asyncio
import base64
import logging
from datetime import timedelta
from typing import Any

import pytest

from factories import make_city
from minhu.directory.access import as_system
from minhu.engines.speech.exchange.ari import AriExchange
from minhu.engines.speech.exchange.esl import EslExchange
from minhu.engines.speech.exchange.stream import WrongKey
from minhu.intake.domain.links import LinkState
from minhu.intake.models import Call
from minhu.intake.queries.exchange_links import links
from minhu.intake.services import exchange_links
from minhu.kernel import clock
from minhu.kernel.errors import Invalid
from minhu.server.telephone.link import Link
from portals.staff_pages import body, signed_in
from server.telephone.house import Here
from server.telephone.wire import (
    KEY,
    AsteriskWire,
    FreeSwitch,
    Serve,
    ari_event,
    chosen,
    esl_event,
    heard,
    play,
    plays,
    served,
    text,
)

# -- FreeSWITCH ---------------------------------------------------------------------------------------------------


def test_freeswitch_is_signed_in_to_subscribed_to_and_read_in_any_pieces() -> None:
    stream = (
        esl_event("HEARTBEAT", "", 0)
        + esl_event("CHANNEL_CREATE", "fs-1", 1)
        + esl_event("CHANNEL_CREATE", "fs-agent", 1.5, "outbound")
        + esl_event("CHANNEL_CREATE", "minhu-77", 1.6, "outbound")
        + esl_event("CHANNEL_ANSWER", "fs-1", 2)
        + b"Content-Length: 5\nContent-Type: text/disconnect-notice\n\nbye.\n"
    )
    switch = FreeSwitch(plays(stream, slowly=True))

    async def story() -> None:
        async with served(switch.serve) as port:
            events, unread, _ = await heard(EslExchange(chosen("esl", port)))
        assert [(one.call, one.kind.value) for one in events] == [
            ("fs-1", "ringing"),
            ("minhu-77", "ringing"),
            ("fs-1", "answered"),
        ]
        assert unread == 0

    play(story())
    assert switch.commands[0] == f"auth {KEY}"
    assert switch.commands[1].startswith("event plain HEARTBEAT CHANNEL_CREATE")


def test_a_wrong_password_is_told_apart_from_everything_else() -> None:
    async def story() -> None:
        async with served(FreeSwitch().serve) as port:
            with pytest.raises(WrongKey):
                await heard(EslExchange(chosen("esl", port, "wrong")))
        async with served(AsteriskWire(status="401 Unauthorized").serve) as port:
            with pytest.raises(WrongKey):
                await heard(AriExchange(chosen("ari", port)))

    play(story())


HOSTILE = [
    (plays(b"Content-Length: 10485760\nContent-Type: text/event-plain\n\n" + b"x" * 4096, stays=True), Invalid),
    (plays(b"Content-Length: -1\nContent-Type: text/event-plain\n\n", stays=True), Invalid),
    (plays(b"Content-Length: 99999999999999999999\n\n", stays=True), Invalid),
    (plays(b"X: " + b"y" * 20_000, stays=True), Invalid),
]


@pytest.mark.parametrize(("script", "error"), HOSTILE)
def test_what_announces_too_much_is_not_read(script: Serve, error: type[Exception]) -> None:
    async def story() -> None:
        async with served(FreeSwitch(script).serve) as port:
            with pytest.raises(error):
                await heard(EslExchange(chosen("esl", port)))

    play(story())


def test_whoever_is_no_event_socket_is_left() -> None:
    async def nonsense(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n" + b"z" * 20_000)
        await writer.drain()
        writer.close()

    async def story() -> None:
        async with served(nonsense) as port:
            with pytest.raises(ConnectionError):
                await heard(EslExchange(chosen("esl", port)))

    play(story())


def test_a_silent_freeswitch_is_left() -> None:
    async def story() -> None:
        async with served(FreeSwitch(plays(stays=True)).serve) as port:
            with pytest.raises(TimeoutError):
                await heard(EslExchange(chosen("esl", port), idle=0.1))

    play(story())


# -- Asterisk -----------------------------------------------------------------------------------------------------


def test_asterisk_is_shaken_hands_with_and_read_in_frames_of_any_kind() -> None:
    long = ari_event("StasisStart", "a-1", 0, state="Ring", args=["x" * 300])
    wire = AsteriskWire(
        plays(
            text(long, parts=3),
            b"\x89\x04ping",
            text("no JSON"),
            text(ari_event("ChannelVarset", "a-1", 1)),
            text(ari_event("ChannelStateChange", "a-1", 2)),
            b"\x88\x02\x03\xe8",
        )
    )

    async def story() -> None:
        async with served(wire.serve) as port:
            events, unread, _ = await heard(AriExchange(chosen("ari", port)))
        assert [(one.call, one.kind.value) for one in events] == [("a-1", "ringing"), ("a-1", "answered")]
        assert unread == 1

    play(story())
    (head,) = wire.heads
    assert head.startswith("GET /ari/events?app=minhu&subscribeAll=false HTTP/1.1")
    assert base64.b64encode(f"minhu:{KEY}".encode()).decode() in head
    assert KEY not in head.split("\r\n")[0], "no password in an address: addresses are logged"


BROKEN = [
    plays(b"\x81\x7f" + (10 * 1024 * 1024).to_bytes(8, "big"), b"x" * 5000, stays=True),
    plays(b"\x81\xff" + b"\xff" * 8, stays=True),
    plays(b"\x01\x03abc\x01\x03abc", stays=True),
    plays(b"\x80\x03abc", stays=True),
    plays(b"\x83\x01a", stays=True),
    plays(b"\xc1\x01a", stays=True),
    plays(b"\x89\x7e\x01\x00" + b"p" * 256, stays=True),
    plays(*[b"\x01\x7f" + (900_000).to_bytes(8, "big") + b"a" * 900_000, b"\x00\x7f" + (900_000).to_bytes(8, "big") + b"a" * 900_000], stays=True),
    plays(text(ari_event("StasisStart", "a-1", 0, state="Ring"))[:40]),
]  # fmt: skip


@pytest.mark.parametrize("script", BROKEN)
def test_what_breaks_the_protocol_or_is_too_long_ends_the_connection(script: Serve) -> None:
    async def story() -> None:
        async with served(AsteriskWire(script).serve) as port:
            with pytest.raises(ConnectionError):
                await heard(AriExchange(chosen("ari", port)))

    play(story())


@pytest.mark.parametrize(
    "wire", [{"status": "200 OK"}, {"status": "500 Oops"}, {"accept": "d3Jvbmc="}, {"status": "x"}]
)
def test_whoever_does_not_open_a_websocket_is_left(wire: dict[str, str]) -> None:
    from minhu.engines.speech.exchange.websocket import Refused

    async def story() -> None:
        async with served(AsteriskWire(**wire).serve) as port:
            with pytest.raises(Refused):
                await heard(AriExchange(chosen("ari", port)))

    play(story())


def test_a_silent_asterisk_is_asked_by_a_ping_before_it_is_left() -> None:
    pings: list[bytes] = []

    async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        pings.append(await reader.read(100))
        await reader.read()

    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(3):
            await reader.read(100)
            writer.write(b"\x8a\x05minhu")
        writer.write(b"\x88\x00")

    async def story() -> None:
        async with served(AsteriskWire(silent, answers).serve) as port:
            with pytest.raises(TimeoutError):
                await heard(AriExchange(chosen("ari", port), idle=0.1))
            assert (await heard(AriExchange(chosen("ari", port), idle=0.1)))[2] == 1, (
                "a line that answers pings is kept"
            )

    play(story())
    assert pings[0][0] == 0x89


# -- the keeper of the connection ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_broken_connection_comes_back_and_no_event_counts_twice(caplog: pytest.LogCaptureFixture) -> None:
    begun = esl_event("CHANNEL_CREATE", "fs-1", 1) + esl_event("CHANNEL_ANSWER", "fs-1", 2)
    half = esl_event("CHANNEL_HOLD", "fs-1", 3)
    after = begun + half + esl_event("CHANNEL_HANGUP_COMPLETE", "fs-1", 9, **{"Hangup-Cause": "NORMAL_CLEARING"})
    switch = FreeSwitch(plays(begun + half[: len(half) // 2]), HOSTILE[0][0], plays(after, stays=True))
    here = Here()

    async def story() -> None:
        async with served(switch.serve) as port:
            link = Link(EslExchange(chosen("esl", port)), "pbx", "esl", here, pauses=(0.02, 0.1, 0.1), says_every=0.05)
            running = asyncio.create_task(link.run())
            for _ in range(400):
                await asyncio.sleep(0.01)
                if switch.connections == 3 and link.state is LinkState.CONNECTED:
                    break
            await asyncio.sleep(0.3)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    with caplog.at_level(logging.DEBUG):
        here.run(story())
    assert switch.connections == 3
    with as_system():
        (call,) = Call.objects.all()
        assert [one.kind for one in call.events.order_by("at")] == ["ringing", "answered", "held", "hung_up"]
        assert (call.source, call.phase) == ("pbx", "over")
    (link,) = links()
    assert (link.state, link.breaks, link.problem) == (LinkState.CONNECTED, 2, "")
    assert link.last_event_at is not None
    assert KEY not in caplog.text


@pytest.mark.django_db
def test_a_wrong_password_is_shown_and_not_tried_on_and_on() -> None:
    switch, here = FreeSwitch(), Here()

    async def story() -> None:
        async with served(switch.serve) as port:
            link = Link(
                EslExchange(chosen("esl", port, "wrong")),
                "pbx",
                "esl",
                here,
                pauses=(0.01, 0.02, 30.0),
                says_every=0.05,
            )
            running = asyncio.create_task(link.run())
            await asyncio.sleep(0.5)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    here.run(story())
    (link,) = links()
    assert (link.state, link.problem) == (LinkState.REFUSED, "wrong_key")
    assert switch.connections == 1


@pytest.mark.django_db
def test_while_the_database_is_away_events_wait_and_none_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, away = exchange_links.take, [3]

    def take(name: str, events: Any) -> int:
        if away[0]:
            away[0] -= 1
            raise OSError("the database is away")
        return whole(name, events)

    monkeypatch.setattr(exchange_links, "take", take)
    stream = b"".join(esl_event("CHANNEL_CREATE", f"fs-{at}", at) for at in range(20))
    switch, here = FreeSwitch(plays(stream, stays=True)), Here()

    async def story() -> None:
        async with served(switch.serve) as port:
            link = Link(EslExchange(chosen("esl", port)), "pbx", "esl", here, pauses=(0.01, 0.02, 1.0), says_every=5.0)
            running = asyncio.create_task(link.run())
            await asyncio.sleep(1.0)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    here.run(story())
    with as_system():
        assert Call.objects.count() == 20


@pytest.mark.django_db
def test_the_state_of_the_exchange_stands_on_the_overview() -> None:
    city = make_city()
    exchange_links.note("pbx", "esl", LinkState.CONNECTED, events=3)
    page = body(signed_in(city, "system_admin").get("/manage/"))
    assert "话务平台 pbx" in page
    assert "已连接" in page
    with clock.at(clock.now() + timedelta(minutes=5)):
        assert "没有进程在连接" in body(signed_in(city, "system_admin").get("/manage/")), "nobody keeps it any more"
