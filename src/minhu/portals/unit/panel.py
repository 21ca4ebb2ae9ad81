"""One step of one order in a panel beside a list: shown, filled in, taken; works as a page of its own without scripts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from minhu.handling import queries as handling
from minhu.handling import services as handling_services
from minhu.handling.types import AllowedStep, ClockKind, OrderView, ReviewView, Step
from minhu.intake import queries as intake
from minhu.intake import services as intake_services
from minhu.kernel.actors import Actor
from minhu.kernel.errors import Conflict, MinhuError, NotFound
from minhu.portals.citizen.forms import uploaded
from minhu.portals.citizen.views import show_errors
from minhu.portals.orders.forms import StepForm
from minhu.portals.orders.words import amount_words
from minhu.portals.unit.words import button_of

SHOWN = frozenset(
    {ClockKind.SIGN, ClockKind.CONTACT, ClockKind.HANDLE, ClockKind.REVIEW, ClockKind.SUSPENSION, ClockKind.CALL_BACK}
)
"""Clocks a panel shows; those of supervision stand on the order's page."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A step somebody has opened: the order as they see it and what the table allows them."""

    view: OrderView
    allowed: AllowedStep
    unit_id: int | None

    @property
    def more(self) -> dict[str, Any]:
        """For which of several units the step is taken."""
        return {"as_unit_id": self.unit_id} if self.unit_id in self.allowed.for_unit_ids else {}


def open_step(number: str, step: str, actor: Actor, unit_id: int | None = None) -> Opened:
    """The order and the step; raises NotFound, or Conflict when the step cannot be taken (any more)."""
    if step not in set(Step):
        raise NotFound(_("没有这项操作，请返回列表重新选择。"))
    view = handling.order_view(number, actor)
    allowed = next((one for one in view.allowed if one.step == step), None)
    if allowed is None:
        raise Conflict(
            _("工单现在是“%(state)s”，不能进行这项操作，可能已由他人办理。请刷新列表。") % {"state": view.state_label},
            code="wrong_state",
        )
    return Opened(view, allowed, unit_id)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a panel stands: its own address, the list to go back to, and what else happens with the step."""

    where: str
    back: str
    after: Callable[[Opened, StepForm], None] | None = None


def open_panel(request: HttpRequest, opened: Opened, actor: Actor, place: Place, **initial: Any) -> HttpResponse:
    """Show the form of a step, or take it."""
    start = {**opened.more, **initial}
    form = StepForm(opened.view, opened.allowed, actor, data=request.POST or None, initial=start)
    file_errors: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                label = take_form(request, opened, form)
                if place.after:
                    place.after(opened, form)
        except MinhuError as error:
            if error.status >= 500:
                raise
            opened, form = _again(request, opened, actor, error, start)
            file_errors = show_errors(form, error)
        else:
            return done(request, label, place.back)
    if file_errors or (form.errors and request.FILES):
        file_errors = file_errors or [_("请重新选择照片或文件：出于安全，浏览器不会保留它们。")]
    context = panel_context(opened, actor, form=form, file_errors=file_errors, where=place.where, back=place.back)
    return show(request, "unit/panel.html", context, wrong=bool(form.errors or file_errors))


def _again(
    request: HttpRequest, opened: Opened, actor: Actor, error: MinhuError, start: dict[str, Any]
) -> tuple[Opened, StepForm]:
    """The same words once more; after somebody else's step over the order as it stands now."""
    data = request.POST.copy()
    if error.code == "stale_version":
        opened = open_step(opened.view.number, opened.allowed.step, actor, opened.unit_id)
        data["version"] = str(opened.view.version)
    form = StepForm(opened.view, opened.allowed, actor, data=data, initial=start)
    form.is_valid()
    return opened, form


def panel_context(opened: Opened, actor: Actor, **more: Any) -> dict[str, Any]:
    """What a panel shows beside its form; the reading of contact details is logged by intake."""
    view = opened.view
    running = [
        {"name": c.label, "light": c.light, "due_at": c.due_at, "explanation": c.explanation}
        for c in view.clocks
        if c.stopped_at is None and c.paused_at is None and c.kind in SHOWN and (opened.unit_id is None or c.unit_id in (None, opened.unit_id))
    ]  # fmt: skip
    return {
        "order": view,
        "allowed": opened.allowed,
        "button": button_of(opened.allowed.step),
        "card": intake.request_card(view.request_id, actor, purpose="快速办理"),
        "clocks": running,
        "reveal_url": f"/orders/{view.number}/reveal/",
        "questions": _questions(opened),
        "others": [a for a in view.assignments if a.reply and a.unit_id != opened.unit_id],
        **more,
    }


def _questions(opened: Opened) -> list[tuple[ReviewView, str]]:
    """What was asked and how much time, for whoever decides: nobody agrees to what is not in sight."""
    if not opened.allowed.step.value.startswith(("approve_", "refuse_", "reject_")):
        return []
    waiting = (one for one in opened.view.reviews if one.decision == "waiting" and one.text)
    return [(one, amount_words(one.amount, one.duration_unit)) for one in waiting]


def show(request: HttpRequest, template: str, context: dict[str, Any], *, wrong: bool = False) -> HttpResponse:
    """The panel as a fragment for htmx, else as a page of its own."""
    if request.headers.get("HX-Request"):
        return render(request, template, context, status=422 if wrong else 200)
    return render(request, "unit/panel_page.html", {**context, "panel": template}, status=422 if wrong else 200)


def take_form(request: HttpRequest, opened: Opened, form: StepForm) -> str:
    """Take the step of a valid form; returns its label. Raises what handling and intake raise."""
    files = uploaded(request)
    kind = "reply" if form.cleaned_data.get("show_files") else "unit"
    kept = intake_services.attach(opened.view.request_id, files, kind=kind) if files else ()
    data = form.to_data(kept, **opened.more)
    handling_services.take(
        opened.view.number, opened.allowed.step, data,
        version=form.cleaned_data.get("version"), key=form.cleaned_data.get("key") or "",
    )  # fmt: skip
    return opened.allowed.label


def done(request: HttpRequest, label: str, back: str, level: str = "success") -> HttpResponse:
    """Tell that it is done and bring the list up to date."""
    words = _("%(step)s：已完成。") % {"step": label} if level == "success" else label
    return tell(request, words, back, level)


def tell(request: HttpRequest, words: str, back: str, level: str = "success") -> HttpResponse:
    """A notice and a fresh list: by events for htmx, else by going back to the list."""
    if request.headers.get("HX-Request"):
        news = {"minhu:toast": {"text": words, "level": level}, "minhu:changed": {}}
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(news)})
    {"success": messages.success, "warning": messages.warning}.get(level, messages.error)(request, words)
    return redirect(safe_back(request, back))


def safe_back(request: HttpRequest, fallback: str) -> str:
    """Where the person came from, if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()) else fallback
