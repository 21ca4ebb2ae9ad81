"""Fields that choose a unit, a category or an area by typing part of its name; they work without scripts too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from minhu.directory.queries import areas, categories, units
from minhu.directory.types import AreaInfo, CategoryInfo, UnitInfo, UnitKind

MOST = 15
_CODE = re.compile(r"（([^（）]+)）\s*$")


def unit_words(unit: UnitInfo) -> str:
    """A unit as one types it: its name, with the code where two units share the name."""
    same = sum(other.name == unit.name for other in units.active_units())
    return unit.name if same < 2 else f"{unit.name}（{unit.code}）"


def category_words(category: CategoryInfo) -> str:
    """A category as one types it: its names from the root."""
    return category.full_name


def area_words(area: AreaInfo) -> str:
    """An area as one types it: its names from the county down, all of them for a city."""
    return "".join(area.path_names[2:] or area.path_names)


def find_units(text: str) -> list[str]:
    """Names of units for what was typed so far."""
    return [unit_words(unit) for unit in units.search(_CODE.sub("", text), MOST)] if text.strip() else []


def find_categories(text: str) -> list[str]:
    """Names of leaves whose path or keywords hold every word; whole names first."""
    words = text.replace("/", " ").split()
    hits = [
        (all(word in leaf.name for word in words), leaf.full_name)
        for leaf in categories.current().leaves
        if all(word in leaf.full_name or any(word in key for key in leaf.keywords) for word in words)
    ]
    hits.sort(key=lambda hit: not hit[0])
    return [name for _first, name in hits[:MOST]]


def find_areas(text: str) -> list[str]:
    """Names of areas that hold what was typed, the widest first."""
    plain = re.sub(r"\s+", "", text)
    hits = [area for area in areas.book().all if plain and plain in area.full_name]
    hits.sort(key=lambda area: (plain not in area.name, area.level, area.code))
    return [area_words(area) for area in hits[:MOST]]


FINDERS = {"unit": find_units, "category": find_categories, "area": find_areas}


class PickInput(forms.TextInput):
    """A text field with a list of choices that follows what is typed."""

    def __init__(self, kind: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", **(attrs or {})})
        self.kind = kind

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The input and its list."""
        marked = self.build_attrs(attrs or {}, picking(self.kind, f"{(attrs or {}).get('id', name)}_list"))
        shown = super().render(name, value, marked, renderer)
        return format_html('{}<datalist id="{}"></datalist>', shown, marked["list"])


def picking(kind: str, list_id: str) -> dict[str, str]:
    """Attributes that make an input ask for choices while one types."""
    return {
        "list": list_id,
        "hx-get": reverse("order_choices", args=[kind]),
        "hx-trigger": "input changed delay:150ms",
        "hx-target": f"#{list_id}",
        "hx-swap": "innerHTML",
        "hx-sync": "this:replace",
        "hx-params": "*",
    }


class PickManyInput(forms.Widget):
    """Several such fields of one name; one stays empty for one more."""

    input_type = "text"

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """What was typed, without empty ones."""
        found = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        return [text for text in found if text.strip()]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Inputs for what was typed and one more; a script adds further ones."""
        first = str((attrs or {}).get("id", name))
        label = _("再选一个地区") if self.kind == "area" else _("再选一个单位")
        lines = []
        for position, text in enumerate([*(value or []), ""]):
            own = first if position == 0 else f"{first}_{position}"
            more = {"aria-label": label} if position else {}
            line = PickInput(self.kind).render(name, text, {**(attrs or {}), "id": own, **more}, renderer)
            lines.append((line,))
        return format_html('<div class="pick-many" data-pick-many>{}</div>', format_html_join("", "{}", lines))


class UnitField(forms.CharField):
    """One unit by its name; cleans to its id. ``kinds`` limits what may be chosen."""

    def __init__(self, *, kinds: Iterable[UnitKind] = (), **kwargs: Any) -> None:
        super().__init__(widget=PickInput("unit"), max_length=120, **kwargs)
        self.kinds = frozenset(kinds)

    def clean(self, value: Any) -> Any:
        """The unit's id, or None when nothing was typed and nothing is needed."""
        text = super().clean(value)
        return unit_named(text, self.kinds).id if text else None

    def prepare_value(self, value: Any) -> Any:
        """A unit's id shows as its name."""
        found = units.unit_info(value) if isinstance(value, int) else None
        return unit_words(found) if found else value


class UnitsField(forms.Field):
    """Several units by their names; cleans to a tuple of ids without repeats."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=PickManyInput("unit"), **kwargs)

    def clean(self, value: Any) -> Any:
        """The units' ids."""
        texts = super().clean(value) or []
        return tuple(dict.fromkeys(unit_named(text).id for text in texts))

    def prepare_value(self, value: Any) -> Any:
        """Ids show as names."""
        shown = []
        for one in value or ():
            found = units.unit_info(one) if isinstance(one, int) else None
            shown.append(unit_words(found) if found else one)
        return shown


class CategoryField(forms.CharField):
    """A category by its names or code; cleans to its id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=PickInput("category"), max_length=200, **kwargs)

    def clean(self, value: Any) -> Any:
        """The category's id."""
        text = super().clean(value)
        if not text:
            return None
        found = category_named(text)
        if found is None:
            raise forms.ValidationError(_("没有这个诉求分类，请从列表中选择。"), code="unknown")
        return found.id

    def prepare_value(self, value: Any) -> Any:
        """An id shows as names."""
        found = categories.category_info(value) if isinstance(value, int) else None
        return category_words(found) if found else value


class AreaField(forms.CharField):
    """An area by its names or code; cleans to its code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=PickInput("area"), max_length=120, **kwargs)

    def clean(self, value: Any) -> Any:
        """The area's code, '' for none."""
        text = super().clean(value)
        if not text:
            return ""
        found = area_named(text)
        if found is None:
            raise forms.ValidationError(_("没有这个地区，或有多个同名地区，请从列表中选择。"), code="unknown")
        return found.code

    def prepare_value(self, value: Any) -> Any:
        """A code shows as names."""
        found = areas.area_info(str(value)) if value else None
        return area_words(found) if found else value


class AreasField(forms.Field):
    """Several areas by their names; cleans to a tuple of codes without repeats."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=PickManyInput("area"), **kwargs)

    def clean(self, value: Any) -> Any:
        """The areas' codes."""
        one = AreaField()
        return tuple(dict.fromkeys(one.clean(text) for text in super().clean(value) or []))

    def prepare_value(self, value: Any) -> Any:
        """Codes show as names."""
        one = AreaField()
        return [one.prepare_value(text) for text in value or ()]


def unit_named(text: str, kinds: frozenset[UnitKind] = frozenset()) -> UnitInfo:
    """The unit that was meant; raises ValidationError that says what else fits."""
    code = _CODE.search(text)
    found = units.unit_by_code(code.group(1)) if code else None
    found = found or units.unit_by_name(text) or units.unit_by_code(text.strip())
    if found is None:
        hits = [unit for unit in units.search(text, 6) if not kinds or unit.kind in kinds]
        if len(hits) > 1:
            names = "、".join(unit_words(unit) for unit in hits[:4])
            raise forms.ValidationError(
                _("有多个单位符合“%(text)s”：%(names)s。请选其中一个。") % {"text": text, "names": names}
            )
        found = hits[0] if hits else None
    if found is None or not found.active:
        raise forms.ValidationError(_("没有找到单位“%(text)s”，请输入单位名称中的几个字再选择。") % {"text": text})
    if kinds and found.kind not in kinds:
        raise forms.ValidationError(_("“%(text)s”不能承担这项工作，请换一个单位。") % {"text": found.name})
    return found


def category_named(text: str) -> CategoryInfo | None:
    """The category with these names or this code."""
    return categories.category_by_code(text.strip()) or categories.category_by_names(text.split("/"))


def area_named(text: str) -> AreaInfo | None:
    """The one area with this code or these names."""
    plain = re.sub(r"\s+", "", text)
    book = areas.book()
    if plain in book.by_code:
        return book.by_code[plain]
    exact = [area for area in book.all if plain in (area_words(area), area.full_name)]
    named = exact or [area for area in book.all if area.name == plain]
    return named[0] if len(named) == 1 else None


def options(names: Iterable[str]) -> SafeString:
    """Choices for a datalist."""
    return format_html_join("", '<option value="{}"></option>', ((name,) for name in names))


def first_value(query: Mapping[str, str]) -> str:
    """What was typed: the only parameter, whatever the field is called."""
    return next((value for value in query.values() if value), "")[:120]
