"""What a grid worker fills in, standing in the street: as little as possible."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from minhu.directory.queries import rules
from minhu.handling.queries.grid import other_grids
from minhu.handling.types import StepData

SHORT, LONG = 500, 2000


def _area(rows: int, most: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "data-count": str(most)})


class TaskForm(forms.Form):
    """`key` makes a second sending of the same form harmless, e.g. after the network came back."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"key": uuid.uuid4().hex})
        super().__init__(*args, **kwargs)

    def data_for(self, unit_id: int, files: tuple[int, ...]) -> StepData:
        """What handling takes."""
        return StepData(as_unit_id=unit_id, attachment_ids=files)


class ArriveForm(TaskForm):
    """At the place: words are welcome, not needed."""

    text = forms.CharField(label=gettext_lazy("看到了什么？"), required=False, max_length=SHORT, widget=_area(2, SHORT))

    def data_for(self, unit_id: int, files: tuple[int, ...]) -> StepData:
        """The first contact, face to face or on the spot."""
        words = self.cleaned_data["text"].strip() or _("已到现场。")
        return StepData(as_unit_id=unit_id, attachment_ids=files, text=words, contact_result="visited")


class DoneForm(TaskForm):
    """What was done, and whether that solved it."""

    solved = forms.ChoiceField(
        label=gettext_lazy("问题解决了吗？"),
        choices=[("yes", gettext_lazy("解决了")), ("no", gettext_lazy("没有解决"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择问题是否解决。")},
    )
    reply = forms.CharField(
        label=gettext_lazy("怎么处理的？"),
        help_text=gettext_lazy("写清楚看到的情况、做了什么、结果怎样。"),
        max_length=LONG,
        widget=_area(4, LONG),
        error_messages={"required": gettext_lazy("请写下处理情况。")},
    )
    not_solved_reason = forms.ChoiceField(label=gettext_lazy("没有解决的原因"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["not_solved_reason"]
        if isinstance(field, forms.ChoiceField):
            found = [(one.label, one.label) for one in rules.reasons().of("not_solved")]
            field.choices = [("", _("已解决的不用选")), *found]

    def clean(self) -> dict[str, Any]:
        """What is not solved needs its reason."""
        data = super().clean() or {}
        if data.get("solved") == "no" and not data.get("not_solved_reason"):
            self.add_error("not_solved_reason", _("没有解决的，请选择原因。"))
        return data

    def data_for(self, unit_id: int, files: tuple[int, ...]) -> StepData:
        """The report to the leading unit (or the reply, where the grid leads)."""
        data, solved = self.cleaned_data, self.cleaned_data["solved"] == "yes"
        why = "" if solved else data["not_solved_reason"]
        return StepData(
            as_unit_id=unit_id, attachment_ids=files, reply=data["reply"], solved=solved, not_solved_reason=why
        )


class BackForm(TaskForm):
    """Not my grid: whose it is."""

    unit_id = forms.TypedChoiceField(
        label=gettext_lazy("应该是哪个网格？"), coerce=int,
        error_messages={"required": gettext_lazy("请选择应该办理的网格；不清楚时选社区或街道。")},
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("为什么不在我的网格？"), max_length=SHORT, widget=_area(2, SHORT),
        error_messages={"required": gettext_lazy("请写明理由，例如实际位置在哪条路的哪一侧。")},
    )  # fmt: skip

    def __init__(self, unit_id: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grids, above = other_grids(unit_id)
        field = self.fields["unit_id"]
        if isinstance(field, forms.ChoiceField):
            groups = [(_("附近的网格"), grids), (_("不清楚，交给"), above)]
            named: list[Any] = [(label, [(str(u.id), u.name) for u in units]) for label, units in groups if units]
            field.choices = [("", _("请选择")), *named]

    def data_for(self, unit_id: int, files: tuple[int, ...]) -> StepData:
        """A return that names the right grid."""
        return StepData(
            as_unit_id=unit_id, attachment_ids=files, reason_code="not_our_area", text=self.cleaned_data["text"],
            unit_id=self.cleaned_data["unit_id"],
        )  # fmt: skip
