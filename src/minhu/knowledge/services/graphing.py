"""The graph follows what is live: a version's triples are written when it is published and go when it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import transaction
from django.db.models import Q

from minhu.directory.access import as_system
from minhu.directory.queries import units
from minhu.directory.types import UnitInfo
from minhu.knowledge.models import Drawn, GraphTriple, Version
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.types import LIVE
from minhu.language.papers.naming import key_of, matter_key
from minhu.language.papers.triples import Relation, Triple, triples_of

RULES: Final = 1
"""Edition of the rules by which papers are read; versions read by an earlier one are read anew by the loop."""
_LIVE: Final = [state.value for state in LIVE]
_AT_ONCE: Final = 20


def draw(version: Version) -> None:
    """Put a live version into the graph, or take out what is live no more; the caller holds the document's lock."""
    if version.state not in _LIVE:
        GraphTriple.objects.filter(version=version).delete()
        Drawn.objects.filter(version=version).delete()
    elif not Drawn.objects.filter(version=version, rules=RULES).exists():
        _put_in(version)


def _put_in(version: Version) -> None:
    GraphTriple.objects.filter(version=version).delete()
    passages = [row.passage for row in version.passages.all()]
    found = triples_of(version.title, version.issuer, passages)
    owner = units.unit_info(version.document.owner_unit_id)
    known = _units_by_key() if any(one.relation is Relation.UNIT for one in found) else {}
    GraphTriple.objects.bulk_create(_row(version, one, owner, known) for one in found)
    Drawn.objects.update_or_create(version=version, defaults={"rules": RULES})


def _row(version: Version, one: Triple, owner: UnitInfo | None, known: Mapping[str, list[UnitInfo]]) -> GraphTriple:
    unit = _unit(one.thing, owner, known) if one.relation is Relation.UNIT else None
    return GraphTriple(
        version=version, matter=one.matter[:128], matter_key=matter_key(one.matter), detail=one.detail,
        relation=one.relation.value, thing=one.thing, thing_key=key_of(one.relation, one.thing), passage=one.passage,
        unit_id=unit.id if unit else None,
    )  # fmt: skip


def _units_by_key() -> Mapping[str, list[UnitInfo]]:
    """Active units by the names under which papers may mean them."""
    found: dict[str, list[UnitInfo]] = {}
    for unit in units.active_units():
        for key in {key_of(Relation.UNIT, name) for name in (unit.name, unit.short_name) if name}:
            found.setdefault(key, []).append(unit)
    return found


def _unit(said: str, owner: UnitInfo | None, known: Mapping[str, list[UnitInfo]]) -> UnitInfo | None:
    """The one unit of the directory that a paper means: by its very name, else the only one of the keeper's own area."""
    meant = known.get(key_of(Relation.UNIT, said), [])
    exact = [one for one in meant if said in (one.name, one.short_name)]
    near = exact or [one for one in meant if owner is not None and one.area_code == owner.area_code]
    return near[0] if len(near) == 1 else None


def catch_up() -> int:
    """Draw live versions that are not in the graph yet, or were read by earlier rules; returns how many."""
    with transaction.atomic(), as_system(), reading():
        left = Version.objects.filter(Q(drawn=None) | Q(drawn__rules__lt=RULES), state__in=_LIVE).order_by("id")
        found = list(left.select_related("document").select_for_update(skip_locked=True, of=("self",))[:_AT_ONCE])
        for version in found:
            draw(version)
        return len(found)
