"""派单目录: the table of a version, drafts line by line, what a draft would change on past orders, publishing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries import dispatch, versions
from minhu.directory.queries.freshness import local_day
from minhu.directory.services import catalogue as service
from minhu.directory.types import CatalogueLine, PastMatter
from minhu.handling.queries.matters import MatterCount, counted_matters
from minhu.kernel.calendar.types import midnight
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, MinhuError, NotFound
from minhu.portals.manage import words
from minhu.portals.manage.catalogue_forms import LineFilter, LineForm, initial_of
from minhu.portals.manage.catalogue_words import line_words, narrowed, sentence
from minhu.portals.manage.common import act, may, page_number, saved, show
from minhu.portals.manage.differences import Difference, of_rows
from minhu.portals.orders.guards import for_staff

PAGE = 60
MOST_SHOWN = 200


def current() -> versions.VersionView | None:
    """The version in force."""
    return next((view for view in versions.catalogue_versions() if view.in_force), None)


def changes_of(version_id: int) -> list[Difference]:
    """How a version differs from the one in force."""
    there = current()
    before = service.rows_of_version(there.id) if there else []
    labels = {
        "lead": _("主办"), "assist": _("协办"), "deadline_key": _("时限"), "difficulty": _("难易"), "basis": _("依据"),
    }  # fmt: skip
    return of_rows(before, service.rows_of_version(version_id), ("category", "area", "request_type"), labels)


def page(request: HttpRequest, view: versions.VersionView | None, error: MinhuError | None = None) -> HttpResponse:
    """The table of a version with its filter; ``error`` says why it could not be published."""
    lines = dispatch.lines_of(view.id) if view else ()
    form = LineFilter(request.GET or None)
    found = list(narrowed(lines, None, "", None))
    if form.is_bound and form.is_valid():
        query = form.cleaned_data
        found = narrowed(lines, query["category"], query["area"], query["unit"], query["q"].strip())
    shown = Paginator(found, PAGE).get_page(page_number(request))
    draft = bool(view and view.is_draft)
    changes = changes_of(view.id) if view and draft else []
    listed = [
        {"view": v, "word": words.word(words.STATES, v.state), "url": f"/manage/catalogue/{v.id}/"}
        for v in versions.catalogue_versions()
    ]
    context = {
        "view": view, "form": form, "page": shown, "rows": [line_words(line) for line in shown.object_list],
        "total": len(lines), "found": len(found), "versions": listed, "changes": changes[:MOST_SHOWN],
        "change_count": len(changes), "error": error, "state_word": words.word(words.STATES, view.state) if view else "",
        "editing": draft and may(request, Action.MANAGE_RULES),
    }  # fmt: skip
    return show(request, "catalogue", "catalogue", context, error.status if error else 200)


@for_staff(Action.VIEW_DIRECTORY)
@require_GET
def listing(request: HttpRequest, version: int | None = None) -> HttpResponse:
    """The catalogue in force, or another version."""
    return page(request, versions.catalogue_version(version) if version else current())


@for_staff(Action.MANAGE_RULES)
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Begin a draft as a copy of the catalogue in force."""
    made = service.draft(request.POST.get("note", ""))
    messages.success(request, _("已从现行目录起草第 {n} 版。").format(n=made.number))
    return redirect("manage_catalogue_version", made.pk)


def draft_of(version_id: int) -> versions.VersionView:
    """A draft; raises Conflict when somebody has published it meanwhile."""
    view = versions.catalogue_version(version_id)
    if not view.is_draft:
        raise Conflict(_("这个版本已经发布，不能再修改。请新建一个草稿。"), code="version_published")
    return view


@for_staff(Action.MANAGE_RULES)
@require_http_methods(["GET", "POST"])
def line(request: HttpRequest, version: int, item: int | None = None) -> HttpResponse:
    """Add a line to a draft, or change one."""
    view = draft_of(version)
    lines = dispatch.lines_of(version)
    there = next((one for one in lines if one.id == item), None)
    if item and there is None:
        raise NotFound(_("草稿里没有这一条，可能刚被修改过。请返回列表再打开。"), code="no_such_line")
    form = LineForm(request.POST if request.method == "POST" else None, initial=initial_of(there) if there else {})
    status = 200
    if request.method == "POST":
        status = saved(form, lambda: _store(version, form.row(), lines, there))
        if status == 200:
            messages.success(request, _("条目已存入草稿。"))
            return redirect("manage_catalogue_version", version)
    context = {"form": form, "view": view, "there": there, "sentence": sentence(there) if there else ""}
    return show(request, "catalogue", "catalogue_line", context, status)


def _store(version: int, row: dict[str, Any], lines: tuple[CatalogueLine, ...], there: CatalogueLine | None) -> None:
    condition = (row["category"], row["area"], row["request_type"])
    same = next((one for one in lines if (one.category_code, one.area_code, one.request_type) == condition), None)
    if same is not None and (there is None or same.id != there.id):
        message = _("同样的分类、区划和诉求类型已有一条（{text}），请修改那一条。").format(text=sentence(same))
        raise Conflict(message, code="duplicate", fields={"category": message})
    if there is not None and same is None:
        service.drop_line(version, there.id)
    service.put_line(version, row)


@for_staff(Action.MANAGE_RULES)
@require_POST
def drop(request: HttpRequest, version: int, item: int) -> HttpResponse:
    """Take a line out of a draft."""
    return act(
        request, lambda: service.drop_line(version, item), _("条目已从草稿中删除。"), f"/manage/catalogue/{version}/"
    )


def _span(name: str) -> tuple[datetime, datetime, str]:
    """The period past orders are taken from: last month, or the last 30 days."""
    first = local_day().replace(day=1)
    if name == "days30":
        return now() - timedelta(days=30), now(), _("最近 30 天")
    before = (first - timedelta(days=1)).replace(day=1)
    return midnight(before), midnight(first), _("{year} 年 {month} 月").format(year=before.year, month=before.month)


def _matters(counted: list[MatterCount]) -> Iterator[PastMatter]:
    for one in counted:
        for _again in range(one.count):
            yield one.matter


@for_staff(Action.MANAGE_RULES)
@require_GET
def preview(request: HttpRequest, version: int) -> HttpResponse:
    """Which past orders would have gone to another unit: counts and names only, no order is opened."""
    view = versions.catalogue_version(version)
    start, end, label = _span(request.GET.get("span", ""))
    found = service.preview(version, _matters(counted_matters(start, end)))
    context = {
        "view": view, "found": found, "label": label, "span": request.GET.get("span", ""),
        "moved": sum(change.count for change in found.changes), "changes": found.changes[:MOST_SHOWN],
    }  # fmt: skip
    return show(request, "catalogue", "catalogue_preview", context)


@for_staff(Action.MANAGE_RULES)
@require_POST
def publish(request: HttpRequest, version: int) -> HttpResponse:
    """Put a draft in force."""
    try:
        made = service.publish(version)
    except MinhuError as error:
        return page(request, versions.catalogue_version(version), error)
    messages.success(request, _("派单目录第 {n} 版已发布，新的推荐按它作出。").format(n=made.number))
    return redirect("manage_catalogue")


@for_staff(Action.MANAGE_RULES)
@require_POST
def discard(request: HttpRequest, version: int) -> HttpResponse:
    """Throw a draft away."""
    return act(request, lambda: service.discard(version), _("草稿已删除。"), "/manage/catalogue/")
