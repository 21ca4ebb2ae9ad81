"""Two documents side by side that give one matter differently, and what a person says to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from minhu.directory.policy import Action
from minhu.directory.types import Role
from minhu.kernel.actors import Actor
from minhu.knowledge.queries import contradictions as reading
from minhu.knowledge.queries.made import ContradictionView
from minhu.knowledge.services import contradictions
from minhu.knowledge.types import Verdict
from minhu.language.contradictions.types import Sort
from minhu.portals.context import count_unread
from minhu.portals.manage.common import Counted, chosen_page, page_number, saved
from minhu.portals.orders.guards import for_staff

PAGE: Final = 20
SORTS: Final = {
    Sort.NUMBER: gettext_lazy("数额"), Sort.DATE: gettext_lazy("日期"), Sort.TIME: gettext_lazy("时间"), Sort.CONDITION: gettext_lazy("条件"),
    Sort.ADDRESS: gettext_lazy("地址"), Sort.TELEPHONE: gettext_lazy("电话"),
}  # fmt: skip
keepers = for_staff(Action.EDIT_KNOWLEDGE, Action.REVIEW_KNOWLEDGE)


def said_of(row: ContradictionView, verdict: Verdict) -> str:
    """A verdict in words that name the document, not its place on the page."""
    if verdict not in (Verdict.FIRST, Verdict.SECOND):
        return str(verdict.label)
    side = row.first if verdict is Verdict.FIRST else row.second
    return _("以《%(title)s》为准（%(figure)s）") % {"title": side.title, "figure": side.figure}


class JudgeForm(forms.Form):
    """What holds, and why."""

    verdict = forms.ChoiceField(label=gettext_lazy("以哪一份为准"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("依据"), max_length=300, widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("例如：以文号较新的文件为准；适用对象不同。会记入账本，并告诉需要修改的一方。"),
    )  # fmt: skip

    def __init__(self, row: ContradictionView, data: QueryDict | None) -> None:
        super().__init__(data)
        choices = [(one.value, said_of(row, one)) for one in Verdict if one is not Verdict.OPEN]
        self.fields["verdict"].choices = choices  # type: ignore[attr-defined]

    def value(self) -> Verdict:
        """The verdict that was chosen."""
        return Verdict(self.cleaned_data["verdict"])


@count_unread
def _waiting(actor: Actor) -> Mapping[str, int]:
    return {"contradictions": reading.waiting(actor)} if actor.roles & {Role.EDITOR, Role.REVIEWER} else {}


@keepers
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Open contradictions, the surest first; with ``decided`` those that somebody judged."""
    decided = request.GET.get("decided") == "1"
    start = (page_number(request) - 1) * PAGE
    rows, total = reading.listed(decided=decided, start=start, size=PAGE)
    shown = [(row, SORTS[row.sort], said_of(row, row.verdict)) for row in rows]
    context = {"page": chosen_page(request, Counted(shown, total, start), PAGE), "decided": decided, "total": total}
    return render(request, "papers/contradictions.html", context)


@keepers
@require_http_methods(["GET", "POST"])
def judged(request: HttpRequest, pk: int) -> HttpResponse:
    """One contradiction; a person says which document is right."""
    row = reading.one(pk)
    form = JudgeForm(row, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = saved(form, lambda: contradictions.judge(pk, form.value(), form.cleaned_data["reason"]))
        if status == 200:
            messages.success(request, _("已记录判断。"))
            return redirect("contradictions")
    context = {
        "row": row, "sort": SORTS[row.sort], "form": form, "open": row.verdict is Verdict.OPEN,
        "said": said_of(row, row.verdict),
    }  # fmt: skip
    return render(request, "papers/contradiction.html", context, status=status)
