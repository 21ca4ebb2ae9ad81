"""A small Asterisk for rehearsals: it speaks ARI over HTTP and WebSocket, and whom it is told to call answers, or does not.

Only what the house uses: events of its application, POST /channels, POST /channels/…/continue. No telephone rings.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from minhu.kernel.clock import now
from minhu.kernel.errors import MinhuError
from minhu.server.telephone.rehearsal.called import UNREACHED, Called, answers_of

_MAGIC: Final = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_RINGS: Final = 1.0
"""Seconds until somebody answers."""


@dataclass
class Rehearsed:
    """What the exchange saw."""

    dialled: list[str] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)
    calls: list[Called] = field(default_factory=list)
    hung_up: int = 0
    """Calls that the house ended itself."""
    troubles: list[str] = field(default_factory=list)
    """Why the sound of an answered call did not reach the house."""


class Asterisk:
    """``house``: where the sound goes (ws://…); ``token``: with 'telephone'; ``key``: the password of ARI."""

    def __init__(self, house: str, token: str, key: str, rings: float = _RINGS) -> None:
        self._house, self._token, self._rings = house.rstrip("/"), token, rings
        self._wanted = "Basic " + base64.b64encode(f"minhu:{key}".encode()).decode()
        self._ears: set[asyncio.StreamWriter] = set()
        self._numbers: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.seen = Rehearsed()

    @asynccontextmanager
    async def open(self, port: int = 0) -> AsyncIterator[int]:
        """Listen on this machine while the block runs; gives the port."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        try:
            yield int(server.sockets[0].getsockname()[1])
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            for ear in self._ears:
                ear.close()
            server.close()

    def drop(self) -> None:
        """Break the connections on which events go, as a restart does."""
        for ear in list(self._ears):
            ear.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            method, target = first.split(" ")[:2]
            if headers.get("authorization") != self._wanted:
                _answer(writer, "401 Unauthorized")
            elif method == "GET" and headers.get("upgrade", "").lower() == "websocket":
                await self._listen(reader, writer, headers["sec-websocket-key"])
            else:
                _answer(writer, self._order(method, target))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            with contextlib.suppress(ConnectionError):
                await writer.drain()
            writer.close()

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str) -> None:
        """Hold the WebSocket open until its other side goes; a ping is answered."""
        accept = base64.b64encode(hashlib.sha1(f"{key}{_MAGIC}".encode(), usedforsecurity=False).digest()).decode()
        writer.write(
            f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        self._ears.add(writer)
        try:
            while True:
                first, second = await reader.readexactly(2)
                mask, data = await reader.readexactly(4), await reader.readexactly(second & 0x7F)
                if first & 0x0F == 9:
                    plain = bytes(sign ^ mask[at % 4] for at, sign in enumerate(data))
                    writer.write(bytes([0x8A, len(plain)]) + plain)
                elif first & 0x0F == 8:
                    return
        finally:
            self._ears.discard(writer)

    def _order(self, method: str, target: str) -> str:
        parts = urlsplit(target)
        values = {name: found[0] for name, found in parse_qs(parts.query).items()}
        steps = [unquote(one) for one in parts.path.strip("/").split("/")]
        if method == "POST" and steps[1:] == ["channels"]:
            number = values["endpoint"].split("/")[-1].split("@")[0]
            self._numbers[values["channelId"]] = number
            self.seen.dialled.append(number)
            self._begin(self._ring(values["channelId"], number))
            return "200 OK"
        if method == "POST" and len(steps) == 4 and steps[3] == "continue" and steps[2] in self._numbers:
            self._begin(self._connect(steps[2]))
            return "204 No Content"
        return "404 Not Found"

    async def _ring(self, call: str, number: str) -> None:
        self._tell("ChannelCreated", call, state="Down")
        await asyncio.sleep(self._rings)
        if (why := UNREACHED.get(number[-2:])) is not None:
            self.seen.unreached.append(number)
            self._tell("ChannelDestroyed", call, cause=why[0], cause_txt=why[1])
            return
        self._tell("ChannelStateChange", call)
        self._tell("StasisStart", call, args=["minhu-out"])

    async def _connect(self, call: str) -> None:
        """The dialplan's part: sound to the house and back, until either side hangs up."""
        person = Called(self._house, self._token, call, answers_of(self._numbers[call]))
        self.seen.calls.append(person)
        try:
            ended = await person.run()
            self.seen.hung_up += ended
        except (MinhuError, OSError) as error:
            self.seen.troubles.append(type(error).__name__)
            return
        self._tell("ChannelDestroyed", call, cause=16, cause_txt="Normal Clearing")

    def _tell(self, kind: str, call: str, *, state: str = "Up", **more: object) -> None:
        channel: Mapping[str, Any] = {
            "id": call, "name": f"PJSIP/rehearsal-{call[-8:]}", "state": state, "caller": {"name": "", "number": "12345"},
            "connected": {"name": "", "number": ""},
        }  # fmt: skip
        stamp = now().isoformat(timespec="milliseconds")
        self.send(json.dumps({"type": kind, "timestamp": stamp, "application": "minhu", "channel": channel, **more}))

    def send(self, message: str) -> None:
        """One text to everybody who listens."""
        data = message.encode()
        size = len(data)
        head = bytes([0x81, size]) if size < 126 else b"\x81\x7e" + size.to_bytes(2, "big")
        for ear in self._ears:
            ear.write(head + data)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)


def _answer(writer: asyncio.StreamWriter, status: str) -> None:
    writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
