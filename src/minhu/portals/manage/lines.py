"""业务线: what each old hotline number leads to, what a call would meet, tables in and out. Editing is that of all rules."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from minhu.directory.policy import Action
from minhu.directory.queries.categories import category_by_code
from minhu.directory.queries.freshness import local_day
from minhu.directory.queries.lines import MOST_NUMBERS, Line, Lines, Standing, called
from minhu.directory.queries.rules import PARSERS, SHIPPED, calendars, published
from minhu.directory.queries.units import unit_by_code
from minhu.directory.queries.versions import rule_version
from minhu.directory.services import rule_sets
from minhu.directory.types import RuleKind
from minhu.kernel.clock import now
from minhu.language.dialogue.talking import greeting
from minhu.ledger import services as ledger
from minhu.portals.formats import local
from minhu.portals.manage import line_sheets
from minhu.portals.manage.catalogue_sheet import MEGABYTES
from minhu.portals.manage.common import chosen_page, number_of, saved, show
from minhu.portals.manage.rule_forms import MODES
from minhu.portals.manage.rules import listed, version_address
from minhu.portals.manage.uploaded import uploaded_rows
from minhu.portals.orders.guards import for_staff
from minhu.portals.sheets import sheet_response

KIND: Final = RuleKind.LINES
_WHEN: Final = "%Y-%m-%dT%H:%M"


class CallForm(forms.Form):
    """A number and a moment: what would a call meet?"""

    number = forms.CharField(label=gettext_lazy("拨打的号码"), max_length=24)
    at = forms.DateTimeField(
        label=gettext_lazy("什么时候"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_WHEN),
    )  # fmt: skip


class LineFileForm(forms.Form):
    """A table with old numbers or with lines."""

    file = forms.FileField(
        label=gettext_lazy("CSV 或 XLSX 文件"),
        help_text=gettext_lazy(
            "号码表的列：号码、业务线代码、队列、诉求分类代码、生效日期、失效日期、说明、业务线名称。业务线表用导出的表格作模板。"
        ),
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
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The lines in force or of the version that the address names, their numbers, and what a call would meet."""
    content, name, draft = _chosen(request)
    lines: Lines = PARSERS[KIND](content, name)
    asked = "number" in request.GET
    form = CallForm(request.GET if asked else None, initial={"at": local(now()).strftime(_WHEN)})
    met = called(form.cleaned_data["number"], form.cleaned_data["at"] or now(), lines) if form.is_valid() else None
    query, today = request.GET.get("q", "").strip()[:40], local_day()
    numbers = [
        (one, lines.line(one.line), one.holds(today), _queue(lines, one.queue or lines.line(one.line).queue))
        for several in lines.numbers.values()
        for one in several
    ]
    rows = [row for row in numbers if query in row[0].number or query in row[1].name or query in row[0].note]
    context = {
        "form": form, "met": _met(met, lines) if met else None, "q": query, "draft": draft, "version_name": name,
        "shipped": name == SHIPPED, "versions": listed(KIND), "lines": [_shown(one, lines) for one in lines.by_code.values()],
        "main": lines.main.code, "total": len(numbers), "page": chosen_page(request, rows),
    }  # fmt: skip
    return show(request, "lines", "lines", context)


def _chosen(request: HttpRequest) -> tuple[dict[str, Any], str, int | None]:
    number = number_of(request.GET.get("version"))
    if number is None:
        content, name = published(KIND)
        return content, name, None
    found = rule_version(number, KIND)
    return found.content, str(found.view.number), number if found.view.is_draft else None


def _queue(lines: Lines, code: str) -> tuple[str, str]:
    """A queue's name and, where they differ, its code beside it."""
    name = lines.queue_name(code)
    return name, code if name != code else ""


def _shown(line: Line, lines: Lines) -> dict[str, Any]:
    category, unit = category_by_code(line.category), unit_by_code(line.unit)
    books = calendars()
    return {
        "line": line, "queue": _queue(lines, line.queue), "mode": MODES[line.policy.mode.value], "outside": MODES[line.outside.value],
        "hours": books.labels.get(line.hours, line.hours) if line.hours else _("全天候"),
        "category": category.full_name if category else line.category, "unit": unit.name if unit else line.unit,
    }  # fmt: skip


def _met(met: Standing, lines: Lines) -> dict[str, Any]:
    """What a call meets, in words."""
    return {
        **_shown(met.line, lines), "open": met.open, "known": met.number is not None, "words": greeting(met.policy).words,
        "now": MODES[met.policy.mode.value], "policy": met.policy,
    }  # fmt: skip


@for_staff(Action.MANAGE_RULES)
@require_http_methods(["GET", "POST"])
def load(request: HttpRequest) -> HttpResponse:
    """Old numbers or lines out of a table, laid over what is in force, as a draft; with one wrong row nothing is stored."""
    form = LineFileForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return show(request, "lines", "lines_import", {"form": LineFileForm()})
    made: list[int] = []

    def work() -> None:
        file = form.cleaned_data["file"]
        table = uploaded_rows(file.read(), str(file.name), MOST_NUMBERS)
        draft = rule_sets.draft(KIND, form.cleaned_data["note"])
        rule_sets.save(draft.pk, line_sheets.laid_over(draft.content, table))
        made.append(draft.pk)

    status = saved(form, work)
    if status == 200:
        messages.success(request, _("已导入为草稿，请核对后发布。"))
        return redirect(version_address(KIND, made[0]))
    return show(request, "lines", "lines_import", {"form": form}, status)


@for_staff(Action.MANAGE_RULES)
@require_GET
def export(request: HttpRequest, what: str) -> HttpResponse:
    """The lines or the old numbers in force as XLSX, in the shape that the import takes."""
    if what not in ("lines", "numbers"):
        raise Http404
    content, name = published(KIND)
    lines: Lines = PARSERS[KIND](content, name)
    if what == "lines":
        title, head = "业务线", list(line_sheets.LINES.values())
        rows = [line_sheets.line_row(one) for one in lines.by_code.values()]
    else:
        title, head = "原热线号码", [*line_sheets.NUMBERS.values(), line_sheets.LINE_NAME]
        rows = line_sheets.number_rows(lines)
    ledger.append("directory.version_exported", (KIND.value, name), {"rows": len(rows)})
    return sheet_response(title, head, rows)
