"""对接: partners, their keys (shown once), and the log of messages, for the security administrator."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries import staff_pages
from minhu.exchange.queries import partners as queries
from minhu.exchange.services import partners as services
from minhu.exchange.types import EventKind, PartnerData, PartnerKind, PartnerView, Reach
from minhu.kernel.errors import Invalid
from minhu.portals.manage.common import Counted, act, number_of, page_number, saved, show
from minhu.portals.orders.guards import for_staff
from minhu.portals.orders.pickers import UnitField
from minhu.portals.partners import words
from minhu.portals.words import words_of

PAGE: Final = 50


def _codes(text: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[\s,，、;；]+", text) if part)


class PartnerForm(forms.Form):
    """A partner: what it is, where our messages go, of what it is told, as whom it acts."""

    needed_sometimes = frozenset({"unit_id"})

    label = forms.CharField(label=gettext_lazy("名称"), max_length=64)
    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=list(words_of(PartnerKind).items()))
    url = forms.CharField(
        label=gettext_lazy("接收地址"), max_length=500, required=False,
        help_text=gettext_lazy("对方接收消息的网址。内网地址须先由系统管理员在 MINHU_OUTBOUND_NETWORKS 中放行。"),
    )  # fmt: skip
    events = forms.MultipleChoiceField(
        label=gettext_lazy("告知哪些事件"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=list(words_of(EventKind).items()),
    )  # fmt: skip
    reach = forms.ChoiceField(label=gettext_lazy("告知哪些工单"), choices=list(words_of(Reach).items()))
    token = forms.ChoiceField(label=gettext_lazy("对方的接口令牌"), required=False)
    unit_id = UnitField(
        label=gettext_lazy("对方在机构目录中的单位"), required=False,
        help_text=gettext_lazy("承办单位系统和其他热线必填。"),
    )  # fmt: skip
    account = forms.CharField(
        label=gettext_lazy("集成账号"), max_length=64, required=False,
        help_text=gettext_lazy("承办单位系统以这个账号的岗位办理。请为它单独建一个不设密码的账号。"),
    )  # fmt: skip
    category_codes = forms.CharField(
        label=gettext_lazy("只限这些分类代码"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("用逗号分开；不填为全部。"),
    )
    area_codes = forms.CharField(
        label=gettext_lazy("只限这些区划代码"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("用逗号分开；不填为全部。"),
    )
    personal = forms.BooleanField(
        label=gettext_lazy("转办时提供诉求人姓名和电话"), required=False,
        help_text=gettext_lazy("仅限与对方热线签有协议时勾选；保密诉求始终不提供。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tokens = [(row.name, row.name) for row in staff_pages.tokens() if not row.revoked_at]
        self.fields["token"].choices = [("", _("无")), *tokens]  # type: ignore[attr-defined]

    def data_of(self) -> PartnerData:
        """What the service takes."""
        data = self.cleaned_data
        return PartnerData(
            label=data["label"], kind=data.get("kind", ""), url=data["url"].strip(), events=tuple(data["events"]),
            reach=data["reach"], token=data["token"], unit_id=data["unit_id"], account=data["account"].strip(),
            category_codes=_codes(data["category_codes"]), area_codes=_codes(data["area_codes"]), personal=data["personal"],
        )  # fmt: skip


class NewPartnerForm(PartnerForm):
    """A new partner may bring keys that the other side made."""

    secret_out = forms.CharField(
        label=gettext_lazy("我方签名密钥（对方给出时填写）"), max_length=120, required=False,
        help_text=gettext_lazy("两个民呼互联时，一方生成，另一方照填；不填则自动生成。"),
    )  # fmt: skip
    secret_in = forms.CharField(label=gettext_lazy("对方签名密钥（对方给出时填写）"), max_length=120, required=False)


@for_staff(Action.MANAGE_TOKENS)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All partners."""
    rows = [(row, row.kind.label) for row in queries.listed()]
    return show(request, "partners", "partners", {"rows": rows})


@sensitive_post_parameters("secret_in", "secret_out")
@for_staff(Action.MANAGE_TOKENS)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new partner; its keys are shown this once."""
    form = NewPartnerForm(request.POST if request.method == "POST" else None)
    if request.method == "GET":
        return show(request, "partners", "partner_form", {"form": form})
    made: list[tuple[str, str, str]] = []
    status = saved(
        form,
        lambda: made.append(
            services.add(
                form.data_of(), secret_out=form.cleaned_data["secret_out"], secret_in=form.cleaned_data["secret_in"]
            )
        ),
    )
    if not made:
        return show(request, "partners", "partner_form", {"form": form}, status)
    uid, out, into = made[0]
    return _secrets(request, form.cleaned_data["label"], uid, out, into)


def _secrets(request: HttpRequest, label: str, uid: str, out: str, into: str) -> HttpResponse:
    address = request.build_absolute_uri(reverse("hook", args=[uid]))
    context = {"label": label, "address": address, "secret_out": out, "secret_in": into}
    answer = show(request, "partners", "partner_secrets", context)
    answer["Cache-Control"] = "no-store"
    return answer


@for_staff(Action.MANAGE_TOKENS)
@require_http_methods(["GET", "POST"])
def partner(request: HttpRequest, partner: int) -> HttpResponse:
    """One partner with its messages; a POST changes it."""
    found = queries.card(partner)
    initial = {
        "label": found.label, "kind": found.kind.value, "url": found.url, "events": found.events,
        "reach": found.reach.value, "token": found.token, "unit_id": found.unit_id, "account": found.account,
        "category_codes": ",".join(found.category_codes), "area_codes": ",".join(found.area_codes),
        "personal": found.personal,
    }  # fmt: skip
    form = PartnerForm(request.POST if request.method == "POST" else None, initial=initial)
    del form.fields["kind"]
    if request.method == "POST":
        status = saved(form, lambda: services.edit(partner, form.data_of()))
        if status == 200:
            return redirect("manage_partner", partner)
        return _show(request, found, form, status)
    return _show(request, found, form)


def _show(request: HttpRequest, found: PartnerView, form: PartnerForm, status: int = 200) -> HttpResponse:
    page, wanted = page_number(request), request.GET.get("state", "")
    start = (page - 1) * PAGE
    rows, total = queries.deliveries(found.id, wanted, start, PAGE)
    shown: Page[Any] = Paginator(Counted(rows, total, start), PAGE).get_page(page)  # type: ignore[arg-type]
    context = {
        "partner": found, "form": form, "page": shown, "wanted": wanted, "kind": found.kind.label,
        "lines": [(row, words.EVENTS.get(row.kind, row.kind)) for row in shown],
        "address": request.build_absolute_uri(reverse("hook", args=[found.uid])),
        "unit_system": found.kind is PartnerKind.UNIT,
    }  # fmt: skip
    return show(request, "partners", "partner", context, status)


@for_staff(Action.MANAGE_TOKENS)
@require_POST
def switch(request: HttpRequest, partner: int) -> HttpResponse:
    """Switch it off or on."""
    active = request.POST.get("active") == "1"
    done = _("已启用，积压的消息会陆续发出。") if active else _("已停用。")
    return act(request, lambda: services.switch(partner, active=active), done, _address(partner))


@for_staff(Action.MANAGE_TOKENS)
@require_POST
def rekey(request: HttpRequest, partner: int) -> HttpResponse:
    """New keys, shown this once; or the end of the old ones."""
    found = queries.card(partner)
    if request.POST.get("end"):
        return act(request, lambda: services.end_old_keys(partner), _("旧密钥已停用。"), _address(partner))
    hours = request.POST.get("hours", "24")
    try:
        out, into = services.new_secrets(partner, int(hours) if hours.isascii() and hours.isdigit() else -1)
    except Invalid as error:
        messages.error(request, error.message)
        return redirect(_address(partner))
    return _secrets(request, found.label, found.uid, out, into)


@for_staff(Action.MANAGE_TOKENS)
@require_POST
def test(request: HttpRequest, partner: int) -> HttpResponse:
    """Send a message that says nothing."""
    return act(request, lambda: services.test(partner), _("测试消息已排队，稍后刷新查看结果。"), _address(partner))


@for_staff(Action.MANAGE_TOKENS)
@require_POST
def replay(request: HttpRequest, partner: int) -> HttpResponse:
    """Send one message again."""
    delivery = number_of(request.POST.get("delivery")) or 0
    return act(request, lambda: services.replay(delivery), _("已排队重发。"), _address(partner))


def _address(partner: int) -> str:
    return reverse("manage_partner", args=[partner])
