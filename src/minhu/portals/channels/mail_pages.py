"""渠道—电子邮件: mailboxes of the house, for the security administrator; passwords are typed in and never shown."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.exchange.services import mailboxes as services
from minhu.portals.manage.common import act, saved, show
from minhu.portals.orders.guards import for_staff


class BoxForm(forms.Form):
    """A mailbox; a password that stays empty is kept."""

    label = forms.CharField(label=gettext_lazy("名称"), max_length=64)
    address = forms.CharField(label=gettext_lazy("邮箱地址"), max_length=200)
    imap_host = forms.CharField(label=gettext_lazy("收信服务器（IMAP）"), max_length=200)
    imap_port = forms.IntegerField(label=gettext_lazy("收信端口"), initial=993, min_value=1, max_value=65535)
    smtp_host = forms.CharField(label=gettext_lazy("发信服务器（SMTP）"), max_length=200)
    smtp_port = forms.IntegerField(label=gettext_lazy("发信端口"), initial=465, min_value=1, max_value=65535)
    user = forms.CharField(label=gettext_lazy("账号"), max_length=200)
    password = forms.CharField(
        label=gettext_lazy("密码或授权码"), max_length=200, required=False,
        help_text=gettext_lazy("多数邮箱要用客户端授权码；已有邮箱不填则保持不变。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    secure = forms.BooleanField(
        label=gettext_lazy("加密连接（TLS）"), required=False, initial=True,
        help_text=gettext_lazy("465 端口直接加密，其他发信端口用 STARTTLS。"),
    )  # fmt: skip
    server = forms.CharField(
        label=gettext_lazy("收信服务器在验证结果中的名称"), max_length=200, required=False,
        help_text=gettext_lazy("Authentication-Results 信头里的名称；填写后坐席能看到发件人验证结果，仅供参考。"),
    )  # fmt: skip

    def data_of(self) -> services.BoxData:
        """What the service takes."""
        return services.BoxData(**self.cleaned_data)


@sensitive_post_parameters("password")
@for_staff(Action.MANAGE_TOKENS)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new mailbox."""
    form, status = BoxForm(request.POST if request.method == "POST" else None), 200
    made: list[int] = []
    if request.method == "POST":
        status = saved(form, lambda: made.append(services.add(form.data_of())))
    return redirect("manage_mail", made[0]) if made else show(request, "channels", "mail", {"form": form}, status)


@sensitive_post_parameters("password")
@for_staff(Action.MANAGE_TOKENS)
@require_http_methods(["GET", "POST"])
def mailbox(request: HttpRequest, box: int) -> HttpResponse:
    """One mailbox; a POST changes it."""
    found = services.card(box)
    initial = {name: getattr(found, name) for name in BoxForm.base_fields if name != "password"}
    form, status = BoxForm(request.POST if request.method == "POST" else None, initial=initial), 200
    if request.method == "POST":
        status = saved(form, lambda: services.edit(box, form.data_of()))
        if status == 200:
            return redirect("manage_mail", box)
    return show(request, "channels", "mail", {"form": form, "box": found}, status)


@for_staff(Action.MANAGE_TOKENS)
@require_POST
def switch(request: HttpRequest, box: int) -> HttpResponse:
    """Switch it off or on."""
    active = request.POST.get("active") == "1"
    done = _("已启用，停用期间的邮件会陆续读取。") if active else _("已停用，不再收发邮件。")
    return act(request, lambda: services.switch(box, active=active), done, reverse("manage_mail", args=[box]))
