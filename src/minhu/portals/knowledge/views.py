"""The list of documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from minhu.directory.policy import Action, may_ever
from minhu.directory.types import Role
from minhu.kernel.actors import Actor
from minhu.knowledge.queries import documents
from minhu.knowledge.queries.waiting import waiting
from minhu.portals.context import count_unread
from minhu.portals.knowledge import words
from minhu.portals.knowledge.forms import ListForm
from minhu.portals.manage.common import Counted, chosen_page, page_number
from minhu.portals.orders.guards import actor_of, for_staff

PAGE: Final = 30


@count_unread
def _waiting(actor: Actor) -> Mapping[str, int]:
    if not actor.roles & {Role.EDITOR, Role.REVIEWER}:
        return {}
    found = waiting(actor)
    return {"knowledge": found.notices + found.review}


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
        "may_edit": may_ever(actor_of(request), Action.EDIT_KNOWLEDGE), "waiting": waiting(actor_of(request)),
    }  # fmt: skip
    return render(request, "knowledge/list.html", context)
