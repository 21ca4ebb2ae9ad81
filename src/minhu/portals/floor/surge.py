"""Emergency mode of the front door: what the rule proposes, switching on in two steps, the city's numbers, reports."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from minhu.directory.policy import Action, may_ever
from minhu.directory.queries.freshness import forget
from minhu.intake.queries import front_door
from minhu.intake.queries.front_door import BOUNDS, DoorRules
from minhu.intake.services import emergencies
from minhu.portals.manage.common import act, saved
from minhu.portals.orders.guards import actor_of, for_staff

watchers = for_staff(Action.WATCH_TALKS)
HOURS: Final = ((1, gettext_lazy("1 小时")), (2, gettext_lazy("2 小时")), (4, gettext_lazy("4 小时")), (8, gettext_lazy("8 小时")), (24, gettext_lazy("1 天")), (72, gettext_lazy("3 天")))  # fmt: skip
LABELS: Final[dict[str, Any]] = {
    "wrap_up_seconds": gettext_lazy("整理时限（秒）"),
    "gone_seconds": gettext_lazy("断线多久算离席（秒）"),
    "offer_seconds": gettext_lazy("分配后多久未应答转下一位（秒）"),
    "most_talks": gettext_lazy("一人同时最多几个文字会话"),
    "answer_seconds": gettext_lazy("应答目标（秒）"),
    "callback_hours": gettext_lazy("承诺多久内回电（小时）"),
    "surge_percent": gettext_lazy("预计多少比例的人会放弃时建议应急（%）"),
    "surge_least": gettext_lazy("15 分钟内至少多少人要人工才判断"),
    "emergency_wrap_up_seconds": gettext_lazy("应急时整理时限（秒）"),
    "emergency_questions": gettext_lazy("应急时智能助手最多追问几次"),
    "home_always": gettext_lazy("平时也开放居家坐席"),
    "listeners_shown": gettext_lazy("坐席能看到有人旁听"),
}


class BeginForm(forms.Form):
    """Why, and until when."""

    reason = forms.CharField(
        label=gettext_lazy("启用原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 2, "data-count": "200"}),
        help_text=gettext_lazy("全体坐席会看到，并记入账本。"), error_messages={"required": gettext_lazy("请写明启用原因。")},
    )  # fmt: skip
    hours = forms.TypedChoiceField(label=gettext_lazy("多长时间"), choices=HOURS, coerce=int, initial=4)


class RulesForm(forms.Form):
    """The city's numbers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in LABELS.items():
            if name in BOUNDS:
                least, most = BOUNDS[name]
                self.fields[name] = forms.IntegerField(label=label, min_value=least, max_value=most)
            else:
                self.fields[name] = forms.BooleanField(label=label, required=False)


@watchers
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What is on, what is proposed, what was; switching on asks a second time with everything that will change."""
    forget()  # whoever decides sees what was decided a moment ago, by whichever process
    form = BeginForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid() and "sure" not in request.POST:
            context = {"form": form, "data": form.cleaned_data, "rules": front_door.rules()}
            return render(request, "floor/surge_sure.html", context)
        status = saved(form, lambda: emergencies.begin(form.cleaned_data["reason"], form.cleaned_data["hours"]))
        if status == 200:
            messages.success(request, _("应急模式已启用，全体坐席的页面上已有提示。"))
            return redirect("floor_surge")
    context = {
        "form": form, "on": front_door.emergency_on(), "proposal": front_door.proposal(), "past": front_door.past(),
        "rules": front_door.rules(), "hours": HOURS, "lead": may_ever(actor_of(request), Action.TALK),
    }  # fmt: skip
    return render(request, "floor/surge.html", context, status=status)


@watchers
@require_POST
def step(request: HttpRequest, step: str) -> HttpResponse:
    """End, extend, or lay a proposal aside."""
    if step == "end":
        return act(request, emergencies.end, _("已恢复正常，报告在下方。"), request.path.replace("end/", ""))
    if step == "extend":
        hours = request.POST.get("hours", "")
        return act(
            request, lambda: emergencies.extend(int(hours) if hours.isdecimal() and len(hours) < 4 else 0), _("已延长。"),
            request.path.replace("extend/", ""),
        )  # fmt: skip
    return act(
        request, lambda: emergencies.decline(request.POST.get("reason", "")), _("已记录，一小时内不再提示。"),
        request.path.replace("decline/", ""),
    )  # fmt: skip


@watchers
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """The numbers of the front door."""
    form = RulesForm(request.POST or None, initial=asdict(front_door.rules()))
    status = 200
    if request.method == "POST":
        status = saved(form, lambda: emergencies.set_rules(DoorRules(**form.cleaned_data)))
        if status == 200:
            messages.success(request, _("前台设置已保存，马上生效。"))
            return redirect("floor_surge")
    return render(request, "floor/rules.html", {"form": form}, status=status)
