"""A tree step by step: at a desk by number keys with the clause beside it, and for everybody without a script.

Where somebody stands is in the address alone; nothing is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from minhu.directory.access import acting_as
from minhu.directory.policy import Action
from minhu.kernel.actors import ANONYMOUS
from minhu.knowledge.queries import trees
from minhu.knowledge.queries.passages import around
from minhu.knowledge.queries.trees_shown import NodeKind, NodeView, TreeCard
from minhu.knowledge.services import quota
from minhu.portals.citizen.views import client_of
from minhu.portals.knowledge import words
from minhu.portals.manage.common import number_of
from minhu.portals.orders.guards import for_staff

MOST_KEYS: Final = 9


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands: the tree, the choices that were taken with the step to take each anew, and what is here."""

    card: TreeCard
    taken: tuple[tuple[str, int], ...]
    here: NodeView
    back: int

    @property
    def choices(self) -> list[tuple[str, NodeView]]:
        """The choices with their keys."""
        return [(str(at) if at <= MOST_KEYS else "", one) for at, one in enumerate(self.here.children, 1)]

    @property
    def telephone(self) -> str:
        """The number to dial at an end that is a person; empty where none is given."""
        return self.here.address.removeprefix("tel:") if self.here.address.startswith("tel:") else ""

    @property
    def copied(self) -> str:
        """What is pasted elsewhere: the answer with its source."""
        cited = self.here.cited
        if cited is None:
            return f"{self.here.said} {self.here.address}".strip()
        number = f"（{cited.document_number}）" if cited.document_number else ""
        label = cited.passage.label if cited.passage else ""
        return f"{self.here.said}\n—— 《{cited.title}》{number}{label}".strip()


def _standing(request: HttpRequest, tree: int) -> Standing:
    card, way = trees.walked(tree, number_of(request.GET.get("at")))
    taken = tuple((after.label, before.id) for before, after in pairwise(way))
    return Standing(card, taken, way[-1], way[-2].id if len(way) > 1 else 0)


@for_staff(Action.VIEW_KNOWLEDGE)
@require_GET
def staff(request: HttpRequest, tree: int) -> HttpResponse:
    """The walk at a desk."""
    stand = _standing(request, tree)
    cited = stand.here.cited
    beside = around(cited.version_id, cited.passage.number) if cited and cited.passage else None
    context = {
        "stand": stand, "beside": beside, "marked": None, "end": not stand.here.asks,
        "sign": words.sign(words.VALIDITY, cited.validity) if cited else None, "kinds": NodeKind,
    }  # fmt: skip
    return render(request, "trees/walk.html", context)


@never_cache
@require_GET
def public(request: HttpRequest, tree: int) -> HttpResponse:
    """The walk for everybody: public ends only, whoever looks; so many steps a minute as questions."""
    quota.spend(f"tree {client_of(request)}", settings.MINHU_ASK_PER_MINUTE)
    with transaction.atomic(), acting_as(ANONYMOUS):
        stand = _standing(request, tree)
        return render(request, "ask/tree.html", {"stand": stand, "end": not stand.here.asks})


@never_cache
@require_GET
def everybody(request: HttpRequest) -> HttpResponse:
    """The trees that everybody may walk."""
    quota.spend(f"tree {client_of(request)}", settings.MINHU_ASK_PER_MINUTE)
    with transaction.atomic(), acting_as(ANONYMOUS):
        found = [(tree, title, root) for tree, title, root in trees.published()]
    return render(request, "ask/trees.html", {"trees": found})
