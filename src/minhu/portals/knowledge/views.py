"""The list of documents and the search in them."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from minhu.directory.policy import Action, may_ever
from minhu.knowledge.queries import documents
from minhu.knowledge.queries.searching import search
from minhu.portals.knowledge import words
from minhu.portals.knowledge.forms import ListForm
from minhu.portals.manage.common import Counted, chosen_page, page_number
from minhu.portals.orders.guards import actor_of, for_staff

PAGE: Final = 50
HITS: Final = 20
MOST_TYPED: Final = 200


@for_staff(Action.VIEW_KNOWLEDGE)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Documents by filters; the address is the state."""
    form = ListForm(request.GET)
    filters = form.filters()
    start = (page_number(request) - 1) * PAGE
    rows, total = documents.listed(filters, start, PAGE)
    shown = [(row, words.sign(words.STATES, row.state)) for row in rows]
    context = {
        "form": form, "page": chosen_page(request, Counted(shown, total, start), PAGE), "total": total,
        "filtered": any((filters.text, filters.state, filters.nature, filters.audience, filters.unit_id, filters.category_code)),
        "may_edit": may_ever(actor_of(request), Action.EDIT_KNOWLEDGE),
    }  # fmt: skip
    return render(request, "knowledge/list.html", context)


@for_staff(Action.VIEW_KNOWLEDGE)
@require_GET
def search_page(request: HttpRequest) -> HttpResponse:
    """Passages by words, each with where it stands and whether it holds."""
    typed = request.GET.get("q", "")[:MOST_TYPED].strip()
    hits = [(hit, words.sign(words.VALIDITY, hit.validity)) for hit in search(typed, HITS)] if typed else []
    return render(request, "knowledge/search.html", {"typed": typed, "hits": hits})
