"""A WebSocket client (RFC 6455) for reading events: whole messages up to a limit, pings answered and sent, no extensions."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import ssl
from collections.abc import Mapping
from typing import Final

from minhu.kernel.errors import Unavailable

_CONTINUED, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0, 1, 2, 8, 9, 10
_MAGIC: Final = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
MOST: Final = 1 << 20
"""Bytes of one message; whoever sends more is not spoken with any longer."""
_LONGEST_HEAD: Final = 16 * 1024


class Refused(Unavailable):
    """The handshake was answered with something else than an open socket; ``status`` is the answer's, 0 for none."""

    default_code = "refused"

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message, code="refused")
        self.answered = status


class Stream:
    """One open connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(
        cls, host: str, port: int, path: str, headers: Mapping[str, str], *, secure: bool = False, seconds: float = 10.0
    ) -> Stream:
        """Connect and shake hands; raises Refused, OSError, TimeoutError."""
        context = ssl.create_default_context() if secure else None
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(host, port, ssl=context, limit=_LONGEST_HEAD)
            try:
                await _shake(reader, writer, f"{host}:{port}", path, headers)
            except BaseException:
                writer.close()
                raise
        return cls(reader, writer)

    async def receive(self, idle: float) -> str | None:
        """The next text; None when the other side closes. A ping goes out after ``idle`` silent seconds.

        Raises ConnectionError for a broken line, a message that is too long or against the protocol; TimeoutError for a
        line on which nothing comes for twice as long, not even an answer to the ping.
        """
        parts: list[bytes] = []
        while True:
            final, kind, data = await self._alive(idle)
            if kind == _CLOSE:
                self._send(_CLOSE, data[:2])
                return None
            if kind == _PING:
                self._send(_PONG, data)
            elif kind in (_TEXT, _BINARY, _CONTINUED):
                if (kind == _CONTINUED) is not bool(parts):
                    raise ConnectionError("parts of a message out of order")
                parts.append(data)
                if sum(map(len, parts)) > MOST:
                    raise ConnectionError("message too long")
                if final:
                    return b"".join(parts).decode("utf-8", "replace")
            elif kind != _PONG:
                raise ConnectionError("unknown kind of frame")

    def close(self) -> None:
        """Leave."""
        self._writer.close()

    async def _alive(self, idle: float) -> tuple[bool, int, bytes]:
        reading = asyncio.ensure_future(self._frame())
        try:
            done, _ = await asyncio.wait([reading], timeout=idle)
            if not done:
                self._send(_PING, b"minhu")
                done, _ = await asyncio.wait([reading], timeout=idle)
            if not done:
                raise TimeoutError
            return reading.result()
        except asyncio.IncompleteReadError as error:
            raise ConnectionError("the line broke") from error
        finally:
            reading.cancel()

    async def _frame(self) -> tuple[bool, int, bytes]:
        first, second = await self._reader.readexactly(2)
        kind, size = first & 0x0F, second & 0x7F
        if first & 0x70 or second & 0x80:  # extensions, masked: no server of ours
            raise ConnectionError("frame against the protocol")
        if size > 125:
            if kind >= _CLOSE:
                raise ConnectionError("control frame too long")
            size = int.from_bytes(await self._reader.readexactly(2 if size == 126 else 8), "big")
        if size > MOST:
            raise ConnectionError("message too long")
        return bool(first & 0x80), kind, await self._reader.readexactly(size)

    def _send(self, kind: int, data: bytes) -> None:
        mask = os.urandom(4)
        masked = bytes(sign ^ mask[at % 4] for at, sign in enumerate(data))
        self._writer.write(bytes([0x80 | kind, 0x80 | len(data)]) + mask + masked)


async def _shake(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, path: str, headers: Mapping[str, str]
) -> None:
    key = base64.b64encode(os.urandom(16)).decode()
    own = {
        "Host": host, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": key, **headers,
    }  # fmt: skip
    writer.write("".join([f"GET {path} HTTP/1.1\r\n", *(f"{k}: {v}\r\n" for k, v in own.items()), "\r\n"]).encode())
    try:
        answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise Refused("no answer to the handshake", 0) from error
    first, *lines = answer.split("\r\n")
    said = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    status = first.split(" ")[1] if first.startswith("HTTP/1.") and first.count(" ") else ""
    if status != "101":
        raise Refused(f"answered {status or 'nothing'}", int(status) if status.isdigit() and len(status) == 3 else 0)
    wanted = base64.b64encode(hashlib.sha1(f"{key}{_MAGIC}".encode(), usedforsecurity=False).digest()).decode()
    if said.get("sec-websocket-accept") != wanted:
        raise Refused("not a WebSocket", 0)
