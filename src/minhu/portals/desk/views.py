"""The board: tabs with counts, rows that are settled by one key, a panel beside them, bulk with preview, undo."""

from __future__ import annotations

import json
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action, may_ever
from minhu.handling import queries as handling
from minhu.handling import services as handling_services
from minhu.handling.queries import board as queue
from minhu.handling.types import Step, StepData
from minhu.intake import queries as intake
from minhu.kernel.actors import Actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, MinhuError
from minhu.portals.context import count_unread
from minhu.portals.desk import board as lines
from minhu.portals.desk import doing
from minhu.portals.orders import present
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.unit.panel import safe_back

MOST_AT_ONCE = 100
UNDO_MINUTES = 10
DESK = (Action.DECIDE_INTAKE, Action.DISPATCH, Action.DECIDE_RETURN)


def _tab_words() -> dict[str, str]:
    return {
        "todo": _("全部待派"),
        "received": _("待受理"),
        "to_dispatch": _("待派发"),
        "reopened": _("重办"),
        "return_review": _("退单审核"),
        "extension_review": _("延期审核"),
        "incomplete": _("等群众补充"),
        "disputed": _("争议裁决"),
    }


@count_unread
def waiting(actor: Actor) -> dict[str, int]:
    """The number beside the menu: orders that wait for the desk."""
    if "dispatcher" not in actor.roles:
        return {}
    return {"desk": queue.waiting_for_desk(actor)}


@for_staff(*DESK)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """One tab of the queue, one page of it."""
    tab = request.GET.get("tab", "todo")
    tab = tab if tab in queue.TABS else "todo"
    text = request.GET.get("page", "1")
    page = int(text) if text.isdecimal() and len(text) < 6 else 1
    found = queue.queue(tab, page)
    counts, words = queue.counts(), _tab_words()
    pages = max(1, -(-found.total // queue.PAGE))
    context = {
        "tabs": [(key, words[key], counts[key], key == tab) for key in queue.TABS],
        "tab": tab,
        "lines": lines.lines(found.rows),
        "total": found.total,
        "page": page,
        "pages": pages,
        "previous": f"?tab={tab}&page={page - 1}" if page > 1 else "",
        "following": f"?tab={tab}&page={page + 1}" if page < pages else "",
    }
    return render(request, "desk/board.html", context)


@for_staff(*DESK)
@require_GET
def row(request: HttpRequest, number: str) -> HttpResponse:
    """One row anew: at its place, whatever it is now."""
    return _row(request, number)


def _row(request: HttpRequest, number: str, error: str = "", status: int = 200) -> HttpResponse:
    one = doing.line_of(number)
    states = {state for found in queue.TABS.values() for state in found}
    context = {"line": one, "error": error, "done": one.row.state not in states}
    return render(request, "desk/row.html", context, status=status)


@for_staff(*DESK)
@require_GET
def preview(request: HttpRequest, number: str) -> HttpResponse:
    """The order in short, beside the list."""
    view = handling.order_view(number, actor_of(request))
    card = intake.request_card(view.request_id, actor_of(request), _("派单预览"))
    one = doing.line_of(number)
    context = {
        "order": view,
        "card": card,
        "line": one,
        "history": present.caller_history(card, actor_of(request)),
        "running": present.clocks(view)[0][:3],
        "entries": present.timeline(view, card.attachments)[:4],
        "type_word": one.type_word,
        "may_dispatch": may_ever(actor_of(request), Action.DISPATCH) and one.row.state in lines.READY,
    }
    template = "desk/preview.html" if request.headers.get("HX-Request") else "desk/preview_page.html"
    return render(request, template, context)


@for_staff(Action.DISPATCH)
@require_POST
def dispatch(request: HttpRequest, number: str) -> HttpResponse:
    """Key 1: accept and dispatch as the row said, with undo."""
    hx = bool(request.headers.get("HX-Request"))
    try:
        unit = doing.dispatch_as_suggested(
            number, _number(request, f"version_{number}"), _number(request, f"unit_{number}")
        )
    except MinhuError as error:
        if not hx:
            messages.error(request, error.message)
            return redirect("desk")
        return _row(request, number, error.message, 422)
    words = _("%(number)s 已派至%(unit)s。") % {"number": number, "unit": unit}
    if not hx:
        messages.success(request, words)
        return redirect(safe_back(request, reverse("desk")))
    response = _row(request, number)
    toast = {"text": words, "level": "success", "undo_url": reverse("desk_undo", args=[number])}
    response["HX-Trigger"] = json.dumps({"minhu:toast": toast})
    return response


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() else None


@for_staff(Action.DISPATCH)
@require_POST
def undo(request: HttpRequest, number: str) -> HttpResponse:
    """Take a dispatch back within some minutes, by the person who made it and before anyone did something else."""
    view = handling.order_view(number, actor_of(request))
    late = view.dispatched_at is None or now() - view.dispatched_at > timedelta(minutes=UNDO_MINUTES)
    if late or queue.dispatched_by(number) != actor_of(request).id:
        raise Conflict(
            _("已经过了撤销的时间，或工单已有新的进展。需要改派时请在工单里“撤回派单”。"), code="too_late_to_undo"
        )
    data = StepData(text=_("派单后立即撤销"))
    handling_services.take(number, Step.RECALL, data, version=view.version)
    if request.headers.get("HX-Request"):
        toast = {"text": _("%(number)s 的派单已撤销，工单回到待派发。") % {"number": number}, "level": "success"}
        headers = {"HX-Trigger": json.dumps({f"minhu:row-{number}": {}, "minhu:toast": toast})}
        return HttpResponse(status=204, headers=headers)
    messages.success(request, _("派单已撤销。"))
    return redirect("desk")


@for_staff(Action.DISPATCH)
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Several rows: first what would happen, then, when confirmed, what happened to each."""
    numbers = list(dict.fromkeys(request.POST.getlist("order")))[:MOST_AT_ONCE]
    if not numbers:
        messages.warning(request, _("请先勾选要派单的工单。"))
        return redirect("desk")
    if not request.POST.get("confirmed"):
        shown = lines.bulk_preview(numbers)
        context = {"shown": shown, "ready": sum(one["ready"] for one in shown), "most": MOST_AT_ONCE}
        return render(request, "desk/bulk.html", context)
    chosen = [(n, _number(request, f"version_{n}"), _number(request, f"unit_{n}")) for n in numbers]
    done = doing.dispatch_many(chosen)
    failed = [one for one in done if not one.ok]
    context = {"done": done, "failed": failed, "good": len(done) - len(failed)}
    return render(request, "desk/bulk_done.html", context)
