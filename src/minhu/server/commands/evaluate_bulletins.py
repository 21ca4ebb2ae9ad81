"""`minhu evaluate bulletins`: does a caller meet the bulletin that concerns him, and no other?

``--cases``: CSV with ``words`` and ``key`` ('-' for none). ``--known``: JSON with ``at`` and ``known``, the bulletins in
force then, each with key, matter, begins, ends, inside, around and words. A wrong bulletin counts against precision and
recall alike.
"""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minhu.server.commands.evaluate import Details, fail, ratio, show

if TYPE_CHECKING:
    from minhu.language.bulletins import Known


def bulletins(
    cases: Annotated[Path, typer.Option("--cases", help="CSV with words and key.")],
    known: Annotated[Path, typer.Option("--known", help="JSON with at and known.")],
    details: Details = False,
) -> None:
    """Precision and recall of bulletins offered to callers."""
    from minhu.language.bulletins import best

    at, in_force = _known(known)
    rows = _cases(cases)
    right = offered = wanted = 0
    for words, key in rows:
        found = best(words, at, in_force)
        got = found.key if found else "-"
        right += got == key != "-"
        offered += got != "-"
        wanted += key != "-"
        if details and got != key:
            typer.echo(f"{words} → {got}，应为 {key}")
    show(
        "bulletins",
        {
            "cases": len(rows), "wanted": wanted, "offered": offered, "right": right,
            "precision": ratio(right, offered), "recall": ratio(right, wanted),
        },
    )  # fmt: skip


def _cases(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = [(row.get("words") or "", row.get("key") or "") for row in csv.DictReader(lines)]
    if not rows or not all(words and key for words, key in rows):
        fail(f"{path.name}：需要列 words 和 key，每行都要填写（没有对应的写 -）。")
    return rows


def _known(path: Path) -> tuple[datetime, list[Known]]:
    from minhu.language.bulletins import Known, Matter

    def one(row: dict[str, Any]) -> Known:
        begins, ends = (datetime.fromisoformat(row[name]) for name in ("begins", "ends"))
        names = {name: tuple(row.get(name, ())) for name in ("inside", "around", "words")}
        return Known(row["key"], Matter(row["matter"]), begins, ends, **names)

    try:
        body = json.loads(path.read_text("utf-8"))
        return datetime.fromisoformat(body["at"]), [one(row) for row in body["known"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        fail(f"{path.name} 不能用：{error}")
