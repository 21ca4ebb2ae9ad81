"""`minhu simulate`: citizens and staff at work in the fictional city, for tests, load and demonstrations."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import typer

from minhu.kernel import clock
from minhu.kernel.calendar import CHINA_TIME


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("simulate")(simulate)


def simulate(
    days: float = typer.Option(30.0, "--days", min=0.1, max=1100.0, help="How many days, up to the end."),
    rate: float = typer.Option(9.0, "--rate", min=0.1, max=5000.0, help="Requests a day, on average over a year."),
    seed: int = typer.Option(1, "--seed", help="The same seed gives the same days."),
    until: str = typer.Option("now", "--until", help="The end: now, or 2026-05-31T17:00 in China time."),
    workers: int = typer.Option(0, "--workers", min=0, max=2, help="Processes; 0: as many as processors, at most 2."),
) -> None:
    """Play the city through the real services; Ctrl-C keeps what is done, running again adds what is missing.

    The last line is JSON: orders and steps of this run, ledger entries, all orders by state, seconds.
    """
    from minhu.server.bootstrap import setup

    setup()
    from minhu.server.demo.load import ensure_base
    from minhu.server.demo.simulator.run import simulate as play

    end = moment_of(until)
    ensure_base()
    with progress("模拟运行") as told:
        summary = play(end - timedelta(days=days), end, rate, seed, workers=workers or processes(), told=told)
    typer.echo(json.dumps(dataclasses.asdict(summary), ensure_ascii=False))
    if summary.stopped:
        raise typer.Exit(130)


def processes() -> int:
    """Two processes where there are two processors."""
    return min(2, os.cpu_count() or 1)


def moment_of(text: str) -> datetime:
    """'now' or a moment in China time; BadParameter for anything else."""
    if text == "now":
        return clock.now().replace(microsecond=0)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"not a moment: {text!r}; write now or 2026-05-31T17:00") from error
    return (found if found.tzinfo else found.replace(tzinfo=CHINA_TIME)).astimezone(UTC)


@contextmanager
def progress(title: str) -> Iterator[Callable[[float, bool], None]]:
    """A bar with the remaining time on the error output; hears shares from 0 to 1."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"),
               TimeElapsedColumn(), TextColumn("剩余"), TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda share, _front: bar.update(task, completed=share)
