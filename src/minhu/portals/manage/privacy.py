"""个人信息删除: a person's request to be forgotten, asked by one security administrator and confirmed by another."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.intake.queries.erasures import erasure_cases
from minhu.intake.services import forgetting
from minhu.portals.manage.common import act, saved, show
from minhu.portals.orders.guards import for_staff


class EraseForm(forms.Form):
    """Whose data, and why."""

    phone = forms.CharField(
        label=gettext_lazy("本人电话"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text=gettext_lazy("先核验本人身份。系统按电话找到其全部诉求，这里不会显示内容。"),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("申请依据"), max_length=200, help_text=gettext_lazy("如“本人到场书面申请，已核验身份”。不要写姓名和号码。")
    )  # fmt: skip


@for_staff(Action.MANAGE_STAFF)
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """The cases, and a form for a new one."""
    form, status = EraseForm(request.POST or None), 200
    if request.method == "POST":
        status = saved(form, lambda: forgetting.ask(form.cleaned_data["phone"], form.cleaned_data["reason"]))
        if status == 200:
            messages.success(request, _("申请已提交，等另一位安全管理员核实后确认。"))
            return redirect("manage_privacy")
    return show(request, "privacy", "privacy", {"rows": erasure_cases(), "form": form}, status)


@for_staff(Action.MANAGE_STAFF)
@require_POST
def decide(request: HttpRequest, case: int) -> HttpResponse:
    """Confirm as the second person, or close the case."""
    if request.POST.get("answer") == "confirm":
        return act(request, lambda: forgetting.confirm(case), _("已删除，删除凭证见列表。"), "/manage/privacy/")
    return act(request, lambda: forgetting.refuse(case), _("申请已关闭，没有删除任何内容。"), "/manage/privacy/")
