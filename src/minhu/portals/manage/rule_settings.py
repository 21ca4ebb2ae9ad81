"""Forms of the single settings of rule sets: lights, extensions, what happens without a person, rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from minhu.directory.queries.rules import READERS
from minhu.directory.types import RuleKind
from minhu.engines.chat.house import maker as chat_maker
from minhu.portals.manage import words
from minhu.portals.navigation import role_word

STEP = {"step": "0.01"}


def _chat_state() -> str:
    """What wording by a chat model does, and whether one is set up."""
    what = _("只用公开文件的条款，逐句核对，核不上的用原文摘录。")
    if name := chat_maker():
        return what + _("现在接入的模型：%(name)s。") % {"name": name}
    return what + _("现在没有接入对话模型，打开也不起作用；接入方法见管理员手册。")


class SettingsForm(forms.Form):
    """Settings at fixed places of a rule set; ``PLACES`` maps fields to 'name' or 'group.name'."""

    PLACES: Mapping[str, str] = {}
    stamp = forms.CharField(widget=forms.HiddenInput, required=False)

    @classmethod
    def initial_of(cls, content: Mapping[str, Any]) -> dict[str, Any]:
        """What the content says; missing settings keep the field's own default."""
        found = {}
        for name, place in cls.PLACES.items():
            value: Any = content
            for step in place.split("."):
                value = value.get(step) if isinstance(value, Mapping) else None
            if value is not None:
                found[name] = value
        return found

    def put_into(self, content: dict[str, Any]) -> None:
        """Write the fields to their places."""
        for name, place in self.PLACES.items():
            *groups, last = place.split(".")
            target = content
            for group in groups:
                target = target.setdefault(group, {})
            target[last] = self.cleaned_data[name]


class DeadlineSettings(SettingsForm):
    """What belongs to all deadlines."""

    PLACES = {  # noqa: RUF012 - never changed
        "yellow": "lights.yellow", "orange": "lights.orange", "returns": "returns_before_arbitration",
        "times": "extension.times", "longest": "extension.amount", "longest_unit": "extension.unit",
        "before": "extension.before_deadline", "suspensions": "suspension.times", "hard": "hard_case.amount",
        "hard_unit": "hard_case.unit", "hard_approval": "hard_case.needs_approval", "reopen": "reopen_within_days",
    }  # fmt: skip
    yellow = forms.FloatField(
        label=gettext_lazy("剩余多少变黄灯"), min_value=0, max_value=1, initial=0.5, widget=forms.NumberInput(attrs=STEP),
        help_text=gettext_lazy("剩余时间占全部时间的比例，0.5 即一半。"),
    )  # fmt: skip
    orange = forms.FloatField(
        label=gettext_lazy("剩余多少变橙灯"),
        min_value=0,
        max_value=1,
        initial=0.2,
        widget=forms.NumberInput(attrs=STEP),
    )
    returns = forms.IntegerField(label=gettext_lazy("退回几次进入会商裁定"), min_value=1, max_value=20, initial=2)
    times = forms.IntegerField(label=gettext_lazy("最多延期几次"), min_value=0, max_value=10, initial=1)
    longest = forms.IntegerField(label=gettext_lazy("每次最多延长"), min_value=1, max_value=1000, initial=10)
    longest_unit = forms.ChoiceField(
        label=gettext_lazy("延期的单位"), choices=words.choices(words.UNITS_OF_TIME), initial="working_days"
    )
    suspensions = forms.IntegerField(label=gettext_lazy("最多挂起几次"), min_value=0, max_value=20, initial=2)
    hard = forms.IntegerField(label=gettext_lazy("疑难事项时限"), min_value=1, max_value=1000, initial=15)
    hard_unit = forms.ChoiceField(
        label=gettext_lazy("疑难时限的单位"), choices=words.choices(words.UNITS_OF_TIME), initial="working_days"
    )
    reopen = forms.IntegerField(label=gettext_lazy("办结后多少天内可以重办"), min_value=0, max_value=3650, initial=30)
    before = forms.BooleanField(label=gettext_lazy("必须在到期前申请延期"), required=False, initial=True)
    hard_approval = forms.BooleanField(label=gettext_lazy("疑难事项须经批准"), required=False, initial=True)


class AutomationSettings(SettingsForm):
    """What may happen without a person."""

    PLACES = {  # noqa: RUF012 - never changed
        name: name
        for name in (
            "auto_accept",
            "accept_confidence",
            "auto_dispatch",
            "repeat_likeness",
            "repeat_days",
            "ask_place_below",
            "incident_count",
            "incident_minutes",
            "incident_undo_seconds",
            "new_type_share",
            "auto_join",
            "auto_join_score",
            "auto_join_hours",
            "reply_approver",
            "close_without_answer",
            "draft_for_staff",
            "draft_for_public",
        )
    }
    auto_accept = forms.BooleanField(label=gettext_lazy("自动受理属于受理范围的诉求"), required=False)
    accept_confidence = forms.FloatField(
        label=gettext_lazy("自动受理的最低把握"),
        min_value=0,
        max_value=1,
        initial=0.6,
        widget=forms.NumberInput(attrs=STEP),
    )
    auto_dispatch = forms.BooleanField(label=gettext_lazy("允许自动派单（只对下面列出的分类）"), required=False)
    repeat_likeness = forms.FloatField(
        label=gettext_lazy("提示重复诉求的相似度"),
        min_value=0,
        max_value=1,
        initial=0.75,
        widget=forms.NumberInput(attrs=STEP),
    )
    repeat_days = forms.IntegerField(label=gettext_lazy("在多少天内找重复"), min_value=1, max_value=3650, initial=30)
    ask_place_below = forms.FloatField(
        label=gettext_lazy("地点把握低于多少时追问"),
        min_value=0,
        max_value=1,
        initial=0.6,
        widget=forms.NumberInput(attrs=STEP),
    )
    incident_count = forms.IntegerField(
        label=gettext_lazy("同一街道同类诉求达到多少件提示为事件"), min_value=2, max_value=100_000, initial=10
    )
    incident_minutes = forms.IntegerField(
        label=gettext_lazy("在多少分钟内累计"), min_value=5, max_value=10_080, initial=180
    )
    incident_undo_seconds = forms.IntegerField(
        label=gettext_lazy("统一告知发出前可以撤回的秒数"), min_value=0, max_value=3600, initial=60
    )
    new_type_share = forms.FloatField(
        label=gettext_lazy("标记新类型的比例"), min_value=0, max_value=1, initial=0.02, widget=forms.NumberInput(attrs=STEP),
        help_text=gettext_lazy("比已知诉求中这个比例以外的都更陌生，才标为新类型；0 为不标记。"),
    )  # fmt: skip
    auto_join = forms.BooleanField(
        label=gettext_lazy("确属同一件事的自动并入在办工单"), required=False,
        help_text=gettext_lazy("同一人，或同一地点同一对象、时间相近；危险、敏感、保密和本人受损失的从不自动并案。派单员一点即可撤销。"),
    )  # fmt: skip
    auto_join_score = forms.FloatField(
        label=gettext_lazy("自动并案的最低把握"),
        min_value=0.9,
        max_value=1,
        initial=0.97,
        widget=forms.NumberInput(attrs=STEP),
    )
    auto_join_hours = forms.IntegerField(
        label=gettext_lazy("只并入多少小时内登记的工单"), min_value=1, max_value=720, initial=72
    )
    reply_approver = forms.ChoiceField(
        label=gettext_lazy("公开答复由谁审核"), initial="unit_head",
        choices=[("unit_head", gettext_lazy("承办单位负责人")), ("supervisor", gettext_lazy("督办员"))],
    )  # fmt: skip
    close_without_answer = forms.BooleanField(label=gettext_lazy("回访期满未答的自动办结"), required=False)
    draft_for_staff = forms.BooleanField(
        label=gettext_lazy("坐席问政策时由对话模型起草答复"), required=False,
        help_text=lazy(_chat_state, str)(),
    )  # fmt: skip
    draft_for_public = forms.BooleanField(
        label=gettext_lazy("群众提问时由对话模型起草答复"), required=False,
        help_text=gettext_lazy("问题打码后连同公开条款发给所接入的模型；答复上注明由模型起草。"),
    )  # fmt: skip


class RateSettings(SettingsForm):
    """Weights of the three rates, and whether units are ranked."""

    PLACES = {  # noqa: RUF012 - never changed
        "satisfied": "satisfaction_weights.satisfied", "mostly": "satisfaction_weights.mostly",
        "so_so": "satisfaction_weights.so_so", "dissatisfied": "satisfaction_weights.dissatisfied",
        "response": "composite.response", "solution": "composite.solution", "satisfaction": "composite.satisfaction",
        "ranking": "ranking", "at_once_days": "at_once_days",
        "question_days": "question_days", "answers_lost": "answers_lost",
    }  # fmt: skip
    response = forms.FloatField(
        label=gettext_lazy("响应率权重"), min_value=0, max_value=1, widget=forms.NumberInput(attrs=STEP)
    )
    solution = forms.FloatField(
        label=gettext_lazy("解决率权重"), min_value=0, max_value=1, widget=forms.NumberInput(attrs=STEP)
    )
    satisfaction = forms.FloatField(
        label=gettext_lazy("满意率权重"), min_value=0, max_value=1, widget=forms.NumberInput(attrs=STEP),
        help_text=gettext_lazy("三项之和必须等于 1。"),
    )  # fmt: skip
    satisfied = forms.FloatField(
        label=gettext_lazy("“满意”计"), min_value=0, max_value=1, widget=forms.NumberInput(attrs=STEP)
    )
    mostly = forms.FloatField(
        label=gettext_lazy("“基本满意”计"), min_value=0, max_value=1, widget=forms.NumberInput(attrs=STEP)
    )
    so_so = forms.FloatField(
        label=gettext_lazy("“一般”计"), min_value=0, max_value=1, widget=forms.NumberInput(attrs=STEP)
    )
    dissatisfied = forms.FloatField(
        label=gettext_lazy("“不满意”计"), min_value=0, max_value=1, widget=forms.NumberInput(attrs=STEP)
    )
    at_once_days = forms.IntegerField(label=gettext_lazy("“一次办好”看几天内不再反映"), min_value=1, max_value=365)
    question_days = forms.IntegerField(
        label=gettext_lazy("待改进的问题几个工作日内处理"), min_value=1, max_value=60, initial=5
    )
    answers_lost = forms.FloatField(
        label=gettext_lazy("发布新版本最多可丢失的正确答复（占比）"), min_value=0, max_value=1, initial=0,
        widget=forms.NumberInput(attrs=STEP),
        help_text=gettext_lazy("发布前用测评集试答；丢失超过这个比例时，须写明理由才能发布。0 表示一题也不许丢。"),
    )  # fmt: skip
    ranking = forms.BooleanField(
        label=gettext_lazy("对单位排名"),
        required=False,
        help_text=gettext_lazy("关闭时只按单位类别排列，不分先后。默认关闭。"),
    )


def reader_word(name: str) -> str:
    """A reader of the sharing rules in words: 'street.unit_head'."""
    kind, _dot, role = name.partition(".")
    return f"{words.UNIT_KINDS[kind]} · {role_word(role)}"


def _readers(way: str, label: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, required=False, choices=lazy(lambda: [(name, reader_word(name)) for name in READERS[way]], list)(),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


def _types(label: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, required=False, choices=words.choices(words.TYPES), widget=forms.CheckboxSelectMultiple
    )


def _rows(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=100_000)


class AccessSettings(SettingsForm):
    """What levels share, and how much may be exported."""

    PLACES = {  # noqa: RUF012 - never changed
        "up": "upward.enabled", "up_readers": "upward.readers", "up_types": "upward.types",
        "up_finished": "upward.finished", "down": "downward.enabled", "down_readers": "downward.readers",
        "down_types": "downward.types", "down_finished": "downward.finished",
        "rows_dispatcher": "export.rows.dispatcher", "rows_supervisor": "export.rows.supervisor",
        "rows_analyst": "export.rows.analyst", "rows_head": "export.rows.unit_head", "per_day": "export.per_day",
    }  # fmt: skip
    up = forms.BooleanField(
        label=gettext_lazy("向上共享：下级辖区的事项对上级可见"), required=False,
        help_text=gettext_lazy("上级单位看到发生在本辖区（含下级）的事项，不论由谁办理；不含诉求人和诉求原文。"),
    )  # fmt: skip
    up_readers = _readers("upward", gettext_lazy("向上共享给谁"))
    up_types = _types(gettext_lazy("向上共享哪些类型"))
    up_finished = forms.BooleanField(label=gettext_lazy("向上共享也包括已办结的"), required=False)
    down = forms.BooleanField(
        label=gettext_lazy("向下共享：交给上级的事项对事发地可见"), required=False,
        help_text=gettext_lazy("社区、网格看到发生在本辖区、由上级办理的事项。投诉可能涉及本地人员，默认不向下共享。"),
    )  # fmt: skip
    down_readers = _readers("downward", gettext_lazy("向下共享给谁"))
    down_types = _types(gettext_lazy("向下共享哪些类型"))
    down_finished = forms.BooleanField(label=gettext_lazy("向下共享也包括已办结的"), required=False)
    rows_dispatcher = _rows(gettext_lazy("派单员一次最多导出几条"))
    rows_supervisor = _rows(gettext_lazy("督办员一次最多导出几条"))
    rows_analyst = _rows(gettext_lazy("分析员一次最多导出几条"))
    rows_head = _rows(gettext_lazy("承办单位负责人一次最多导出几条"))
    per_day = forms.IntegerField(
        label=gettext_lazy("每人每天最多导出、打印清单几次"), min_value=1, max_value=1000,
        help_text=gettext_lazy("达到次数后当天不能再导出，每次都要写明用途并记入账本。"),
    )  # fmt: skip


SETTINGS: Final[Mapping[RuleKind, type[SettingsForm]]] = {
    RuleKind.DEADLINES: DeadlineSettings, RuleKind.AUTOMATION: AutomationSettings, RuleKind.RATES: RateSettings,
    RuleKind.ACCESS: AccessSettings,
}  # fmt: skip
