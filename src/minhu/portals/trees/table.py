"""Trees come in as a table and leave as one, as entries of the knowledge base do."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.kernel.errors import MinhuError
from minhu.knowledge.services import tree_sheets
from minhu.portals.knowledge.forms import own_units
from minhu.portals.manage.common import put_errors
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.sheets import sheet_response

keepers = for_staff(Action.EDIT_KNOWLEDGE)


class TableForm(forms.Form):
    """A table of trees and who keeps them."""

    file = forms.FileField(label=gettext_lazy("Excel 或 CSV 表格"))
    owner = forms.ChoiceField(label=gettext_lazy("归口单位"))


@keepers
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    """Bring a table; the answer says of each tree what came of it."""
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = TableForm(data, files, auto_id="trees_%s")
    form.fields["owner"].choices = own_units(actor_of(request))  # type: ignore[attr-defined]
    outcomes: list[tree_sheets.Outcome] = []
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            outcomes = tree_sheets.take(file.read(), file.name, int(form.cleaned_data["owner"]))
            status = 200
        except MinhuError as error:
            status = error.status
            put_errors(form, error)
    taken = sum(one.tree_id is not None for one in outcomes)
    context = {"form": form, "outcomes": outcomes, "taken": taken, "refused": len(outcomes) - taken, "columns": "、".join(tree_sheets.HEADER)}  # fmt: skip
    return render(request, "trees/table.html", context, status=status)


@keepers
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The trees that one keeps as a table, for a reason."""
    try:
        rows = tree_sheets.export(request.POST.get("reason", ""))
    except MinhuError as error:
        messages.error(request, error.message)
        return redirect("tree_table")
    return sheet_response(_("情景树"), tree_sheets.HEADER, rows)
