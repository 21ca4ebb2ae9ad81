"""权责清单: versions out of a file, what contradicts and what lacks, publishing."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries import areas, categories, duties, versions
from minhu.directory.services import duties as service
from minhu.ledger import services as ledger
from minhu.portals.manage import words
from minhu.portals.manage.catalogue_sheet import MEGABYTES
from minhu.portals.manage.catalogue_words import rule_words
from minhu.portals.manage.common import act, may, page_number, saved, show
from minhu.portals.manage.uploaded import bad_file, uploaded_rows
from minhu.portals.orders.guards import for_staff
from minhu.portals.orders.pickers import area_words
from minhu.portals.sheets import sheet_response

COLUMNS: Final = {
    "unit": "单位规则", "unit_words": "单位说明", "category": "分类代码", "category_name": "分类名称", "area": "区划代码",
    "duty": "职责", "basis": "依据", "words": "关键词",
}  # fmt: skip
NEEDED: Final = ("unit", "category", "duty", "basis")
PAGE, MOST_SHOWN = 60, 50


def _category(code: str) -> str:
    found = categories.category_by_code(code)
    return found.full_name if found else code


def _row(line: duties.DutyLine) -> dict[str, Any]:
    area = areas.area_info(line.area_code)
    return {
        "line": line, "unit": rule_words(line.owner), "category": _category(line.category_code),
        "area": area_words(area) if area else line.area_code,
    }  # fmt: skip


def _clash(one: duties.Contradiction) -> dict[str, str]:
    return {
        "category": _category(one.category_code),
        "first": rule_words(one.first),
        "other": rule_words(one.other),
        "why": one.why,
    }


def current() -> versions.VersionView | None:
    """The version in force."""
    return next((view for view in versions.duty_versions() if view.in_force), None)


@for_staff(Action.VIEW_DIRECTORY)
@require_GET
def listing(request: HttpRequest, version: int | None = None) -> HttpResponse:
    """The duty list in force, or another version, with its contradictions and gaps."""
    view = versions.duty_version(version) if version else current()
    book = duties.duties_of(view.id, view.number) if view else duties.DutyBook(0, ())
    found = duties.findings(book)
    query = request.GET.get("q", "").strip()[:100]
    rows = [
        row
        for line in book.lines
        if query in str((row := _row(line))["unit"]) + row["category"] + line.duty + line.basis
    ]
    context = {
        "view": view, "page": Paginator(rows, PAGE).get_page(page_number(request)), "total": len(book.lines), "q": query,
        "among": [_clash(one) for one in found.among[:MOST_SHOWN]], "among_count": len(found.among),
        "against": [_clash(one) for one in found.against_catalogue[:MOST_SHOWN]], "against_count": len(found.against_catalogue),
        "gaps": found.gaps[:MOST_SHOWN], "gap_count": len(found.gaps),
        "state_word": words.word(words.STATES, view.state) if view else "",
        "versions": [
            {"view": one, "word": words.word(words.STATES, one.state), "url": f"/manage/duties/{one.id}/"}
            for one in versions.duty_versions()
        ],
        "editing": bool(view and view.is_draft) and may(request, Action.MANAGE_RULES),
    }  # fmt: skip
    return show(request, "duties", "duties", context)


class DutyFileForm(forms.Form):
    """The file with the duties."""

    file = forms.FileField(
        label=gettext_lazy("CSV 或 XLSX 文件"),
        help_text=gettext_lazy("列：单位规则、分类代码、区划代码、职责、依据、关键词。"),
    )
    note = forms.CharField(label=gettext_lazy("说明"), max_length=255, required=False)

    def clean_file(self) -> Any:
        """Not too big, and a table by its name."""
        file = self.cleaned_data["file"]
        if (file.size or 0) > MEGABYTES * 1024 * 1024:
            raise forms.ValidationError(_("文件超过 {n} MB，请拆分后导入。").format(n=MEGABYTES))
        if PurePath(str(file.name)).suffix.lower() not in (".xlsx", ".csv"):
            raise forms.ValidationError(_("请上传 CSV 或 XLSX 文件。"))
        return file


@for_staff(Action.MANAGE_RULES)
@require_http_methods(["GET", "POST"])
def load(request: HttpRequest) -> HttpResponse:
    """A draft out of a file; with one wrong row nothing is stored."""
    form = DutyFileForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return show(request, "duties", "duties_import", {"form": DutyFileForm()})
    made: list[Any] = []

    def work() -> None:
        file = form.cleaned_data["file"]
        made.append(service.draft_from(rows_of(file.read(), str(file.name)), form.cleaned_data["note"]))

    status = saved(form, work)
    if status == 200:
        messages.success(request, _("已导入为草稿，请核对矛盾和空白后发布。"))
        return redirect("manage_duties_version", made[0].pk)
    return show(request, "duties", "duties_import", {"form": form}, status)


def rows_of(content: bytes, name: str) -> list[dict[str, Any]]:
    """Rows of an uploaded CSV or XLSX by our column names (Chinese or as in exports); raises Invalid."""
    table = uploaded_rows(content, name, service.MOST_ROWS)
    labels = {label: key for key, label in COLUMNS.items()}
    rows = [{labels.get(str(key).strip(), str(key).strip()): value for key, value in row.items()} for row in table]
    missing = [COLUMNS[key] for key in NEEDED if key not in rows[0]]
    if missing:
        message = _("缺少列：{names}。请用导出的表格作模板。").format(names="、".join(missing))
        raise bad_file(message)
    return [row for row in rows if any(row.get(key) for key in NEEDED)]


@for_staff(Action.VIEW_DIRECTORY)
@require_GET
def export(request: HttpRequest, version: int) -> HttpResponse:
    """A version as XLSX, in the shape that the import takes."""
    view = versions.duty_version(version)
    rows = [
        (line.owner, rule_words(line.owner), line.category_code, _category(line.category_code), line.area_code, line.duty,
         line.basis, "、".join(line.words))
        for line in duties.lines_of(view.id)
    ]  # fmt: skip
    ledger.append("directory.version_exported", ("dutyversion", view.number), {"rows": len(rows)})
    return sheet_response(f"权责清单第{view.number}版", list(COLUMNS.values()), rows)


@for_staff(Action.MANAGE_RULES)
@require_POST
def publish(request: HttpRequest, version: int) -> HttpResponse:
    """Put a draft in force."""
    done = _("权责清单已发布，新的派单建议按它作出。")
    return act(request, lambda: service.publish(version), done, f"/manage/duties/{version}/")


@for_staff(Action.MANAGE_RULES)
@require_POST
def discard(request: HttpRequest, version: int) -> HttpResponse:
    """Throw a draft away."""
    return act(request, lambda: service.discard(version), _("草稿已删除。"), "/manage/duties/")
