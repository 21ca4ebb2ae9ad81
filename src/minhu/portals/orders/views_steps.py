"""Taking a step: the form of a step alone (a page without scripts, a panel with them), and what comes of it.

Two people at one order: the second one's form comes back with what the first one did and with every word kept.
"""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.handling import queries as handling
from minhu.handling import services as handling_services
from minhu.handling.types import AllowedStep, OrderView, Step, StepData
from minhu.intake import queries as intake
from minhu.intake import services as intake_services
from minhu.intake.types import SuggestedField, SuggestionView
from minhu.kernel.actors import Actor
from minhu.kernel.errors import Conflict, Invalid, MinhuError, NotAllowed
from minhu.portals.citizen.forms import FILE_MEGABYTES, MOST_FILES, uploaded
from minhu.portals.citizen.views import show_errors
from minhu.portals.orders import settling
from minhu.portals.orders.forms import StepForm
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.orders.present import ICONS

TYPED = ("reply", "text", "measures", "legal_basis", "target_number", "place")


@for_staff()
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """The form of one step, and the step itself."""
    try:
        wanted = Step(step)
    except ValueError as error:
        raise Http404 from error
    actor = actor_of(request)
    view = handling.order_view(number, actor)
    allowed = next((one for one in view.allowed if one.step is wanted), None)
    if allowed is None:
        return _gone(request, view, wanted)
    if request.method == "GET":
        follows = bool(request.GET.get("suggested")) or wanted is Step.HAND_OVER
        initial = suggested_values(view, wanted) if follows else {}
        return _show(request, view, allowed, StepForm(view, allowed, actor, initial=initial))
    form = StepForm(view, allowed, actor, data=request.POST)
    if form.is_valid():
        return _take(request, view, allowed, form)
    return _show(request, view, allowed, form, status=422)


def _take(request: HttpRequest, view: OrderView, allowed: AllowedStep, form: StepForm) -> HttpResponse:
    file_errors: list[str] = []
    try:
        with transaction.atomic():
            data = _data(request, view, allowed, form)
            version, key = form.cleaned_data["version"], form.cleaned_data["key"]
            handling_services.take(view.number, allowed.step, data, version=version, key=key)
            settling.settle(view, allowed.step, data)
    except Conflict as error:
        return _show(request, view, allowed, _fresh(request, view, allowed), status=409, conflict=error)
    except (Invalid, NotAllowed) as error:
        file_errors = show_errors(form, error)
        return _show(request, view, allowed, form, status=error.status, file_errors=file_errors)
    return _done(request, view, allowed)


def _fresh(request: HttpRequest, view: OrderView, allowed: AllowedStep) -> StepForm:
    """The same words over the order as it stands now: sending them once more is the person's decision."""
    kept = request.POST.copy()
    kept["version"] = str(view.version)
    return StepForm(view, allowed, actor_of(request), data=kept)


def _data(request: HttpRequest, view: OrderView, allowed: AllowedStep, form: StepForm) -> StepData:
    files = uploaded(request) if form.has_files else ()
    kind = "reply" if form.cleaned_data.get("show_files") else "unit"
    ids = intake_services.attach(view.request_id, files, kind=kind) if files else ()
    more: dict[str, Any] = {}
    if len(allowed.for_unit_ids) == 1:
        more["as_unit_id"] = allowed.for_unit_ids[0]
    if allowed.step is Step.ASK_EXTENSION:
        more["duration_unit"] = ""
    if allowed.step is Step.DISPATCH:
        more |= dispatch_basis(view, form.cleaned_data.get("unit_id"))
    return form.to_data(ids, **more)


def dispatch_basis(view: OrderView, unit_id: int | None) -> dict[str, Any]:
    """Basis, confidence and line of the catalogue when a person dispatches as suggested; a person's choice otherwise."""
    one = settling.suggested(intake.suggestions_of(view.request_id)).get(SuggestedField.UNIT)
    if one is None or settling.value_of(one) != unit_id:
        return {"basis": _("人工指定")}
    value = one.value if isinstance(one.value, dict) else {}
    return {"basis": one.basis, "confidence": one.confidence, "catalogue_item_id": value.get("catalogue_item_id")}


def handing_over(urgency: SuggestionView) -> dict[str, Any]:
    """The service that a danger needs first, why, and which others must be rung up besides."""
    value = urgency.value if isinstance(urgency.value, dict) else {}
    first = str(value.get("hand_over", "none"))
    if first == "none":
        return {}
    others = "、".join(str(one) for one in value.get("services", ()) if one != first)
    also = _("；还须同时通知 %(others)s") % {"others": others} if others else ""
    return {"reason_code": first, "text": f"{urgency.basis}{also}"[:500]}


def suggested_values(view: OrderView, step: Step) -> dict[str, Any]:
    """What the form of a step starts with when a person follows a suggestion."""
    found = settling.suggested(intake.suggestions_of(view.request_id))
    if step is Step.DISPATCH and (unit := found.get(SuggestedField.UNIT)):
        value = unit.value if isinstance(unit.value, dict) else {}
        return {"unit_id": value.get("unit_id"), "assist_unit_ids": value.get("assist_unit_ids", [])}
    if step is Step.MERGE and (repeat := found.get(SuggestedField.REPEAT)):
        return {
            "target_number": settling.value_of(repeat),
            "reason_code": "same_place_same_matter",
            "text": repeat.basis,
        }
    if step is Step.HAND_OVER and (urgency := found.get(SuggestedField.URGENCY)):
        return handing_over(urgency)
    decision = intake.decision_of(view.request_id)
    if decision and step in (Step.REFUSE, Step.ASK_CONTENT):
        return {"text": decision.wording, "reason_code": decision.reason_code}
    return {}


def _show(
    request: HttpRequest, view: OrderView, allowed: AllowedStep, form: StepForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "order": view,
        "allowed": allowed,
        "icon": ICONS.get(allowed.step, "point"),
        "form": form,
        "action": request.path,
        "file_limit": MOST_FILES,
        "file_megabytes": FILE_MEGABYTES,
        "missed": missed(view, request.POST.get("version", "")) if "conflict" in more else [],
        "file_errors": [],
        "panel": request.headers.get("HX-Target") == "desk-panel",
        **more,
    }
    if context["panel"]:
        context["close_url"] = reverse("desk_preview", args=[view.number])
    if request.headers.get("HX-Request"):
        # htmx only swaps a 422; the words inside say what happened
        return render(request, "orders/step_form.html", context, status=422 if status >= 400 else status)
    return render(request, "orders/step.html", context, status=status)


def missed(view: OrderView, seen: str) -> list[Any]:
    """What others did since the version that this person saw."""
    version = int(seen) if seen.isdecimal() else view.version
    return [one for one in view.steps if one.version > version]


def _gone(request: HttpRequest, view: OrderView, step: Step) -> HttpResponse:
    """The step is no longer possible: say who did what, and give back what was typed."""
    if request.method == "GET" and not request.headers.get("HX-Request"):
        messages.warning(request, _("这一步现在不能做了，请看工单的最新情况。"))
        return redirect("order", number=view.number)
    context = {
        "order": view,
        "missed": missed(view, request.POST.get("version", "")),
        "typed": [value for name in TYPED for value in request.POST.getlist(name) if value.strip()],
        "panel": request.headers.get("HX-Target") == "desk-panel",
    }
    hx = bool(request.headers.get("HX-Request"))
    template = "orders/step_gone.html" if hx else "orders/step_gone_page.html"
    return render(request, template, context, status=422 if hx else 409)


def _done_at_desk(request: HttpRequest, view: OrderView, allowed: AllowedStep) -> HttpResponse:
    """The board stays where it is: the row shows what came of it, a notice offers to undo a dispatch."""
    words = _("%(number)s 已完成“%(step)s”。") % {"number": view.number, "step": allowed.label}
    toast = {"text": words, "level": "success"}
    if allowed.step is Step.DISPATCH:
        toast["undo_url"] = reverse("desk_undo", args=[view.number])
    response = render(request, "desk/panel_done.html", {"words": words, "number": view.number})
    response["HX-Trigger"] = json.dumps({"minhu:toast": toast, f"minhu:row-{view.number}": {}})
    return response


def _done(request: HttpRequest, view: OrderView, allowed: AllowedStep) -> HttpResponse:
    if request.headers.get("HX-Target") == "desk-panel":
        return _done_at_desk(request, view, allowed)
    messages.success(request, _("已完成“%(step)s”。") % {"step": allowed.label})
    back = request.POST.get("next", "")
    target = back if back.startswith("/desk/") else reverse("order", args=[view.number])
    if not _still_visible(view.number, actor_of(request)):
        target = reverse("orders")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


def _still_visible(number: str, actor: Actor) -> bool:
    try:
        handling.order_of(number, actor)
    except MinhuError:
        return False
    return True


@for_staff(Action.MERGE)
@require_POST
def part(request: HttpRequest, number: str) -> HttpResponse:
    """One press undoes what a rule has joined."""
    data = StepData(text=_("核对后不是同一件事，恢复单独办理。"))
    try:
        handling_services.take(number, Step.UNMERGE, data)
    except MinhuError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已恢复单独办理。"))
    return redirect("order", number=number)
