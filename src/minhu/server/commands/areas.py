"""`minhu areas`: areas of a city from a divisions file."""

from __future__ import annotations

import json
import time
from pathlib import Path

import typer

areas = typer.Typer(help="Areas: load a city's divisions, list what is there.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(areas, name="areas")


@areas.command("load")
def load(
    file: Path = typer.Argument(help="A divisions file: provinces with nested children (code, name, children)."),
    city: str = typer.Option(..., "--city", help="Code of the city: 4 digits, or 6 with 00 at the end."),
) -> None:
    """Load one city's counties and streets with the chain above them. Safe to repeat; all or nothing."""
    from minhu.server.bootstrap import setup

    setup()
    from minhu.directory.services.areas import load_divisions

    begun = time.perf_counter()
    report = load_divisions(file, city)
    typer.echo(f"区划已载入。{report.words}。")
    seconds = round(time.perf_counter() - begun, 3)
    counts = {"rows": report.rows, "created": report.created, "changed": report.changed, "unchanged": report.unchanged}
    typer.echo(json.dumps({**counts, "seconds": seconds}))


@areas.command("list")
def list_areas(code: str = typer.Argument("", help="Show what lies directly under this code.")) -> None:
    """List the areas under a code (without one: the roots)."""
    from minhu.server.bootstrap import setup

    setup()
    from minhu.directory.queries import areas as queries

    for area in queries.children(code):
        typer.echo(f"{area.code}\t{area.name}\t{area.full_name}")
