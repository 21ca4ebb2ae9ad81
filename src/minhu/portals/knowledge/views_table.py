"""A city's existing knowledge base comes in as a table, and leaves as one."""

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
from minhu.knowledge.services import sheets
from minhu.knowledge.types import Audience, Rights
from minhu.portals.knowledge.forms import own_units
from minhu.portals.manage.common import put_errors
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.sheets import workbook
from minhu.portals.words import words_of

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
keepers = for_staff(Action.EDIT_KNOWLEDGE)


class TableForm(forms.Form):
    """A table of entries, who keeps them, who may read them."""

    file = forms.FileField(label=gettext_lazy("Excel 或 CSV 表格"))
    owner = forms.ChoiceField(label=gettext_lazy("归口单位"))
    audience = forms.ChoiceField(
        label=gettext_lazy("谁可以看"),
        choices=[one for one in words_of(Audience).items() if one[0] != Audience.NAMED.value],
    )


@keepers
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    """Bring a table; the answer says of each row what came of it."""
    bound = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = TableForm(*bound)
    form.fields["owner"].choices = own_units(actor_of(request))  # type: ignore[attr-defined]
    outcomes: list[sheets.Outcome] = []
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            rights = Rights(Audience(data["audience"]))
            outcomes = sheets.take(data["file"].read(), data["file"].name, int(data["owner"]), rights)
            status = 200
        except MinhuError as error:
            status = error.status
            put_errors(form, error)
    taken = sum(one.document_id is not None for one in outcomes)
    context = {"form": form, "outcomes": outcomes, "taken": taken, "refused": len(outcomes) - taken, "columns": "、".join(sheets.HEADER)}  # fmt: skip
    return render(request, "knowledge/table.html", context, status=status)


@keepers
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """What one may read as a table, for a reason."""
    try:
        rows = sheets.export(request.POST.get("reason", ""))
    except MinhuError as error:
        messages.error(request, error.message)
        return redirect("knowledge_table")
    response = HttpResponse(workbook(_("知识库"), sheets.HEADER, rows), content_type=SHEET)
    response["Content-Disposition"] = 'attachment; filename="knowledge.xlsx"'
    return response
