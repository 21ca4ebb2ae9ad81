"""`minhu areas` and `minhu directory`: a city's areas, units, categories and catalogue from files."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

areas = typer.Typer(help="Areas: load a city's divisions, list what is there.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(areas, name="areas")
    app.command("load-directory")(load_directory)


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


@areas.command("learn")
def learn(
    days: int = typer.Option(365, "--days", min=1, help="Orders closed within so many days."),
    fewest: int = typer.Option(5, "--orders", min=3, help="So many orders must name the estate."),
    share: float = typer.Option(0.95, "--share", min=0.5, max=1.0, help="This share of them in one street."),
    accept: bool = typer.Option(False, "--accept", help="Register them as landmarks of the kind learned."),
    forget: bool = typer.Option(False, "--forget", help="Take every landmark away that was learned."),
) -> None:
    """Estates that closed orders always had in one street; shown first, registered with --accept, undone with --forget."""
    from minhu.server.bootstrap import setup

    setup()
    from datetime import timedelta

    from django.db import transaction

    from minhu.directory.access import as_system
    from minhu.directory.queries.areas import gazetteer_data
    from minhu.directory.services import area_edits
    from minhu.handling.queries.learned import place_lessons
    from minhu.kernel.clock import now
    from minhu.language.places import LEARNED

    with transaction.atomic(), as_system():
        if forget:
            typer.echo(f"已删除 {area_edits.drop_landmarks_of_kind(LEARNED)} 个学到的地标。")
            return
        lessons = place_lessons(now() - timedelta(days=days), fewest=fewest, share=share)
        names = {area.code: area.name for area in gazetteer_data().areas}
        for one in lessons:
            typer.echo(f"{one.name}\t{names.get(one.area_code, one.area_code)}\t{one.basis}")
            if accept:
                area_edits.put_landmark(one.area_code, one.name, LEARNED)
    typer.echo(f"{'已登记' if accept else '可登记'} {len(lessons)} 个地标。")


def load_directory(
    kind: str = typer.Argument(help="areas, landmarks, units, categories, catalogue or staff."),
    file: Path = typer.Argument(help="CSV with a header line (UTF-8 or GB 18030), or JSON."),
) -> None:
    """Load one part of the directory. Safe to repeat; all or nothing; wrong rows are listed one by one."""
    from minhu.server.bootstrap import setup

    setup()
    from minhu.directory.services.areas import load_areas, load_landmarks
    from minhu.directory.services.catalogue import load_catalogue
    from minhu.directory.services.loading import read_rows
    from minhu.directory.services.posts import load_staff
    from minhu.directory.services.taxonomy import load_categories
    from minhu.directory.services.units import load_units
    from minhu.directory.types import LoadReport
    from minhu.kernel.errors import Invalid

    loaders: dict[str, Callable[[list[dict[str, Any]]], LoadReport]] = {
        "areas": load_areas,
        "landmarks": load_landmarks,
        "units": load_units,
        "categories": load_categories,
        "catalogue": load_catalogue,
        "staff": load_staff,
    }
    if kind not in loaders:
        raise Invalid(f"没有“{kind}”这类数据，可选：{'、'.join(loaders)}。")
    typer.echo(f"{loaders[kind](read_rows(file, kind)).words}。")
