"""A crowd that comes whether or not the house keeps up: so many arrivals a second, each on a connection of its own."""

from __future__ import annotations

import asyncio
import itertools
import json
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

PATIENCE = 40.0


@dataclass(frozen=True, slots=True)
class Call:
    """One request; `kind` is who sends it, `key` is set where something is handed in."""

    kind: str
    head: bytes
    body: bytes = b""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call: when it was sent, how long it took, its status (0: none), Retry-After, the body."""

    call: Call
    at: float
    seconds: float
    status: int
    retry_after: str
    body: bytes


@dataclass
class Crowd:
    """Sends calls at a rate to each of the ports in turn and keeps every answer."""

    ports: list[int]
    makers: dict[str, Callable[[int], Call]]
    answers: list[Answer] = field(default_factory=list)
    acknowledged: dict[str, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def play(self, rates: dict[str, float], seconds: float) -> list[Answer]:
        """So many calls of each kind a second, evenly, for so long; returns the answers to them."""
        first = len(self.answers)
        asyncio.run(self._play(rates, seconds))
        return self.answers[first:]

    async def _play(self, rates: dict[str, float], seconds: float) -> None:
        plan = sorted((number / rate, kind) for kind, rate in rates.items() for number in range(int(rate * seconds)))
        began, tasks = time.monotonic(), []
        for due, kind in plan:
            if (wait := began + due - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            number = next(self._numbers)
            tasks.append(
                asyncio.create_task(self._send(self.makers[kind](number), self.ports[number % len(self.ports)]))
            )
        await asyncio.gather(*tasks)

    async def _send(self, call: Call, port: int) -> None:
        began = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE):
                raw = await self._ask(call, port)
        except (OSError, TimeoutError):
            raw = b""
        head, _, body = raw.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1]) if raw else 0
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        self.answers.append(
            Answer(call, began, time.monotonic() - began, status, headers.get("retry-after", ""), body[:2000])
        )
        if call.key and status in (200, 201):
            self.acknowledged[call.key] = json.loads(body)["number"]

    async def _ask(self, call: Call, port: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(call.head + b"\r\n" + call.body)
            await writer.drain()
            return await reader.read()
        finally:
            writer.close()


def call(kind: str, method: str, path: str, headers: dict[str, str], body: bytes = b"", key: str = "") -> Call:
    """A call with the headers that every request has."""
    lines = {"Host": "localhost", "Connection": "close", "Content-Length": str(len(body)), **headers}
    head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return Call(kind, head.encode(), body, key)


def p95(answers: list[Answer]) -> float:
    """The time within which 95 of 100 were served; those that were refused do not count."""
    served = [one.seconds for one in answers if 200 <= one.status < 400]
    return statistics.quantiles(served, n=20)[-1] if len(served) > 1 else float("inf")


def counted(answers: list[Answer]) -> Counter[str]:
    """How many arrived, were served, refused with 429, failed (5xx), got no answer."""
    found = Counter(arrivals=len(answers))
    for one in answers:
        served = 200 <= one.status < 400
        found["served" if served else {0: "unanswered", 429: "refused", 5: "failed"}.get(
            one.status if one.status in (0, 429) else one.status // 100, "other"
        )] += 1  # fmt: skip
    return found
