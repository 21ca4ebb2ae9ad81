"""The catalogue as a spreadsheet: out with names beside the codes, in with every wrong row named."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from minhu.directory.policy import Action
from minhu.directory.queries import areas, categories, dispatch, versions
from minhu.directory.services import catalogue as service
from minhu.engines import workbooks
from minhu.kernel.cells import runs
from minhu.kernel.errors import Invalid
from minhu.ledger import services as ledger
from minhu.portals.manage import words
from minhu.portals.manage.catalogue import draft_of
from minhu.portals.manage.catalogue_words import rule_words
from minhu.portals.manage.common import saved, show
from minhu.portals.orders.guards import for_staff
from minhu.portals.sheets import sheet_response

COLUMNS: Final = {
    "category": "分类代码", "category_name": "分类名称", "area": "区划代码", "area_name": "区划名称",
    "request_type": "诉求类型", "lead": "主办规则", "lead_words": "主办说明", "assist": "协办规则",
    "deadline_key": "特别时限", "difficulty": "难易", "basis": "依据",
}  # fmt: skip
NEEDED: Final = ("category", "lead", "basis")
MEGABYTES: Final = 5
MOST_ROWS: Final = 20_000


@for_staff(Action.VIEW_DIRECTORY)
@require_GET
def export(request: HttpRequest, version: int) -> HttpResponse:
    """A version as XLSX, in the shape that the import takes."""
    view = versions.catalogue_version(version)
    rows = []
    for line in dispatch.lines_of(view.id):
        category, area = categories.category_by_code(line.category_code), areas.area_info(line.area_code)
        rows.append((
            line.category_code, category.full_name if category else "", line.area_code, area.full_name if area else "",
            words.word(words.TYPES, line.request_type) if line.request_type else "", line.lead, rule_words(line.lead),
            "、".join(line.assist), line.deadline_key, words.word(words.DIFFICULTIES, line.difficulty), line.basis,
        ))  # fmt: skip
    ledger.append("directory.version_exported", ("catalogueversion", view.number), {"rows": len(rows)})
    return sheet_response(f"派单目录第{view.number}版", list(COLUMNS.values()), rows)


class SheetForm(forms.Form):
    """The file with the lines."""

    file = forms.FileField(
        label=gettext_lazy("XLSX 文件"), help_text=gettext_lazy("用导出的表格修改后再导入；列名不要改。")
    )

    def clean_file(self) -> Any:
        """Not too big, and named like a spreadsheet."""
        file = self.cleaned_data["file"]
        if (file.size or 0) > MEGABYTES * 1024 * 1024:
            raise forms.ValidationError(_("文件超过 {n} MB，请拆分后导入。").format(n=MEGABYTES))
        if not str(file.name).lower().endswith(".xlsx"):
            raise forms.ValidationError(_("请上传 XLSX 文件。"))
        return file


@for_staff(Action.MANAGE_RULES)
@require_http_methods(["GET", "POST"])
def load(request: HttpRequest, version: int) -> HttpResponse:
    """Replace the lines of a draft by those of a file; with one wrong row nothing is stored."""
    view = draft_of(version)
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return show(request, "catalogue", "catalogue_import", {"form": SheetForm(), "view": view})
    status = saved(form, lambda: service.replace_lines(version, rows_of(form.cleaned_data["file"].read())))
    if status == 200:
        messages.success(request, _("已导入到草稿，请核对差异后发布。"))
        return redirect("manage_catalogue_version", version)
    return show(request, "catalogue", "catalogue_import", {"form": form, "view": view}, status)


def rows_of(content: bytes) -> list[dict[str, Any]]:
    """The rows of the first sheet; raises Invalid for a file or header that is not ours."""
    try:
        if not content.startswith(workbooks.ZIP):
            raise workbooks.broken()
        book = workbooks.opened(content)
        cells = workbooks.rows_of(book, book.sheet_names[0], MOST_ROWS + 1) if book.sheet_names else []
    except Invalid as error:
        message = _("这个文件{reason}").format(reason=error.message)
        raise Invalid(message, code="bad_file", fields={"file": message}) from error
    header = [str(cell).strip() for cell in cells[0]] if cells else []
    names = {label: key for key, label in COLUMNS.items()}
    places = {names[label]: position for position, label in enumerate(header) if label in names}
    if missing := [COLUMNS[key] for key in NEEDED if key not in places]:
        message = _("缺少列：{names}。请用导出的表格作模板。").format(names="、".join(missing))
        raise Invalid(message, code="bad_file", fields={"file": message})
    rows = [{key: cell_text(row[place]) for key, place in places.items() if place < len(row)} for row in cells[1:]]
    types = {str(word): code for code, word in words.TYPES.items()}
    levels = {str(word): code for code, word in words.DIFFICULTIES.items()}
    for row in rows:
        row["request_type"] = types.get(row.get("request_type", ""), row.get("request_type", ""))
        row["difficulty"] = levels.get(row.get("difficulty", ""), row.get("difficulty", ""))
    return [dict(row) for row in rows if any(row.get(key) for key in NEEDED)]


def cell_text(value: Any) -> str:
    """A cell as text: whole numbers without '.0', and without the apostrophe that our own export puts first."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    return text[1:] if text.startswith("'") and runs(text[1:]) else text
