"""Forms of hand-overs: the sheet with its services, and what is noted of an offer."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from minhu.exchange.queries.emergency import News, ServiceView, Sheet, Way
from minhu.exchange.services.emergency import Told
from minhu.portals.words import words_of

_FIELDS: Final = (
    ("what", _("情况"), 200), ("danger", _("险情原话"), 40), ("place", _("位置（按原话）"), 200), ("area", _("所在区域"), 120),
    ("landmark", _("附近标志物"), 60), ("position", _("坐标（纬度,经度）"), 40), ("people", _("涉及人数"), 40),
    ("since", _("什么时候开始"), 40), ("name", _("报告人"), 40), ("phone", _("回拨号码"), 30),
)  # fmt: skip


class SheetForm(forms.Form):
    """The sheet as the agent reads it before it goes, the services ticked as the rule proposes."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    proposed = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(
        self, services: list[ServiceView], data: Any = None, *, begun: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial={"key": uuid.uuid4().hex, **(begun or {})})
        self.fields["services"] = forms.MultipleChoiceField(
            label=_("移交给"), choices=[(one.code, one.label) for one in services], required=False,
            widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip
        self.fields["way"] = forms.ChoiceField(label=_("方式"), choices=words_of(Way).items(), widget=forms.RadioSelect)
        for name, label, most in _FIELDS:
            widget = forms.Textarea(attrs={"rows": 2}) if name == "what" else forms.TextInput()
            self.fields[name] = forms.CharField(label=label, max_length=most, required=name == "what", widget=widget)

    def sheet(self) -> Sheet:
        """What goes over."""
        return Sheet.from_json(self.cleaned_data)


class ToldForm(forms.Form):
    """What the other side said on the telephone."""

    taken_by = forms.CharField(label=_("对方姓名或工号"), max_length=64, required=False)
    number = forms.CharField(label=_("对方编号"), max_length=64, required=False)
    text = forms.CharField(label=_("说明"), max_length=500, required=False)
    at = forms.DateTimeField(required=False)
    to_hotline = forms.BooleanField(required=False)

    def told(self) -> Told:
        """What the service takes."""
        data: dict[str, Any] = self.cleaned_data
        at: datetime | None = data["at"]
        return Told(data["taken_by"].strip(), data["number"].strip(), data["text"].strip(), at, data["to_hotline"])


class ServiceForm(forms.Form):
    """A service, for the security administrator."""

    label = forms.CharField(label=_("名称"), max_length=64)
    phone = forms.CharField(label=_("值班电话"), max_length=32, required=False)
    receipt_seconds = forms.IntegerField(label=_("回执时限（秒）"), min_value=15, max_value=1800)
    position = forms.IntegerField(label=_("移交顺序"), min_value=0, max_value=99)
    active = forms.BooleanField(label=_("启用"), required=False)

    def __init__(self, partners: list[tuple[int, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner_id"] = forms.TypedChoiceField(
            label=_("接收消息的对接方"), coerce=int, empty_value=None, required=False,
            choices=[("", _("没有，只用电话")), *partners],
        )  # fmt: skip


def news_of(text: str) -> News | None:
    """The news that an address names."""
    return next((one for one in News if one.value == text.replace("-", "_")), None)
