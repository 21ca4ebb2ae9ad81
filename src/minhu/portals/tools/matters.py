"""What a matter needs: materials, fees, times, units and conditions of all papers that speak of it, each with its clause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy

from minhu.kernel.actors import Actor
from minhu.kernel.errors import NotFound
from minhu.knowledge.queries import graph
from minhu.knowledge.queries.graph import Source, Thing
from minhu.knowledge.types import Validity
from minhu.language.papers.triples import Relation
from minhu.portals.tools.cards import Basis, FactCard, FactLine
from minhu.portals.tools.parameters import MatterFacts

GROUPS: Final = (
    ("materials", gettext_lazy("材料"), Relation.MATERIAL), ("conditions", gettext_lazy("条件"), Relation.CONDITION), ("fees", gettext_lazy("费用和标准"), Relation.FEE),
    ("times", gettext_lazy("时限"), Relation.TIME), ("units", gettext_lazy("办理单位"), Relation.UNIT),
)  # fmt: skip
MOST_LINES: Final = 12


def facts(given: MatterFacts, actor: Actor) -> FactCard:
    """What valid papers say of a matter, merged; raises NotFound where none speaks of it."""
    found = next(iter(graph.matters(given.matter, 1)), None)
    wanted = [one for one in GROUPS if given.about in ("all", one[0])]
    around = graph.surroundings(found.key, [relation for _, _, relation in wanted]) if found else None
    if around is None:
        raise NotFound("没有文件说到这件事，可以换一个说法，或拨打 12345。", code="no_such_matter")
    by_kind: Mapping[Relation, list[Thing]] = {relation: list(around.of(relation)) for _, _, relation in wanted}
    groups = tuple(
        (code, str(word), tuple(lines))
        for code, word, relation in wanted
        if (lines := [line for one in by_kind[relation] if (line := _line(one))][:MOST_LINES])
    )
    return FactCard(around.matter.name, around.matter.key, groups, len(around.papers))


def _line(thing: Thing) -> FactLine | None:
    """A thing with its clauses; what only papers say that do not hold yet, and who only issued a paper, is left out."""
    told = [one for one in thing.sources if one.validity is Validity.VALID and one.passage]
    if not told:
        return None
    bases = {(one.version_id, one.passage): _basis(one) for one in told}
    return FactLine(thing.detail, thing.words, tuple(bases.values()), thing.contradiction is not None)


def _basis(one: Source) -> Basis:
    return Basis(one.document_id, one.version_id, one.title, one.label, one.passage)
