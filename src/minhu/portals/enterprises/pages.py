"""企业: those that agreed to answer consumers first, for the security administrator; one by one or as a table."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from minhu.directory.policy import Action
from minhu.exchange.queries import enterprises as queries
from minhu.exchange.services import dispute_door
from minhu.exchange.services import enterprises as services
from minhu.exchange.services.enterprises import EnterpriseData
from minhu.kernel.errors import Invalid
from minhu.portals.manage.catalogue_sheet import MEGABYTES
from minhu.portals.manage.common import act, saved, show
from minhu.portals.manage.uploaded import bad_file, uploaded_rows
from minhu.portals.orders.guards import for_staff

_BREAK: Final = re.compile(r"[,，、;；\n]+")
_LISTS: Final = ("aliases", "category_codes", "area_codes")
COLUMNS: Final = {
    "统一社会信用代码": "credit_code", "企业名称": "name", "电话": "phone", "品牌别名": "aliases", "分类代码": "category_codes",
    "区划代码": "area_codes", "联系人": "contact", "答复工作日": "answer_days", "有效期起": "valid_from", "有效期止": "valid_until",
}  # fmt: skip


class EnterpriseForm(forms.Form):
    """An enterprise."""

    credit_code = forms.CharField(label=gettext_lazy("统一社会信用代码"), max_length=18)
    name = forms.CharField(label=gettext_lazy("企业名称"), max_length=100)
    aliases = forms.CharField(
        label=gettext_lazy("品牌、店名、应用名"), required=False, max_length=1000,
        help_text=gettext_lazy("群众会怎样叫它；用顿号或换行分开。"),
    )  # fmt: skip
    phone = forms.CharField(label=gettext_lazy("受理消费纠纷的电话"), max_length=32)
    contact = forms.CharField(label=gettext_lazy("联系人"), required=False, max_length=40)
    category_codes = forms.CharField(
        label=gettext_lazy("分类代码"), required=False, max_length=1000, help_text=gettext_lazy("不填为全部分类。")
    )
    area_codes = forms.CharField(
        label=gettext_lazy("区划代码"), required=False, max_length=1000, help_text=gettext_lazy("不填为全市。")
    )
    answer_days = forms.IntegerField(label=gettext_lazy("约定答复（工作日）"), min_value=1, max_value=15, initial=3)
    valid_from = forms.DateField(
        label=gettext_lazy("有效期起"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    valid_until = forms.DateField(
        label=gettext_lazy("有效期止"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    suspended = forms.BooleanField(label=gettext_lazy("暂停"), required=False)

    def data_of(self) -> EnterpriseData:
        """What the service takes."""
        lists = {name: split(self.cleaned_data[name]) for name in _LISTS}
        return EnterpriseData(**{**self.cleaned_data, **lists})


class FileForm(forms.Form):
    """A table of enterprises."""

    file = forms.FileField(
        label=gettext_lazy("CSV 或 XLSX 文件"),
        help_text=gettext_lazy(
            "列：统一社会信用代码、企业名称、电话、品牌别名、分类代码、区划代码、联系人、答复工作日、有效期起、有效期止。"
        ),
    )


def split(text: str) -> tuple[str, ...]:
    """The parts of a list as people write it, without repeats."""
    return tuple(dict.fromkeys(part.strip() for part in _BREAK.split(text) if part.strip()))


@for_staff(Action.MANAGE_TOKENS)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All enterprises."""
    return show(request, "enterprises", "enterprises", {"rows": queries.listed(), "form": FileForm()})


@for_staff(Action.MANAGE_TOKENS)
@require_http_methods(["GET", "POST"])
def enterprise(request: HttpRequest, enterprise: int | None = None) -> HttpResponse:
    """A new enterprise or one that is known; its credit code stays."""
    found = queries.card(enterprise) if enterprise else None
    begun: dict[str, Any] = {}
    if found is not None:
        begun = {name: getattr(found, name) for name in EnterpriseForm.base_fields if name not in _LISTS}
        begun |= {name: "、".join(getattr(found, name)) for name in _LISTS}
    form = EnterpriseForm(request.POST or None, initial=begun)
    if found is not None:
        form.fields["credit_code"].disabled = True
    status = 200
    if request.method == "POST":
        status = saved(form, lambda: services.put(form.data_of()))
        if status == 200:
            messages.success(request, _("已保存。"))
            return redirect("manage_enterprises")
    return show(request, "enterprises", "enterprise", {"form": form, "enterprise": found}, status)


@for_staff(Action.MANAGE_TOKENS)
@require_http_methods(["POST"])
def bring(request: HttpRequest) -> HttpResponse:
    """A whole table or nothing; lines that cannot be used are named."""
    form = FileForm(request.POST, request.FILES)
    done: list[tuple[int, int]] = []
    status = saved(form, lambda: done.append(services.bring(_rows(form.cleaned_data["file"]))))
    if done:
        words = _("已导入：新增 %(fresh)s 家，更新 %(changed)s 家。") % {"fresh": done[0][0], "changed": done[0][1]}
        messages.success(request, words)
        return redirect("manage_enterprises")
    return show(request, "enterprises", "enterprises", {"rows": queries.listed(), "form": form}, status)


@for_staff(Action.MANAGE_TOKENS)
@require_http_methods(["POST"])
def door(request: HttpRequest, enterprise: int) -> HttpResponse:
    """A new link and code, shown once on the page that answers; or the door is closed."""
    if request.POST.get("close"):
        return act(
            request, lambda: dispute_door.revoke(enterprise), _("入口已收回。"), f"/manage/enterprises/{enterprise}/"
        )
    try:
        issued = dispute_door.issue(enterprise)
    except Invalid as error:
        messages.error(request, error.message)
        return redirect("manage_enterprise", enterprise=enterprise)
    address = request.build_absolute_uri(reverse("enterprise_enter", args=[issued.link]))
    context = {"enterprise": queries.card(enterprise), "issued": issued, "address": address}
    return show(request, "enterprises", "enterprise_door", context)


def _rows(file: Any) -> list[EnterpriseData]:
    if (file.size or 0) > MEGABYTES * 1024 * 1024:
        raise bad_file(_("文件超过 {n} MB，请拆分后导入。").format(n=MEGABYTES))
    return [
        _row(number, row) for number, row in enumerate(uploaded_rows(file.read(), file.name, services.MOST_ROWS), 2)
    ]


def _row(number: int, row: dict[str, str]) -> EnterpriseData:
    given: dict[str, Any] = {COLUMNS[name]: value.strip() for name, value in row.items() if name in COLUMNS}
    try:
        for name in ("valid_from", "valid_until"):
            given[name] = date.fromisoformat(given[name][:10]) if given.get(name) else None
        given["answer_days"] = int(given.get("answer_days") or 3)
    except ValueError as error:
        raise bad_file(_("第 %(number)s 行的日期或天数写法不对，日期如 2026-01-31。") % {"number": number}) from error
    lists = {name: split(given.get(name, "")) for name in _LISTS}
    code = str(given.get("credit_code", "")).upper()
    texts = {name: given.get(name, "") for name in ("name", "phone", "contact")}
    dates = {name: given[name] for name in ("valid_from", "valid_until", "answer_days")}
    return EnterpriseData(**{**texts, **dates, **lists, "credit_code": code})
