"""The list of orders, its file and its printed form. The address is the state; nothing here counts everything."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action, may_ever
from minhu.directory.queries.rules import access_rules
from minhu.handling.queries.search import COUNTED, count_upto, every_row, number_of, search
from minhu.kernel.actors import Actor
from minhu.kernel.clock import now
from minhu.kernel.errors import MinhuError
from minhu.ledger import services as ledger
from minhu.portals import bulk
from minhu.portals.formats import cn_datetime
from minhu.portals.kept import kept_filters, kept_reason
from minhu.portals.orders import sheet
from minhu.portals.orders.forms_list import ListForm
from minhu.portals.orders.guards import actor_of, for_staff

PRINTED = 500
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@for_staff()
@require_GET
def order_list(request: HttpRequest) -> HttpResponse:
    """Filtered, sorted, page by page; a whole number typed into the search opens its order."""
    words = request.GET.get("q", "")
    if set(request.GET) <= {"q"} and (number := number_of(words, actor_of(request))):
        return redirect("order", number=number)
    form = ListForm(request.GET)
    filters = form.filters()
    found = search(filters, request.GET.get("after", ""))
    context = {
        "form": form,
        "found": found,
        "shown_total": _("超过 %(n)d 条") % {"n": COUNTED} if found.more else _("共 %(n)d 条") % {"n": found.total},
        "next_url": _address(request.GET, after=found.following) if found.following else "",
        "first_url": _address(request.GET, after="") if request.GET.get("after") else "",
        "query": _address(request.GET, after="")[1:],
        "may_export": may_ever(actor_of(request), Action.EXPORT),
        "limit": access_rules().most_rows(actor_of(request).roles),
        "per_day": access_rules().per_day,
        "any_filter": any(v for k, v in request.GET.items() if k not in ("sort", "after")),
        "printed": PRINTED,
    }
    return render(request, "orders/list.html", context, status=422 if form.errors else 200)


def _address(query: QueryDict, **changes: str) -> str:
    kept = {key: value for key, value in query.items() if value and key not in changes}
    return "?" + urlencode({**kept, **{key: value for key, value in changes.items() if value}})


def _chosen(form: ListForm) -> str:
    """The filters in words, for the note in the file and on paper."""
    parts = []
    for bound in form:
        value = bound.value()
        if value and not bound.is_hidden:
            names = dict(getattr(bound.field, "choices", ()))
            parts.append(f"{bound.label}：{names.get(value, value)}")
    return "；".join(parts) or _("全部工单")


@for_staff(Action.EXPORT)
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The list as a spreadsheet, for a reason that is kept with the filters and the number of rows."""
    reason, actor, form = request.POST.get("reason", "").strip(), actor_of(request), ListForm(request.GET)
    filters = form.filters()
    try:
        most = bulk.begin(actor, reason)
        bulk.refuse_over(count_upto(filters, most + 1), most)
    except MinhuError as error:
        return _refused(request, error)
    content, count = sheet.workbook(every_row(filters, most), _note(form, actor, reason))
    entry = {"rows": count, "filters": kept_filters(form), "reason": kept_reason(reason)}
    ledger.append("orders.exported", ("staff", actor.id), entry)
    name = f"orders-{now():%Y%m%d-%H%M}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=XLSX, headers=headers)


def _refused(request: HttpRequest, error: MinhuError) -> HttpResponse:
    messages.error(request, error.message)
    return redirect(f"/orders/?{request.GET.urlencode()}")


def _note(form: ListForm, actor: Actor, reason: str) -> list[str]:
    return [
        _("导出条件：%(what)s") % {"what": _chosen(form)},
        _("导出人：%(who)s，时间：%(when)s") % {"who": actor.name, "when": cn_datetime(now())},
        _("用途：%(reason)s") % {"reason": reason[:200]},
        _("个人信息已脱敏。请按规定保管，不得外传。"),
    ]


@for_staff(Action.EXPORT)
@require_POST
def print_list(request: HttpRequest) -> HttpResponse:
    """The first rows of the list on A4, for a reason; it counts as an export."""
    reason, actor, form = request.POST.get("reason", "").strip(), actor_of(request), ListForm(request.GET)
    try:
        most = min(bulk.begin(actor, reason), PRINTED)
    except MinhuError as error:
        return _refused(request, error)
    rows = list(every_row(form.filters(), most + 1))
    entry = {"rows": min(len(rows), most), "filters": kept_filters(form), "reason": kept_reason(reason)}
    ledger.append("orders.printed", ("staff", actor.id), entry)
    context = {
        "rows": rows[:most], "more": len(rows) > most, "printed": most, "chosen": _chosen(form),
        "query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "orders/print_list.html", context)
