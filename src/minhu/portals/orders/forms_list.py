"""The filters of the list of orders: what the address says, read once, wrong values said beside the field."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from minhu.directory.queries import areas, categories
from minhu.directory.queries.units import unit_info
from minhu.directory.types import RequestType, Urgency
from minhu.handling.queries.search import SORTS, Filters
from minhu.handling.types import Light, State
from minhu.intake.types import Channel
from minhu.kernel.calendar import CHINA_TIME
from minhu.portals.orders import words
from minhu.portals.orders.pickers import AreaField, CategoryField, UnitField, area_words, unit_words
from minhu.portals.words import words_of


def _day(label: str) -> forms.DateField:
    box = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=box)


class ListForm(forms.Form):
    """All filters; names are those of the addresses behind figures."""

    def __init__(self, query: QueryDict) -> None:
        super().__init__(known(query), auto_id="filter_%s")
        anything = _("全部")
        self.fields["q"] = forms.CharField(
            label=_("编号、关键词"), required=False, max_length=60, widget=forms.TextInput(attrs={"type": "search"})
        )
        states = [("", anything), *words_of(State).items()]
        self.fields["state"] = forms.ChoiceField(label=_("状态"), choices=states, required=False)
        lights = [("", anything), *((x.value, x.label) for x in Light if x is not Light.OFF)]
        self.fields["light"] = forms.ChoiceField(label=_("时限灯"), choices=lights, required=False)
        self.fields["unit"] = UnitField(label=_("主办单位"), required=False)
        self.fields["category"] = CategoryField(label=_("分类"), required=False)
        self.fields["area"] = AreaField(label=_("地区"), required=False)
        for name, label, table in (
            ("type", _("诉求类型"), words_of(RequestType)), ("urgency", _("紧急程度"), words_of(Urgency)),
            ("channel", _("来源渠道"), words_of(Channel)),
        ):  # fmt: skip
            choices = words.choices(table, anything)
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=False)
        self.fields["from"] = _day(_("受理自"))
        self.fields["to"] = _day(_("受理至"))
        ended = [("", anything), ("0", _("未结束")), ("1", _("已结束"))]
        self.fields["done"] = forms.ChoiceField(label=_("是否结束"), choices=ended, required=False)
        self.fields["reopened"] = forms.ChoiceField(
            label=_("重办"), choices=[("", anything), ("1", _("有过重办"))], required=False
        )
        self.fields["direct"] = forms.ChoiceField(
            label=_("直接答复"), choices=[("", anything), ("1", _("热线直接答复"))], required=False
        )
        marks = [
            ("", anything), ("sensitive", _("敏感")), ("group", _("群体性")), ("minor", _("涉未成年人")), ("special", _("特殊群体")),
            ("new_type", _("新类型")),
        ]  # fmt: skip
        self.fields["mark"] = forms.ChoiceField(label=_("标记"), choices=marks, required=False)
        self.fields["sort"] = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """From must not be after to."""
        data = super().clean() or {}
        if data.get("from") and data.get("to") and data["from"] > data["to"]:
            self.add_error("to", _("结束日期不能早于开始日期。"))
        return data

    def filters(self) -> Filters:
        """What the list shall show; fields with mistakes are left out (the page says so)."""
        self.is_valid()
        data = self.cleaned_data
        sort = data.get("sort") or "-created"
        node = categories.category_info(data.get("category"))
        return Filters(
            words=data.get("q") or "",
            states=(data["state"],) if data.get("state") else (),
            done=data.get("done") == "1",
            live=data.get("done") == "0",
            light=data.get("light") or "",
            unit_id=data.get("unit"),
            category=node.code if node else "",
            area=data.get("area") or "",
            channel=data.get("channel") or "",
            request_type=data.get("type") or "",
            urgency=data.get("urgency") or "",
            reopened=data.get("reopened") == "1",
            direct=data.get("direct") == "1",
            mark=data.get("mark") or "",
            since=_start(data.get("from")),
            until=_start(data["to"] + timedelta(days=1)) if data.get("to") else None,
            sort=sort if sort.removeprefix("-") in SORTS else "-created",
        )


def _start(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), CHINA_TIME) if day else None


def known(query: QueryDict) -> QueryDict:
    """The address with ids and codes as names, so that filters from figures read like typed ones."""
    found = query.copy()
    for kind, name_of in (("unit", _unit_name), ("category", _category_name), ("area", _area_name)):
        value = found.get(kind, "").strip()
        if value and (name := name_of(value)):
            found[kind] = name
    return found


def _unit_name(text: str) -> str:
    unit = unit_info(int(text)) if text.isdecimal() and len(text) < 12 else None
    return unit_words(unit) if unit else ""


def _category_name(text: str) -> str:
    node = categories.category_by_code(text)
    if node is None and text.isdecimal() and len(text) < 12:
        node = categories.category_info(int(text))
    return node.full_name if node else ""


def _area_name(text: str) -> str:
    area = areas.area_info(text)
    return area_words(area) if area else ""
