"""Loads the base data of the demonstration city 云溪市 through the services; safe to repeat."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final

from django.db import transaction

from minhu.directory.access import as_system
from minhu.directory.queries.rules import shipped_content
from minhu.directory.queries.units import unit_by_code
from minhu.directory.services.areas import load_areas, load_landmarks
from minhu.directory.services.catalogue import load_catalogue
from minhu.directory.services.duties import load_duties
from minhu.directory.services.loading import rows_of
from minhu.directory.services.posts import load_staff
from minhu.directory.services.rule_sets import put
from minhu.directory.services.taxonomy import load_categories
from minhu.directory.services.units import load_units
from minhu.directory.types import LoadReport, RuleKind
from minhu.server.demo.boards import load_boards
from minhu.server.demo.briefs import load_briefs
from minhu.server.demo.bulletins import load_bulletins
from minhu.server.demo.calls import load_calls
from minhu.server.demo.care import load_care
from minhu.server.demo.channels import load_channels
from minhu.server.demo.coaching import load_coaching
from minhu.server.demo.disputes import load_disputes
from minhu.server.demo.emergencies import load_emergencies
from minhu.server.demo.enterprises import load_enterprises
from minhu.server.demo.floor import load_floor
from minhu.server.demo.library import load_papers
from minhu.server.demo.quality import load_quality
from minhu.server.demo.scenarios import load_trees
from minhu.server.demo.year import load_year, scenes_are_there

DATA: Final = resources.files("minhu.server.demo") / "data"
NOTE: Final = "云溪市演示数据"
RULE_FILES: Final = {
    RuleKind.DEADLINES: ("deadlines", "lines"),
    RuleKind.INTAKE: ("intake_rules", "rows"),
    RuleKind.REASONS: ("reason_codes", "groups"),
    RuleKind.SUPERVISION: ("supervision", "rules"),
}
"""The city's own rules: file, and the list in it that is laid over the shipped one."""


def read(name: str) -> Any:
    """The content of one JSON file of the demonstration city."""
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of one file: the list under the file's main key."""
    body = read(name)
    key = (
        next((key for key, value in body.items() if isinstance(value, list)), name) if isinstance(body, dict) else name
    )
    return rows_of(body, key, f"{name}.json")


def load_base() -> dict[str, LoadReport]:
    """Load areas, landmarks, units, categories, catalogue, duties, rules and staff; one report for each.

    All or nothing; a second run changes nothing.
    """
    with transaction.atomic(), as_system():
        reports = {
            "areas": load_areas(rows("areas")),
            "landmarks": load_landmarks(rows("landmarks")),
            "units": load_units(rows("units")),
            "categories": load_categories(rows("categories"), NOTE),
            "catalogue": load_catalogue(rows("catalogue"), NOTE),
            "duties": load_duties(rows("duties"), NOTE),
        }
        for kind, (name, list_key) in RULE_FILES.items():
            put(kind, overlaid(shipped_content(kind), read(name), list_key), NOTE)
        put(RuleKind.LINES, read("lines"), NOTE)
        reports["staff"] = load_staff(rows("staff"), demo=True)
    return reports


def overlaid(base: Mapping[str, Any], own: Mapping[str, Any], list_key: str) -> dict[str, Any]:
    """The shipped rules with a city's own on top: lines with the same key are replaced, new ones added."""
    merged = copy.deepcopy(dict(base))
    if list_key == "groups":
        for name, reasons in own["groups"].items():
            merged["groups"][name] = _by_key([*merged["groups"].get(name, []), *reasons], "code")
        return merged
    merged[list_key] = _by_key([*merged[list_key], *own[list_key]], "key" if list_key == "lines" else "code")
    return merged


def _by_key(lines: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    return list({line[key]: line for line in lines}.values())


def ensure_base() -> None:
    """Load the city's directory unless it is there."""
    if unit_by_code("HX") is None:
        load_base()


def load(*, gentle: bool = False) -> None:
    """What `minhu demo --load-only` does: make sure that the city is there, its year, its dangers, its papers and
    scenario trees, what was asked, rated and judged of the papers, today at the hotline, who needs care, who wrote by text
    message and on a message board, bulletins, calls and what agents need training in."""
    ensure_base()
    load_year(gentle=gentle)
    for scene in (load_emergencies, load_enterprises, load_disputes, load_briefs):
        with transaction.atomic():  # these act as people, whose rights live in a transaction
            scene()
    load_papers()
    load_trees()
    load_quality()
    load_floor()  # before those who wait, whom its day would otherwise be offered
    with transaction.atomic():
        load_care()
    load_channels()
    load_boards()
    load_bulletins()
    load_calls()
    load_coaching()
    scenes_are_there()
