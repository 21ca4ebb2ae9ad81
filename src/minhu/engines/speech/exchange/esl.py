"""FreeSWITCH by its event socket: sign in, subscribe in plain, read; calls by `bgapi originate` on a line of their own.

After the published documentation of mod_event_socket.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from minhu.engines.speech.exchange.placing import Dial, Unplaced
from minhu.engines.speech.exchange.settings import ExchangeSettings
from minhu.engines.speech.exchange.stream import SECONDS, Told, WrongKey
from minhu.engines.speech.freeswitch import MOST_HEAD, EslReader

IDLE: Final = 60.0
"""Three heartbeats of a FreeSWITCH: who is silent for so long is gone."""
_EVENTS: Final = (
    "event plain HEARTBEAT CHANNEL_CREATE CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_ANSWER CHANNEL_BRIDGE CHANNEL_HOLD "
    "CHANNEL_UNHOLD CHANNEL_EXECUTE DTMF CHANNEL_HANGUP_COMPLETE BACKGROUND_JOB CUSTOM conference::maintenance"
)
_PIECE: Final = 16 * 1024


class EslExchange:
    """Speaks with one FreeSWITCH."""

    def __init__(self, settings: ExchangeSettings, idle: float = IDLE) -> None:
        self._settings, self._idle = settings, idle

    @property
    def name(self) -> str:
        """As its calls are known here."""
        return self._settings.name

    async def events(self) -> AsyncIterator[Told]:
        """See `stream.Source`."""
        chosen = self._settings
        async with asyncio.timeout(SECONDS):
            reader, writer = await asyncio.open_connection(chosen.host, chosen.port, limit=MOST_HEAD)
        try:
            async with asyncio.timeout(SECONDS):
                await _sign_in(reader, writer, chosen.key)
                await _ask(reader, writer, _EVENTS)
            yield Told()
            eyes = EslReader(callers_only=True)
            while piece := await asyncio.wait_for(reader.read(_PIECE), self._idle):
                yield Told(tuple(eyes.feed(piece)))
        finally:
            writer.close()

    def originate(self, dial: Dial) -> None:
        """See `placing.Exchange`."""
        chosen = self._settings
        context, extension = chosen.enter
        values = (
            f"origination_uuid={dial.call},originate_timeout={dial.seconds},ignore_early_media=true,"
            f"origination_caller_id_number={chosen.caller}"
        )
        order = f"bgapi originate {{{values}}}{chosen.dial.replace('{number}', dial.number)} {extension} XML {context}"
        try:
            with socket.create_connection((chosen.host, chosen.port), SECONDS) as line:
                _expect(line, b"auth/request")
                line.sendall(f"auth {chosen.key}\n\n".encode())
                if b"+OK" not in _head(line):
                    raise Unplaced("话务平台不接受密码，没有拨出。", code="wrong_key")
                line.sendall(f"{order}\nJob-UUID: {dial.call}\n\n".encode())
                if b"+OK" not in _head(line):
                    raise Unplaced("话务平台没有接受这次拨号。", code="not_taken")
                with suppress(OSError):
                    line.sendall(b"exit\n\n")
        except OSError as error:
            raise Unplaced("连接不上话务平台，没有拨出。", code="exchange_away") from error


async def _sign_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str) -> None:
    if b"auth/request" not in await _answer(reader):
        raise ConnectionError("no event socket")
    writer.write(f"auth {key}\n\n".encode())
    if b"+OK" not in await _answer(reader):
        raise WrongKey("话务平台不接受密码。")


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, command: str) -> None:
    writer.write(f"{command}\n\n".encode())
    if b"+OK" not in await _answer(reader):
        raise ConnectionError("the subscription was refused")


async def _answer(reader: asyncio.StreamReader) -> bytes:
    """The head of an answer; what begins with a body of its own is no answer of an event socket's sign-in."""
    try:
        return await reader.readuntil(b"\n\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise ConnectionError("no event socket") from error


def _expect(line: socket.socket, words: bytes) -> None:
    if words not in _head(line):
        raise Unplaced("这个地址不是 FreeSWITCH 的事件接口。", code="no_event_socket")


def _head(line: socket.socket) -> bytes:
    """Up to the empty line, sign by sign: what follows belongs to the next answer."""
    found = bytearray()
    while not found.endswith(b"\n\n"):
        sign = line.recv(1)
        if not sign or len(found) > MOST_HEAD:
            raise ConnectionError("the line broke")
        found += sign
    return bytes(found)
