"""What other houses' categories are in ours: the crosswalks in force, their versions for the pages, what is unmapped."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from minhu.directory.models import Crosswalk, CrosswalkGap, CrosswalkLine
from minhu.directory.queries.categories import category_by_code
from minhu.directory.queries.freshness import Cached, Topic
from minhu.directory.types import CategoryInfo, VersionState
from minhu.kernel.errors import NotFound

LEAST: Final = 0.01
"""Further proposals below this confidence are not worth reading."""
Targets = Mapping[str, Mapping[str, str]]
"""Whose taxonomy → code or path there, made plain → code here; empty where a person said that nothing fits."""


@dataclass(frozen=True, slots=True)
class CrosswalkView:
    """One version in a list."""

    id: int
    kind: str
    number: int
    state: VersionState
    note: str
    created_at: datetime
    created_by: str
    lines: int
    decided: int
    mapped: int


@dataclass(frozen=True, slots=True)
class LineView:
    """One category there; ``proposed``: code, full name, confidence and reason of each target, the best first."""

    id: int
    source_code: str
    source_path: str
    proposed: tuple[tuple[str, str, float, str], ...]
    target_code: str
    target_name: str
    decided: bool
    decided_by: str


@dataclass(frozen=True, slots=True)
class GapView:
    """A name that came in and means nothing here."""

    id: int
    door: str
    said: str
    count: int
    last_at: datetime


def plain(name: str) -> str:
    """A code or path so that writings of the same are equal: width, spaces, and the sign between levels."""
    return re.sub(r"[\s]+", "", re.sub(r"\s*[>›＞\\|\-–—/]+\s*", "/", unicodedata.normalize("NFKC", name))).strip("/")


def _load() -> Targets:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    rows = CrosswalkLine.objects.filter(version__state=VersionState.PUBLISHED.value, decided=True)
    for kind, code, path, target in rows.values_list("version__kind", "source_code", "source_path", "target_code"):
        found[kind][plain(path)] = target
        if code:
            found[kind].setdefault(plain(code), target)
    return dict(found)


in_force = Cached(_load, Topic.CATEGORIES)
"""The decided lines of all published crosswalks."""


def translated(said: str, kind: str = "") -> CategoryInfo | None:
    """Our category for a code or a path of another house (``kind``, or whichever knows it); None where they differ.

    A house of the given name decides alone when it knows the category.
    """
    codes = _codes(said, kind)
    code = codes.pop() if len(codes) == 1 else ""
    found = category_by_code(code) if code else None
    return found if found is not None and found.active else None


def fits_nothing(said: str, kind: str = "") -> bool:
    """Whether people have said that nothing here fits a code or a path of another house: nobody need be asked again."""
    return _codes(said, kind) == {""}


def _codes(said: str, kind: str) -> set[str]:
    targets, wanted = in_force(), plain(said)
    own = targets.get(kind, {}).get(wanted)
    return {own} if own is not None else {one[wanted] for one in targets.values() if wanted in one}


def versions() -> list[CrosswalkView]:
    """All versions, each house's newest first."""
    return [_view(row) for row in Crosswalk.objects.all()]


def version(version_id: int) -> CrosswalkView:
    """One version; raises NotFound."""
    row = Crosswalk.objects.filter(pk=version_id).first()
    if row is None:
        raise NotFound("没有这个对照表，请返回列表查看。", code="no_such_version")
    return _view(row)


def lines_of(version_id: int, *, waiting: bool = False) -> list[LineView]:
    """The lines of a version, or those that nobody has decided, the surest proposal first."""
    rows = CrosswalkLine.objects.filter(version_id=version_id)
    shown = [_line(row) for row in (rows.filter(decided=False) if waiting else rows)]
    return sorted(shown, key=lambda one: -one.proposed[0][2] if one.proposed else 0.0) if waiting else shown


def gaps() -> list[GapView]:
    """Names that came in and mean nothing here, the newest first."""
    return [GapView(row.pk, row.door, row.said, row.count, row.last_at) for row in CrosswalkGap.objects.all()[:200]]


def _view(row: Crosswalk) -> CrosswalkView:
    lines = list(row.lines.values_list("decided", "target_code"))
    return CrosswalkView(
        row.pk, row.kind, row.number, VersionState(row.state), row.note, row.created_at, row.created_by, len(lines),
        sum(decided for decided, _ in lines), sum(bool(decided and target) for decided, target in lines),
    )  # fmt: skip


def _line(row: CrosswalkLine) -> LineView:
    proposed = tuple(
        (code, info.full_name, float(chance), reason)
        for place, (code, chance, reason) in enumerate(row.proposed)
        if (not place or chance >= LEAST) and (info := category_by_code(code)) is not None
    )
    target = category_by_code(row.target_code)
    name = target.full_name if target else row.target_code
    return LineView(
        row.pk, row.source_code, row.source_path, proposed, row.target_code, name, row.decided, row.decided_by
    )
