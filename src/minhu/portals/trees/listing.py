"""All trees, and how one begins: from documents, from questions that were asked, blank, or from a file."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action, may_ever
from minhu.kernel.errors import MinhuError
from minhu.knowledge.queries import documents, trees
from minhu.knowledge.services import tree_files
from minhu.knowledge.services import trees as services
from minhu.knowledge.types import Filters, State
from minhu.portals.knowledge.forms import lines, own_units
from minhu.portals.manage.common import number_of, saved
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.trees import words

readers = for_staff(Action.VIEW_KNOWLEDGE)
keepers = for_staff(Action.EDIT_KNOWLEDGE)
OFFERED: Final = 12
MOST_TYPED: Final = 60


class NewForm(forms.Form):
    """What a new tree is called, by which words it is meant, who keeps it."""

    title = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    names = forms.CharField(
        label=gettext_lazy("群众怎么问"), required=False, max_length=800, widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("每行一种，写问题里一定会有的词，用空格隔开，例如“公积金 提取”。问到时会反问缺少的条件。"),
    )  # fmt: skip
    owner = forms.ChoiceField(label=gettext_lazy("归口单位"))


@readers
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Trees by title; the address is the state."""
    typed = request.GET.get("q", "")[:MOST_TYPED].strip()
    rows = [(row, words.STATES[row.state.value]) for row in trees.listed(typed)]
    may_edit = may_ever(actor_of(request), Action.EDIT_KNOWLEDGE)
    return render(request, "trees/list.html", {"rows": rows, "typed": typed, "may_edit": may_edit})


@keepers
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose what to draft from; the machine drafts, people edit."""
    posted = request.method == "POST"
    form = NewForm(request.POST if posted else None, auto_id="tree_%s")
    units = own_units(actor_of(request))
    form.fields["owner"].choices = units  # type: ignore[attr-defined]
    chosen = [number for text in (request.POST if posted else request.GET).getlist("document") if (number := number_of(text))]  # fmt: skip
    status = 200
    if posted:
        made: list[int] = []
        status = saved(form, lambda: made.append(_begin(request, form, chosen)))
        if made:
            messages.success(request, _("已起草，请逐项核对、修改后提交审核。"))
            return redirect("tree", tree=made[0])
    typed = (request.POST if posted else request.GET).get("q", "")[:MOST_TYPED].strip()
    offered = _offered(typed, chosen)
    context = {
        "form": form, "chosen": chosen, "offered": offered, "typed": typed, "units": units,
        "families": list(enumerate(services.asked_families())),
    }  # fmt: skip
    return render(request, "trees/new.html", context, status=status)


def _begin(request: HttpRequest, form: NewForm, chosen: list[int]) -> int:
    data = form.cleaned_data
    names, owner = lines(data["names"]), int(data["owner"])
    family = number_of(request.POST.get("family"))
    if family is not None:
        return services.begin_from_questions(data["title"], names, owner, family)
    return services.begin(data["title"], names, owner, chosen)


def _offered(typed: str, chosen: list[int]) -> list[tuple[int, str]]:
    """Documents to choose from: those chosen already, and live ones of which the title or number has these words."""
    kept = []
    for number in chosen:
        with suppress(MinhuError):
            kept.append((number, documents.card(number).title))
    if not typed:
        return kept
    found = documents.listed(Filters(text=typed, state=State.PUBLISHED.value), 0, OFFERED)[0]
    return [*kept, *((row.id, row.title) for row in found if row.id not in chosen)]


@keepers
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """A tree from a file."""
    file, owner = request.FILES.get("file"), number_of(request.POST.get("owner"))
    if file is None or owner is None:
        messages.error(request, _("请选择文件和归口单位。"))
        return redirect("tree_new")
    try:
        taken = tree_files.take(file.read(tree_files.MOST_BYTES + 1), owner)
    except MinhuError as error:
        messages.error(request, error.message)
        return redirect("tree_new")
    messages.success(request, _("已导入为草稿。"))
    if taken.missing:
        messages.warning(request, _("这些选项的条款没有找到，请重新选择：") + "、".join(taken.missing[:OFFERED]))
    return redirect("tree", tree=taken.tree_id)
