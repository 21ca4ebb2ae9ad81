"""`minhu simulate-calls`: scripted callers with real sound against a running house."""

from __future__ import annotations

import asyncio
import json
import os
import time
from contextlib import ExitStack

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("simulate-calls")(simulate_calls)


def simulate_calls(
    url: str = typer.Option("ws://127.0.0.1:8712", "--url", help="The house: ws://… or wss://…"),
    token: str = typer.Option(..., "--token", envvar="MINHU_TOKEN", help="An access token with 'telephone'."),
    calls: int = typer.Option(1, "--calls", min=1, max=2000, help="Callers at once."),
    seconds: float = typer.Option(10.0, "--seconds", min=0.0, help="Over which they begin."),
    lasts: float = typer.Option(60.0, "--for", min=1.0, max=7200.0, help="Seconds after which all hang up."),
    step: int = typer.Option(20, "--step", min=20, max=100, help="Milliseconds of sound in a message."),
    ear: int = typer.Option(0, "--ear", min=0, max=65535, help="Port of the endpoint that hears and speaks; 0: none."),
    ari: int = typer.Option(
        0, "--callable", min=0, max=65535, help="Port of an exchange that the house has call; 0: none."
    ),
    ari_key: str = typer.Option("rehearsal", "--callable-key", help="Its password: what MINHU_EXCHANGE_KEY holds."),
    ear_seconds: float = typer.Option(0.3, "--ear-seconds", min=0.0, max=10.0, help="How long it takes for a turn."),
) -> None:
    """Play callers in real time, who call again until the time is over. The last line is JSON; ends with 1 if anything is lost.

    With --callable the command is an exchange instead: a small Asterisk (ARI) at which the house's own calls ring.
    """
    if ari:
        _be_called(url, token, ari, ari_key, lasts, ear, ear_seconds)
        return
    from minhu.server.telephone.rehearsal.callers import TEXTS, Caller, Noted, figures, lost
    from minhu.server.telephone.rehearsal.ear import Ear, listening

    async def play() -> list[Noted]:
        until = time.monotonic() + lasts

        async def one(number: int) -> Noted:
            await asyncio.sleep(seconds * number / calls)
            return await Caller(number, url.rstrip("/"), token, step - step % 20, until).run()

        return await asyncio.gather(*(one(number) for number in range(calls)))

    hearing = Ear(TEXTS, ear_seconds) if ear else None
    with ExitStack() as stack:
        if hearing is not None:
            stack.enter_context(listening(hearing, ear))
        found = asyncio.run(play())
    told = figures(found, ear_seconds if ear else 0.0)
    told |= {
        "load": os.getloadavg()[0],
        "cores": os.cpu_count(),
        "own_processor_seconds": round(time.process_time(), 1),
    }
    if hearing is not None:
        told |= {
            "recogniser_seconds": ear_seconds,
            "recogniser_asked": hearing.asked,
            "recogniser_late": round(hearing.late, 3),
        }
    typer.echo(json.dumps(told, ensure_ascii=False))
    if lost(found):
        raise typer.Exit(1)


def _be_called(url: str, token: str, port: int, key: str, lasts: float, ear: int, ear_seconds: float) -> None:
    """Stand for the exchange until the time is over; the last line tells whom the house called and how it went."""
    from minhu.server.telephone.rehearsal.called import TEXTS
    from minhu.server.telephone.rehearsal.callers import parts
    from minhu.server.telephone.rehearsal.ear import Ear, listening
    from minhu.server.telephone.rehearsal.exchange import Asterisk

    exchange = Asterisk(url, token, key)

    async def stand() -> None:
        async with exchange.open(port):
            await asyncio.sleep(lasts)

    with ExitStack() as stack:
        if ear:
            stack.enter_context(listening(Ear(TEXTS, ear_seconds), ear))
        asyncio.run(stand())
    seen = exchange.seen
    waits = [wait for one in seen.calls for wait in one.waits]
    told = {
        "dialled": len(seen.dialled), "unreached": len(seen.unreached), "answered": len(seen.calls),
        "ended_by_the_house": seen.hung_up, "answers": parts(waits), "troubles": seen.troubles,
        "last_said": [one.noted[-1] if one.noted else "" for one in seen.calls],
    }  # fmt: skip
    typer.echo(json.dumps(told, ensure_ascii=False))
