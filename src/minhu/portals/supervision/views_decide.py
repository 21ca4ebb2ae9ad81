"""What is more than one step: an arbitration (whose matter is it) and a callback (was it solved)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from minhu.directory.policy import Action
from minhu.directory.queries.units import unit_name
from minhu.evaluation import services as evaluation
from minhu.evaluation.queries import ratings_of
from minhu.evaluation.types import RatingChannel
from minhu.handling import queries as handling
from minhu.handling import services as handling_services
from minhu.handling.queries.watch import waiting_return
from minhu.handling.types import AllowedStep, OrderView, ReviewView, State, Step, StepData
from minhu.kernel.errors import Conflict, MinhuError, NotAllowed
from minhu.portals.citizen.views import show_errors
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.orders.versions import version_seen, version_shown
from minhu.portals.supervision.forms import ArbitrationForm, CallbackForm
from minhu.portals.supervision.words import can
from minhu.portals.unit.panel import Opened, panel_context, safe_back, show, tell

GIVEN_OUT = frozenset({State.TO_DISPATCH, State.REOPENED})


def _opened(view: OrderView, step: Step, label: str) -> Opened:
    return Opened(view, AllowedStep(step, label, ()), None)


@for_staff(Action.ARBITRATE)
@require_http_methods(["GET", "POST"])
def arbitrate(request: HttpRequest, number: str) -> HttpResponse:
    """Decide a return, or give out an order that units have handed to and fro."""
    actor, back = actor_of(request), safe_back(request, reverse("supervision") + "?list=returns")
    view, asked = handling.order_view(number, actor), waiting_return(number, actor)
    version, told = version_seen(request, view, actor), False
    if asked is None and not (view.disputed and view.state in GIVEN_OUT):
        _say_who(request, number, version)
        raise Conflict(_("这张工单没有等待裁决的退单，可能已由他人处理。请刷新列表。"), code="nothing_waits")
    start = {"unit_id": asked.right_unit_id if asked else None}
    form = ArbitrationForm(asked.unit_id if asked else None, request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                _decide(view, asked, form.cleaned_data, version)
        except MinhuError as error:
            if error.status >= 500:
                raise
            told = error.code == "stale_version"
            show_errors(form, error)
        else:
            return tell(request, _words(form.cleaned_data), back)
    past = [one for one in view.reviews if one.kind == "return" and one.decision != "waiting"]
    more: dict[str, Any] = {
        "form": form, "asked": asked, "past": past, "where": request.get_full_path(), "back": back,
        "version": version_shown(version, view, told=told),
    }  # fmt: skip
    opened = _opened(view, Step.APPROVE_RETURN, _("裁决"))
    context = panel_context(opened, actor, **more)
    return show(request, "supervision/arbitrate.html", context, wrong=bool(form.errors))


def _say_who(request: HttpRequest, number: str, version: int | None) -> None:
    """Raise the Conflict that names who did what since the page was opened, where it was opened before that."""
    if request.method == "POST" and version is not None:
        handling_services.hold(number, version)


def _words(data: dict[str, Any]) -> str:
    if data["decision"] == "move":
        return _("已裁决，改由%(unit)s办理。") % {"unit": unit_name(data["unit_id"])}
    return _("已裁决，仍由原单位办理。")


def _decide(view: OrderView, asked: ReviewView | None, data: dict[str, Any], version: int | None) -> None:
    text, unit_id = data["text"], data["unit_id"]
    handling_services.hold(view.number, version)
    if asked and data["decision"] == "keep":
        answer = StepData(text=text, as_unit_id=asked.unit_id)
        handling_services.take(view.number, Step.REFUSE_RETURN, answer)
        return
    state = view.state
    if asked:
        answer = StepData(text=text, unit_id=unit_id, as_unit_id=asked.unit_id)
        state = handling_services.take(view.number, Step.APPROVE_RETURN, answer).state
    if state in GIVEN_OUT:
        given = StepData(text=text, unit_id=unit_id, basis=_("争议裁决"))
        handling_services.take(view.number, Step.DISPATCH, given)


@for_staff(Action.CALL_BACK)
@require_http_methods(["GET", "POST"])
def call_back(request: HttpRequest, number: str) -> HttpResponse:
    """Ask the citizen, write down the answers, then close or reopen."""
    actor, back = actor_of(request), safe_back(request, reverse("supervision") + "?list=callbacks")
    if not can(actor).call_back:
        raise NotAllowed(_("您的岗位只能查看，不能登记回访。"))
    view = handling.order_view(number, actor)
    version, told = version_seen(request, view, actor), False
    if view.state is not State.TO_CALL_BACK:
        _say_who(request, number, version)
        raise Conflict(_("这张工单现在不用回访，可能已由他人办结。请刷新列表。"), code="wrong_state")
    form = CallbackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                words = _result(view, form, version)
        except MinhuError as error:
            if error.status >= 500:
                raise
            told = error.code == "stale_version"
            show_errors(form, error)
        else:
            return tell(request, words, back)
    opened = _opened(view, Step.CLOSE, _("回访"))
    more: dict[str, Any] = {
        "form": form,
        "ratings": ratings_of(view.request_id),
        "where": request.get_full_path(),
        "back": back,
        "version": version_shown(version, view, told=told),
    }
    return show(request, "supervision/callback.html", panel_context(opened, actor, **more), wrong=bool(form.errors))


def _result(view: OrderView, form: CallbackForm, version: int | None) -> str:
    """Keep the answers and take the step; 'solved' closes by rule, unless a merged requester says otherwise."""
    data = form.cleaned_data
    handling_services.hold(view.number, version)
    text = data["text"].strip()
    if data["then"] == "later":
        handling_services.take(view.number, Step.NOTE, StepData(text=_("回访电话未接通。") + text))
        return _("已记下未接通，工单仍在待回访。")
    evaluation.rate(view.number, form.answers(), RatingChannel.CALLBACK)
    if data["then"] == "reopen":
        reason = "not_contacted" if data["responded"] == "no" else "not_solved"
        handling_services.take(view.number, Step.REOPEN, StepData(text=text, reason_code=reason))
        return _("已登记回访，工单退回重办。")
    if handling.order_of(view.number).state == State.TO_CALL_BACK.value:
        handling_services.take(view.number, Step.CLOSE, StepData(text=text))
    return _("已登记回访，工单办结。")
