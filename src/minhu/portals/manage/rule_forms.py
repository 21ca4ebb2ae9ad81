"""Forms of the rule sets: one row of a list, and the settings that stand beside the lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from minhu.directory.queries import categories
from minhu.directory.queries.rules import CLOCKS
from minhu.directory.types import RuleKind
from minhu.language.dialogue.types import Mode
from minhu.portals.manage import words
from minhu.portals.words import Words

ACTIONS: Final[Words] = {
    "accept": gettext_lazy("受理"), "hand_over": gettext_lazy("转紧急热线"), "refuse": gettext_lazy("不予受理"),
    "mark": gettext_lazy("标记"), "merge": gettext_lazy("并入原工单"), "ask": gettext_lazy("请群众补充"),
    "listen": gettext_lazy("耐心倾听并记录"),
}  # fmt: skip
CLASSES: Final[Words] = {
    "accept": gettext_lazy("属于受理范围"), "emergency": gettext_lazy("紧急警情"), "legal_route": gettext_lazy("法定途径"),
    "secret_or_private": gettext_lazy("涉密、隐私、不当要求"), "malicious": gettext_lazy("恶意拨打"),
    "elsewhere": gettext_lazy("不属本地职权"), "repeated": gettext_lazy("重复诉求"), "no_content": gettext_lazy("无具体内容"),
}  # fmt: skip
TRIGGERS: Final[Words] = {
    "overdue": gettext_lazy("时钟超期"), "near_due": gettext_lazy("时钟将到期"), "reopened": gettext_lazy("多次重办"),
    "transferred": gettext_lazy("多次转派"), "sensitive": gettext_lazy("敏感事项"), "group": gettext_lazy("群体性事项"),
    "leader": gettext_lazy("领导批示"),
}  # fmt: skip
MODES: Final[Words] = {
    Mode.MACHINE_FIRST.value: gettext_lazy("先智能助手，可转人工"), Mode.PERSON_FIRST.value: gettext_lazy("人工优先"),
    Mode.MACHINE_ONLY.value: gettext_lazy("仅智能助手"),
}  # fmt: skip
PHRASES: Final[Words] = {"word": gettext_lazy("不宜发布的用语"), "secret": gettext_lazy("密级或内部标志")}
CLOCK_WORDS: Final[Words] = {name: words.CLOCKS.get(name, name) for name in CLOCKS}
ALL_LEVELS: Final[Words] = {**words.UNIT_KINDS, **words.SUPERVISIONS}


class RowForm(forms.Form):
    """One object of a list; empty texts and unset switches are left out of it."""

    stamp = forms.CharField(widget=forms.HiddenInput, required=False)

    def row(self) -> dict[str, Any]:
        """The object as the rule set keeps it."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "stamp" and value not in ("", None, False)
        }


class DeadlineForm(RowForm):
    """One line of the deadline table."""

    key = forms.CharField(
        label=gettext_lazy("行代码"), max_length=64, help_text=gettext_lazy("如 handle.complaint，不能重复。")
    )
    clock = forms.ChoiceField(label=gettext_lazy("时钟"), choices=words.choices(CLOCK_WORDS))
    subject = forms.CharField(
        label=gettext_lazy("名称"), max_length=64, help_text=gettext_lazy("写在时限说明最前面，如“投诉办理”。")
    )
    amount = forms.IntegerField(label=gettext_lazy("时长"), min_value=1, max_value=100_000)
    unit = forms.ChoiceField(label=gettext_lazy("单位"), choices=words.choices(words.UNITS_OF_TIME))
    working_hours = forms.BooleanField(label=gettext_lazy("分钟、小时只算工作时间"), required=False)
    request_type = forms.ChoiceField(
        label=gettext_lazy("限于诉求类型"), required=False, choices=words.choices(words.TYPES, gettext_lazy("各种类型"))
    )
    category = forms.CharField(
        label=gettext_lazy("限于分类代码"),
        required=False,
        max_length=32,
        help_text=gettext_lazy("对其下所有分类有效。"),
    )
    urgency = forms.ChoiceField(
        label=gettext_lazy("限于紧急程度"), required=False, choices=words.choices(words.URGENCIES, gettext_lazy("不限"))
    )
    level = forms.ChoiceField(
        label=gettext_lazy("限于单位类型或督办级别"),
        required=False,
        choices=words.choices(ALL_LEVELS, gettext_lazy("不限")),
    )
    deadline_key = forms.CharField(
        label=gettext_lazy("特别时限代码"),
        required=False,
        max_length=32,
        help_text=gettext_lazy("派单目录用它选中这一行。"),
    )
    basis = forms.CharField(label=gettext_lazy("依据"), required=False, max_length=200)

    def clean_category(self) -> str:
        """A code of the tree in force."""
        code: str = self.cleaned_data["category"].strip()
        if code and categories.category_by_code(code) is None:
            raise forms.ValidationError(_("现行分类中没有代码“{code}”。").format(code=code))
        return code


class SupervisionForm(RowForm):
    """One rule by which the program supervises."""

    code = forms.CharField(label=gettext_lazy("代码"), max_length=64)
    trigger = forms.ChoiceField(label=gettext_lazy("触发条件"), choices=words.choices(TRIGGERS))
    clock = forms.ChoiceField(
        label=gettext_lazy("看哪个时钟"), required=False, choices=words.choices(CLOCK_WORDS, gettext_lazy("（不看时钟）")),
        help_text=gettext_lazy("“超期”“将到期”必选。"),
    )  # fmt: skip
    threshold = forms.IntegerField(
        label=gettext_lazy("阈值"), required=False, min_value=1, max_value=100_000,
        help_text=gettext_lazy("“将到期”填剩余百分比，“多次重办、转派”填次数。"),
    )  # fmt: skip
    level = forms.ChoiceField(label=gettext_lazy("怎样督办"), choices=words.choices(words.SUPERVISIONS))
    text = forms.CharField(label=gettext_lazy("督办意见"), max_length=200)


class ReasonForm(RowForm):
    """One reason of a step."""

    code = forms.CharField(label=gettext_lazy("代码"), max_length=64)
    label = forms.CharField(label=gettext_lazy("理由"), max_length=100)
    needs_evidence = forms.BooleanField(label=gettext_lazy("须附证明材料"), required=False)


class IntakeForm(RowForm):
    """One row of the intake table."""

    code = forms.CharField(label=gettext_lazy("代码"), max_length=64)
    intake_class = forms.ChoiceField(label=gettext_lazy("受理类别"), choices=words.choices(CLASSES))
    action = forms.ChoiceField(label=gettext_lazy("怎样处理"), choices=words.choices(ACTIONS))
    title = forms.CharField(label=gettext_lazy("情形"), max_length=100)
    hand_over = forms.CharField(label=gettext_lazy("转给"), required=False, max_length=64)
    basis = forms.CharField(label=gettext_lazy("依据"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    wording = forms.CharField(
        label=gettext_lazy("告知群众的话"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def row(self) -> dict[str, Any]:
        """The class goes by a name that Python keeps for itself."""
        found = super().row()
        return {("class" if name == "intake_class" else name): value for name, value in found.items()}


class DispatchLineForm(RowForm):
    """One category that may be dispatched without a person."""

    category = forms.CharField(
        label=gettext_lazy("分类代码"), max_length=32, help_text=gettext_lazy("对其下所有分类有效。")
    )
    confidence = forms.FloatField(
        label=gettext_lazy("最低把握"), min_value=0.5, max_value=1, initial=0.98,
        widget=forms.NumberInput(attrs={"step": "0.01"}), help_text=gettext_lazy("0.5 到 1，低于它仍由人派单。"),
    )  # fmt: skip

    clean_category = DeadlineForm.clean_category


class PhraseForm(RowForm):
    """One phrase that the publishing check looks for."""

    words = forms.CharField(
        label=gettext_lazy("用语"), max_length=40, help_text=gettext_lazy("文件里一字不差地出现就会列出。")
    )
    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=list(PHRASES.items()))
    why = forms.CharField(label=gettext_lazy("原因"), required=False, max_length=100)


class HostForm(RowForm):
    """One host whose pages and feeds may be watched."""

    host = forms.CharField(
        label=gettext_lazy("主机名"), max_length=200,
        help_text=gettext_lazy("不带 https:// 和路径；*.example.gov.cn 表示它的所有下级主机。"),
    )  # fmt: skip
    note = forms.CharField(label=gettext_lazy("说明"), required=False, max_length=100)

    def clean_host(self) -> str:
        """In small letters, as hosts are compared."""
        return str(self.cleaned_data["host"]).strip().lower()


ROW_FORMS: Final[Mapping[RuleKind, type[RowForm]]] = {
    RuleKind.DEADLINES: DeadlineForm, RuleKind.SUPERVISION: SupervisionForm, RuleKind.REASONS: ReasonForm,
    RuleKind.INTAKE: IntakeForm, RuleKind.AUTOMATION: DispatchLineForm,
    RuleKind.PUBLISHING: PhraseForm, RuleKind.SOURCES: HostForm,
}  # fmt: skip


NAMES: Final[Mapping[RuleKind, str]] = {
    RuleKind.DEADLINES: "key", RuleKind.AUTOMATION: "category", RuleKind.PUBLISHING: "words", RuleKind.SOURCES: "host",
}  # fmt: skip
"""By which field rows of a list differ; of the others by their code."""


ROW_NAMES: Final[Mapping[RuleKind, Mapping[str, str]]] = {
    RuleKind.INTAKE: {"class": "intake_class"}, RuleKind.LINES: {"from": "begins", "to": "ends"},
}  # fmt: skip
"""Names that Python keeps for itself, and what the forms call them."""


def row_initial(kind: RuleKind, row: Mapping[str, Any]) -> dict[str, Any]:
    """A stored row as its form shows it."""
    names = ROW_NAMES.get(kind, {})
    return {names.get(name, name): part for name, part in row.items()}
