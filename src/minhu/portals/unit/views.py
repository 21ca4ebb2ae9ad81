"""The inbox of a handling unit, signing with one press, and the panel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action, may_ever
from minhu.directory.types import UNIT_ROLES
from minhu.handling import services as handling_services
from minhu.handling.queries import aid, calls
from minhu.handling.queries import inbox as reads
from minhu.handling.types import Step, StepData
from minhu.kernel.actors import Actor
from minhu.kernel.errors import MinhuError
from minhu.ledger import services as ledger
from minhu.portals import bulk
from minhu.portals.context import count_unread
from minhu.portals.formats import remaining
from minhu.portals.kept import kept_filters, kept_reason
from minhu.portals.manage.common import page_number
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.sheets import sheet_response
from minhu.portals.unit.forms import InboxFilter
from minhu.portals.unit.panel import Place, open_panel, open_step, safe_back, tell
from minhu.portals.unit.words import TABS, WATCH, button_of

SIZE = 50
MOST_AT_ONCE = 100
MOST_IN_FILE = 5000
unit_staff = for_staff(Action.ANSWER_WHISTLE)
"""Handlers and heads of units; grid workers have their own page."""


@unit_staff
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """What is due first; the address holds tab, filters and page."""
    actor = actor_of(request)
    filters = InboxFilter(request.GET, actor, reads.units_with_work(actor))
    wish = filters.wish()
    counts = {**reads.counts(wish.unit_ids, actor), WATCH: calls.watch_count(wish.unit_ids, actor)}
    tab = next((one for one in TABS if one.key == request.GET.get("tab")), None) or _first(counts)
    context: dict[str, Any] = {"filters": filters, "tab": tab, "tabs": [(one, counts[one.key]) for one in TABS]}
    context["has_aid"], context["aid_waits"] = aid.has_any(actor), aid.count_waiting(actor)
    context["may_export"] = may_ever(actor, Action.EXPORT) and tab.key != WATCH
    if tab.key == WATCH:
        context["watch"] = calls.watch_of(wish.unit_ids, actor)
    else:
        found = reads.page_of(tab.key, wish, page_number(request), SIZE, actor)
        context["rows"] = [(row, button_of(row.next_step)) for row in found.rows]
        context["page"] = numbered(found.total, page_number(request), SIZE)
    return render(request, "unit/inbox.html", context)


@for_staff(Action.EXPORT)
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """One tab of the inbox as a spreadsheet, for a reason that is kept."""
    actor, reason = actor_of(request), request.POST.get("reason", "").strip()
    form = InboxFilter(request.GET, actor, reads.units_with_work(actor))
    try:
        most = min(bulk.begin(actor, reason), MOST_IN_FILE)
        found = reads.page_of(request.GET.get("tab", ""), form.wish(), 1, most, actor)
        bulk.refuse_over(found.total, most)
    except MinhuError as error:
        messages.error(request, error.message)
        return redirect(f"{reverse('unit')}?{request.GET.urlencode()}")
    rows = found.rows
    entry = {"rows": len(rows), "filters": kept_filters(form), "reason": kept_reason(reason)}
    ledger.append("inbox.exported", ("staff", actor.id), entry)
    head = [
        _("工单号"),
        _("标题"),
        _("状态"),
        _("承办单位"),
        _("角色"),
        _("地点"),
        _("时钟"),
        _("时限"),
        _("剩余或超期"),
    ]
    lines = (
        [r.order.number, r.order.title, r.order.state_label, r.unit_name, r.role_label, r.order.place_hint,
         r.clock_label, r.due_at, remaining(r.due_at)]
        for r in rows
    )  # fmt: skip
    return sheet_response(_("承办工单"), head, lines, _("用途：%(reason)s") % {"reason": reason[:200]})


def _first(counts: Mapping[str, int]) -> Any:
    """Without a tab in the address: what waits to be signed, else what is being worked on."""
    return TABS[1] if not counts["to_sign"] and counts["working"] else TABS[0]


def numbered(total: int, page: int, size: int) -> Page[Any]:
    """A page for the links below a list whose rows have been read already."""
    return Paginator(range(total), size).get_page(page)


@unit_staff
@require_POST
def sign(request: HttpRequest) -> HttpResponse:
    """Sign one or many shares (`share` = number:unit); each for itself, so that one refusal stops no other."""
    shares = list(dict.fromkeys(request.POST.getlist("share")))[:MOST_AT_ONCE]
    signed, refused = 0, []
    for share in shares:
        number, _colon, unit = share.partition(":")
        data = StepData(as_unit_id=int(unit) if unit.isascii() and unit.isdigit() else None)
        try:
            handling_services.take(number, Step.SIGN, data)
            signed += 1
        except MinhuError as error:
            if error.status >= 500:
                raise
            refused.append(f"{number}：{error.message}")
    back = reverse("unit")
    if not shares:
        return tell(request, _("请先选择要签收的工单。"), back, "warning")
    words = ngettext("已签收 %(n)d 件。", "已签收 %(n)d 件。", signed) % {"n": signed}
    if refused:
        words += _("%(n)d 件未能签收：%(why)s") % {"n": len(refused), "why": "；".join(refused[:3])}
    return tell(request, words, back, "warning" if refused else "success")


@unit_staff
@require_http_methods(["GET", "POST"])
def panel(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """One step of one order without leaving the list."""
    actor = actor_of(request)
    opened = open_step(number, step, actor, _asked_unit(request, actor))
    initial: dict[str, Any] = {
        name: int(value) for name in ("unit_id", "supervision_id") if (value := request.GET.get(name, "")).isdecimal()
    }
    place = Place(request.get_full_path(), safe_back(request, reverse("unit")))
    return open_panel(request, opened, actor, place, **initial)


def _asked_unit(request: HttpRequest, actor: Actor) -> int | None:
    text = request.GET.get("unit", "")
    return int(text) if text.isascii() and text.isdigit() and int(text) in actor.unit_ids else None


@count_unread
def _unread(actor: Actor) -> Mapping[str, int]:
    if not UNIT_ROLES & actor.roles or not actor.unit_ids:
        return {}
    waiting = reads.waiting_to_sign(actor)
    return {"unit": waiting, "grid": waiting}
