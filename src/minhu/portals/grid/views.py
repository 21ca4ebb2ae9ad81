"""Tasks of a grid worker: the list, one task, its three steps, handing it back, calling the citizen."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action
from minhu.directory.types import Role
from minhu.handling import queries as handling
from minhu.handling import services as handling_services
from minhu.handling.queries import grid as reads
from minhu.handling.queries.inbox import InboxRow
from minhu.handling.types import AssignmentRole, Step
from minhu.intake import queries as intake
from minhu.intake import services as intake_services
from minhu.kernel import masks
from minhu.kernel.errors import MinhuError, NotAllowed, NotFound
from minhu.portals.citizen.forms import uploaded
from minhu.portals.citizen.views import show_errors
from minhu.portals.grid.forms import ArriveForm, BackForm, DoneForm, TaskForm
from minhu.portals.orders.guards import View, actor_of, for_staff

STEPS: Final[dict[str, Step]] = {
    "sign": Step.SIGN, "arrive": Step.CONTACT, "finish": Step.ASSIST_REPLY, "return": Step.ASK_RETURN,
}  # fmt: skip
ACTION_OF: Final[dict[Step, str]] = {
    Step.SIGN: "sign", Step.CONTACT: "arrive", Step.ASSIST_REPLY: "finish", Step.REPLY: "finish",
}  # fmt: skip
PURPOSE: Final = "网格上门办理"


def for_grid(view: View) -> View:
    """Decorator: people with a post in a grid."""

    @for_staff(Action.SIGN)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if Role.GRID_WORKER not in actor_of(request).roles:
            raise NotAllowed(_("这是网格员的页面。承办单位请使用“承办工单”。"))
        return view(request, *args, **kwargs)

    return guarded


@for_grid
@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    """To do, nearest deadline first; what waits for others; what was done today."""
    actor = actor_of(request)
    found = reads.tasks(actor)
    context = {
        "todo": [(row, ACTION_OF.get(row.next_step) if row.next_step else None) for row in found.todo],
        "asked": found.asked,
        "done": reads.done_today(actor),
    }
    return render(request, "grid/tasks.html", context)


def _mine(request: HttpRequest, number: str) -> InboxRow:
    row = reads.task(number, actor_of(request))
    if row is None:
        raise NotFound(_("没有找到这项任务，可能已改派给其他网格。"))
    return row


def _form(row: InboxRow, action: str, data: Any = None) -> TaskForm:
    if action == "return":
        return BackForm(row.unit_id, data)
    return {"arrive": ArriveForm, "finish": DoneForm}.get(action, TaskForm)(data)


@for_grid
@require_GET
def task(request: HttpRequest, number: str) -> HttpResponse:
    """What, where, who, photos, and the one step that comes now."""
    row = _mine(request, number)
    return render(request, "grid/task.html", _context(request, row))


def _context(request: HttpRequest, row: InboxRow, **more: Any) -> dict[str, Any]:
    actor = actor_of(request)
    view = handling.order_view(row.order.number, actor)
    card = intake.request_card(row.order.request_id, actor, PURPOSE)
    phone = card.value("phone")
    action = ACTION_OF.get(row.next_step, "") if row.next_step else ""
    may_return = any(one.step is Step.ASK_RETURN and row.unit_id in one.for_unit_ids for one in view.allowed)
    asked = any(
        one.kind == "return" and one.unit_id == row.unit_id and one.decision == "waiting" for one in view.reviews
    )
    photos = {file.id: file for file in card.attachments}
    return {
        "row": row,
        "order": view,
        "card": card,
        "place": card.value("place"),
        "person": card.value("name"),
        "phone": masks.phone(phone.shown) if phone else "",
        "action": "" if asked else action,
        "asked": asked,
        "form": _form(row, action),
        "back_form": _form(row, "return") if may_return and not asked else None,
        "photos": [file for file in photos.values() if file.kind == "citizen"],
        "own_photos": [file for file in photos.values() if file.kind != "citizen"],
        "done_steps": [bool(row.signed_at), bool(row.first_contact_at), bool(row.replied_at)],
        **more,
    }


@for_grid
@require_POST
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """One of the three steps, or handing back; a mistake keeps the page with what was written."""
    if action not in STEPS:
        raise Http404
    row = _mine(request, number)
    form = _form(row, action, request.POST)
    file_errors: list[str] = []
    if form.is_valid():
        try:
            with transaction.atomic():
                _take(request, row, action, form)
        except MinhuError as error:
            if error.status >= 500:
                raise
            file_errors = show_errors(form, error)
        else:
            return _go_on(request, row, action)
    if request.FILES and not file_errors:
        file_errors = [_("请重新选择照片：出于安全，浏览器不会保留它们。")]
    name = "back_form" if action == "return" else "form"
    context = _context(request, row, file_errors=file_errors, wrong=action, **{name: form})
    if name == "form":
        context["action"] = action
    return render(request, "grid/task.html", context, status=422)


def _take(request: HttpRequest, row: InboxRow, action: str, form: TaskForm) -> None:
    files = uploaded(request)
    kept = intake_services.attach(row.order.request_id, files, kind="unit") if files else ()
    step = STEPS[action]
    if step is Step.ASSIST_REPLY and row.role is AssignmentRole.LEAD:
        step = Step.REPLY
    data = form.data_for(row.unit_id, kept)
    handling_services.take(row.order.number, step, data, key=form.cleaned_data.get("key") or "")


def _go_on(request: HttpRequest, row: InboxRow, action: str) -> HttpResponse:
    words = {
        "sign": _("已签收，请尽快到现场。"),
        "arrive": _("已记录到场。处理完后请上报结果。"),
        "finish": _("已办完，情况已报给主办单位。"),
        "return": _("已申请交回，请等待审核。"),
    }
    messages.success(request, words[action])
    target = reverse("grid_task", args=[row.order.number])
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


@for_grid
@require_POST
def call(request: HttpRequest, number: str) -> HttpResponse:
    """The telephone number in clear, for this visit; the reading is logged."""
    row = _mine(request, number)
    phone = intake.reveal(row.order.request_id, "phone", PURPOSE, actor=actor_of(request))
    if not phone:
        raise NotFound(_("群众没有留下电话号码。"))
    link = format_html(
        '<a class="btn btn-wide" href="tel:{}" data-call>{}</a>', phone, _("拨打 %(phone)s") % {"phone": phone}
    )
    if request.headers.get("HX-Request"):
        return HttpResponse(link)
    return render(request, "grid/call.html", {"row": row, "link": link})
