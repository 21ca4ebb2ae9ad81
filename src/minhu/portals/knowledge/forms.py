"""Forms of the knowledge pages: filters, what files start with, facts, entry and rights."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from minhu.directory.policy import Action, Relation, rules_for
from minhu.directory.queries import categories, units
from minhu.directory.types import AreaLevel
from minhu.kernel.actors import Actor
from minhu.knowledge.types import Audience, EntryData, FactValues, Filters, Nature, Rights, State
from minhu.portals.orders.pickers import AreasField, CategoryField, UnitField, UnitsField
from minhu.portals.words import words_of

LEVELS: Final = (
    (AreaLevel.PROVINCE, gettext_lazy("省级")), (AreaLevel.CITY, gettext_lazy("市级")), (AreaLevel.COUNTY, gettext_lazy("县级")),
    (AreaLevel.STREET, gettext_lazy("街镇")), (AreaLevel.COMMUNITY, gettext_lazy("社区")), (AreaLevel.GRID, gettext_lazy("网格")),
)  # fmt: skip
_PARTS: Final = re.compile(r"[\s,，、;；]+")


def parts(text: str) -> tuple[str, ...]:
    """Words apart by spaces or commas."""
    return tuple(dict.fromkeys(part for part in _PARTS.split(text) if part))


def lines(text: str) -> tuple[str, ...]:
    """Lines of a text without empty ones."""
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def own_units(actor: Actor) -> list[tuple[str, str]]:
    """The units whose documents somebody may keep, as choices: his own, or all."""
    relations = {rule.relation for rule in rules_for(actor, Action.EDIT_KNOWLEDGE)}
    if Relation.ANY in relations:
        found: Iterable[Any] = units.active_units()
    else:
        found = [unit for unit in map(units.unit_info, actor.unit_ids) if unit and unit.active]
    return [(str(unit.id), unit.label) for unit in found]


class ListForm(forms.Form):
    """The filters of the list; names are those of the address."""

    def __init__(self, query: QueryDict) -> None:
        super().__init__({key: query.get(key, "") for key in ("q", "state", "nature", "audience", "unit", "category")}, auto_id="filter_%s")  # fmt: skip
        anything = [("", _("全部"))]
        self.fields["q"] = forms.CharField(
            label=_("标题、文号、关键词"),
            required=False,
            max_length=60,
            widget=forms.TextInput(attrs={"type": "search"}),
        )
        for name, label, kinds in (
            ("state", _("状态"), State), ("nature", _("性质"), Nature), ("audience", _("阅读范围"), Audience),
        ):  # fmt: skip
            self.fields[name] = forms.ChoiceField(label=label, choices=anything + list(words_of(kinds).items()), required=False)  # fmt: skip
        self.fields["unit"] = UnitField(label=_("归口单位"), required=False)
        self.fields["category"] = CategoryField(label=_("分类"), required=False)

    def filters(self) -> Filters:
        """What was asked for; a field that is wrong filters nothing."""
        self.is_valid()
        data = self.cleaned_data
        category = categories.category_info(data["category"]) if data.get("category") else None
        return Filters(
            data.get("q", ""), data.get("state", ""), data.get("nature", ""), data.get("audience", ""),
            data.get("unit"), category.code if category else "",
        )  # fmt: skip


class RightsForm(forms.Form):
    """Whom a document is for, and what people say of it."""

    needed_sometimes = frozenset({"units", "areas", "levels"})

    nature = forms.ChoiceField(label=gettext_lazy("性质"), choices=list(words_of(Nature).items()))
    category = CategoryField(label=gettext_lazy("诉求分类"), required=False)
    keywords = forms.CharField(
        label=gettext_lazy("关键词"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("用逗号或空格分开，每个不超过 20 字。"),
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("谁可以看"), choices=list(words_of(Audience).items()), widget=forms.RadioSelect
    )
    units = UnitsField(
        label=gettext_lazy("指定单位"),
        required=False,
        help_text=gettext_lazy("只在选择“指定”时有效；下属单位同样可见。"),
    )
    levels = forms.MultipleChoiceField(
        label=gettext_lazy("指定层级"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(str(level.value), word) for level, word in LEVELS],
    )  # fmt: skip
    areas = AreasField(
        label=gettext_lazy("指定区域"),
        required=False,
        help_text=gettext_lazy("输入区、街道的名称再选择；区域内的单位可见。"),
    )

    def rights(self) -> Rights:
        """Whom it is for."""
        data = self.cleaned_data
        return Rights(Audience(data["audience"]), data["units"], tuple(map(int, data["levels"])), data["areas"])

    def entry(self, address: str = "") -> EntryData:
        """What people say of it."""
        data = self.cleaned_data
        category = categories.category_info(data["category"]) if data["category"] else None
        return EntryData(Nature(data["nature"]), category.code if category else "", parts(data["keywords"]), data.get("address", address))  # fmt: skip


class EntryForm(RightsForm):
    """The same for a document that is there, with the address of its original."""

    address = forms.CharField(label=gettext_lazy("原文地址"), required=False, max_length=500)

    @staticmethod
    def initial_of(rights: Rights, entry: EntryData) -> dict[str, Any]:
        """What the fields show."""
        category = categories.category_by_code(entry.category_code) if entry.category_code else None
        return {
            "nature": entry.nature.value, "category": category.id if category else "", "keywords": "，".join(entry.keywords),
            "audience": rights.audience.value, "units": rights.units, "levels": [str(one) for one in rights.levels],
            "areas": rights.areas, "address": entry.address,
        }  # fmt: skip


class UploadForm(RightsForm):
    """What all files of an upload start with."""

    field_order: tuple[str, ...] = (
        "owner",
        "audience",
        "units",
        "levels",
        "areas",
        "nature",
        "category",
        "keywords",
    )
    owner = forms.ChoiceField(label=gettext_lazy("归口单位"))

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = own_units(actor)  # type: ignore[attr-defined]


class FactsForm(forms.Form):
    """The facts of a version, for a person to confirm."""

    title = forms.CharField(label=gettext_lazy("标题"), max_length=128)
    document_number = forms.CharField(label=gettext_lazy("文号"), max_length=60, required=False)
    issuer = forms.CharField(label=gettext_lazy("发文机关"), max_length=100, required=False)
    issued = forms.DateField(
        label=gettext_lazy("成文日期"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    in_force = forms.DateField(
        label=gettext_lazy("施行日期"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    repealed = forms.DateField(
        label=gettext_lazy("有效期至"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    repeals = forms.CharField(
        label=gettext_lazy("废止的文件（每行一个）"), required=False, widget=forms.Textarea({"rows": 2})
    )
    applies_areas = forms.CharField(
        label=gettext_lazy("适用区域（每行一个）"), required=False, widget=forms.Textarea({"rows": 2})
    )
    applies_groups = forms.CharField(
        label=gettext_lazy("适用对象（每行一个）"), required=False, widget=forms.Textarea({"rows": 2})
    )

    @staticmethod
    def initial_of(values: FactValues) -> dict[str, Any]:
        """What the fields show."""
        many = {name: "\n".join(getattr(values, name)) for name in ("repeals", "applies_areas", "applies_groups")}
        one = {
            name: getattr(values, name)
            for name in ("title", "document_number", "issuer", "issued", "in_force", "repealed")
        }
        return {**one, **many}

    def values(self) -> FactValues:
        """The facts as the person says."""
        data = self.cleaned_data
        return FactValues(
            data["title"].strip(), data["document_number"].strip(), data["issuer"].strip(), data["issued"], data["in_force"],
            data["repealed"], lines(data["repeals"]), lines(data["applies_areas"]), lines(data["applies_groups"]),
        )  # fmt: skip
