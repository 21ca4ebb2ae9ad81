"""What people fill in for a joint decision: the question, a unit's opinion, the verdict."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from minhu.directory.queries import categories
from minhu.handling.services.joint import CaseDraft, OpinionDraft, Verdict
from minhu.handling.types import OpinionKind
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.clock import now
from minhu.portals.orders.pickers import CategoryField, UnitField, UnitsField
from minhu.portals.words import words_of

_WHEN = "%Y-%m-%dT%H:%M"
_LONG = 1000
_DAYS = 2


def _words(label: Any, help_text: Any = "") -> forms.CharField:
    box = forms.Textarea(attrs={"rows": 3, "data-count": str(_LONG)})
    return forms.CharField(label=label, max_length=_LONG, widget=box, help_text=help_text)


class CaseForm(forms.Form):
    """What the dispatcher asks whom, and by when."""

    title = forms.CharField(label=gettext_lazy("会商事项"), max_length=120)
    question = _words(
        gettext_lazy("请各单位回答"), gettext_lazy("各单位只看到这里写的内容，看不到工单；不要写任何人的个人信息。")
    )
    units = UnitsField(
        label=gettext_lazy("请哪些单位会商"),
        required=False,
        help_text=gettext_lazy("2 至 12 个，输入单位名称中的几个字。"),
    )
    due_at = forms.DateTimeField(
        label=gettext_lazy("回复期限"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_WHEN)
    )

    @staticmethod
    def usual_due() -> datetime:
        """Two days from now."""
        return now().astimezone(CHINA_TIME) + timedelta(days=_DAYS)

    def draft(self) -> CaseDraft:
        """What the service receives."""
        data = self.cleaned_data
        return CaseDraft(data["title"], data["question"], data["units"], data["due_at"])


class OpinionForm(forms.Form):
    """What a unit says."""

    kind = forms.ChoiceField(
        label=gettext_lazy("意见"), widget=forms.RadioSelect, error_messages={"required": gettext_lazy("请选择意见。")}
    )
    right_unit_id = UnitField(
        label=gettext_lazy("应由哪个单位承担"), required=False, help_text=gettext_lazy("认为属于其他单位时必填。")
    )
    category_id = CategoryField(label=gettext_lazy("应归入哪一类"), required=False)
    text = _words(gettext_lazy("理由"), gettext_lazy("写明职责依据。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(words_of(OpinionKind).items())

    def draft(self) -> OpinionDraft:
        """What the service receives."""
        data = self.cleaned_data
        return OpinionDraft(OpinionKind(data["kind"]), data["text"], data["right_unit_id"], data["category_id"])


class VerdictForm(forms.Form):
    """What the arbitration desk decides."""

    unit_id = UnitField(label=gettext_lazy("由哪个单位承办"))
    category_id = CategoryField(
        label=gettext_lazy("归入哪一类"),
        required=False,
        help_text=gettext_lazy("都不合适时留空，在下面写明建议新增的分类。"),
    )
    new_name = forms.CharField(label=gettext_lazy("建议新增分类"), max_length=64, required=False)
    new_parent = forms.ChoiceField(label=gettext_lazy("新分类的上级"), required=False)
    duty = forms.CharField(label=gettext_lazy("建议新增职责"), max_length=120, required=False)
    basis = forms.CharField(
        label=gettext_lazy("职责依据"), max_length=255, required=False, help_text=gettext_lazy("法律法规及条款。")
    )
    reason = _words(gettext_lazy("裁定理由"), gettext_lazy("参加会商的单位都会看到。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        above = [(one.code, one.full_name) for one in categories.current().nodes if not one.is_leaf and one.active]
        field = self.fields["new_parent"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("（第一级）")), *above]

    def verdict(self) -> Verdict:
        """What the service receives."""
        data = self.cleaned_data
        return Verdict(
            data["unit_id"],
            data["reason"],
            data["category_id"],
            data["new_name"],
            data["new_parent"],
            data["duty"],
            data["basis"],
        )
