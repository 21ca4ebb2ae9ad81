"""Questions made from documents, reviewed one after the other by keyboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action
from minhu.directory.types import Role
from minhu.kernel.actors import Actor
from minhu.knowledge.queries import pairs as reading
from minhu.knowledge.services import pairs
from minhu.knowledge.types import PairState
from minhu.portals.context import count_unread
from minhu.portals.manage.common import Counted, act, chosen_page, number_of, page_number
from minhu.portals.orders.guards import for_staff

PAGE: Final = 20
keepers = for_staff(Action.EDIT_KNOWLEDGE, Action.REVIEW_KNOWLEDGE)


@count_unread
def _waiting(actor: Actor) -> Mapping[str, int]:
    return {"pairs": reading.waiting(actor)} if actor.roles & {Role.EDITOR, Role.REVIEWER} else {}


@keepers
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Pairs that wait, or with ``state`` those that were accepted; ``document`` narrows to one."""
    state = PairState.ACCEPTED if request.GET.get("state") == PairState.ACCEPTED.value else None
    start = (page_number(request) - 1) * PAGE
    rows, total = reading.listed(state=state, document=number_of(request.GET.get("document")), start=start, size=PAGE)
    context = {"page": chosen_page(request, Counted(rows, total, start), PAGE), "state": state.value if state else ""}
    return render(request, "papers/pairs.html", context)


@keepers
@require_POST
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept with the wordings as they stand in the form, or reject; then back to the same part of the list."""
    back = f"{reverse('pairs')}?{request.GET.urlencode()}".rstrip("?")
    if request.POST.get("verdict") == "accept":
        questions = [" ".join(one.split()) for one in request.POST.getlist("question")]
        return act(request, lambda: pairs.accept(pk, questions), _("已采用。"), back)
    return act(request, lambda: pairs.reject(pk), _("已记为不采用。"), back)
