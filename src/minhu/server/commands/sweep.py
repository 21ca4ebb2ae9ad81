"""`minhu sweep`: treat the deadlines that have come, once; the server does the same all the time."""

from __future__ import annotations

import json
import time

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sweep")(sweep)


def sweep(limit: int = typer.Option(100_000, min=1, help="At most so many clocks.")) -> None:
    """Change lights, raise supervision and take the steps that the rules allow. Prints one line of JSON."""
    from minhu.server.bootstrap import setup

    setup()
    from minhu.handling.services import sweep as treat

    started = time.perf_counter()
    clocks = treat(limit)
    typer.echo(json.dumps({"clocks": clocks, "seconds": round(time.perf_counter() - started, 3)}))
