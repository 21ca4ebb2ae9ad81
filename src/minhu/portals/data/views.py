"""The pages under /import/. A file that cannot be used is refused before anything is kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.intake.queries import imports
from minhu.intake.services import importing
from minhu.kernel.errors import MinhuError
from minhu.portals.data.words import choices, how_found, unknown_words
from minhu.portals.orders.guards import for_staff

SHOWN_REJECTS = 20


@never_cache
@for_staff(Action.IMPORT)
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Upload a file; below it everything that was imported before."""
    problem = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            problem = _("请先选择要导入的文件。")
        else:
            try:
                batch_id = importing.upload(file.read(), file.name or _("未命名文件"), request.POST.get("sheet", ""))
                return redirect("import_one", batch_id=batch_id)
            except importing.BadTable as error:
                problem = error.message
    context = {"history": imports.history(), "problem": problem}
    return render(request, "data/home.html", context, status=422 if problem else 200)


@never_cache
@for_staff(Action.IMPORT)
@require_GET
def one(request: HttpRequest, batch_id: int) -> HttpResponse:
    """One import: columns to confirm, a bar, or the result."""
    view = imports.import_view(batch_id)
    if view.waiting:
        return _confirm(request, view)
    context: dict[str, Any] = {
        "batch": view,
        "rejects": imports.rejects(batch_id, SHOWN_REJECTS),
        "unknown": unknown_words(view.unknown),
        **_bar(view),
    }
    return render(request, "data/one.html", context)


@for_staff(Action.IMPORT)
@require_POST
def start(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The columns are confirmed: queue the run. A mapping that cannot work comes back with the reason."""
    columns = request.POST.getlist("column")
    chosen = dict(zip(columns, request.POST.getlist("field"), strict=False))
    understand = request.POST.get("understand") == "1"
    try:
        importing.start(batch_id, chosen, source_name=request.POST.get("source", ""), understand=understand)
    except importing.BadTable as error:
        return _confirm(request, imports.import_view(batch_id), chosen, error.message)
    messages.success(request, _("已开始导入，可以离开本页，稍后回来查看结果。"))
    return redirect("import_one", batch_id=batch_id)


@never_cache
@for_staff(Action.IMPORT)
@require_GET
def progress(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The bar alone; at the end the whole page comes anew."""
    view = imports.import_view(batch_id)
    response = render(request, "data/_bar.html", {"batch": view, **_bar(view)})
    if not view.running or view.silent:
        response["HX-Refresh"] = "true"
    return response


@for_staff(Action.IMPORT)
@require_POST
def stop(request: HttpRequest, batch_id: int) -> HttpResponse:
    """End the run after its present batch."""
    importing.ask_stop(batch_id)
    messages.info(request, _("正在停止：当前这一批登记完后结束。"))
    return redirect("import_one", batch_id=batch_id)


@for_staff(Action.IMPORT)
@require_POST
def resume(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Go on; what is in already is passed over."""
    try:
        importing.resume(batch_id)
        messages.success(request, _("已继续导入，登记过的行会自动跳过。"))
    except MinhuError as error:
        messages.error(request, error.message)
    return redirect("import_one", batch_id=batch_id)


@for_staff(Action.IMPORT)
@require_GET
def rejects(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Rows that were not taken, with reasons, as CSV."""
    view = imports.import_view(batch_id)
    response = HttpResponse(importing.rejects_csv(imports.rejects(batch_id)), content_type="text/csv; charset=utf-8")
    name = _("未导入的行-{file}.csv").format(file=view.file_name)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def _confirm(
    request: HttpRequest, view: imports.ImportView, chosen: dict[str, str] | None = None, problem: str = ""
) -> HttpResponse:
    preview = importing.preview_of(view.id)
    rows = [
        {
            "column": guess.column,
            "field": chosen.get(guess.column, "") if chosen is not None else (guess.field.value if guess.field else ""),
            "how": how_found(guess.by),
            "samples": [sample[at] for sample in preview.samples],
        }
        for at, guess in enumerate(preview.columns)
    ]
    context = {"batch": view, "preview": preview, "rows": rows, "fields": choices(), "problem": problem}
    return render(request, "data/confirm.html", context, status=422 if problem else 200)


def _bar(view: imports.ImportView) -> dict[str, Any]:
    """Label and numbers of the bar: storing first, understanding after it."""
    reading = view.state == "understanding"
    done, total = (view.understood, max(view.stored, view.understood)) if reading else (view.done, view.rows)
    label = _("正在理解诉求内容") if reading else _("正在登记") if view.done else _("排队中，马上开始")
    note = _("已登记 {stored} 行，未变 {unchanged} 行，未导入 {rejected} 行").format(
        stored=view.stored, unchanged=view.unchanged, rejected=view.rejected
    )
    return {"label": label, "done": done, "total": total, "note": note}
