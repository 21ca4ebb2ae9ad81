"""What the keepers should look at, and the folders that are watched."""

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
from minhu.knowledge.queries import notices as queries
from minhu.knowledge.services import watching
from minhu.knowledge.types import Audience, Nature
from minhu.portals.knowledge.forms import UploadForm
from minhu.portals.manage.common import act, saved
from minhu.portals.orders.guards import actor_of, for_staff

keepers = for_staff(Action.EDIT_KNOWLEDGE)


class SourceForm(UploadForm):
    """A folder to watch and what its documents start with."""

    field_order: tuple[str, ...] = ("label", "address", "minutes", "owner", "audience", "units", "levels", "areas", "nature", "category", "keywords")  # fmt: skip

    label = forms.CharField(label=gettext_lazy("来源名称"), max_length=64)
    address = forms.CharField(
        label=gettext_lazy("文件夹名称"), max_length=200,
        help_text=gettext_lazy("由系统管理员在数据目录的 watched 下建立，例如：水务局/文件。"),
    )  # fmt: skip
    minutes = forms.IntegerField(label=gettext_lazy("每隔几分钟查看"), min_value=5, max_value=10_080, initial=60)


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
    """The watched folders, and one more."""
    initial = {"audience": Audience.PUBLIC.value, "nature": Nature.GUIDE.value}
    form = SourceForm(actor_of(request), request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if request.method == "POST":

        def work() -> None:
            data = form.cleaned_data
            watching.add_folder(
                data["label"], data["address"], int(data["owner"]), form.rights(), form.entry(), data["minutes"]
            )

        status = saved(form, work)
        if status == 200:
            messages.success(request, _("已添加，稍后自动查看。"))
            return redirect("knowledge_sources")
    return render(request, "knowledge/sources.html", {"rows": queries.sources(), "form": form}, status=status)


@keepers
@require_POST
def switch(request: HttpRequest, source: int) -> HttpResponse:
    """Stop looking at a folder, or look again."""
    active = request.POST.get("active") == "1"
    return act(request, lambda: watching.switch(source, active=active), _("已保存。"), reverse("knowledge_sources"))
