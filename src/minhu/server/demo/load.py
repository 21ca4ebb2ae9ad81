"""Loads the base data of the demonstration city 云溪市 through the services; safe to repeat."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any, Final

from django.db import transaction

from minhu.directory.access import as_system
from minhu.directory.services.areas import load_areas, load_landmarks
from minhu.directory.services.catalogue import load_catalogue
from minhu.directory.services.loading import rows_of
from minhu.directory.services.posts import load_staff
from minhu.directory.services.rule_sets import kind_of, put
from minhu.directory.services.taxonomy import load_categories
from minhu.directory.services.units import load_units
from minhu.directory.types import LoadReport

DATA: Final = resources.files("minhu.server.demo") / "data"
NOTE: Final = "云溪市演示数据"


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
    """Load areas, landmarks, units, categories, catalogue, rules and staff; one report for each.

    All or nothing; a second run changes nothing.
    """
    with transaction.atomic(), as_system():
        reports = {
            "areas": load_areas(rows("areas")),
            "landmarks": load_landmarks(rows("landmarks")),
            "units": load_units(rows("units")),
            "categories": load_categories(rows("categories"), NOTE),
            "catalogue": load_catalogue(rows("catalogue"), NOTE),
        }
        if (DATA / "rules.json").is_file():
            for kind, content in read("rules").items():
                put(kind_of(kind), content, NOTE)
        if (DATA / "staff.json").is_file():
            reports["staff"] = load_staff(rows("staff"), demo=True)
    return reports
