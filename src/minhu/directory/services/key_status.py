"""How the keys stand: versions in use, what is left to be sealed anew, how fast it goes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from minhu.directory.access import as_system
from minhu.directory.models import Rotation
from minhu.engines import lookup, master, sealed, secrets


@dataclass(frozen=True, slots=True)
class PartView:
    """One table (or the files): values sealed anew, values left (-1: files are not counted), values a second."""

    name: str
    resealed: int
    left: int
    failed: int
    per_second: int
    finished: bool


@dataclass(frozen=True, slots=True)
class KeysView:
    """`used` counts the values in the database by key version; `unbound` those of formats without the row."""

    source: str
    current: int
    versions: tuple[int, ...]
    used: dict[int, int]
    unbound: int
    started_at: datetime | None
    finished_at: datetime | None
    parts: tuple[PartView, ...]
    index_current: int
    index_versions: tuple[int, ...]
    index_used: dict[int, int]

    @property
    def left(self) -> int:
        """Values of the database that are to be sealed anew."""
        return sum(max(part.left, 0) for part in self.parts)


def keys_view() -> KeysView:
    """The whole picture; reads every table with sealed columns."""
    current, known = secrets.versions()
    used: Counter[int] = Counter()
    left: dict[str, int] = {}
    unbound = 0
    with transaction.atomic(), as_system():
        for table in sealed.tables():
            left[table.name] = sealed.stale_fields(table)
            for (form, version), count in sealed.versions_in(table).items():
                used[version] += count
                unbound += count * (form <= secrets.ROW)
        indexed: Counter[int] = Counter()
        for column in lookup.columns():
            found = lookup.versions_in(column)
            indexed.update(found)
            if column.sealed:
                left[column.label] = sum(count for known, count in found.items() if known != lookup.versions()[0])
        rotation = Rotation.objects.first()
        parts = list(rotation.parts.all()) if rotation else []
    return KeysView(
        source=master.source(),
        current=current,
        versions=known,
        used=dict(sorted(used.items())),
        unbound=unbound,
        started_at=rotation.started_at if rotation else None,
        finished_at=rotation.finished_at if rotation else None,
        index_current=lookup.versions()[0],
        index_versions=lookup.versions()[1],
        index_used=dict(sorted(indexed.items())),
        parts=tuple(
            PartView(
                part.name, part.resealed, left.get(part.name, -1), part.failed,
                round(part.resealed / part.seconds) if part.seconds else 0, part.finished_at is not None,
            )
            for part in parts
        ),
    )  # fmt: skip
