"""The supervision desk: figures, lists, reminders in bulk, single steps in a panel, a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.directory.types import Role
from minhu.evaluation import services as evaluation
from minhu.evaluation.queries import ratings_of
from minhu.exchange.queries.boards import late_replies
from minhu.handling import services as handling_services
from minhu.handling.queries import watch as reads
from minhu.handling.queries.warnings import warning_counts
from minhu.handling.types import Step, StepData, SupervisionLevel
from minhu.kernel.actors import Actor
from minhu.kernel.clock import now
from minhu.kernel.errors import MinhuError
from minhu.ledger import services as ledger
from minhu.portals import bulk
from minhu.portals.context import count_unread
from minhu.portals.formats import cn_datetime
from minhu.portals.kept import kept_filters, kept_reason
from minhu.portals.manage.common import page_number
from minhu.portals.orders.forms import StepForm
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.sheets import sheet_response
from minhu.portals.supervision import sheet
from minhu.portals.supervision.forms import WatchFilter
from minhu.portals.supervision.words import BOARDS, BULK, LISTS, List, can
from minhu.portals.unit.panel import Opened, Place, open_panel, open_step, safe_back, tell
from minhu.portals.unit.views import numbered

SIZE = 50
MOST_AT_ONCE = 200
watchers = for_staff(Action.VIEW_FIGURES)


def _list(request: HttpRequest) -> List:
    return next((one for one in LISTS if one.key == request.GET.get("list")), LISTS[0])


@watchers
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Figures on top, then one list; the address holds list, filters and page."""
    actor, chosen = actor_of(request), _list(request)
    filters = WatchFilter(request.GET)
    narrowing = filters.narrowing()
    counts = reads.counts(narrowing, actor) | {BOARDS: _page(BOARDS, narrowing, actor, 1, 1).total}
    found = _page(chosen.key, narrowing, actor, page_number(request), SIZE)
    may = can(actor)
    context = {
        "filters": filters,
        "list": chosen,
        "lists": [(one, counts[one.key]) for one in LISTS],
        "counts": counts,
        "warned": sum(warning_counts(actor).values()),
        "decisions": sum(counts[key] for key in ("returns", "extensions", "suspensions", "exclusions")),
        "at": now(),
        "rows": found.rows,
        "page": numbered(found.total, page_number(request), SIZE),
        "late": reads.late_units(narrowing, actor)[:12] if chosen.key == "overdue" else (),
        "can": may,
        "bulk": may.supervise and chosen.key in BULK,
        "levels": [(level.value, word) for level, word in _levels()],
    }
    return render(request, "supervision/desk.html", context)


def _page(key: str, narrowing: reads.Narrowing, actor: Actor, page: int, size: int) -> reads.WatchPage:
    """One page of a list; message boards are known to another room than the orders."""
    if key == BOARDS:
        return reads.page_among(late_replies(actor), narrowing, page, size, actor)
    return reads.page_of(key, narrowing, page, size, actor)


def _levels() -> list[tuple[SupervisionLevel, str]]:
    return [
        (SupervisionLevel.REMINDER, _("催办")),
        (SupervisionLevel.SUPERVISION, _("督办")),
        (SupervisionLevel.ESCALATION, _("提级督办")),
    ]


@for_staff(Action.SUPERVISE)
@require_POST
def remind(request: HttpRequest) -> HttpResponse:
    """Supervise many orders with one text; each for itself, so that one refusal stops no other."""
    numbers = list(dict.fromkeys(request.POST.getlist("number")))[:MOST_AT_ONCE]
    text = request.POST.get("text", "").strip()[:500]
    level = request.POST.get("level", "")
    level = level if level in set(SupervisionLevel) else SupervisionLevel.REMINDER.value
    back = reverse("supervision")
    if not numbers or not text:
        return tell(request, _("请先选择工单，并写明催办要求。"), back, "warning")
    done, refused = 0, []
    for number in numbers:
        try:
            handling_services.take(number, Step.SUPERVISE, StepData(text=text, level=level))
            done += 1
        except MinhuError as error:
            if error.status >= 500:
                raise
            refused.append(f"{number}：{error.message}")
    words = ngettext("已向 %(n)d 件工单的承办单位发出。", "已向 %(n)d 件工单的承办单位发出。", done) % {"n": done}
    if refused:
        words += _("%(n)d 件未能发出：%(why)s") % {"n": len(refused), "why": "；".join(refused[:3])}
    return tell(request, words, back, "warning" if refused else "success")


@watchers
@require_http_methods(["GET", "POST"])
def panel(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """One step of one order without leaving the list; the policy decides which."""
    actor = actor_of(request)
    initial: dict[str, Any] = {}
    if (unit := request.GET.get("unit_id", "")).isdecimal():
        initial["unit_id"] = int(unit)
    if request.GET.get("level") in set(SupervisionLevel):
        initial["level"] = request.GET["level"]
    after = _exclude if step == Step.APPROVE_EXCLUSION else None
    place = Place(request.get_full_path(), safe_back(request, reverse("supervision")), after)
    unit_id = int(share) if (share := request.GET.get("share", "")).isdecimal() else None
    return open_panel(request, open_step(number, step, actor, unit_id), actor, place, **initial)


def _exclude(opened: Opened, form: StepForm) -> None:
    """An upheld request takes the ratings of the round it was asked about out of the figures after exclusions.

    Those of requesters whose orders were merged belong to the same handling and go with them.
    """
    view = opened.view
    asked = next((r.asked_at for r in view.reviews if r.kind == "exclusion" and r.decision == "waiting"), now())
    before = sum(one.step is Step.REOPEN and one.at <= asked for one in view.steps)
    for rating in ratings_of(view.request_id):
        if rating.round == before and not rating.excluded:
            evaluation.decide_exclusion(rating.id, form.cleaned_data["text"], exclude=True)


@for_staff(Action.EXPORT)
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The list as a spreadsheet, for a reason that is kept with the filters and the number of rows."""
    reason = request.POST.get("reason", "").strip()
    chosen, actor = _list(request), actor_of(request)
    try:
        most = min(bulk.begin(actor, reason), sheet.LIMIT)
        filters = WatchFilter(request.GET)
        bulk.check_conditions(filters)
        found = _page(chosen.key, filters.narrowing(), actor, 1, most)
        bulk.refuse_over(found.total, most)
    except MinhuError as error:
        messages.error(request, error.message)
        return redirect(f"{reverse('supervision')}?{request.GET.urlencode()}")
    kept = {**kept_filters(filters), "list": chosen.key}
    entry = {"rows": len(found.rows), "filters": kept, "reason": kept_reason(reason)}
    ledger.append("supervision.exported", ("staff", actor.id), entry)
    words = {"who": actor.name, "when": cn_datetime(now()), "why": reason[:200]}
    note = _("%(who)s 于 %(when)s 导出，用途：%(why)s") % words
    lines = (sheet.cells(row) for row in found.rows)
    return sheet_response(_("督办台-%(list)s") % {"list": chosen.label}, sheet.head(), lines, note)


@count_unread
def _unread(actor: Actor) -> Mapping[str, int]:
    if Role.SUPERVISOR not in actor.roles:
        return {}
    return {"supervision": reads.waiting_for_desk(actor)}
