"""What belongs to a matter, as a picture and as a table: of one document, and across all documents one may read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from minhu.directory.policy import Action, may_ever
from minhu.knowledge.queries import documents
from minhu.knowledge.queries import graph as drawn
from minhu.knowledge.queries.graph import Surroundings, Thing
from minhu.language.papers.naming import LONGEST_KEY, matter_key
from minhu.language.papers.questions import topic_of
from minhu.language.papers.triples import Relation, triples_of
from minhu.portals.knowledge.words import VALIDITY, sign
from minhu.portals.orders.guards import actor_of, for_staff

WORDS: Final = {
    Relation.UNIT: gettext_lazy("办理单位"), Relation.MATERIAL: gettext_lazy("材料"), Relation.CONDITION: gettext_lazy("条件"),
    Relation.FEE: gettext_lazy("费用"), Relation.TIME: gettext_lazy("时限"), Relation.PLACE: gettext_lazy("地点"),
    Relation.TELEPHONE: gettext_lazy("电话"), Relation.POLICY: gettext_lazy("相关文件"),
}  # fmt: skip
ISSUER: Final = gettext_lazy("发文机关")
MOST_TYPED: Final = 60
MOST_IN_PICTURE: Final = 60
MOST_OUTSIDE: Final = 3
_LONGEST: Final = 40
Node = dict[str, Any]


@for_staff(Action.VIEW_KNOWLEDGE)
@require_GET
def page(request: HttpRequest, document: int) -> HttpResponse:
    """The graph of the matter of one document, made from the version that the reader may see."""
    card = documents.card(document)
    title = card.version.facts.title
    triples = triples_of(title, card.version.facts.issuer, card.passages)
    labels = {one.number: one.label or f"第{one.number}段" for one in card.passages}
    ordered = [one for relation in Relation for one in triples if one.relation is relation]
    rows = [(WORDS[one.relation], one.detail, one.thing, one.passage, labels.get(one.passage, "")) for one in ordered]
    branches: dict[str, list[Node]] = {}
    for word, detail, thing, _number, _label in rows:
        branches.setdefault(str(word), []).append({"name": f"{detail}：{thing}" if detail else thing})
    spec = {
        "name": topic_of(title),
        "children": [{"name": word, "children": things} for word, things in branches.items()],
    }
    matter = topic_of(title)
    context = {"card": card, "matter": matter, "key": matter_key(matter), "rows": rows, "spec": spec}
    return render(request, "papers/graph.html", context)


@for_staff(Action.VIEW_KNOWLEDGE)
@require_GET
def everything(request: HttpRequest) -> HttpResponse:
    """The graph across documents: matters by words, or one matter with what surrounds it; the address is the state."""
    typed = request.GET.get("q", "").replace("\0", "").strip()[:MOST_TYPED]
    key = request.GET.get("matter", "").replace("\0", "")[:LONGEST_KEY]
    kinds = tuple(one for one in Relation if one.value in request.GET.getlist("kind"))
    found = drawn.surroundings(key, kinds) if key else None
    context: dict[str, object] = {
        "typed": typed, "key": key, "found": found,
        "matters": [] if found else [(one, _address(one.key)) for one in drawn.matters(typed)],
        "missing": bool(key) and found is None,
    }  # fmt: skip
    if found is not None:
        rows = [_row(one) for one in found.things]
        context |= {
            "rows": rows, "spec": _tree(found), "kinds": _kinds(key, kinds), "filtered": bool(kinds),
            "judges": may_ever(actor_of(request), Action.EDIT_KNOWLEDGE) or may_ever(actor_of(request), Action.REVIEW_KNOWLEDGE),
            "clashes": sum(one.contradiction is not None for one in found.things),
            "drawn": min(len(rows), MOST_IN_PICTURE),
        }  # fmt: skip
    return render(request, "papers/graph_all.html", context)


def _address(key: str, kinds: Sequence[Relation] = ()) -> str:
    query = [("matter", key), *(("kind", one.value) for one in kinds)]
    return f"{reverse('knowledge_graph_all')}?{urlencode(query)}"


def _kinds(key: str, chosen: Sequence[Relation]) -> list[tuple[object, str, bool]]:
    """Each kind with the address that adds it to what is shown, or takes it away, and whether it is chosen."""
    found: list[tuple[object, str, bool]] = []
    for one in Relation:
        wanted = [other for other in Relation if (other in chosen) != (other is one)]
        found.append((WORDS[one], _address(key, wanted), one in chosen))
    return found


def _word(thing: Thing) -> object:
    """What it is to the matter; who only issued the papers does not handle it."""
    issued = thing.relation is Relation.UNIT and not any(one.passage for one in thing.sources)
    return ISSUER if issued else WORDS[thing.relation]


def _row(thing: Thing) -> Mapping[str, object]:
    return {
        "word": _word(thing), "detail": thing.detail, "words": thing.words, "unit": thing.unit,
        "sources": [(one, sign(VALIDITY, one.validity)) for one in thing.sources], "clash": thing.contradiction,
        "also": [(one, _address(one.key)) for one in thing.also],
    }  # fmt: skip


def _tree(found: Surroundings) -> Node:
    """The matter in the middle, kinds around it, things around these, other matters that have them outside."""
    branches: dict[str, list[Node]] = {}
    for one in found.things[:MOST_IN_PICTURE]:
        words = f"{one.detail}：{one.words}" if one.detail else one.words
        node: Node = {"name": words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"}
        if one.contradiction:
            node |= {"name": f"⚠ {node['name']}", "clash": True}
        if one.also:
            outside = one.also[:MOST_OUTSIDE]
            node["children"] = [{"name": other.name, "url": _address(other.key)} for other in outside]
        branches.setdefault(str(_word(one)), []).append(node)
    return {
        "name": found.matter.name,
        "children": [{"name": word, "children": things} for word, things in branches.items()],
    }
