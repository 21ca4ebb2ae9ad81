"""`minhu evaluate forms`: the order form as a conversation fills it, field by field, against what a person would enter.

A case is one line of JSON: ``name``, ``turns`` (pairs of citizen or agent and the words) and ``want`` (field → value;
``|`` parts alternatives, nothing says that the field stays empty). Title and place are right where they hold one of the
wanted words, an area where it lies in the wanted one or around it down to the county, all others where they are the
same. A field that stays empty as wanted counts in ``fields_right`` but not in ``told_right``. The category tree and the
places are those of the fictional city.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer

from minhu.server.commands.evaluate import Details, fail, ratio, show

if TYPE_CHECKING:
    from minhu.language.filling.filling import City

_MOMENT: Final = datetime(2026, 3, 2, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
_HOLDS: Final = frozenset({"title", "place", "party"})
_USUAL: Final = {"urgency": "normal", "confidential": "0"}
"""What an empty field means."""
_COUNTY: Final = 6


def forms(
    cases: Annotated[Path, typer.Option("--cases", help="JSON lines: name, turns, want.")],
    details: Details = False,
) -> None:
    """Share of fields filled as a person would fill them, over all fields and over those that were told; by field."""
    import numpy as np

    city, read_cases = demo_city(), _cases(cases)
    right: Counter[str] = Counter()
    told: Counter[str] = Counter()
    told_right: Counter[str] = Counter()
    spent: list[float] = []
    for case in read_cases:
        got = _filled(case, city, spent)
        for name, wanted in case["want"].items():
            value = _USUAL.get(name, "") if name in _USUAL and not got.get(name) else got.get(name, "")
            good = fits(name, value, wanted or _USUAL.get(name, ""))
            right[name] += good
            if wanted not in ("", _USUAL.get(name)) or not good:
                told[name] += 1
                told_right[name] += good
            if details and not good:
                typer.echo(f"{case['name']} {name}：得到 {value or '（空）'}，应为 {wanted or '（空）'}")
    names = list(read_cases[0]["want"])
    count = len(read_cases)
    show("forms", {
        "talks": count, "fields": count * len(names), "fields_right": ratio(sum(right.values()), count * len(names)),
        "told": sum(told.values()), "told_right": ratio(sum(told_right.values()), sum(told.values())),
        "by_field": {name: ratio(right[name], count) for name in names},
        "told_by_field": {name: ratio(told_right[name], told[name]) for name in names if told[name]},
        "ms_per_utterance": round(sum(spent) / len(spent), 2), "ms_p95": round(float(np.percentile(spent, 95)), 2),
    })  # fmt: skip


def fits(name: str, value: str, wanted: str) -> bool:
    """Whether a value is one of the wanted ones, by the rule of its field."""
    options = wanted.split("|")
    if name in _HOLDS and wanted:
        return any(one in _plain(value) for one in map(_plain, options)) or (
            name != "title" and any(_plain(value) in one and len(value) > 3 for one in map(_plain, options))
        )
    if name == "area" and wanted and value:
        return any(value.startswith(one) or (one.startswith(value) and len(value) >= _COUNTY) for one in options)
    return value in options


def _plain(text: str) -> str:
    return text.translate(str.maketrans("一二三四五六七八九", "123456789")).replace("的", "")


def _filled(case: dict[str, Any], city: City, spent: list[float]) -> dict[str, str]:
    """The form after the last utterance; each utterance is played, as on the desk, and its processor time noted."""
    from minhu.directory.types import RequestType
    from minhu.language.filling.filling import fill
    from minhu.language.filling.types import Field, Spoken

    spoken = [Spoken(at, who == "citizen", words) for at, (who, words) in enumerate(case["turns"], 1)]
    filled = fill((), _MOMENT, city)
    for at, one in enumerate(spoken, 1):
        begun = time.process_time()
        filled = fill(spoken[:at], _MOMENT, city)
        spent += [(time.process_time() - begun) * 1000] if one.citizen else []
    values = {field.value: one.value for field, one in filled.readings.items()}
    said = {kind.said: kind.value for kind in RequestType}
    return {
        **values,
        "request_type": said.get(values.get(Field.REQUEST_TYPE.value, ""), ""),
        "type": said.get(values.get("request_type", ""), ""),
    }


def demo_city() -> City:
    """Places and categories of the fictional city, without a database."""
    from minhu.language.categories import default_model
    from minhu.language.filling.filling import City
    from minhu.language.gazetteer import Gazetteer
    from minhu.language.keywords import KeywordIndex
    from minhu.language.meaning import default_meaning
    from minhu.language.types import AreaEntry, AreaLevel, Landmark, Leaf
    from minhu.server.demo.world import load

    def rows(name: str) -> list[dict[str, Any]]:
        return next(value for value in load(name).values() if isinstance(value, list))

    levels = list(AreaLevel)
    areas = [
        AreaEntry(row["code"], row["parent"] or "", row["name"], levels[row["level"] - 1], tuple(row["aliases"]))
        for row in rows("areas")
    ]
    landmarks = [Landmark(row["name"], row["area"], row["kind"], tuple(row["aliases"])) for row in rows("landmarks")]
    tree = {row["code"]: row for row in rows("categories")}

    def path(code: str) -> tuple[str, ...]:
        return (*(path(tree[code]["parent"]) if tree[code]["parent"] else ()), tree[code]["name"])

    leaves = [
        Leaf(code, row["name"], path(code), tuple(row["keywords"]), row["description"])
        for code, row in tree.items()
        if row["leaf"]
    ]
    home = next(row["code"] for row in rows("areas") if row["level"] == levels.index(AreaLevel.CITY) + 1)
    return City(home, Gazetteer(areas, landmarks), KeywordIndex(leaves, default_meaning()), default_model())


def _cases(file: Path) -> list[dict[str, Any]]:
    """The cases of a file, or exit 2 with the line that cannot be read."""
    found = []
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        fail(f"无法读取 {file.name}：{error}")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
            whole = all(len(turn) == 2 for turn in case["turns"]) and bool(case["want"]) and bool(case["name"])
        except (ValueError, KeyError, TypeError):
            whole = False
        if not whole:
            fail(f"{file.name} 第 {number} 行不是一次完整的通话（需要 name、turns、want）")
        found.append(case)
    if not found:
        fail(f"{file.name} 里没有通话")
    return found
