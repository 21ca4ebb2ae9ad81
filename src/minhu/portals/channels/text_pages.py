"""渠道—短信: who carries text messages, for the security administrator; keys are shown once, citizens' numbers never."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.intake.services import text_providers as services
from minhu.intake.types import TextKind
from minhu.portals.manage.common import act, saved, show
from minhu.portals.orders.guards import for_staff

_SECTION: Final = "channels"


class ProviderForm(forms.Form):
    """A provider of text messages."""

    label = forms.CharField(label=gettext_lazy("名称"), max_length=64)
    kind = forms.ChoiceField(label=gettext_lazy("方式"), choices=lambda: [(x.value, x.label) for x in TextKind])
    url = forms.CharField(
        label=gettext_lazy("网关地址"), max_length=500, required=False,
        help_text=gettext_lazy("https 地址；模拟器不填。"),
    )  # fmt: skip
    sign = forms.CharField(
        label=gettext_lazy("短信签名"), max_length=14,
        help_text=gettext_lazy("在服务商处报备的签名，2 至 12 个字，例如 云溪12345。"),
    )  # fmt: skip
    receipts = forms.BooleanField(
        label=gettext_lazy("登记后发送编号"), required=False, initial=True,
        help_text=gettext_lazy("留下手机号码的群众会收到诉求编号；匿名、保密的不发。"),
    )  # fmt: skip
    progress = forms.BooleanField(label=gettext_lazy("派发和办结时告知"), required=False)

    def data_of(self) -> services.ProviderData:
        """What the service takes."""
        data = self.cleaned_data
        return services.ProviderData(
            data["label"], data["kind"], data["url"], data["sign"], data["receipts"], data["progress"]
        )


@for_staff(Action.MANAGE_TOKENS)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new provider; its keys are shown this once."""
    form = ProviderForm(request.POST if request.method == "POST" else None)
    made: list[tuple[int, str, str]] = []
    status = 200
    if request.method == "POST":
        status = saved(form, lambda: made.append(services.add(form.data_of())))
    if not made:
        return show(request, _SECTION, "texts", {"form": form}, status)
    pk, out, into = made[0]
    if form.cleaned_data["kind"] == TextKind.SIMULATOR.value:
        return redirect("manage_texts", pk)
    context: dict[str, Any] = {"provider": services.card(pk), "secret_out": out, "secret_in": into}
    context["address"] = request.build_absolute_uri(reverse("texts_hook", args=[context["provider"].uid]))
    answer = show(request, _SECTION, "texts_secrets", context)
    answer["Cache-Control"] = "no-store"
    return answer


@for_staff(Action.MANAGE_TOKENS)
@require_http_methods(["GET", "POST"])
def provider(request: HttpRequest, provider: int) -> HttpResponse:
    """One provider; a POST changes it."""
    found = services.card(provider)
    initial = {
        "label": found.label, "kind": found.kind.value, "url": found.url, "sign": found.sign,
        "receipts": found.receipts, "progress": found.progress,
    }  # fmt: skip
    form, status = ProviderForm(request.POST if request.method == "POST" else None, initial=initial), 200
    if request.method == "POST":
        status = saved(form, lambda: services.edit(provider, form.data_of()))
        if status == 200:
            return redirect("manage_texts", provider)
    address = request.build_absolute_uri(reverse("texts_hook", args=[found.uid]))
    return show(request, _SECTION, "texts", {"form": form, "provider": found, "address": address}, status)


@for_staff(Action.MANAGE_TOKENS)
@require_POST
def switch(request: HttpRequest, provider: int) -> HttpResponse:
    """Let it carry messages, and no other; or stop."""
    active = request.POST.get("active") == "1"
    done = _("已启用，短信从现在起由它发送。") if active else _("已停用，不再收发短信。")
    return act(
        request, lambda: services.switch(provider, active=active), done, reverse("manage_texts", args=[provider])
    )
