"""`minhu rehearse`: a surge played through with the real rules, and a real load on the intake services of a house of its own."""

from __future__ import annotations

import dataclasses
import json

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rehearse")(rehearse)


def rehearse(
    people: int = typer.Option(20, "--people", min=1, max=5000, help="Agents on an ordinary day."),
    usual: float = typer.Option(3.0, "--usual", min=0.1, max=1000.0, help="Arrivals a minute on an ordinary day."),
    times: float = typer.Option(20.0, "--times", min=1.0, max=50.0, help="How many times as many come."),
    minutes: float = typer.Option(10.0, "--minutes", min=0.5, max=240.0, help="How long."),
    gone: float = typer.Option(0.5, "--gone", min=0.0, max=1.0, help="Share of the agents who do not come."),
    seed: int = typer.Option(1, "--seed", help="The same seed gives the same crowd."),
    load: float = typer.Option(
        0.0,
        "--load",
        min=0.0,
        max=7200.0,
        help="Seconds of real talks through the services; in a house without citizens.",
    ),
    rate: float = typer.Option(2.5, "--rate", min=0.1, max=100.0, help="With --load: talks that begin each second."),
    threads: int = typer.Option(8, "--threads", min=1, max=64, help="With --load: citizens served at once."),
) -> None:
    """Normal and emergency side by side, by simulation; with --load also real arrivals. The last line is JSON.

    Exit code 1 when anybody was lost.
    """
    from minhu.server.bootstrap import setup

    setup()
    from minhu.intake.queries.rehearsals import Setup, played

    chosen = Setup(people=people, usual=usual, times=times, minutes=minutes, gone=gone, seed=seed)
    normal, emergency = played(chosen)
    _table({"normal": dataclasses.asdict(normal), "emergency": dataclasses.asdict(emergency)})
    found: dict[str, object] = {"normal": dataclasses.asdict(normal), "emergency": dataclasses.asdict(emergency)}
    lost = normal.lost + emergency.lost
    if load:
        from minhu.server.demo.load import ensure_base
        from minhu.server.rehearsal import check_empty, run

        check_empty()
        ensure_base()
        done = run(seconds=load, rate=rate, threads=threads, seed=seed)
        found["load"] = dataclasses.asdict(done)
        lost += done.lost
        _table({"load": dataclasses.asdict(done)})
    typer.echo(json.dumps(found, ensure_ascii=False))
    if lost:
        raise typer.Exit(1)


def _table(columns: dict[str, dict[str, float | None]]) -> None:
    """Rows of figures for people, on the error output."""
    names = next(iter(columns.values()))
    typer.echo(f"{'':24}" + "".join(f"{name:>14}" for name in columns), err=True)
    for name in names:
        values = (columns[column][name] for column in columns)
        typer.echo(f"{name:24}" + "".join(f"{'—' if v is None else round(v, 1):>14}" for v in values), err=True)
