"""The gallery of components at /manage/styleguide/: what there is and how it looks, with made-up contents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from minhu.directory.types import Role
from minhu.kernel.actors import ANONYMOUS, Actor
from minhu.kernel.clock import now
from minhu.kernel.errors import NotFound
from minhu.portals.charts import Chart, Series
from minhu.portals.words import STATES


class SampleForm(forms.Form):
    """Every kind of field, with mistakes when it is bound to nothing."""

    title = forms.CharField(
        label=gettext_lazy("诉求标题"), max_length=60, help_text=gettext_lazy("一句话说清楚是什么事。")
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("诉求类型"),
        choices=[("", gettext_lazy("请选择")), ("help", gettext_lazy("求助")), ("complaint", gettext_lazy("投诉"))],
    )
    way = forms.ChoiceField(
        label=gettext_lazy("希望怎样答复您"),
        widget=forms.RadioSelect,
        choices=[("phone", gettext_lazy("电话答复")), ("text", gettext_lazy("短信答复"))],
    )
    text = forms.CharField(label=gettext_lazy("详细情况"), widget=forms.Textarea(attrs={"rows": 4}), required=False)
    confidential = forms.BooleanField(label=gettext_lazy("对我的个人信息保密"), required=False)


class SampleFilter(forms.Form):
    """A filter bar."""

    q = forms.CharField(label=gettext_lazy("关键词"), required=False, widget=forms.TextInput(attrs={"type": "search"}))
    state = forms.ChoiceField(
        label=gettext_lazy("状态"),
        required=False,
        choices=[("", gettext_lazy("全部")), ("in_progress", gettext_lazy("办理中")), ("closed", gettext_lazy("办结"))],
    )


@dataclass(frozen=True, slots=True)
class SampleOrder:
    """A row of the sample table."""

    number: str
    title: str
    state: str
    urgency: str
    light: str
    due_at: datetime
    unit: str


def _orders(at: datetime) -> list[SampleOrder]:
    rows = [
        (_("小区二次供水水压不足，高层用水困难"), "in_progress", "normal", "green", 52.0, _("区水务局")),
        (_("路灯连续三晚不亮，行人通行不便"), "dispatched", "urgent", "yellow", 9.5, _("市城市管理局")),
        (_("菜市场门口占道经营，早高峰拥堵"), "return_review", "normal", "orange", 1.2, _("望江街道办事处")),
        (_("暖气不热，室温只有十四度"), "in_progress", "urgent", "red", -5.3, _("市供热集团")),
        (_("燃气管道附近施工，闻到明显异味"), "dispatched", "danger", "orange", 0.4, _("市住房和城乡建设局")),
    ]
    return [
        SampleOrder(f"260305{1000 + i:06d}{i}", title, state, urgency, light, at + timedelta(hours=hours), unit)
        for i, (title, state, urgency, light, hours, unit) in enumerate(rows)
    ]


def _story(at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "at": at - timedelta(minutes=25),
            "title": _("区住建局已联系您"),
            "tone": "calm",
            "icon": "phone-call",
            "text": _("工作人员已核实情况，约定明天上午到现场查看。"),
        },
        {
            "at": at - timedelta(hours=3),
            "title": _("区住建局已签收"),
            "tone": "calm",
            "icon": "check",
            "text": _("承诺 3 个工作日内答复。"),
            "actor": _("区住建局"),
        },
        {
            "at": at - timedelta(days=1, hours=2),
            "title": _("已派发到区住建局"),
            "tone": "grey",
            "icon": "send",
            "actor": _("12345热线"),
        },
        {"at": at - timedelta(days=1, hours=3), "title": _("诉求已受理"), "tone": "green", "icon": "circle-check"},
    ]


def _clocks(at: datetime) -> list[dict[str, Any]]:
    return [
        {"name": _("签收"), "light": "done", "due_at": None, "done_at": at - timedelta(hours=3), "explanation": ""},
        {
            "name": _("首次联系"),
            "light": "yellow",
            "due_at": at + timedelta(hours=3),
            "explanation": _("签收后 1 个工作日内联系群众。"),
        },
        {
            "name": _("办理"),
            "light": "green",
            "due_at": at + timedelta(days=4),
            "explanation": _("求助类 5 个工作日，遇周末顺延。"),
        },
        {
            "name": _("审核"),
            "light": "red",
            "due_at": at - timedelta(hours=5),
            "explanation": _("答复提交后 1 个工作日内审核。"),
        },
    ]


# fmt: off
def _charts(at: datetime) -> list[Chart]:
    months = [_("%(n)s月") % {"n": n} for n in range(1, 13)]
    source = _("示例数据")
    volume = [812, 640, 905, 870, 931, 1102, 1288, 1241, 990, 934, 1190, 1320]
    closed = [790, 655, 860, 880, 902, 1050, 1201, 1260, 1010, 921, 1102, 1255]
    return [
        Chart("volume", _("受理与办结"), "line", months, [Series(_("受理"), volume), Series(_("办结"), closed)], _("件"), _("月份"), source, at, summary=_("12 月受理最多，1320 件。")),
        Chart("hot", _("热点类别"), "hbar", [_("供热"), _("物业管理"), _("噪声扰民"), _("占道经营"), _("供水")], [Series(_("件数"), [412, 355, 290, 214, 131])], _("件"), _("类别"), source, at),
        Chart("share", _("诉求类型"), "share", [_("咨询"), _("求助"), _("建议"), _("投诉")], [Series(_("件数"), [4700, 3000, 1500, 500])], _("件"), _("类型"), source, at),
        Chart("stack", _("按时与超期"), "stack", months[:6], [Series(_("按时"), [780, 610, 870, 850, 900, 1050]), Series(_("超期"), [32, 30, 35, 20, 31, 52])], _("件"), _("月份"), source, at),
        Chart("heat", _("时段分布"), "heat", [f"{hour}:00" for hour in range(8, 20, 2)], [Series(day, [(i * 7 + h * 5) % 23 for h in range(6)]) for i, day in enumerate([_("周一"), _("周三"), _("周五"), _("周日")])], _("件"), _("时段"), source, at),
        Chart("none", _("没有数据的图"), "bar", [], [], source=source, at=at),
    ]
# fmt: on


def gallery(request: HttpRequest) -> HttpResponse:
    """All components; open to administrators, and to everyone in the demo and in debugging."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    if not (settings.DEBUG or getattr(settings, "MINHU_DEMO", False) or Role.SYSTEM_ADMIN in actor.roles):
        raise NotFound(_("您要查看的页面不存在，或者已经移动。请核对网址。"))
    at = now()
    citizen = request.GET.get("for") == "citizen"
    context = {
        "orders": _orders(at),
        "story": _story(at),
        "clocks": _clocks(at),
        "charts": _charts(at),
        "lights": [
            (light, at + timedelta(hours=hours))
            for light, hours in (("green", 60), ("yellow", 20), ("orange", 2), ("red", -4), ("done", 0), ("paused", 0))
        ],
        "states": list(STATES),
        "form": SampleForm({"text": "…"}) if request.GET.get("mistakes", "1") == "1" else SampleForm(),
        "filters": SampleFilter(request.GET),
        "page": Paginator(range(400), 20).get_page(request.GET.get("page", 3)),
        "reasons": [("not_ours", _("不属于本单位职责")), ("other_place", _("不在本辖区"))],
        "at": at,
    }
    return render(request, "portals/styleguide_citizen.html" if citizen else "portals/styleguide.html", context)
