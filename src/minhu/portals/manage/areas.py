"""区划: walk down the six levels, search, edit what people call an area, and the landmarks in it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries import area_pages
from minhu.directory.services import area_edits
from minhu.directory.types import AreaLevel
from minhu.portals.manage import words
from minhu.portals.manage.common import act, saved, show
from minhu.portals.orders.guards import for_staff

MOST = 200


class AreaFilter(forms.Form):
    """What a search of areas is narrowed to."""

    q = forms.CharField(label=gettext_lazy("名称、代码、别名或地标"), required=False, max_length=64)
    level = forms.TypedChoiceField(
        label=gettext_lazy("层级"), required=False, coerce=int, empty_value=None,
        choices=[("", gettext_lazy("全部层级")), *((str(level.value), word) for level, word in words.LEVELS.items())],
    )  # fmt: skip


class AliasForm(forms.Form):
    """What people call an area besides its name."""

    aliases = forms.CharField(
        label=gettext_lazy("别名"), required=False, max_length=600,
        help_text=gettext_lazy("群众常用的叫法、旧名，用顿号分开。识别地点时与正式名称同样对待。"),
    )  # fmt: skip


class LandmarkForm(forms.Form):
    """A place that people name instead of the area."""

    name = forms.CharField(label=gettext_lazy("地标名称"), max_length=64)
    kind = forms.ChoiceField(label=gettext_lazy("种类"), choices=words.choices(words.PLACES), initial="estate")
    mark_aliases = forms.CharField(
        label=gettext_lazy("地标别名"), required=False, max_length=600, help_text=gettext_lazy("用顿号分开。")
    )


class BoundaryForm(forms.Form):
    """The outline of an area on the map."""

    boundary = forms.FileField(
        label=gettext_lazy("边界文件（GeoJSON）"), required=False, widget=forms.FileInput(attrs={"accept": ".json,.geojson"}),
        help_text=gettext_lazy("一个面，WGS 84 经纬度，不超过 2 MB、20000 个点。带坐标的诉求会按它归属到最下级区划。"),
    )  # fmt: skip


@for_staff(Action.VIEW_DIRECTORY)
@require_GET
def browse(request: HttpRequest) -> HttpResponse:
    """The roots, or what a search finds."""
    form = AreaFilter(request.GET or None)
    query = form.cleaned_data if form.is_valid() else {}
    searching = bool(query.get("q") or query.get("level"))
    if searching:
        rows, total = area_pages.search(query["q"].strip(), query["level"], MOST)
    else:
        rows = _first_choice()
        total = len(rows)
    levels = [(words.LEVELS[level], count, level.value) for level, count in area_pages.counts_by_level()]
    context = {
        "form": form,
        "rows": _named(rows),
        "total": total,
        "searching": searching,
        "levels": levels,
        "most": MOST,
    }
    return show(request, "areas", "areas", context)


def _first_choice() -> list[area_pages.AreaRow]:
    """The areas one would begin with: roots, and below a lone root its children too."""
    rows = area_pages.children("")
    while len(rows) == 1 and rows[0].children and rows[0].level < AreaLevel.COUNTY:
        rows = area_pages.children(rows[0].code)
    return rows


def _named(rows: list[area_pages.AreaRow]) -> list[tuple[str, area_pages.AreaRow]]:
    return [(str(words.LEVELS[AreaLevel(row.level)]), row) for row in rows]


@for_staff(Action.VIEW_DIRECTORY)
@require_http_methods(["GET", "POST"])
def area(request: HttpRequest, code: str) -> HttpResponse:
    """One area; a POST stores its aliases."""
    card = area_pages.card(code)
    form = AliasForm(
        request.POST if request.method == "POST" else None, initial={"aliases": "、".join(card.row.aliases)}
    )
    status = 200
    if request.method == "POST":
        status = saved(form, lambda: area_edits.set_aliases(code, form.cleaned_data["aliases"]))
        if status == 200:
            messages.success(request, _("别名已保存，识别地点时立即生效。"))
            return redirect("manage_area", code)
    return _area_page(request, card, form, LandmarkForm(), status)


def _area_page(
    request: HttpRequest, card: area_pages.AreaCard, form: AliasForm, mark_form: LandmarkForm, status: int = 200,
    mark_id: int | None = None, boundary_form: BoundaryForm | None = None,
) -> HttpResponse:  # fmt: skip
    marks = [(words.word(words.PLACES, mark.kind), mark) for mark in card.landmarks]
    level = AreaLevel(card.row.level)
    context = {
        "card": card, "row": card.row, "form": form, "mark_form": mark_form, "mark_id": mark_id, "marks": marks,
        "boundary_form": boundary_form or BoundaryForm(),
        "level_word": words.LEVELS[level], "children": _named(area_pages.children(card.row.code)),
    }  # fmt: skip
    return show(request, "areas", "area", context, status)


@for_staff(Action.MANAGE_DIRECTORY)
@require_POST
def boundary(request: HttpRequest, code: str) -> HttpResponse:
    """Store the boundary that was uploaded, or take it away when none was."""
    card = area_pages.card(code)
    file = request.FILES.get("boundary")
    form = BoundaryForm(request.POST, request.FILES)
    content = file.read(area_edits.MOST_BYTES + 1) if file is not None else None
    if content is None and "drop" not in request.POST:
        form.add_error("boundary", _("请选择一个 GeoJSON 文件。"))
        status = 422
    else:
        status = saved(form, lambda: area_edits.set_boundary(code, content))
    if status == 200:
        messages.success(request, _("边界已保存，带坐标的诉求立即按它归属。") if content else _("边界已删除。"))
        return redirect("manage_area", code)
    aliases = AliasForm(initial={"aliases": "、".join(card.row.aliases)})
    return _area_page(request, card, aliases, LandmarkForm(), status, boundary_form=form)


@for_staff(Action.MANAGE_DIRECTORY)
@require_http_methods(["GET", "POST"])
def landmark(request: HttpRequest, code: str, mark: int | None = None) -> HttpResponse:
    """Add a landmark, or change one."""
    card = area_pages.card(code)
    there = next((one for one in card.landmarks if one.id == mark), None)
    initial = {"name": there.name, "kind": there.kind, "mark_aliases": "、".join(there.aliases)} if there else {}
    form = LandmarkForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if request.method == "POST":
        status = saved(form, lambda: _put(code, form, mark))
        if status == 200:
            messages.success(request, _("地标已保存。"))
            return redirect("manage_area", code)
    return _area_page(request, card, AliasForm(initial={"aliases": "、".join(card.row.aliases)}), form, status, mark)


def _put(code: str, form: LandmarkForm, mark: int | None) -> None:
    data = form.cleaned_data
    area_edits.put_landmark(code, data["name"], data["kind"], data["mark_aliases"], landmark_id=mark)


@for_staff(Action.MANAGE_DIRECTORY)
@require_POST
def drop_landmark(request: HttpRequest, code: str, mark: int) -> HttpResponse:
    """Take a landmark away."""
    return act(request, lambda: area_edits.drop_landmark(code, mark), _("地标已删除。"), f"/manage/areas/{code}/")
