"""`minhu evaluate elements`: precision and recall of each element of a request."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from minhu.server.commands.evaluate import Details, fail, ratio, read, show

_COLUMNS = (
    "received", "text", "who", "when", "where", "party", "people", "demand", "evidence", "earlier", "secrecy", "matters",
)  # fmt: skip


def elements(
    cases: Annotated[
        Path,
        typer.Option("--cases", help="CSV: received (2026-03-02 09:30), text, one column an element (;), matters."),
    ],
    details: Details = False,
) -> None:
    """Precision and recall for each element, and how often the number of matters is right."""
    rows = read(cases, _COLUMNS)
    from minhu.language.element_measures import tallies
    from minhu.language.element_types import ElementKind
    from minhu.language.elements import read_elements

    moments = []
    for number, row in enumerate(rows, 2):
        try:
            moments.append(datetime.fromisoformat(row["received"].strip()))
            int(row["matters"])
        except ValueError:
            fail(f"{cases.name} 第 {number} 行：received 应为 2026-03-02 09:30，matters 应为整数")
    begun = time.process_time()
    got = [read_elements(row["text"], moment) for row, moment in zip(rows, moments, strict=True)]
    spent = (time.process_time() - begun) * 1000 / max(len(rows), 1)
    wanted = [
        {kind: [one.strip() for one in row[kind.value].split(";") if one.strip()] for kind in ElementKind}
        for row in rows
    ]
    if details:
        for row, expected, one in zip(rows, wanted, got, strict=True):
            wrong = [
                f"{kind.value} {line}" for kind, tally in tallies([(expected, one)]).items() for line in tally.wrong
            ]
            if len(one.matters) != int(row["matters"]):
                wrong.append(f"matters {len(one.matters)} 而非 {row['matters']}")
            if wrong:
                typer.echo(f"{row['text'][:200]}\n    {'；'.join(wrong)}")
    found = tallies(zip(wanted, got, strict=True))
    figures: dict[str, object] = {"rows": len(rows)}
    for kind, tally in found.items():
        figures[f"{kind.value}_precision"] = round(tally.precision(), 4)
        figures[f"{kind.value}_recall"] = round(tally.recall(), 4)
    right, all_found = sum(one.right for one in found.values()), sum(one.found for one in found.values())
    expected_all = sum(one.wanted for one in found.values())
    figures |= {
        "precision": ratio(right, all_found), "recall": ratio(right, expected_all),
        "f1": round(2 * right / (all_found + expected_all), 4) if all_found + expected_all else 1.0,
        "matters_right": ratio(sum(len(one.matters) == int(row["matters"]) for row, one in zip(rows, got, strict=True)), len(rows)),
        "ms_per_message": round(spent, 3),
    }  # fmt: skip
    show("elements", figures)
