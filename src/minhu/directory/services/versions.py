"""The life of a version, the same for the category tree, the catalogue, the duty list and rule sets: draft → published → retired."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Max

from minhu.directory.models import CatalogueVersion, Crosswalk, DutyVersion, RuleSet, Taxonomy
from minhu.directory.services.changes import record
from minhu.directory.types import VersionState
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, NotFound

V = TypeVar("V", Taxonomy, CatalogueVersion, DutyVersion, RuleSet, Crosswalk)
NUMBER: Mapping[type, str] = {
    Taxonomy: "version",
    CatalogueVersion: "number",
    DutyVersion: "number",
    Crosswalk: "number",
    RuleSet: "version",
}


def new_draft(model: type[V], note: str, **fields: Any) -> V:
    """Insert an empty draft with the next number of its kind (``kind`` in ``fields`` for rule sets)."""
    kind = {"kind": fields["kind"]} if "kind" in fields else {}
    number = NUMBER[model]
    last = model._default_manager.filter(**kind).aggregate(last=Max(number))["last"] or 0
    return model._default_manager.create(
        **{number: last + 1},
        note=note[:255],
        created_at=now(),
        created_by=current_actor().id,
        **fields,
    )


def number_of(version: V) -> int:
    """The number people know a version by."""
    found: int = getattr(version, NUMBER[type(version)])
    return found


def _subject(version: V) -> tuple[str, str | int]:
    """What the ledger calls a version."""
    if isinstance(version, Crosswalk):
        return "crosswalk", f"{version.kind} {version.number}"
    name = version.kind if isinstance(version, RuleSet) else type(version)._meta.model_name or ""
    return name, number_of(version)


def get_draft(model: type[V], version_id: int) -> V:
    """A draft, locked for this transaction; raises NotFound, or Conflict when it is no draft any more."""
    found = model._default_manager.select_for_update().filter(pk=version_id).first()
    if found is None:
        raise NotFound("没有找到这个版本。", code="no_such_version")
    if found.state != VersionState.DRAFT.value:
        raise Conflict("这个版本已经发布，不能再修改。请新建一个草稿。", code="version_published")
    return found


def put_in_force(version: V) -> V:
    """Publish a checked draft and retire the version that was in force; both stay readable for ever."""
    model = type(version)
    kind: dict[str, str] = {"kind": version.kind} if isinstance(version, RuleSet | Crosswalk) else {}
    before = model._default_manager.select_for_update().filter(state=VersionState.PUBLISHED.value, **kind).first()
    if before is not None:
        before.state = VersionState.RETIRED.value
        before.save(update_fields=["state"])
    version.state = VersionState.PUBLISHED.value
    version.published_at = now()
    version.save(update_fields=["state", "published_at"])
    told = {"before": number_of(before) if before else None, "note": version.note}
    record("version_published", _subject(version), **told)
    return version


def discard_draft(draft: V) -> None:
    """Throw a draft away with everything in it."""
    record("version_discarded", _subject(draft))
    draft.delete()


def retire_version(version: V) -> None:
    """Take a published version out of force without another in its place."""
    if version.state != VersionState.PUBLISHED.value:
        raise Conflict("只有已发布的版本可以停用。", code="not_published")
    version.state = VersionState.RETIRED.value
    version.save(update_fields=["state"])
    record("version_retired", _subject(version))
