"""What the keepers should look at, and the pages, feeds and folders that are watched."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries.rules import source_rules
from minhu.knowledge.queries import notices as queries
from minhu.knowledge.services import sources as service
from minhu.knowledge.services import visiting, watching
from minhu.knowledge.types import Audience, Nature, SourceKind
from minhu.portals.knowledge.forms import UploadForm
from minhu.portals.manage.common import act, saved
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.words import words_of

keepers = for_staff(Action.EDIT_KNOWLEDGE)


class SourceForm(UploadForm):
    """What to watch and what its documents start with."""

    field_order: tuple[str, ...] = ("kind", "label", "address", "minutes", "follow", "owner", "audience", "units", "levels", "areas", "nature", "category", "keywords")  # fmt: skip

    kind = forms.ChoiceField(label=gettext_lazy("来源种类"), choices=list(words_of(SourceKind).items()))
    label = forms.CharField(label=gettext_lazy("来源名称"), max_length=64)
    address = forms.CharField(
        label=gettext_lazy("网址或文件夹"), max_length=500,
        help_text=gettext_lazy("网页和订阅源填 https:// 开头的网址；文件夹由系统管理员在数据目录的 watched 下建立，例如：水务局/文件。"),
    )  # fmt: skip
    minutes = forms.IntegerField(
        label=gettext_lazy("每隔几分钟查看"), min_value=5, max_value=10_080, initial=1440,
        help_text=gettext_lazy("1440 分钟即每天。网站最少 30 分钟，文件夹最少 5 分钟。"),
    )  # fmt: skip
    follow = forms.BooleanField(
        label=gettext_lazy("网页里链接的 PDF、Word、Excel 文件一起登记"), required=False, initial=True
    )


@keepers
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """What is about to end, has ended, was repealed, changed or went away at its source."""
    return render(request, "knowledge/notices.html", {"rows": queries.open_notices()})


@keepers
@require_POST
def settle(request: HttpRequest, notice: int) -> HttpResponse:
    """Somebody has seen to it."""
    return act(request, lambda: watching.settle(notice), _("已处理。"), reverse("knowledge_notices"))


@keepers
@require_http_methods(["GET", "POST"])
def sources(request: HttpRequest) -> HttpResponse:
    """The watched sources, what is held of them, and one more."""
    initial = {"audience": Audience.PUBLIC.value, "nature": Nature.GUIDE.value, "kind": SourceKind.PAGE.value}
    form = SourceForm(actor_of(request), request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if request.method == "POST":
        status = saved(form, lambda: _add(form))
        if status == 200:
            messages.success(request, _("已添加，稍后自动查看。"))
            return redirect("knowledge_sources")
    context = {
        "rows": queries.sources(), "held": queries.held_items(), "hosts": source_rules().hosts, "form": form,
    }  # fmt: skip
    return render(request, "knowledge/sources.html", context, status=status)


def _add(form: SourceForm) -> None:
    data, kind = form.cleaned_data, SourceKind(form.cleaned_data["kind"])
    what = (data["label"], data["address"], int(data["owner"]), form.rights(), form.entry(""), data["minutes"])
    if kind is SourceKind.FOLDER:
        watching.add_folder(*what)
    else:
        visiting.add_site(kind, *what, follow=data["follow"])


@keepers
@require_GET
def source(request: HttpRequest, source: int) -> HttpResponse:
    """One source with everything that came from it."""
    view, items = queries.source_items(source)
    return render(request, "knowledge/source.html", {"source": view, "items": items})


@keepers
@require_POST
def switch(request: HttpRequest, source: int) -> HttpResponse:
    """Stop looking at a source, or look again."""
    active = request.POST.get("active") == "1"
    return act(request, lambda: service.switch(source, active=active), _("已保存。"), reverse("knowledge_sources"))


@keepers
@require_POST
def look(request: HttpRequest, source: int) -> HttpResponse:
    """Look at a source soon."""
    done = _("一分钟内开始查看，结果列在这里和知识提醒里。")
    return act(request, lambda: service.look_now(source), done, reverse("knowledge_sources"))


@keepers
@require_POST
def held(request: HttpRequest, item: int) -> HttpResponse:
    """Judge content that was held."""
    same = request.POST.get("same") == "1"
    done = _("下次查看时登记为新版本草稿。") if same else _("不登记；同样的内容不再提示。")
    return act(request, lambda: service.judge_held(item, same=same), done, reverse("knowledge_sources"))
