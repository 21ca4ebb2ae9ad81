"""渠道: the ways that lead to talks, and WeChat official accounts, for the security administrator; keys are never shown."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.exchange.queries import channels as queries
from minhu.exchange.services import mailboxes
from minhu.exchange.services import wechat_accounts as services
from minhu.exchange.types import AccountData
from minhu.intake.services import text_providers
from minhu.portals.manage.common import act, saved, show
from minhu.portals.manage.line_forms import line_choices
from minhu.portals.orders.guards import for_staff


def _key(label: str | Any, help_text: str | Any, *, required: bool = False) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, max_length=64, required=required, help_text=help_text, widget=widget)


class AccountForm(forms.Form):
    """An account that is known: keys that stay empty are kept."""

    label = forms.CharField(label=gettext_lazy("名称"), max_length=64)
    appid = forms.CharField(
        label=gettext_lazy("AppID"),
        max_length=32,
        help_text=gettext_lazy("公众平台“设置与开发—基本配置”中的开发者 ID。"),
    )
    token = _key(gettext_lazy("令牌（Token）"), gettext_lazy("不填则保持不变。"))
    aes_key = _key(gettext_lazy("消息加解密密钥（EncodingAESKey）"), gettext_lazy("不填则保持不变。"))
    secret = _key(gettext_lazy("AppSecret"), gettext_lazy("不填则保持不变。"))

    line = forms.ChoiceField(
        label=gettext_lazy("业务线"), required=False, choices=line_choices,
        help_text=gettext_lazy("群众从这个公众号进来时按哪条业务线接待；不选为总线。"),
    )  # fmt: skip

    def data_of(self) -> AccountData:
        """What the service takes."""
        data = self.cleaned_data
        return AccountData(data["label"], data["appid"], data["token"], data["aes_key"], data["secret"], data["line"])


class NewAccountForm(AccountForm):
    """A new account needs its token."""

    token = _key(
        gettext_lazy("令牌（Token）"), gettext_lazy("3 至 32 位英文字母或数字，与公众平台中填写的一致。"), required=True
    )
    aes_key = _key(
        gettext_lazy("消息加解密密钥（EncodingAESKey）"),
        gettext_lazy("43 位；填写后只接收加密消息，公众平台请选“安全模式”。不填为明文模式，不建议。"),
    )
    secret = _key(
        gettext_lazy("AppSecret"),
        gettext_lazy("填写后，坐席的回复会主动发给群众（公众号需经认证）；不填则等群众下次说话时一并送达。"),
    )


@for_staff(Action.MANAGE_TOKENS)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All accounts."""
    return show(request, "channels", "channels", _all())


def _all() -> dict[str, Any]:
    return {
        "rows": queries.listed(services.last_messages()),
        "carriers": text_providers.listed(),
        "boxes": mailboxes.listed(),
    }


@sensitive_post_parameters("token", "aes_key", "secret")
@for_staff(Action.MANAGE_TOKENS)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new account; its page says which address the platform wants."""
    form = NewAccountForm(request.POST if request.method == "POST" else None)
    if request.method == "GET":
        return show(request, "channels", "channel", {"form": form})
    made: list[int] = []
    status = saved(form, lambda: made.append(services.add(form.data_of())))
    if made:
        return redirect("manage_channel", made[0])
    return show(request, "channels", "channel", {"form": form}, status)


@sensitive_post_parameters("token", "aes_key", "secret")
@for_staff(Action.MANAGE_TOKENS)
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest, account: int) -> HttpResponse:
    """One account; a POST changes it."""
    found = queries.card(account, services.last_messages())
    form = AccountForm(
        request.POST if request.method == "POST" else None,
        initial={"label": found.label, "appid": found.appid, "line": found.line},
    )
    status = 200
    if request.method == "POST":
        status = saved(form, lambda: services.edit(account, form.data_of()))
        if status == 200:
            return redirect("manage_channel", account)
    address = request.build_absolute_uri(reverse("wechat_hook", args=[found.uid]))
    return show(request, "channels", "channel", {"form": form, "account": found, "address": address}, status)


@for_staff(Action.MANAGE_TOKENS)
@require_POST
def switch(request: HttpRequest, account: int) -> HttpResponse:
    """Switch it off or on."""
    active = request.POST.get("active") == "1"
    done = _("已启用。") if active else _("已停用，不再收发消息。")
    return act(
        request, lambda: services.switch(account, active=active), done, reverse("manage_channel", args=[account])
    )
