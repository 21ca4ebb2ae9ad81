"""`minhu evaluate dispatch`: is the first dispatch right? Catalogue alone, with duties, with what became of like orders."""

from __future__ import annotations

import time
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from minhu.server.commands.evaluate import fail, read, show
from minhu.server.tables import BadFile, Row

if TYPE_CHECKING:
    from minhu.directory.queries.advice import Named
    from minhu.server.dispatch_cases import Books, Case, History

HELD_OUT_DAYS = 61


def dispatch(
    cases: Annotated[
        Path | None,
        typer.Option("--cases", help="CSV: text, category, area, unit (codes) [, request_type, day, returned_by]."),
    ] = None,
    history: Annotated[Path | None, typer.Option("--history", help="CSV of the same columns: earlier orders.")] = None,
    books: Annotated[
        Path | None,
        typer.Option(
            "--books",
            help="Folder: areas, units, categories, catalogue, duties (.json); the demo city's when left out.",
        ),
    ] = None,
    orders: Annotated[
        int, typer.Option("--orders", min=100, help="Without --cases: size of the demo city's simulated year.")
    ] = 12_000,
    seed: Annotated[int, typer.Option("--seed", help="Of that year.")] = 12345,
    details: Annotated[
        bool, typer.Option("--details", help="Also print every case whose first unit is wrong.")
    ] = False,
) -> None:
    """First dispatch right (first, first three), how much could go by itself at 95 %, calibration, time."""
    if books is not None and cases is None:
        fail("给出 --books 时请同时用 --cases 给出案例：模拟的一年只属于演示城市")
    import django

    django.setup()
    from minhu.server.dispatch_cases import books_from

    try:
        with resources.as_file(resources.files("minhu.server.demo") / "data") as data:
            known = books_from(books or data)
    except BadFile as error:
        fail(str(error))
    if cases is not None:
        past = _cases(history, known) if history else []
        asked = _cases(cases, known)
    else:
        from minhu.server.demo.practice import DAYS, year

        played = year(known, orders, seed)
        past = [case for case in played if case.day < DAYS - HELD_OUT_DAYS]
        asked = [case for case in played if case.day >= DAYS - HELD_OUT_DAYS]
    show("dispatch", _figures(known, past, asked, {} if cases else _papers(), details=details))


def _papers() -> dict[str, list[tuple[str, Named]]]:
    """The units that the demo city's valid papers name, by the category of the paper."""
    from minhu.directory.queries.advice import Named
    from minhu.kernel import clock
    from minhu.language.papers.cutting import cut
    from minhu.language.papers.triples import Relation, triples_of
    from minhu.server.demo import papers as city

    today = clock.now().date()
    found: dict[str, list[tuple[str, Named]]] = {}
    for one in city.papers(today):
        if not one.valid(today):
            continue
        paper = cut(city.blocks(one), one.title)
        for triple in triples_of(one.title, "", paper.passages):
            if triple.relation is Relation.UNIT:
                label = paper.passages[triple.passage - 1].label
                named = Named(triple.thing, f"《{one.title}》{label}")
                found.setdefault(one.category, []).append((triple.detail, named))
    return found


def _figures(
    books: Books, past: list[Case], asked: list[Case], papers: dict[str, list[tuple[str, Named]]], *, details: bool
) -> dict[str, object]:
    import numpy as np

    from minhu.language import measures
    from minhu.server.dispatch_cases import answers, right_at

    figures: dict[str, object] = {"rows": len(asked), "rows_history": len(past)}
    ways = {
        "catalogue": (books.without_duties().adviser, False, {}),
        "with_duties": (books.adviser, False, {}),
        "with_history": (books.adviser, True, {}),
        **({"with_papers": (books.adviser, True, papers)} if papers else {}),
    }
    for name, (adviser, learnt, named) in ways.items():
        history = _learnt(past) if learnt else None
        begun = time.process_time()
        found = answers(adviser, asked, history, learning=not any(case.day == 0 for case in asked), papers=named)
        spent = (time.process_time() - begun) * 1000 / len(asked)
        right = np.array([bool(said.best and said.best.unit_id == case.unit) for case, said in found])
        sure = np.array([said.best.confidence if said.best else 0.0 for _, said in found])
        figures |= {
            f"{name}_top1": round(right_at(found, 1), 4),
            f"{name}_top3": round(right_at(found, 3), 4),
            f"{name}_coverage_at_95": round(measures.coverage_at(right, sure, 0.95), 4),
            f"{name}_ece": round(measures.calibration_error(right, sure), 4),
            f"{name}_ms": round(spent, 3),
        }
        if named:
            told = [said.best is not None and said.best.in_papers for _, said in found]
            figures[f"{name}_named"] = sum(told)
            figures[f"{name}_named_right"] = int(sum(right[np.array(told)]))
        if details:
            for case, said in found:
                if said.best is None or said.best.unit_id != case.unit:
                    got = f"{said.best.unit_name}（{said.best.words}）" if said.best else said.said.reason
                    typer.echo(f"{name}：应为{books.by_id[case.unit].name}，得到{got}：{case.text[:60]}")
    return figures


def _learnt(past: list[Case]) -> History:
    from minhu.server.dispatch_cases import History

    found = History()
    for case in past:
        found.add(case)
    return found


def _cases(file: Path, books: Books) -> list[Case]:
    rows = read(file, ("text", "category", "area", "unit"))
    units = {name: unit.id for unit in books.units for name in (unit.code, unit.name)}
    return [_case(file, at, row, books, units) for at, row in enumerate(rows, 2)]


def _case(file: Path, at: int, row: Row, books: Books, units: dict[str, int]) -> Case:
    from minhu.server.dispatch_cases import Case

    category, unit = row["category"].strip(), row["unit"].strip()
    back = [one.strip() for one in row.get("returned_by", "").replace("、", ";").split(";") if one.strip()]
    if category not in books.categories:
        fail(f"{file.name} 第 {at} 行的分类 {category or '（空）'} 不在分类表中")
    if unknown := [one for one in (unit, *back) if one not in units]:
        fail(f"{file.name} 第 {at} 行的单位 {unknown[0] or '（空）'} 不在单位表中")
    try:
        day = float(row.get("day", "").strip() or 0)
    except ValueError:
        fail(f"{file.name} 第 {at} 行的 day 应为数字")
    returned = tuple(units[one] for one in back)
    return Case(
        f"{file.stem}-{at}", row["text"], books.categories[category], row["area"].strip(),
        row.get("request_type", "").strip(), units[unit], returned, day,
    )  # fmt: skip
