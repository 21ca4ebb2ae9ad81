"""账本: how it stands, checking it, and who read which person's data, for the audit administrator."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action
from minhu.handling.queries.matters import numbers_of, request_ids_of
from minhu.kernel.calendar.types import midnight
from minhu.ledger import queries as ledger
from minhu.ledger import services as ledger_services
from minhu.ledger.types import AccessFilter, AccessView
from minhu.portals.manage import verification
from minhu.portals.manage.common import Counted, page_number, show
from minhu.portals.navigation import role_word
from minhu.portals.orders.guards import actor_of, for_staff

PAGE = 50


@for_staff(Action.VIEW_LEDGER)
@require_GET
def status(request: HttpRequest) -> HttpResponse:
    """Sizes, the last checkpoints and the last check."""
    context = {"status": ledger.status(), "checkpoints": ledger.checkpoints(12), "check": verification.state()}
    return show(request, "ledger", "ledger", context)


@for_staff(Action.VIEW_LEDGER)
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Begin to check the ledger in the background."""
    if verification.start(actor_of(request).id):
        ledger_services.append("ledger.verification_started", ("ledger", "all"), {})
        messages.success(request, _("已开始核对，可以离开本页，结果会留在这里。"))
    else:
        messages.info(request, _("正在核对，请等它完成。"))
    return redirect("manage_ledger")


@for_staff(Action.VIEW_LEDGER)
@require_GET
def progress(request: HttpRequest) -> HttpResponse:
    """How far the check is; asked for every second."""
    return render(request, "manage/ledger_check.html", {"check": verification.state()})


class AccessForm(forms.Form):
    """What the log of readings is narrowed to."""

    reader = forms.CharField(label=gettext_lazy("谁看的（账号）"), required=False, max_length=64)
    number = forms.CharField(label=gettext_lazy("工单号"), required=False, max_length=20)
    purpose = forms.CharField(label=gettext_lazy("用途"), required=False, max_length=64)
    since = forms.DateField(label=gettext_lazy("从"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=gettext_lazy("到"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def narrowing(self) -> AccessFilter:
        """What the ledger takes; an unknown number finds nothing."""
        data: dict[str, Any] = self.cleaned_data
        subjects = None
        if data["number"]:
            number = "".join(data["number"].split()).replace("-", "")
            subjects = tuple(str(pk) for pk in request_ids_of(number)) if number else ()
        start: datetime | None = midnight(data["since"]) if data["since"] else None
        end: datetime | None = midnight(data["until"]) + timedelta(days=1) if data["until"] else None
        return AccessFilter(
            data["reader"].strip(),
            "request" if subjects is not None else "",
            subjects,
            data["purpose"].strip(),
            start,
            end,
        )


def _shown(rows: list[AccessView]) -> list[dict[str, Any]]:
    ids = [int(row.subject_id) for row in rows if row.subject_type == "request" and row.subject_id.isdigit()]
    numbers = numbers_of(ids) if ids else {}
    return [
        {
            "row": row,
            "what": numbers.get(int(row.subject_id), row.subject_id) if row.subject_id.isdigit() else row.subject_id,
            "fields": [_field(name) for name in row.fields],
        }
        for row in rows
    ]


FIELDS = {
    "name": gettext_lazy("姓名"), "phone": gettext_lazy("电话"), "identity": gettext_lazy("身份证号"),
    "address": gettext_lazy("地址"), "email": gettext_lazy("邮箱"), "content": gettext_lazy("诉求内容"),
}  # fmt: skip


def _field(name: str) -> str:
    if name.startswith("attachment"):
        return _("附件")
    return str(FIELDS.get(name.removeprefix("requester_"), name))


@for_staff(Action.VIEW_LEDGER)
@require_GET
def access(request: HttpRequest) -> HttpResponse:
    """Who read which person's data, and for what."""
    form = AccessForm(request.GET or None)
    narrowing = form.narrowing() if form.is_valid() else AccessFilter()
    number = page_number(request)
    rows, total = ledger.accesses(narrowing, (number - 1) * PAGE, PAGE)
    page: Page[Any] = Paginator(cast(Any, Counted(rows, total, (number - 1) * PAGE)), PAGE).get_page(number)
    ledger_services.append("ledger.access_searched", ("ledger", "access"), {"found": total})
    return show(request, "ledger", "ledger_access", {"form": form, "page": page, "rows": _shown(rows), "total": total})


class EntryForm(forms.Form):
    """What the entries are narrowed to."""

    kind = forms.CharField(label=gettext_lazy("事项代码"), required=False, max_length=64)


@for_staff(Action.VIEW_LEDGER)
@require_GET
def entries(request: HttpRequest) -> HttpResponse:
    """The newest entries."""
    form = EntryForm(request.GET or None)
    kind = form.cleaned_data["kind"].strip() if form.is_valid() else ""
    rows = [(entry, "、".join(role_word(role) for role in entry.roles)) for entry in ledger.latest(100, kind)]
    return show(request, "ledger", "ledger_entries", {"form": form, "rows": rows})
