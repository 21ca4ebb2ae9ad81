"""The form of a talk made ready for the page: each field in words, how to change it, and what a change means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from minhu.directory.queries.areas import area_info
from minhu.directory.queries.categories import category_by_code
from minhu.directory.types import RequestType, Urgency
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid
from minhu.language.element_types import Element, ElementKind
from minhu.language.filling.entries import Entries, Entry, Mark
from minhu.language.filling.types import Band, Field, Reading
from minhu.language.times import find_times
from minhu.portals.orders import said
from minhu.portals.orders.pickers import area_named, area_words, category_named
from minhu.portals.words import words_of

LABELS: Final[Mapping[Field, str | Promise]] = {
    Field.TITLE: gettext_lazy("标题"), Field.MATTER: gettext_lazy("诉求内容"), Field.REQUEST_TYPE: gettext_lazy("诉求类型"),
    Field.CATEGORY: gettext_lazy("分类"), Field.PLACE: gettext_lazy("事发地点"), Field.AREA: gettext_lazy("地区"),
    Field.WHEN: gettext_lazy("发生时间"), Field.PARTY: gettext_lazy("被反映对象"), Field.PEOPLE: gettext_lazy("影响人数"),
    Field.NAME: gettext_lazy("姓名"), Field.PHONE: gettext_lazy("联系电话"), Field.URGENCY: gettext_lazy("紧急程度"),
    Field.SPECIAL: gettext_lazy("特殊群体"), Field.CONFIDENTIAL: gettext_lazy("要求保密"), Field.CALLBACK: gettext_lazy("办结后回访"),
}  # fmt: skip
_BANDS: Final[Mapping[Band, str | Promise]] = {
    Band.SURE: gettext_lazy("有把握"), Band.LIKELY: gettext_lazy("可能"), Band.UNSURE: gettext_lazy("请核对"),
}  # fmt: skip
_SPECIAL: Final[dict[str, str | Promise]] = {"elderly": gettext_lazy("老年人"), "disabled": gettext_lazy("残疾人")}
_WISHES: Final[dict[str, str | Promise]] = {"1": gettext_lazy("是"), "0": gettext_lazy("否")}
_CHOICES: Final[Mapping[Field, dict[str, str | Promise]]] = {
    Field.REQUEST_TYPE: words_of(RequestType), Field.URGENCY: words_of(Urgency), Field.SPECIAL: _SPECIAL,
    Field.CONFIDENTIAL: _WISHES, Field.CALLBACK: _WISHES,
}  # fmt: skip
_PICKED: Final = {Field.CATEGORY: "category", Field.AREA: "area"}
_DATE: Final = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d)?)?)?$|[~@]")
_PHONE: Final = re.compile(r"[\d+\-－ ()（）]{7,30}")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the form."""

    field: Field
    label: str
    shown: str
    typed: str
    """What a change begins with."""
    band: str
    band_word: str
    percent: int
    words: str
    number: int
    start: int
    """Where the words begin in their utterance, in characters; -1 where they are not in one."""
    end: int
    mark: str
    newer: str
    newer_number: int
    kind: str
    """text, long, select, category or area."""
    choices: tuple[tuple[str, str | Promise], ...]


def rows(entries: Entries) -> list[Row]:
    """All fields in the order of the form, also those that nobody has spoken of."""
    return [_row(field, entries.get(field)) for field in Field]


def shown(field: Field, value: str) -> str:
    """A value in words."""
    if not value:
        return ""
    if field in _CHOICES:
        return str(_CHOICES[field].get(value, value))
    if field is Field.CATEGORY:
        info = category_by_code(value)
        return info.full_name if info else value
    if field is Field.AREA:
        area = area_info(value)
        return area_words(area) if area else value
    if field is Field.WHEN and _DATE.match(value):
        return said.label_of(Element(ElementKind.WHEN, value, "", (), 1.0))
    return value


def stored(field: Field, typed: str) -> str:
    """What an agent typed as it is stored; raises Invalid that says what to do. Nothing typed empties the field."""
    text = typed.strip()
    if not text:
        return ""
    if field in _CHOICES and text not in _CHOICES[field]:
        raise _wrong(field, _("请从列表中选择。"))
    if field is Field.CATEGORY:
        if (category := category_named(text)) is None or not category.is_leaf:
            raise _wrong(field, _("没有这个诉求分类，请从列表中选择。"))
        return category.code
    if field is Field.AREA:
        if (area := area_named(text)) is None:
            raise _wrong(field, _("没有这个地区，或有多个同名地区，请从列表中选择。"))
        return area.code
    if field is Field.PHONE and not _PHONE.fullmatch(text):
        raise _wrong(field, _("请填写电话号码，至少 7 位数字。"))
    if field is Field.WHEN:
        found = find_times(text, timezone.localtime(now()))
        return found[0].value if found and len(found[0].text) >= len(text) - 2 else text
    return text


def _row(field: Field, entry: Entry | None) -> Row:
    reading = entry.reading if entry else Reading(field, "", 0.0)
    newer = entry.newer if entry else None
    value = shown(field, reading.value)
    choices: tuple[tuple[str, Any], ...] = (("", "—"), *_CHOICES[field].items()) if field in _CHOICES else ()
    kind = _PICKED.get(field) or ("select" if choices else "long" if field is Field.MATTER else "text")
    return Row(
        field, str(LABELS[field]), value, reading.value if choices else value, reading.band.value if reading.value else "",
        str(_BANDS[reading.band]), round(reading.confidence * 100), reading.words, reading.number,
        reading.start, reading.end,
        entry.mark.value if entry else "", shown(field, newer.value) if newer else "", newer.number if newer else 0, kind, choices,
    )  # fmt: skip


def is_settled(row: Row) -> bool:
    """Whether the agent gave his word for a field."""
    return row.mark in (Mark.ACCEPTED, Mark.CORRECTED)


def _wrong(field: Field, message: str) -> Invalid:
    return Invalid(message, fields={field.value: message})
