"""Forms of the dispatch catalogue: the filter, and one line with pickers for everything it names."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from minhu.directory.queries import categories, units
from minhu.directory.queries.rules import deadline_rules
from minhu.directory.types import CatalogueLine
from minhu.portals.manage import words
from minhu.portals.manage.catalogue_words import deadline_words
from minhu.portals.orders.pickers import AreaField, CategoryField, UnitField, UnitsField

LEADS: list[tuple[str, str | Promise]] = [
    ("unit", gettext_lazy("指定单位，不分地点")),
    ("branch", gettext_lazy("市级部门在事发地的分支机构")),
    ("street", gettext_lazy("事发地的街道办、乡镇政府")),
    ("community", gettext_lazy("事发地的社区、村")),
    ("grid", gettext_lazy("事发地的网格")),
]
LOCAL = {"street", "community", "grid"}


class LineFilter(forms.Form):
    """What the table is narrowed to."""

    category = CategoryField(label=gettext_lazy("诉求分类"), required=False)
    area = AreaField(label=gettext_lazy("区划"), required=False)
    unit = UnitField(label=gettext_lazy("单位"), required=False)
    q = forms.CharField(label=gettext_lazy("依据或代码"), required=False, max_length=64)


class LineForm(forms.Form):
    """One line: for which matters, who leads, who assists, by when, on which basis."""

    category = CategoryField(
        label=gettext_lazy("诉求分类"), help_text=gettext_lazy("选上级分类时，对其下所有分类有效。")
    )
    area = AreaField(label=gettext_lazy("限于区划"), required=False, help_text=gettext_lazy("不填则全市有效。"))
    request_type = forms.ChoiceField(
        label=gettext_lazy("限于诉求类型"), required=False, choices=words.choices(words.TYPES, gettext_lazy("各种类型"))
    )
    lead_kind = forms.ChoiceField(label=gettext_lazy("由谁主办"), choices=LEADS)
    lead_unit = UnitField(
        label=gettext_lazy("主办单位"), required=False, help_text=gettext_lazy("选“指定单位”或“分支机构”时填写。")
    )
    assist_units = UnitsField(label=gettext_lazy("协办单位"), required=False)
    assist_branches = UnitsField(
        label=gettext_lazy("协办：在事发地的分支机构"), required=False, help_text=gettext_lazy("填写市级部门。")
    )
    assist_local = forms.MultipleChoiceField(
        label=gettext_lazy("协办：属地"), required=False, choices=LEADS[2:], widget=forms.CheckboxSelectMultiple
    )
    deadline_key = forms.ChoiceField(
        label=gettext_lazy("特别时限"),
        required=False,
        choices=(),
        help_text=gettext_lazy("不选则按诉求类型的一般时限。"),
    )
    difficulty = forms.ChoiceField(
        label=gettext_lazy("难易"), choices=words.choices(words.DIFFICULTIES), initial="normal"
    )
    basis = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=255,
        help_text=gettext_lazy("职责文件、会议纪要或目录条款，退单争议时以此为准。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = sorted({line.deadline_key for line in deadline_rules().lines if line.deadline_key})
        there = str((kwargs.get("initial") or {}).get("deadline_key") or "")
        keys = [*known, *([there] if there and there not in known else [])]
        self.fields["deadline_key"] = forms.ChoiceField(
            label=gettext_lazy("特别时限"), required=False, help_text=gettext_lazy("不选则按诉求类型的一般时限。"),
            choices=[("", _("一般时限")), *((key, deadline_words(key)) for key in keys)],
        )  # fmt: skip
        self.order_fields(list(LineForm.base_fields))

    def clean(self) -> dict[str, Any]:
        """A named unit or bureau must be chosen where the rule needs one."""
        data = super().clean() or {}
        if data.get("lead_kind") in ("unit", "branch") and not data.get("lead_unit") and "lead_unit" not in self.errors:
            self.add_error("lead_unit", _("请选择主办单位。"))
        if data.get("lead_kind") in LOCAL and data.get("lead_unit"):
            self.add_error("lead_unit", _("由属地主办时不用填写单位，请清空，或改选“指定单位”。"))
        return data

    def row(self) -> dict[str, Any]:
        """The line as the catalogue service takes it."""
        data = self.cleaned_data
        category = categories.category_info(data["category"])
        lead = data["lead_kind"]
        if lead not in LOCAL:
            lead = f"{lead}:{_code(data['lead_unit'])}"
        assist = [
            *(f"unit:{_code(pk)}" for pk in data["assist_units"]),
            *(f"branch:{_code(pk)}" for pk in data["assist_branches"]),
            *data["assist_local"],
        ]
        return {
            "category": category.code if category else "", "area": data["area"], "request_type": data["request_type"],
            "lead": lead, "assist": assist, "deadline_key": data["deadline_key"], "difficulty": data["difficulty"],
            "basis": data["basis"].strip(),
        }  # fmt: skip


def _code(unit_id: int) -> str:
    found = units.unit_info(unit_id)
    return found.code if found else ""


def _ids(rules: tuple[str, ...], kind: str) -> list[int]:
    named = [units.unit_by_code(rule.partition(":")[2]) for rule in rules if rule.startswith(f"{kind}:")]
    return [unit.id for unit in named if unit is not None]


def initial_of(line: CatalogueLine) -> dict[str, Any]:
    """A stored line as the form shows it."""
    category = categories.category_by_code(line.category_code)
    kind, _colon, code = line.lead.partition(":")
    unit = units.unit_by_code(code) if code else None
    return {
        "category": category.id if category else line.category_code, "area": line.area_code,
        "request_type": line.request_type, "lead_kind": kind, "lead_unit": unit.id if unit else code,
        "assist_units": _ids(line.assist, "unit"), "assist_branches": _ids(line.assist, "branch"),
        "assist_local": [rule for rule in line.assist if rule in LOCAL], "deadline_key": line.deadline_key,
        "difficulty": line.difficulty, "basis": line.basis,
    }  # fmt: skip
