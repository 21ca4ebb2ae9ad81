"""Charts as data: one description gives the picture (charts.js) and the table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

ChartKind = Literal["line", "area", "bar", "hbar", "stack", "share", "heat"]
Value = float | int | None


@dataclass(frozen=True, slots=True)
class Series:
    """One named row of values, as long as the chart's categories; None where there is no data."""

    name: str
    values: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure for `{% chart %}`: `share` and `hbar` use the first series; `heat` one series per row.

    `links` (one address per category, '' for none) lead to the orders behind each figure.
    `source` says where the numbers come from, `at` the moment of the data.
    """

    id: str
    title: str
    kind: ChartKind
    categories: Sequence[str]
    series: Sequence[Series]
    unit: str = ""
    category_name: str = ""
    source: str = ""
    at: datetime | None = None
    links: Sequence[str] = ()
    target: float | None = None
    places: int = 0
    height: Literal["small", "normal", "tall"] = "normal"
    summary: str = field(default="")

    def __post_init__(self) -> None:
        for row in self.series:
            if len(row.values) != len(self.categories):
                raise ValueError(f"chart {self.id}: series {row.name} does not fit its categories")

    def spec(self) -> dict[str, Any]:
        """What charts.js reads (JSON)."""
        return {
            "kind": self.kind,
            "title": self.title,
            "unit": self.unit,
            "categories": list(self.categories),
            "series": [{"name": row.name, "values": list(row.values)} for row in self.series],
            "links": list(self.links),
            "target": self.target,
            "places": self.places,
        }

    def rows(self) -> list[tuple[str, str, list[Value]]]:
        """Rows of the table: category, link or '', one value per series."""
        links = list(self.links) or [""] * len(self.categories)
        return [(name, links[i], [row.values[i] for row in self.series]) for i, name in enumerate(self.categories)]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value is not None for row in self.series for value in row.values)
