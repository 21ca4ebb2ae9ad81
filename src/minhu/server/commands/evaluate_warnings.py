"""`minhu evaluate warnings`: what the desk warns of, against what an experienced agent would (F24).

A case is a row: ``text``, what a person has set (``place``, ``type``, ``category``, ``urgency``, ``secret``; empty for
nothing) and ``wanted``, the warnings that belong to it, separated by blanks, empty for none. Of two places it counts that
they are told, not how they are named. With ``--messages`` real messages (title, body, category) say how often it warns.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer

from minhu.server.commands.evaluate import Details, fail, ratio, read, show

if TYPE_CHECKING:
    from minhu.language.filling.filling import City
    from minhu.language.noise.types import Found

_MOMENT: Final = datetime(2026, 3, 2, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
_COLUMNS: Final = ("text", "place", "type", "category", "urgency", "secret", "wanted")
_NAMES: Final = {"other_type": "type", "other_category": "category", "other_urgency": "urgency"}
_KINDS: Final = ("two_places", "no_place", "no_time", "type", "category", "urgency", "secret")


def warnings(
    cases: Annotated[Path | None, typer.Option("--cases", help="CSV: text, place, type, category, urgency, secret, wanted.")] = None,
    messages: Annotated[Path | None, typer.Option("--messages", help="CSV of real messages: body.")] = None,
    details: Details = False,
) -> None:  # fmt: skip
    """Precision and recall of each warning on cases; and how often it warns on real messages."""
    if cases is None and messages is None:
        fail("请用 --cases 或 --messages 给出文件")
    from minhu.server.commands.evaluate_forms import demo_city

    city = demo_city()
    if cases is not None:
        show("warnings", _judged(read(cases, _COLUMNS), city, details=details))
    if messages is not None:
        show("warnings", _alarms(read(messages, ("body",)), city, details=details))


def _judged(rows: list[dict[str, str]], city: City, *, details: bool) -> dict[str, object]:
    right: Counter[str] = Counter()
    told: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    clean = quiet = 0
    for row in rows:
        want, got = set(row["wanted"].split()), _told(row, city)
        right.update(want & got)
        told.update(got)
        wanted.update(want)
        clean += not want
        quiet += not want and not got
        if details and want != got:
            typer.echo(f"多报 {' '.join(got - want) or '无'}，漏报 {' '.join(want - got) or '无'}：{row['text']}")
    every = [name for name in _KINDS if told[name] or wanted[name]]
    return {
        "cases": len(rows), "precision": ratio(right.total(), told.total()), "recall": ratio(right.total(), wanted.total()),
        "nothing_wanted": clean, "rightly_quiet": ratio(quiet, clean),
        "by_warning": {
            name: {"wanted": wanted[name], "told": told[name], "precision": ratio(right[name], told[name]), "recall": ratio(right[name], wanted[name])}
            for name in every
        },
    }  # fmt: skip


def _alarms(rows: list[dict[str, str]], city: City, *, details: bool) -> dict[str, object]:
    """How often real messages are warned about, by warning; what of it is false only a reader can say."""
    found: Counter[str] = Counter()
    spent = time.process_time()
    for row in rows:
        got = _noises(row["body"].strip(), {}, city)
        found.update(_NAMES.get(one.noise.value, one.noise.value) for one in got)
        if details:
            for one in got:
                typer.echo(f"{one.noise.value} {one.words}：{' '.join(row['body'].split())[:160]}")
    spent = (time.process_time() - spent) * 1000 / max(1, len(rows))
    return {"messages": len(rows), "warned": {name: ratio(count, len(rows)) for name, count in found.most_common()}, "ms_per_message": round(spent, 2)}  # fmt: skip


def _told(row: dict[str, Any], city: City) -> set[str]:
    return {_NAMES.get(one.noise.value, one.noise.value) for one in _noises(row["text"], row, city)}


def _noises(text: str, row: dict[str, Any], city: City) -> tuple[Found, ...]:
    from minhu.directory.types import RequestType
    from minhu.language.elements import read_elements
    from minhu.language.noise.types import Marks
    from minhu.language.noise.warning import noises_of
    from minhu.language.understanding import understand

    said = {kind.value: kind.said for kind in RequestType}
    marks = Marks(
        said.get(row.get("type", ""), ""), row.get("category", ""), row.get("urgency", ""),
        {"0": False, "1": True}.get(row.get("secret", "")), row.get("place", ""),
    )  # fmt: skip
    read_as = understand(text, "", city.home, city.gazetteer, city.index, city.model)
    return noises_of(text, read_elements(text, _MOMENT).elements, read_as, marks, city.gazetteer)
