"""分类对照: another house's taxonomy comes in as a file, its categories are mapped to ours by keyboard, versions go in force."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries import crosswalks as reading
from minhu.directory.queries.categories import category_info
from minhu.directory.services import crosswalks
from minhu.directory.types import VersionState
from minhu.kernel.errors import Invalid
from minhu.ledger import services as ledger
from minhu.portals.manage import words
from minhu.portals.manage.catalogue_sheet import MEGABYTES
from minhu.portals.manage.common import act, chosen_page, may, saved, show
from minhu.portals.manage.uploaded import bad_file, uploaded_rows
from minhu.portals.orders.guards import for_staff
from minhu.portals.orders.pickers import CategoryField
from minhu.portals.sheets import sheet_response

COLUMNS: Final = {"path": "分类路径", "code": "分类代码", "keywords": "关键词", "description": "说明"}
LEVELS: Final = {
    "一级分类": "level1",
    "二级分类": "level2",
    "三级分类": "level3",
    "四级分类": "level4",
    "五级分类": "level5",
}
SURE: Final = 0.9


class CrosswalkFileForm(forms.Form):
    """Whose taxonomy, and the file with it."""

    kind = forms.CharField(
        label=gettext_lazy("谁的分类"), max_length=64,
        help_text=gettext_lazy("分热线、省平台或行业的名称；与对接方同名的，对方转来时优先按它对照。"),
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("CSV 或 XLSX 文件"),
        help_text=gettext_lazy("列：分类路径（或一级分类、二级分类……）、分类代码、关键词、说明。"),
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


class TargetForm(forms.Form):
    """Another leaf than the proposed ones."""

    target = CategoryField(label=gettext_lazy("改为"))


@for_staff(Action.VIEW_DIRECTORY)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All crosswalks with their versions, and names that came in unmapped."""
    rows = [(one, words.word(words.STATES, one.state)) for one in reading.versions()]
    gaps = reading.gaps() if may(request, Action.MANAGE_RULES) else []
    return show(request, "crosswalks", "crosswalks", {"rows": rows, "gaps": gaps})


@for_staff(Action.MANAGE_RULES)
@require_http_methods(["GET", "POST"])
def load(request: HttpRequest) -> HttpResponse:
    """A draft out of a file; with one wrong row nothing is stored."""
    start = {"kind": request.GET.get("kind", "")[:64]}
    form = CrosswalkFileForm(request.POST or None, request.FILES or None, initial=start)
    if request.method != "POST":
        return show(request, "crosswalks", "crosswalk_import", {"form": form})
    made: list[int] = []

    def work() -> None:
        data = form.cleaned_data
        rows = rows_of(data["file"].read(), str(data["file"].name))
        made.append(crosswalks.draft_from(data["kind"], rows, data["note"]))

    status = saved(form, work)
    if status == 200:
        messages.success(request, _("已导入为草稿并给出建议，请逐行确认后发布。"))
        return redirect("manage_crosswalk", made[0])
    return show(request, "crosswalks", "crosswalk_import", {"form": form}, status)


def rows_of(content: bytes, name: str) -> list[dict[str, Any]]:
    """Rows of an uploaded CSV or XLSX by our column names (Chinese or as in exports); raises Invalid."""
    table = uploaded_rows(content, name, crosswalks.MOST_ROWS + 1)
    labels = {label: key for key, label in COLUMNS.items()} | LEVELS
    rows = [{labels.get(str(key).strip(), str(key).strip()): value for key, value in row.items()} for row in table]
    if not {"path", "level1"} & set(rows[0]):
        message = _("缺少列：要么有“分类路径”，要么有“一级分类”“二级分类”……")
        raise bad_file(message)
    return [row for row in rows if any(str(value or "").strip() for value in row.values())]


@for_staff(Action.VIEW_DIRECTORY)
@require_GET
def version(request: HttpRequest, version: int) -> HttpResponse:
    """One version: what waits for a decision first; the digits belong to the first row."""
    view = reading.version(version)
    editing = view.state is VersionState.DRAFT and may(request, Action.MANAGE_RULES)
    waiting = editing and request.GET.get("all") != "1"
    context = {
        "view": view, "state_word": words.word(words.STATES, view.state), "editing": editing, "waiting": waiting,
        "page": chosen_page(request, reading.lines_of(version, waiting=waiting)), "sure": SURE, "left": view.lines - view.decided,
    }  # fmt: skip
    return show(request, "crosswalks", "crosswalk", context)


def _back(request: HttpRequest, version: int) -> str:
    address = reverse("manage_crosswalk", args=[version])
    return f"{address}?all=1" if request.POST.get("all") == "1" else address


@for_staff(Action.MANAGE_RULES)
@require_POST
def decide(request: HttpRequest, version: int, line: int) -> HttpResponse:
    """One press: a proposed target, another one, nothing fits, or back to waiting."""
    what = request.POST.get("what", "")
    if what == "undo":
        return act(request, lambda: crosswalks.undo(version, line), _("已恢复为待确认。"), _back(request, version))
    code = request.POST.get("code", "")
    if what == "other":
        form = TargetForm(request.POST)
        if not form.is_valid():
            messages.error(request, "；".join(str(error) for errors in form.errors.values() for error in errors))
            return redirect(_back(request, version))
        node = category_info(form.cleaned_data["target"])
        code = node.code if node else ""
    code = "" if what == "none" else code
    if not code and what != "none":
        messages.error(request, _("请选择对应的分类；没有对应的请按“没有对应”。"))
        return redirect(_back(request, version))
    return act(request, lambda: crosswalks.decide(version, line, code), _("已确认。"), _back(request, version))


@for_staff(Action.MANAGE_RULES)
@require_POST
def accept(request: HttpRequest, version: int) -> HttpResponse:
    """All whose best proposal is sure enough."""
    try:
        least = float(request.POST.get("least", ""))
        count = crosswalks.accept_sure(version, least)
    except ValueError:
        messages.error(request, _("把握应当在 0 与 1 之间。"))
    except Invalid as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已采纳 {n} 行。").format(n=count))
    return redirect("manage_crosswalk", version)


@for_staff(Action.MANAGE_RULES)
@require_POST
def publish(request: HttpRequest, version: int) -> HttpResponse:
    """Put a draft in force."""
    done = _("对照表已发布，各入口按它对照；没有确认的会列出来待处理。")
    return act(request, lambda: crosswalks.publish(version), done, reverse("manage_crosswalk", args=[version]))


@for_staff(Action.MANAGE_RULES)
@require_POST
def discard(request: HttpRequest, version: int) -> HttpResponse:
    """Throw a draft away."""
    return act(request, lambda: crosswalks.discard(version), _("草稿已删除。"), reverse("manage_crosswalks"))


@for_staff(Action.VIEW_DIRECTORY)
@require_GET
def export(request: HttpRequest, version: int) -> HttpResponse:
    """A version as XLSX; its first columns are those of the import."""
    view = reading.version(version)
    rows = [
        (one.source_path, one.source_code, one.target_code, one.target_name, _("已确认") if one.decided else _("待确认"),
         f"{one.proposed[0][2]:.3f}" if one.proposed else "", one.proposed[0][3] if one.proposed else "", one.decided_by)
        for one in reading.lines_of(view.id)
    ]  # fmt: skip
    ledger.append("directory.version_exported", ("crosswalk", f"{view.kind} {view.number}"), {"rows": len(rows)})
    head = [COLUMNS["path"], COLUMNS["code"], "本市分类代码", "本市分类", "状态", "建议把握", "建议依据", "确认人"]
    return sheet_response(f"分类对照-{view.kind}-第{view.number}版", head, rows)
