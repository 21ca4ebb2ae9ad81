"""Who read which person's data, and for what: the log of readings, narrowed and exported; asking is entered too."""

from __future__ import annotations

from typing import Any, Final, cast

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from minhu.handling.queries.matters import numbers_of, request_ids_of
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, MinhuError
from minhu.ledger import queries as ledger
from minhu.ledger import services
from minhu.ledger.types import AccessFilter, AccessView
from minhu.portals import bulk
from minhu.portals.audit.common import period, show
from minhu.portals.audit.overview import auditors
from minhu.portals.formats import cn_datetime
from minhu.portals.manage.common import Counted, page_number
from minhu.portals.orders.guards import actor_of
from minhu.portals.sheets import sheet_response

PAGE: Final = 50


class AccessForm(forms.Form):
    """What the log of readings is narrowed to."""

    reader = forms.CharField(label=gettext_lazy("谁看的（账号）"), required=False, max_length=64)
    number = forms.CharField(label=gettext_lazy("工单号"), required=False, max_length=20)
    purpose = forms.CharField(label=gettext_lazy("用途"), required=False, max_length=64)
    since = forms.DateField(label=gettext_lazy("从"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=gettext_lazy("到"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def narrowing(self) -> AccessFilter:
        """What the ledger takes; an unknown number finds nothing. Raises Invalid for what cannot be read."""
        bulk.check_conditions(self)
        if not self.is_bound:
            return AccessFilter()
        data: dict[str, Any] = self.cleaned_data
        subjects = None
        if data["number"]:
            number = "".join(data["number"].split()).replace("-", "")
            subjects = tuple(str(pk) for pk in request_ids_of(number)) if number else ()
        start, end = period(data["since"], data["until"])
        kind = "request" if subjects is not None else ""
        return AccessFilter(data["reader"].strip(), kind, subjects, data["purpose"].strip(), start, end)


FIELDS: Final = {
    "name": gettext_lazy("姓名"), "phone": gettext_lazy("电话"), "place": gettext_lazy("事发地点"), "phone2": gettext_lazy("备用电话"),
    "identity": gettext_lazy("身份证号"), "address": gettext_lazy("地址"), "email": gettext_lazy("邮箱"),
    "content": gettext_lazy("诉求内容"), "shared": gettext_lazy("层级共享的事项"),
}  # fmt: skip


def field_word(name: str) -> str:
    """What people call a personal field."""
    if name.startswith("attachment"):
        return _("附件")
    return str(FIELDS.get(name.removeprefix("requester_"), name))


def _shown(rows: list[AccessView]) -> list[dict[str, Any]]:
    ids = [int(row.subject_id) for row in rows if row.subject_type == "request" and row.subject_id.isdigit()]
    numbers = numbers_of(ids) if ids else {}
    return [
        {
            "row": row,
            "what": numbers.get(int(row.subject_id), row.subject_id) if row.subject_id.isdigit() else row.subject_id,
            "fields": [field_word(name) for name in row.fields],
        }
        for row in rows
    ]


@auditors
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Readings, newest first."""
    form = AccessForm(request.GET or None)
    number = page_number(request)
    try:
        narrowing = form.narrowing()
    except Invalid as error:
        return show(request, "access", "access", {"form": form, "rows": [], "refused": error.message})
    rows, total = ledger.accesses(narrowing, (number - 1) * PAGE, PAGE)
    page: Page[Any] = Paginator(cast(Any, Counted(rows, total, (number - 1) * PAGE)), PAGE).get_page(number)
    services.append("ledger.access_searched", ("ledger", "access"), {"found": total})
    return show(request, "access", "access", {"form": form, "page": page, "rows": _shown(rows), "total": total})


@auditors
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The narrowed log as a spreadsheet, for a reason that is entered."""
    reason, actor = request.POST.get("reason", "").strip(), actor_of(request)
    try:
        most = bulk.begin_audit(actor, reason)
        rows, total = ledger.accesses(AccessForm(request.GET or None).narrowing(), 0, most)
        bulk.refuse_over(total, most)
    except MinhuError as error:
        messages.error(request, error.message)
        return redirect(f"{reverse('audit_access')}?{request.GET.urlencode()}")
    kept = {key: value for key, value in request.GET.items() if value}
    entry = {"ledger": "access", "rows": len(rows), "filters": kept, "reason": reason[:200]}
    services.append("ledger.exported", ("staff", actor.id), entry)
    head = [_("时间"), _("谁看的"), _("工单"), _("看了什么"), _("用途")]
    cells = (
        [line["row"].at, line["row"].actor_id, line["what"], "、".join(line["fields"]), line["row"].purpose]
        for line in _shown(rows)
    )
    words = {"who": actor.id, "when": cn_datetime(now()), "why": reason[:200]}
    return sheet_response(_("查阅记录"), head, cells, _("%(who)s 于 %(when)s 导出，用途：%(why)s") % words)
