"""A small WebSocket client (RFC 6455) for rehearsals: whole messages only, no extensions."""

from __future__ import annotations

import asyncio
import base64
import os
import ssl
from typing import Final
from urllib.parse import urlsplit

from minhu.kernel.errors import Unavailable

_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10
_MOST: Final = 1 << 20


class Socket:
    """One connection; `receive` gives text, bytes, or None when it is over."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, url: str, token: str) -> Socket:
        """Connect and shake hands; raises Unavailable with the status line of who refuses."""
        parts = urlsplit(url)
        secure = ssl.create_default_context() if parts.scheme == "wss" else None
        reader, writer = await asyncio.open_connection(
            parts.hostname, parts.port or (443 if secure else 80), ssl=secure
        )
        key = base64.b64encode(os.urandom(16)).decode()
        head = (
            f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nAuthorization: Bearer {token}\r\n\r\n"
        )
        writer.write(head.encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in answer.split(b"\r\n")[0]:
            raise Unavailable(f"{answer.splitlines()[0].decode('latin-1')}", code="refused")
        return cls(reader, writer)

    def send(self, message: str | bytes) -> None:
        """Put a message on its way. The mask is zero, which the protocol allows and which costs nothing."""
        kind, data = (_TEXT, message.encode()) if isinstance(message, str) else (_BINARY, message)
        self._frame(kind, data)

    async def receive(self) -> str | bytes | None:
        """The next message."""
        try:
            while True:
                kind, data = await self._next()
                if kind == _CLOSE:
                    return None
                if kind == _PING:
                    self._frame(_PONG, data)
                elif kind in (_TEXT, _BINARY):
                    return data.decode() if kind == _TEXT else data
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    def close(self) -> None:
        """Leave without a word, as a line that breaks does."""
        self._writer.close()

    def _frame(self, kind: int, data: bytes) -> None:
        size = len(data)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        self._writer.write(bytes([0x80 | kind]) + length + b"\0\0\0\0" + data)

    async def _next(self) -> tuple[int, bytes]:
        first, second = await self._reader.readexactly(2)
        size = second & 0x7F
        if size > 125:
            size = int.from_bytes(await self._reader.readexactly(2 if size == 126 else 8), "big")
        if size > _MOST:
            raise ConnectionError("too large")
        return first & 0x0F, await self._reader.readexactly(size)
