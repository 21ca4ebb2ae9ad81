"""辖区事项: the list and the page of matters that the levels share, without requester and without their words."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from minhu.directory.policy import Action
from minhu.directory.queries.rules import access_rules
from minhu.handling.queries.search import number_of
from minhu.handling.queries.shared import SharedFilters, shared_page
from minhu.handling.services.shared import read_shared
from minhu.portals.manage.words import TYPES
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.orders.pickers import AreaField
from minhu.portals.orders.words import type_word

ENDED = [("", _("全部")), ("no", _("未办结")), ("yes", _("已办结"))]


class AreaFilter(forms.Form):
    """Area, type, ended or not; what cannot be read counts as not chosen."""

    def __init__(self, query: Any) -> None:
        super().__init__(query)
        rules = access_rules()
        kinds = [(code, word) for code, word in TYPES.items() if code in rules.upward.types | rules.downward.types]
        self.fields["area"] = AreaField(label=_("地区"), required=False)
        self.fields["kind"] = forms.ChoiceField(label=_("诉求类型"), required=False, choices=[("", _("全部")), *kinds])
        self.fields["done"] = forms.ChoiceField(label=_("是否结束"), required=False, choices=ENDED)

    def filters(self) -> SharedFilters:
        """What was chosen, for the query."""
        self.is_valid()
        chosen = self.cleaned_data
        done = {"yes": True, "no": False}.get(chosen.get("done") or "")
        return SharedFilters(done, chosen.get("area") or "", chosen.get("kind") or "")


@for_staff(Action.VIEW_SHARED)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The newest shared matters of the reader's area, page by page."""
    form, after = AreaFilter(request.GET), request.GET.get("after", "")
    found = shared_page(form.filters(), after, actor_of(request))
    kept = {key: value for key, value in request.GET.items() if value and key != "after"}
    context = {
        "form": form,
        "rows": [(row, type_word(row.request_type)) for row in found.rows],
        "reaches": bool(found.reach.upward.areas or found.reach.downward.areas),
        "next_url": "?" + urlencode({**kept, "after": found.following}) if found.following else "",
        "first_url": "?" + urlencode(kept) if after else "",
        "any_filter": bool(kept),
    }
    return render(request, "area/list.html", context, status=422 if form.errors else 200)


@for_staff(Action.VIEW_SHARED)
@require_GET
def matter(request: HttpRequest, number: str) -> HttpResponse:
    """One shared matter with its public course; a matter of one's own unit opens as the order it is."""
    actor = actor_of(request)
    if own := number_of(number, actor):
        return redirect("order", number=own)
    row, steps = read_shared(number, actor)
    return render(request, "area/matter.html", {"row": row, "steps": steps, "type_word": type_word(row.request_type)})
