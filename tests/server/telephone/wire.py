"""Small servers that speak the wire protocols of exchanges, and events in their words."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from minhu.engines.speech.calls import CallEvent
from minhu.engines.speech.exchange.ari import AriExchange
from minhu.engines.speech.exchange.esl import EslExchange
from minhu.engines.speech.exchange.settings import ExchangeSettings

KEY = "ClueCon-s3cret"
BEGAN = datetime(2026, 11, 23, 1, 15, 2, tzinfo=UTC)
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def esl_event(name: str, call: str, second: float, direction: str = "inbound", body: str = "", **more: str) -> bytes:
    stamp = int((BEGAN + timedelta(seconds=second)).timestamp() * 1_000_000)
    lines = {"Event-Name": name, "Event-Date-Timestamp": str(stamp), "Event-Sequence": str(int(second * 10)), "Unique-ID": call,
             "Call-Direction": direction, "Caller-Caller-ID-Number": "13800000001", **more}  # fmt: skip
    text = "".join(f"{key}: {value}\n" for key, value in lines.items()) + "\n" + body
    return f"Content-Length: {len(text.encode())}\nContent-Type: text/event-plain\n\n{text}".encode()


def ari_event(kind: str, call: str, second: float, **more: Any) -> str:
    stamp = (BEGAN + timedelta(seconds=second)).isoformat(timespec="milliseconds")
    channel = {
        "id": call,
        "state": more.pop("state", "Up"),
        "caller": {"number": "13800000001"},
        "connected": {"number": ""},
    }
    return json.dumps({"type": kind, "timestamp": stamp, "channel": channel, **more})


class FreeSwitch:
    """An event socket: signs in, takes one subscription, then plays one script for each connection."""

    def __init__(self, *scripts: Serve) -> None:
        self.scripts, self.commands, self.connections = list(scripts), [], 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.write(b"Content-Type: auth/request\n\n")
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                command = (await reader.readuntil(b"\n\n")).decode().strip()
                self.commands.append(command)
                if command.startswith("auth ") and command != f"auth {KEY}":
                    writer.write(b"Content-Type: command/reply\nReply-Text: -ERR invalid\n\n")
                    break
                if command == "exit":
                    break
                if command.startswith("bgapi"):
                    writer.write(b"Content-Type: command/reply\nReply-Text: +OK Job-UUID: 7f4\nJob-UUID: 7f4\n\n")
                    continue
                writer.write(b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n")
                if command.startswith("event "):
                    if self.scripts:
                        await self.scripts.pop(0)(reader, writer)
                        break
                    await reader.read()
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()


def plays(*pieces: bytes, stays: bool = False, slowly: bool = False) -> Serve:
    """A script: these bytes, then the end, or silence until the other side goes."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            for at in range(0, len(piece), 7 if slowly else len(piece) or 1):
                writer.write(piece[at : at + (7 if slowly else len(piece))])
                await writer.drain()
        if stays:
            await reader.read()

    return script


class AsteriskWire:
    """A WebSocket server that answers one handshake after the other and plays one script for each."""

    def __init__(self, *scripts: Serve, status: str = "101 Switching Protocols", accept: str = "") -> None:
        self.scripts, self.status, self.accept, self.heads = list(scripts), status, accept, []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.heads.append(head)
            key = next(
                line.split(": ")[1] for line in head.split("\r\n") if line.lower().startswith("sec-websocket-key")
            )
            digest = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode(), usedforsecurity=False).digest()
            accept = self.accept or base64.b64encode(digest).decode()
            writer.write(
                f"HTTP/1.1 {self.status}\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n".encode()
            )
            if self.status.startswith("101") and self.scripts:
                await self.scripts.pop(0)(reader, writer)
            elif self.status.startswith("101"):
                await reader.read()
        writer.close()


def text(message: str, *, parts: int = 1) -> bytes:
    """A WebSocket message, in one frame or several."""
    data, found = message.encode(), b""
    step = -(-len(data) // parts)
    for at in range(0, len(data), step):
        piece = data[at : at + step]
        first = (0x80 if at + step >= len(data) else 0) | (1 if at == 0 else 0)
        size = bytes([len(piece)]) if len(piece) < 126 else b"\x7e" + len(piece).to_bytes(2, "big")
        found += bytes([first]) + size + piece
    return found


@contextlib.asynccontextmanager
async def served(serve: Serve) -> AsyncIterator[int]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def chosen(kind: str, port: int, key: str = KEY) -> ExchangeSettings:
    return ExchangeSettings(kind, "127.0.0.1", port, "minhu", key, dial="sofia/gateway/trunk/{number}")


async def heard(exchange: AriExchange | EslExchange) -> tuple[list[CallEvent], int, int]:
    """All that one connection tells; (events, unread, how often it said that it stands)."""
    events: list[CallEvent] = []
    unread = stands = 0
    async with contextlib.aclosing(exchange.events()) as told:  # type: ignore[type-var]
        async for one in told:
            events += one.events
            unread += one.unread
            stands += not one.events and not one.unread
    return events, unread, stands


def play(work: Awaitable[Any]) -> Any:
    async def limited() -> Any:
        return await asyncio.wait_for(work, 20)

    return asyncio.run(limited())
