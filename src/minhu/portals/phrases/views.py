"""Pages of standard phrases: the shelf, one phrase with its versions, and the count of a use from the desk."""

from __future__ import annotations

from itertools import groupby
from typing import Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.intake.queries import phrases as reading
from minhu.intake.queries.phrases import Scene
from minhu.intake.services import phrases as services
from minhu.kernel.errors import Invalid, MinhuError
from minhu.portals.citizen.views import show_errors
from minhu.portals.orders.guards import for_staff

coaches = for_staff(Action.COACH)
SCENES: Final[dict[Scene, str | Promise]] = {
    Scene.OPENING: gettext_lazy("开场问候"), Scene.CALMING: gettext_lazy("安抚情绪"), Scene.ASKING: gettext_lazy("询问要素"),
    Scene.CHECKING: gettext_lazy("复述核对"), Scene.EXPLAINING: gettext_lazy("说明流程"), Scene.REFUSING: gettext_lazy("不予受理的说明"),
    Scene.HANDING: gettext_lazy("转接与移交"), Scene.CLOSING: gettext_lazy("结束致谢"),
}  # fmt: skip


class PhraseForm(forms.Form):
    """What a supervisor writes; ``version`` is the one he saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    scene = forms.ChoiceField(label=gettext_lazy("场景"), choices=[(one.value, word) for one, word in SCENES.items()])
    title = forms.CharField(label=gettext_lazy("名称"), max_length=30)
    text = forms.CharField(
        label=gettext_lazy("话术"), max_length=300, widget=forms.Textarea(attrs={"rows": 4, "data-count": "300"})
    )


@coaches
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All phrases in use by scene, with their uses of thirty days."""
    found = [(SCENES[scene], list(rows)) for scene, rows in groupby(reading.shelf(), key=lambda one: one.scene)]
    return render(request, "phrases/list.html", {"scenes": found})


@coaches
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A further phrase."""
    form = PhraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.write(form.cleaned_data["scene"], form.cleaned_data["title"], form.cleaned_data["text"])
        except Invalid as error:
            show_errors(form, error)
        else:
            messages.success(request, _("已加入标准话术。"))
            return redirect("phrases")
    return render(request, "phrases/one.html", {"form": form}, status=422 if form.errors else 200)


@coaches
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, code: UUID) -> HttpResponse:
    """One phrase with all its versions; what is changed becomes a further version."""
    versions = reading.versions_of(code)
    latest = versions[0]
    begun = {"version": latest.version, "scene": latest.scene.value, "title": latest.title, "text": latest.text}
    form = PhraseForm(request.POST or None, initial=begun)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.write(data["scene"], data["title"], data["text"], code, data["version"] or 0)
        except Invalid as error:
            show_errors(form, error)
        except MinhuError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已保存为新的版本，坐席工作台马上使用。"))
            return redirect("phrase", code=code)
    context = {"form": form, "versions": versions, "latest": latest, "scene": SCENES[latest.scene]}
    return render(request, "phrases/one.html", context, status=422 if form.errors else 200)


@coaches
@require_POST
def retire(request: HttpRequest, code: UUID) -> HttpResponse:
    """Offered to nobody any more."""
    try:
        services.retire(code)
    except MinhuError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已停用，历史版本和使用次数仍保留。"))
    return redirect("phrases")


@for_staff(Action.TALK)
@require_POST
def used(request: HttpRequest, phrase: int) -> HttpResponse:
    """Count one use; a script goes on by itself."""
    services.used(phrase)
    return HttpResponse(status=204) if "HX-Request" in request.headers else redirect("talks")
