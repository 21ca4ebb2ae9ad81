"""单位: list and tree, one unit's card, add, edit, switch off (with a warning about what it still holds)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries import areas, staff_pages, units
from minhu.directory.queries.rules import calendars
from minhu.directory.services import units as unit_services
from minhu.directory.services.unit_edits import UnitValues, save_unit
from minhu.directory.types import UnitInfo, UnitKind
from minhu.handling.queries.matters import open_orders_of
from minhu.kernel.errors import NotFound
from minhu.portals.manage import words
from minhu.portals.manage.common import act, may, page_number, saved, show
from minhu.portals.manage.overview import units_without_people
from minhu.portals.orders.guards import for_staff
from minhu.portals.orders.pickers import AreaField, UnitField, area_words

PAGE = 50


class UnitFilter(forms.Form):
    """What a list of units is narrowed to."""

    q = forms.CharField(label=gettext_lazy("名称、代码或职责"), required=False, max_length=64)
    kind = forms.ChoiceField(
        label=gettext_lazy("类型"), required=False, choices=words.choices(words.UNIT_KINDS, gettext_lazy("全部类型"))
    )
    state = forms.ChoiceField(
        label=gettext_lazy("状态"), required=False,
        choices=[("", gettext_lazy("全部")), ("active", gettext_lazy("使用中")), ("off", gettext_lazy("已停用"))],
    )  # fmt: skip
    gap = forms.ChoiceField(
        label=gettext_lazy("缺口"),
        required=False,
        choices=[("", gettext_lazy("不限")), ("people", gettext_lazy("没有人员"))],
    )


class UnitForm(forms.Form):
    """Everything about a unit; ``code`` only when it is new."""

    code = forms.CharField(
        label=gettext_lazy("单位代码"), max_length=32, help_text=gettext_lazy("派单目录用它指代单位，以后不能修改。")
    )
    name = forms.CharField(label=gettext_lazy("全称"), max_length=64)
    short_name = forms.CharField(label=gettext_lazy("简称"), max_length=32, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("类型"), choices=words.choices(words.UNIT_KINDS))
    parent = UnitField(label=gettext_lazy("上级单位"), required=False)
    area = AreaField(label=gettext_lazy("所在区划"), required=False)
    bureau = UnitField(
        label=gettext_lazy("所属市级部门"), required=False,
        help_text=gettext_lazy("分支机构填写：派单目录写“由该部门的属地分支办理”时据此找到它。"),
    )  # fmt: skip
    unit_class = forms.CharField(
        label=gettext_lazy("评比类别"),
        max_length=32,
        required=False,
        help_text=gettext_lazy("同类单位才放在一起比较。"),
    )
    grade = forms.CharField(label=gettext_lazy("级别"), max_length=16, required=False)
    hours = forms.ChoiceField(label=gettext_lazy("工作时间"), choices=())
    phone = forms.CharField(label=gettext_lazy("值班电话"), max_length=32, required=False)
    duties = forms.CharField(
        label=gettext_lazy("职责"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("派单员查找单位时会搜索这里的文字。"),
    )  # fmt: skip
    active = forms.BooleanField(label=gettext_lazy("使用中（可以接受派单）"), required=False, initial=True)

    def __init__(self, *args: Any, new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = calendars().labels
        self.fields["hours"] = forms.ChoiceField(
            label=_("工作时间"), choices=[(name, labels.get(name, name)) for name in calendars().profiles]
        )
        self.order_fields(list(UnitForm.base_fields))
        if not new:
            del self.fields["code"]

    def values(self, code: str) -> UnitValues:
        """What the service takes."""
        data = self.cleaned_data
        bureau = units.unit_info(data["bureau"])
        return UnitValues(
            code=data.get("code", code), name=data["name"].strip(), kind=data["kind"], short_name=data["short_name"],
            parent_id=data["parent"], unit_class=data["unit_class"], grade=data["grade"], area_code=data["area"],
            bureau_code=bureau.code if bureau else "", hours=data["hours"], phone=data["phone"],
            duties=data["duties"].strip(), active=data["active"],
        )  # fmt: skip


def _listed(query: dict[str, Any]) -> list[UnitInfo]:
    terms = str(query.get("q") or "").split()
    rows: Iterable[UnitInfo] = units.book().all
    if query.get("gap") == "people":
        without = {pk for pk, _name in units_without_people()}
        rows = [unit for unit in rows if unit.id in without]
    kind, state = query.get("kind"), query.get("state")
    return [
        unit
        for unit in rows
        if (not kind or unit.kind.value == kind)
        and (not state or unit.active == (state == "active"))
        and all(t in unit.name or t in unit.short_name or t in unit.code or t in unit.duties for t in terms)
    ]


def _line(unit: UnitInfo) -> dict[str, Any]:
    area = areas.area_info(unit.area_code)
    return {
        "unit": unit, "kind": words.word(words.UNIT_KINDS, unit.kind.value), "parent": units.unit_name(unit.parent_id),
        "area": area_words(area) if area else unit.area_code, "hours": calendars().labels.get(unit.hours, unit.hours),
    }  # fmt: skip


@for_staff(Action.VIEW_DIRECTORY)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All units as a list, or as a tree."""
    form = UnitFilter(request.GET or None)
    query = form.cleaned_data if form.is_valid() else {}
    found = _listed(query)
    as_tree = request.GET.get("view") == "tree"
    page = Paginator(found, PAGE).get_page(page_number(request))
    context = {
        "form": form, "page": page, "rows": [_line(unit) for unit in page.object_list], "as_tree": as_tree,
        "tree": _tree() if as_tree else [], "total": len(units.book().all),
    }  # fmt: skip
    return show(request, "units", "units", context)


def _tree() -> list[dict[str, Any]]:
    """Units under units; those whose superior is missing stand at the top."""
    below: dict[int | None, list[UnitInfo]] = {}
    for unit in units.book().all:
        below.setdefault(unit.parent_id if unit.parent_id in units.book().by_id else None, []).append(unit)

    def grown(unit: UnitInfo) -> dict[str, Any]:
        return {"unit": unit, "below": [grown(child) for child in below.get(unit.id, ())]}

    return [grown(unit) for unit in below.get(None, ())]


def _unit(unit_id: int) -> UnitInfo:
    found = units.unit_info(unit_id)
    if found is None:
        raise NotFound(_("没有找到这个单位，请返回列表查看。"), code="no_such_unit")
    return found


@for_staff(Action.VIEW_DIRECTORY)
@require_GET
def unit(request: HttpRequest, unit: int) -> HttpResponse:
    """One unit's card."""
    found = _unit(unit)
    path = [units.book().by_id[step] for step in found.ancestor_ids if step in units.book().by_id]
    bureau = units.unit_by_code(found.bureau_code) if found.bureau_code else None
    context = {
        **_line(found), "path": path, "bureau": bureau, "people": staff_pages.unit_people(unit),
        "children": [child for child in units.book().all if child.parent_id == unit],
        "open_orders": open_orders_of(unit) if may(request, Action.MANAGE_DIRECTORY) else None,
    }  # fmt: skip
    return show(request, "units", "unit", context)


def _initial(found: UnitInfo) -> dict[str, Any]:
    bureau = units.unit_by_code(found.bureau_code) if found.bureau_code else None
    return {
        "name": found.name, "short_name": found.short_name, "kind": found.kind.value, "parent": found.parent_id,
        "area": found.area_code, "bureau": bureau.id if bureau else None, "unit_class": found.unit_class,
        "grade": found.grade, "hours": found.hours, "phone": found.phone, "duties": found.duties, "active": found.active,
    }  # fmt: skip


@for_staff(Action.MANAGE_DIRECTORY)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, unit: int | None = None) -> HttpResponse:
    """Add a unit, or change one; switching it off here warns as the button does."""
    found = _unit(unit) if unit else None
    initial = _initial(found) if found else {"parent": _parent(request), "kind": UnitKind.BUREAU.value}
    form = UnitForm(request.POST if request.method == "POST" else None, initial=initial, new=found is None)
    status, open_orders = 200, open_orders_of(unit) if unit else 0
    if request.method == "POST":
        if form.is_valid() and _still_works(request, form, found, open_orders):
            form.add_error(
                "active",
                _(
                    "该单位还有 {n} 件未办结工单。停用后不再接受派单，未办结的仍由其办完；确认停用请勾选下方“仍要停用”。"
                ).format(n=open_orders),
            )
        status = saved(form, lambda: save_unit(form.values(found.code if found else ""), unit))
        if status == 200:
            messages.success(request, _("单位“{name}”已保存。").format(name=form.cleaned_data["name"]))
            return redirect(f"/manage/units/{unit}/" if unit else "/manage/units/?q=" + form.cleaned_data["code"])
    return show(request, "units", "unit_edit", {"form": form, "found": found, "open_orders": open_orders}, status)


def _parent(request: HttpRequest) -> int | None:
    text = request.GET.get("parent", "")
    return int(text) if text.isascii() and text.isdigit() and int(text) in units.book().by_id else None


def _still_works(request: HttpRequest, form: UnitForm, found: UnitInfo | None, open_orders: int) -> bool:
    stopping = found is not None and found.active and not form.cleaned_data["active"]
    return bool(stopping and open_orders and not request.POST.get("sure"))


@for_staff(Action.MANAGE_DIRECTORY)
@require_POST
def switch(request: HttpRequest, unit: int) -> HttpResponse:
    """Stop giving work to a unit, or begin again."""
    found, active = _unit(unit), request.POST.get("active") == "1"
    waiting = open_orders_of(unit)
    if not active and waiting and not request.POST.get("sure"):
        return show(request, "units", "unit_stop", {"found": found, "open_orders": waiting}, 409)
    done = _("单位已恢复使用。") if active else _("单位已停用，不再接受派单；办理中的工单仍由其办完。")
    return act(request, lambda: unit_services.set_active(unit, active), done, f"/manage/units/{unit}/")
