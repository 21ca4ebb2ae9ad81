"""Versions of the category tree, the catalogue and the rule sets, for the pages that edit them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from minhu.directory.models import CatalogueVersion, DutyVersion, RuleSet, Taxonomy
from minhu.directory.types import RuleKind, VersionState
from minhu.kernel.errors import NotFound

T = TypeVar("T")
MOST: Final = 30
TAXONOMY, CATALOGUE, DUTIES = "taxonomy", "catalogue", "duties"


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version as a list shows it; ``kind`` is 'taxonomy', 'catalogue', 'duties' or a kind of rules."""

    id: int
    kind: str
    number: int
    state: str
    note: str
    created_at: datetime
    created_by: str
    published_at: datetime | None

    @property
    def is_draft(self) -> bool:
        """Whether it can still be edited."""
        return self.state == VersionState.DRAFT.value

    @property
    def in_force(self) -> bool:
        """Whether the program works by it."""
        return self.state == VersionState.PUBLISHED.value


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A version of a rule set with its content."""

    view: VersionView
    content: dict[str, Any]


def _view(row: Taxonomy | CatalogueVersion | DutyVersion | RuleSet) -> VersionView:
    number = row.number if isinstance(row, CatalogueVersion | DutyVersion) else row.version
    kinds = {Taxonomy: TAXONOMY, CatalogueVersion: CATALOGUE, DutyVersion: DUTIES}
    kind = row.kind if isinstance(row, RuleSet) else kinds[type(row)]
    return VersionView(row.pk, kind, number, row.state, row.note, row.created_at, row.created_by, row.published_at)


def taxonomy_versions() -> list[VersionView]:
    """Versions of the category tree, newest first."""
    return [_view(row) for row in Taxonomy.objects.order_by("-version")[:MOST]]


def catalogue_versions() -> list[VersionView]:
    """Versions of the dispatch catalogue, newest first."""
    return [_view(row) for row in CatalogueVersion.objects.order_by("-number")[:MOST]]


def duty_versions() -> list[VersionView]:
    """Versions of the duty list, newest first."""
    return [_view(row) for row in DutyVersion.objects.order_by("-number")[:MOST]]


def rule_versions(kind: RuleKind) -> list[VersionView]:
    """Versions of one kind of rules, newest first, without their content."""
    rows = RuleSet.objects.filter(kind=kind.value).defer("content").order_by("-version")[:MOST]
    return [_view(row) for row in rows]


def drafts() -> list[VersionView]:
    """Everything that was begun and neither published nor thrown away, the oldest first."""
    state = VersionState.DRAFT.value
    found = [
        *map(_view, Taxonomy.objects.filter(state=state)),
        *map(_view, CatalogueVersion.objects.filter(state=state)),
        *map(_view, DutyVersion.objects.filter(state=state)),
        *map(_view, RuleSet.objects.filter(state=state).defer("content")),
    ]
    return sorted(found, key=lambda view: view.created_at)


def taxonomy_version(version_id: int) -> VersionView:
    """One version of the category tree; raises NotFound."""
    return _view(_found(Taxonomy.objects.filter(pk=version_id).first()))


def catalogue_version(version_id: int) -> VersionView:
    """One version of the catalogue; raises NotFound."""
    return _view(_found(CatalogueVersion.objects.filter(pk=version_id).first()))


def duty_version(version_id: int) -> VersionView:
    """One version of the duty list; raises NotFound."""
    return _view(_found(DutyVersion.objects.filter(pk=version_id).first()))


def rule_version(version_id: int, kind: RuleKind) -> RuleVersion:
    """One version of a kind of rules with its content; raises NotFound."""
    row = _found(RuleSet.objects.filter(pk=version_id, kind=kind.value).first())
    return RuleVersion(_view(row), row.content)


def _found(row: T | None) -> T:
    if row is None:
        raise NotFound("没有找到这个版本，可能已被删除。请返回列表查看。", code="no_such_version")
    return row
