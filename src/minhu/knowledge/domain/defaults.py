"""What the files of an upload or a source start with, as it is kept: rights and entry as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minhu.knowledge.types import Audience, EntryData, Nature, Rights


def as_json(rights: Rights, entry: EntryData) -> dict[str, Any]:
    """Rights and entry as an upload or a source keeps them."""
    return {
        "audience": rights.audience.value, "units": list(rights.units), "levels": list(rights.levels),
        "areas": list(rights.areas), "nature": entry.nature.value, "category": entry.category_code,
        "keywords": list(entry.keywords),
    }  # fmt: skip


def from_json(kept: Mapping[str, Any]) -> tuple[Rights, EntryData]:
    """Rights and entry of what `as_json` wrote."""
    rights = Rights(Audience(kept["audience"]), tuple(kept["units"]), tuple(kept["levels"]), tuple(kept["areas"]))
    return rights, EntryData(Nature(kept["nature"]), kept["category"], tuple(kept["keywords"]))
