"""What belongs to one matter, as a picture and as a table: unit, materials, conditions, fees, times, policies."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from minhu.directory.policy import Action
from minhu.knowledge.queries import documents
from minhu.language.papers.questions import topic_of
from minhu.language.papers.triples import Relation, triples_of
from minhu.portals.orders.guards import for_staff

WORDS: Final = {
    Relation.UNIT: gettext_lazy("办理单位"), Relation.MATERIAL: gettext_lazy("材料"), Relation.CONDITION: gettext_lazy("条件"),
    Relation.FEE: gettext_lazy("费用"), Relation.TIME: gettext_lazy("时限"), Relation.PLACE: gettext_lazy("地点"),
    Relation.TELEPHONE: gettext_lazy("电话"), Relation.POLICY: gettext_lazy("相关文件"),
}  # fmt: skip


@for_staff(Action.VIEW_KNOWLEDGE)
@require_GET
def page(request: HttpRequest, document: int) -> HttpResponse:
    """The graph of the matter of one document, made from the version that the reader may see."""
    card = documents.card(document)
    title = card.version.facts.title
    triples = triples_of(title, card.version.facts.issuer, card.passages)
    labels = {one.number: one.label or f"第{one.number}段" for one in card.passages}
    ordered = [one for relation in Relation for one in triples if one.relation is relation]
    rows = [(WORDS[one.relation], one.thing, one.passage, labels.get(one.passage, "")) for one in ordered]
    branches: dict[str, list[dict[str, str]]] = {}
    for word, thing, _number, _label in rows:
        branches.setdefault(str(word), []).append({"name": thing})
    spec = {
        "name": topic_of(title),
        "children": [{"name": word, "children": things} for word, things in branches.items()],
    }
    return render(request, "papers/graph.html", {"card": card, "matter": topic_of(title), "rows": rows, "spec": spec})
