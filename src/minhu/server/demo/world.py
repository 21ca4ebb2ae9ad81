"""Reads the files of the demo city; every value is loaded once and never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from minhu.directory.types import AreaLevel

CITY_CODE = "9901"


@dataclass(frozen=True, slots=True)
class DemoArea:
    """One area of the city as ``areas.json`` names it."""

    code: str
    name: str
    level: AreaLevel
    parent: str
    kind: str
    aliases: tuple[str, ...]
    live: bool


@dataclass(frozen=True, slots=True)
class DemoLandmark:
    """A named place; ``area`` is the most specific area that holds it."""

    name: str
    kind: str
    area: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """The core of a citizen's message about one leaf category, with ``{slots}``."""

    category: str
    request_type: str
    text: str
    urgency: str


@dataclass(frozen=True, slots=True)
class CategoryProfile:
    """How often a leaf occurs (``base``), in which season, how urgent, at which kinds of place."""

    code: str
    name: str
    base: int
    season: str
    urgency: str
    places: tuple[str, ...]
    shop: str


@cache
def load(name: str) -> Mapping[str, Any]:
    """The content of ``data/NAME.json``; read only."""
    text = files("minhu.server.demo").joinpath("data", f"{name}.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return MappingProxyType(content)


@cache
def areas() -> Mapping[str, DemoArea]:
    """All areas by code, the abolished ones too (``live`` is False for them)."""
    found = {}
    for row in load("areas")["areas"]:
        found[row["code"]] = DemoArea(
            row["code"], row["name"], AreaLevel(row["level"]), row["parent"] or "", row.get("kind", ""),
            tuple(row["aliases"]), row["valid_to"] is None,
        )  # fmt: skip
    return MappingProxyType(found)


@cache
def landmarks() -> tuple[DemoLandmark, ...]:
    """All landmarks in the order of the file."""
    rows = load("landmarks")["landmarks"]
    return tuple(DemoLandmark(r["name"], r["kind"], r["area"], tuple(r["aliases"])) for r in rows)


@cache
def landmarks_in(area: str, kind: str) -> tuple[DemoLandmark, ...]:
    """Landmarks of a kind at or below ``area`` (codes nest, so a prefix is enough)."""
    return tuple(x for x in landmarks() if x.kind == kind and x.area.startswith(area))


@cache
def areas_below(area: str, kind: str) -> tuple[DemoArea, ...]:
    """Live areas of a kind (``village``, ``community``, ``street`` …) at or below ``area``."""
    return tuple(x for x in areas().values() if x.live and x.kind == kind and x.code.startswith(area))


@cache
def streets() -> tuple[DemoArea, ...]:
    """All live streets, towns and townships."""
    return tuple(x for x in areas().values() if x.level is AreaLevel.STREET and x.live)


@cache
def templates() -> Mapping[str, tuple[Template, ...]]:
    """Message templates by leaf code."""
    grouped: dict[str, list[Template]] = {}
    for row in load("messages")["templates"]:
        item = Template(row["category"], row["type"], row["text"], row.get("urgency", ""))
        grouped.setdefault(item.category, []).append(item)
    return MappingProxyType({code: tuple(items) for code, items in grouped.items()})


@cache
def profiles() -> Mapping[str, CategoryProfile]:
    """How each leaf category behaves, by code."""
    rows: Mapping[str, Mapping[str, Any]] = load("profiles")["categories"]
    return MappingProxyType(
        {
            code: CategoryProfile(code, r["name"], r["base"], r["season"], r["urgency"], tuple(r["places"]), r["shop"])
            for code, r in rows.items()
        }
    )


@cache
def month_weights(month: int) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Leaf codes and their weights in ``month`` (1–12)."""
    seasons: Mapping[str, Sequence[float]] = load("profiles")["seasons"]
    codes = tuple(profiles())
    return codes, tuple(profiles()[c].base * seasons[profiles()[c].season][month - 1] for c in codes)


@cache
def rule_content(kind: str) -> Mapping[str, Any]:
    """The shipped rule set ``deadlines`` | ``intake`` | ``supervision`` | ``reasons`` with the city's own lines.

    A line of the city with the key or code of a shipped one takes its place; reasons are added to their group.
    """
    default_file = files("minhu.directory").joinpath("defaults", f"{kind}.json")
    content: dict[str, Any] = json.loads(default_file.read_text(encoding="utf-8"))
    if kind == "reasons":
        for group, rows in load("reason_codes")["groups"].items():
            content["groups"][group] = _overlay(content["groups"].get(group, []), rows, "code")
        return MappingProxyType(content)
    file, part, key = {
        "deadlines": ("deadlines", "lines", "key"),
        "intake": ("intake_rules", "rows", "code"),
        "supervision": ("supervision", "rules", "code"),
    }[kind]
    content[part] = _overlay(content[part], load(file)[part], key)
    return MappingProxyType(content)


def _overlay(shipped: list[dict[str, Any]], own: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    replaced = {row[key] for row in own}
    return [row for row in shipped if row[key] not in replaced] + own
