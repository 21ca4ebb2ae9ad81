"""A telephone for tests: one socket of the gateway, driven through ASGI."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import numpy as np

from minhu.engines.speech.codecs import Encoding, Samples, decode, encode
from minhu.server.telephone.gateway import Gateway

HOST = (b"host", b"localhost")


class Phone:
    """Sends and takes messages; `sound` is all that was played to it, `told` all that was said in text."""

    def __init__(
        self, gateway: Gateway, path: str, *headers: tuple[bytes, bytes], query: str = "", **scope: Any
    ) -> None:
        self._in: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.told: list[dict[str, Any]] = []
        self.words: list[str] = []
        self.sound: list[Samples] = []
        self.closed: int | None = None
        self.accepted = asyncio.Event()
        self._in.put_nowait({"type": "websocket.connect"})
        given = {
            "type": "websocket", "path": path, "query_string": query.encode(), "headers": [HOST, *headers],
            "scheme": "ws", "subprotocols": [], "client": ("127.0.0.1", 1), "server": ("localhost", 80), **scope,
        }  # fmt: skip
        self.task = asyncio.create_task(gateway(given, self._in.get, self._take))

    def say(self, message: dict[str, Any] | str) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        self._in.put_nowait({"type": "websocket.receive", "text": text})

    def send(self, data: bytes) -> None:
        self._in.put_nowait({"type": "websocket.receive", "bytes": data})

    def send_sound(self, samples: Samples) -> None:
        for at in range(0, len(samples), 160):
            self.send(encode(samples[at : at + 160], Encoding.ALAW))

    async def ready(self) -> None:
        """Wait until the house has the call, or refuses."""
        while not self.told_of("ready") and self.closed is None:
            await asyncio.sleep(0.001)

    @property
    def waits(self) -> bool:
        """Whether the house has not taken everything yet that was sent."""
        return not self._in.empty() and not self.task.done()

    def leave(self) -> None:
        self._in.put_nowait({"type": "websocket.disconnect", "code": 1006})

    async def _take(self, message: Any) -> None:
        if message["type"] == "websocket.accept":
            self.accepted.set()
        elif message["type"] == "websocket.close":
            self.closed = message["code"]
            self.accepted.set()
        elif "bytes" in message:
            self.sound.append(decode(message["bytes"], Encoding.ALAW))
        else:
            text = message["text"]
            self.words.append(text)
            self.told += [json.loads(text)] if text.startswith("{") else []

    def told_of(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.told if one["type"] == kind]

    def loudness(self) -> float:
        return float(np.abs(np.concatenate([*self.sound, np.zeros(1, np.int16)])).mean())
