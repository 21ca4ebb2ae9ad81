"""Forms of the lines of business and of their old numbers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from minhu.directory.queries import rules
from minhu.directory.queries.lines import HOUSE
from minhu.directory.queries.units import unit_by_code
from minhu.directory.types import RuleKind
from minhu.portals.manage.rule_forms import MODES, ROW_NAMES, DeadlineForm, RowForm


def line_choices() -> list[tuple[str, str | Promise]]:
    """The lines in force, none in front."""
    return [("", gettext_lazy("总线")), *((one.code, one.name) for one in rules.lines().by_code.values())]


def hours_choices() -> list[tuple[str, str | Promise]]:
    """The profiles of working hours in force, day and night in front."""
    books = rules.calendars()
    return [("", gettext_lazy("全天候")), *((name, books.labels.get(name, name)) for name in books.profiles)]


class LineForm(RowForm):
    """One line of business."""

    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=40, help_text=gettext_lazy("智能助手的第一句话会说“这里是……”。")
    )
    short = forms.CharField(label=gettext_lazy("简称"), required=False, max_length=10)
    code = forms.CharField(
        label=gettext_lazy("代码"), max_length=32, help_text=gettext_lazy("小写字母、数字、- 或 _，发布后不要再改。")
    )
    queue = forms.CharField(
        label=gettext_lazy("队列"), required=False, max_length=32,
        help_text=gettext_lazy("人工接听的队列；几条业务线可以用同一个。不填与代码相同。"),
    )  # fmt: skip
    hours = forms.ChoiceField(label=gettext_lazy("服务时间"), required=False, choices=hours_choices)
    closed = forms.CharField(
        label=gettext_lazy("服务时间以外说的话"), required=False, max_length=200,
        help_text=gettext_lazy("例如：人工服务时间为工作日 9:00 至 17:00。"),
    )  # fmt: skip
    outside = forms.ChoiceField(
        label=gettext_lazy("服务时间以外由谁接待"), choices=list(MODES.items()), initial="machine_first"
    )
    mode = forms.ChoiceField(label=gettext_lazy("由谁先接待"), choices=list(MODES.items()), initial="machine_first")
    greeting = forms.CharField(
        label=gettext_lazy("开头语"), required=False, max_length=200,
        help_text=gettext_lazy("接在“我是智能助手，不是真人。”后面；那一句不能去掉。"),
    )  # fmt: skip
    category = forms.CharField(
        label=gettext_lazy("诉求分类代码"), required=False, max_length=32,
        help_text=gettext_lazy("由此进来的诉求，其下的分类优先。"),
    )  # fmt: skip
    hints = forms.CharField(
        label=gettext_lazy("最常见的分类代码"), required=False, max_length=200, help_text=gettext_lazy("用逗号隔开。")
    )
    unit = forms.CharField(
        label=gettext_lazy("承办单位代码"), required=False, max_length=32,
        help_text=gettext_lazy("派单目录没有写明由谁办时，建议由它办理。"),
    )  # fmt: skip
    languages = forms.CharField(
        label=gettext_lazy("能接待的语种"), required=False, max_length=60, initial="zh",
        help_text=gettext_lazy("zh、yue、en、ja、ko、ru、ug、bo、mn、kk，用逗号隔开。"),
    )  # fmt: skip
    strength = forms.FloatField(
        label=gettext_lazy("情绪多强才算"), required=False, min_value=0.3, max_value=1,
        widget=forms.NumberInput(attrs={"step": "0.05"}), help_text=gettext_lazy("0.3 到 1，默认 0.6；越小越早转人工。"),
    )  # fmt: skip
    angry_turns = forms.IntegerField(label=gettext_lazy("连续几次生气转人工"), required=False, min_value=1, max_value=5)
    questions = forms.IntegerField(label=gettext_lazy("一件事最多追问几句"), required=False, min_value=0, max_value=8)
    danger_sure = forms.FloatField(
        label=gettext_lazy("多大把握的危险直接转人工"), required=False, min_value=0, max_value=HOUSE.danger_sure,
        widget=forms.NumberInput(attrs={"step": "0.05"}),
        help_text=gettext_lazy("默认 0.6，只能更小：任何业务线对危险的判断都不能放松；不到这个把握先问一句。"),
    )  # fmt: skip
    quiet_hours = forms.IntegerField(
        label=gettext_lazy("微信静默几小时算新的会话"), required=False, min_value=1, max_value=720
    )
    hidden = forms.BooleanField(label=gettext_lazy("不在网页对话里供群众选择"), required=False)

    clean_category = DeadlineForm.clean_category

    def clean_unit(self) -> str:
        """A unit of the directory."""
        code: str = self.cleaned_data["unit"].strip()
        if code and unit_by_code(code) is None:
            raise forms.ValidationError(_("没有代码为“{code}”的单位。").format(code=code))
        return code

    def row(self) -> dict[str, Any]:
        """A number left out is the house's; what is hidden is not offered. Zero questions and zero certainty count."""
        left = {name: value for name, value in self.cleaned_data.items() if value == 0 and not isinstance(value, bool)}
        found = {**super().row(), **left}
        if found.pop("hidden", False):
            found["offered"] = False
        return found


class OldNumberForm(RowForm):
    """One old hotline number."""

    number = forms.CharField(label=gettext_lazy("号码"), max_length=16, help_text=gettext_lazy("只写数字。"))
    line = forms.CharField(label=gettext_lazy("业务线代码"), max_length=32)
    begins = forms.CharField(
        label=gettext_lazy("生效日期"), required=False, max_length=10, widget=forms.DateInput(attrs={"type": "date"})
    )
    ends = forms.CharField(
        label=gettext_lazy("失效日期"), required=False, max_length=10, widget=forms.DateInput(attrs={"type": "date"})
    )
    queue = forms.CharField(
        label=gettext_lazy("队列"), required=False, max_length=32, help_text=gettext_lazy("不填用业务线的。")
    )
    category = forms.CharField(
        label=gettext_lazy("诉求分类代码"), required=False, max_length=32, help_text=gettext_lazy("不填用业务线的。")
    )
    note = forms.CharField(label=gettext_lazy("说明"), required=False, max_length=100)

    clean_category = DeadlineForm.clean_category

    def row(self) -> dict[str, Any]:
        """Days go by names that Python keeps for itself."""
        kept = {name: key for key, name in ROW_NAMES[RuleKind.LINES].items()}
        return {kept.get(name, name): value for name, value in super().row().items()}
