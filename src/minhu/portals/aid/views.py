"""An agent confirms and asks for consent; civil affairs reads what was shared, says that it has it, and what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action, may_ever
from minhu.handling.queries import aid as queries
from minhu.handling.queries.aid import AidBasis, AidOutcome, AidState
from minhu.handling.services import aid
from minhu.kernel.actors import Actor
from minhu.kernel.errors import MinhuError
from minhu.kernel.numbers import normalise_number
from minhu.language.hardship import Hardship
from minhu.portals.orders.guards import for_staff


def of_order(number: str, actor: Actor) -> dict[str, Any]:
    """What the page of an order shows; nothing to units, whoever handles the order."""
    view = queries.of_order(number, actor)
    may_mark = view is None and may_ever(actor, Action.DECIDE_INTAKE)
    return {"aid": view, "aid_kinds": [(one.value, one.label) for one in Hardship] if may_mark else []}


@for_staff(Action.DECIDE_INTAKE)
@require_POST
def decide(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """Mark, dismiss, refuse, share, withdraw."""
    data, plain = request.POST, normalise_number(number)
    try:
        if step == "mark":
            aid.mark(plain, data.getlist("kinds"))
        elif step == "dismiss":
            aid.dismiss(plain, data.get("why", ""))
        elif step == "refuse":
            aid.refuse(plain)
        elif step == "share":
            unit = data.get("unit", "")
            unit_id = int(unit) if unit.isascii() and unit.isdigit() and len(unit) < 16 else 0
            basis = AidBasis.DANGER if data.get("basis") == AidBasis.DANGER.value else AidBasis.CONSENT
            aid.share(plain, unit_id, basis, read_out=data.get("agreed") == "1", why=data.get("why", ""))
            messages.success(request, _("已转民政，对方接收和反馈会显示在这里。"))
        elif step == "withdraw":
            aid.withdraw(plain)
        else:
            raise Http404
    except MinhuError as error:
        messages.error(request, error.message)
    return redirect("order", number=plain or number)


@for_staff(Action.VIEW_SHARED)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """What was shared with one's units."""
    return render(request, "aid/list.html", {"rows": queries.received()})


@for_staff(Action.VIEW_SHARED)
@require_GET
def case(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One case in clear; each opening is in the log of readings."""
    shown = aid.open_case(uid)
    context = {
        "shown": shown, "row": shown.row, "outcomes": [(one.value, one.label) for one in AidOutcome],
        "waits": shown.row.state is AidState.SHARED,
    }  # fmt: skip
    return render(request, "aid/case.html", context)


@for_staff(Action.VIEW_SHARED)
@require_POST
def answer(request: HttpRequest, uid: UUID, step: str) -> HttpResponse:
    """The receipt, or what came of it."""
    try:
        if step == "receive":
            aid.receive(uid)
        elif step == "answer" and request.POST.get("outcome") in set(AidOutcome):
            aid.answer(uid, AidOutcome(request.POST["outcome"]), request.POST.get("text", ""))
        elif step == "answer":
            messages.error(request, _("请选择办理结果。"))
        else:
            raise Http404
    except MinhuError as error:
        if error.status in (403, 404):
            raise
        messages.error(request, error.message)
    return redirect("aid_case", uid=uid)
