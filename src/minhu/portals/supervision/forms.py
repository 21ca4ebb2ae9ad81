"""What the supervision desk fills in: filters, an arbitration, the result of a callback."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from minhu.directory.queries import areas
from minhu.directory.queries.units import unit_info
from minhu.directory.types import AreaLevel
from minhu.evaluation.types import Answers
from minhu.handling.queries.watch import Narrowing
from minhu.portals.citizen.forms import GRADES, YES_NO
from minhu.portals.orders.pickers import UnitField
from minhu.portals.unit.forms import URGENCIES

LONG = 1000


class WatchFilter(forms.Form):
    """Words, unit, area, urgency; anything unreadable counts as not chosen."""

    list = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(
        label=gettext_lazy("查找"), required=False, max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("标题、地点、工单号"), "autocomplete": "off"}),
    )  # fmt: skip
    unit = UnitField(label=gettext_lazy("主办单位"), required=False)
    area = forms.ChoiceField(label=gettext_lazy("区县"), required=False)
    urgency = forms.ChoiceField(label=gettext_lazy("紧急程度"), required=False, choices=URGENCIES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # the bar around it swaps and pushes its own address; the choices of this field do neither
        self.fields["unit"].widget.attrs |= {"hx-select": "unset", "hx-push-url": "false", "placeholder": _("单位名称")}
        field = self.fields["area"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("全市")), *((one.code, one.name) for one in areas.of_level(AreaLevel.COUNTY))]

    def narrowing(self) -> Narrowing:
        """What handling is asked for."""
        self.is_valid()
        data = self.cleaned_data
        return Narrowing(data.get("q", ""), data.get("unit"), data.get("area", ""), data.get("urgency", ""))

    @property
    def narrowed(self) -> bool:
        """Whether a condition is set, so that an empty list may only be a narrow one."""
        return any(self.data.get(name) for name in self.fields if name != "list")


class ArbitrationForm(forms.Form):
    """Whose matter it is, and why: binding for both sides."""

    decision = forms.ChoiceField(
        label=gettext_lazy("裁决"), widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择裁决结果。")},
    )  # fmt: skip
    unit_id = UnitField(
        label=gettext_lazy("由哪个单位主办"),
        required=False,
        help_text=gettext_lazy("裁决改派时必填，输入单位名称中的几个字。"),
    )
    text = forms.CharField(
        label=gettext_lazy("裁决理由"), max_length=LONG, widget=forms.Textarea(attrs={"rows": 4, "data-count": str(LONG)}),
        help_text=gettext_lazy("写明职责依据。退单单位和承办单位都会看到。"),
        error_messages={"required": gettext_lazy("请写明裁决理由。")},
    )  # fmt: skip

    def __init__(self, holder: int | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = unit_info(holder)
        keep = [("keep", _("仍由%(unit)s办理") % {"unit": unit.label})] if unit else []
        field = self.fields["decision"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("move", _("改由其他单位主办")), *keep]
        if not unit:
            self.fields["decision"].initial = "move"

    def clean(self) -> dict[str, Any]:
        """A decision to move names the unit."""
        data = super().clean() or {}
        if data.get("decision") == "move" and not data.get("unit_id") and "unit_id" not in self.errors:
            self.add_error("unit_id", _("请选择主办单位。"))
        return data


class CallbackForm(forms.Form):
    """What the citizen said on the telephone, and what follows from it."""

    reached = forms.ChoiceField(
        label=gettext_lazy("电话接通了吗？"), choices=YES_NO, widget=forms.RadioSelect, initial="yes"
    )
    responded = forms.ChoiceField(
        label=gettext_lazy("承办单位联系过您吗？"), choices=YES_NO, required=False, widget=forms.RadioSelect
    )
    solved = forms.ChoiceField(
        label=gettext_lazy("问题解决了吗？"), choices=YES_NO, required=False, widget=forms.RadioSelect
    )
    satisfaction = forms.ChoiceField(
        label=gettext_lazy("您对办理结果满意吗？"), choices=GRADES, required=False, widget=forms.RadioSelect
    )
    comment = forms.CharField(
        label=gettext_lazy("群众还说了什么？"),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    then = forms.ChoiceField(
        label=gettext_lazy("接下来"), widget=forms.RadioSelect,
        choices=[
            ("close", gettext_lazy("办结")),
            ("reopen", gettext_lazy("重办：退回重新派单")),
            ("later", gettext_lazy("没接通，稍后再打")),
        ],
        error_messages={"required": gettext_lazy("请选择接下来怎么办。")},
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("说明"), required=False, max_length=LONG, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("群众说没有解决时，请写明办结或重办的理由。"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """The three answers when somebody answered; reasons where people will ask for them."""
        data = super().clean() or {}
        reached, then = data.get("reached") == "yes", data.get("then")
        if reached:
            for name in ("solved", "satisfaction"):
                if not data.get(name):
                    self.add_error(name, _("请选择。"))
            if then == "later":
                self.add_error("then", _("已经接通，请选择办结或重办。"))
            if then == "reopen" and data.get("solved") == "yes":
                self.add_error("then", _("群众说已经解决，不需要重办。"))
        elif then == "reopen":
            self.add_error("then", _("没有接通，不能据此重办。"))
        needs = then == "reopen" or (then == "close" and data.get("solved") != "yes")
        if needs and not (data.get("text") or "").strip():
            self.add_error("text", _("请写明理由。"))
        return data

    def answers(self) -> Answers:
        """The answers as evaluation takes them."""
        data, words = self.cleaned_data, {"yes": True, "no": False}
        if data["reached"] != "yes":
            return Answers(reached=False, comment=data["comment"])
        return Answers(words.get(data["responded"]), words.get(data["solved"]), data["satisfaction"], data["comment"])
