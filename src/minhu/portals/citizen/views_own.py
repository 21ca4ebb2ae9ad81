"""One's own request: progress, supplement, rating, withdrawal. Proof is the session (number and code)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.evaluation import services as evaluation
from minhu.evaluation.queries import has_rated, ratings_of
from minhu.exchange.queries import disputes
from minhu.handling import queries as handling
from minhu.handling import services as handling_services
from minhu.handling.types import PublicOrderView, Step, StepData
from minhu.intake import queries as intake
from minhu.intake import services as intake_services
from minhu.intake.services import surveying
from minhu.intake.types import TalkChannel
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.kernel.numbers import normalise_number
from minhu.portals.citizen.forms import (
    FILE_MEGABYTES,
    MOST_FILES,
    RateForm,
    SupplementForm,
    WithdrawForm,
    uploaded,
)
from minhu.portals.citizen.views import RECEIPT_KEY, for_citizens, show_errors

TALK_KEPT = "talk"
"""Under which the session keeps the talk of this browser."""


def own(number: str, request: HttpRequest) -> int:
    """The id behind ``number`` if this session has proved it; NotFound otherwise."""
    request_id = intake.request_id_of(normalise_number(number))
    if request_id is None or request_id not in request.actor.own_requests:  # type: ignore[attr-defined]
        raise NotFound(_("请先用编号和查询码打开这件诉求。"), code="not_opened")
    return request_id


def ask_code(number: str) -> HttpResponse:
    """To where number and code are asked for."""
    return redirect(f"{reverse('follow')}?number={number}")


def _context(request: HttpRequest, request_id: int, **more: Any) -> dict[str, Any]:
    view: PublicOrderView = handling.public_view(request_id)
    card = intake.request_card(request_id)
    if not view.reply:  # files of a reply are told together with it, after somebody has approved both
        card = replace(card, attachments=tuple(file for file in card.attachments if file.kind != "reply"))
    entries = [{"at": event.at, "title": event.text, "tone": "calm"} for event in reversed(view.timeline)]
    return {
        "order": view,
        "entries": entries,
        "card": card,
        "file_limit": MOST_FILES,
        "file_megabytes": FILE_MEGABYTES,
        **more,
    }


@never_cache
@for_citizens
@require_GET
def own_request(request: HttpRequest, number: str) -> HttpResponse:
    """Where it stands, what happens next, what one can do."""
    try:
        request_id = own(number, request)
    except NotFound:
        return ask_code(number)
    context = _context(request, request_id)
    context |= {"ratings": ratings_of(request_id), "rated": has_rated(request_id)}
    context["dispute"] = next(iter(disputes.of_order(normalise_number(number))), None)
    return render(request, "citizen/own.html", context)


@never_cache
@for_citizens
@require_GET
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Number and code right after submitting, to keep."""
    kept = request.session.get(RECEIPT_KEY, {}).get(number)
    try:
        request_id = own(number, request)
    except NotFound:
        return ask_code(number)
    if kept is None:
        return redirect("own_request", number=number)
    context = _context(request, request_id, code=kept["code"], wording=kept["wording"])
    return render(request, "citizen/receipt.html", context)


@never_cache
@for_citizens
@require_http_methods(["GET", "POST"])
def supplement(request: HttpRequest, number: str) -> HttpResponse:
    """Add words and files."""
    try:
        request_id = own(number, request)
    except NotFound:
        return ask_code(number)
    form = SupplementForm(request.POST or None)
    file_errors: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            intake_services.supplement(request_id, form.cleaned_data["text"], uploaded(request))
        except (Invalid, Conflict) as error:
            file_errors = show_errors(form, error)
        else:
            messages.success(request, _("补充的情况已收到，会一并转给承办单位。"))
            return redirect("own_request", number=number)
    context = _context(request, request_id, form=form, file_errors=file_errors)
    status = 422 if form.errors or file_errors else 200
    return render(request, "citizen/supplement.html", context, status=status)


@never_cache
@for_citizens
@require_http_methods(["GET", "POST"])
def rate(request: HttpRequest, number: str) -> HttpResponse:
    """Say how it went."""
    try:
        request_id = own(number, request)
    except NotFound:
        return ask_code(number)
    form = RateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            evaluation.rate(normalise_number(number), form.answers())
        except (Invalid, Conflict) as error:
            show_errors(form, error)
        else:
            messages.success(request, _("感谢您的评价。"))
            return redirect("own_request", number=number)
    status = 422 if form.errors else 200
    return render(request, "citizen/rate.html", _context(request, request_id, form=form), status=status)


@never_cache
@for_citizens
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take the request back; it can be reopened by calling the hotline."""
    try:
        request_id = own(number, request)
    except NotFound:
        return ask_code(number)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            data = StepData(text=form.cleaned_data["text"])
            handling_services.perform(normalise_number(number), Step.WITHDRAW, data)
        except (Invalid, Conflict) as error:
            show_errors(form, error)
        else:
            messages.success(request, _("已撤回。如需继续办理，请拨打 12345。"))
            return redirect("own_request", number=number)
    status = 422 if form.errors else 200
    return render(request, "citizen/withdraw.html", _context(request, request_id, form=form), status=status)


@never_cache
@for_citizens
@require_POST
def rate_by_talk(request: HttpRequest, number: str) -> HttpResponse:
    """Be asked about it by the bot instead of filling in a form; a request that cannot be rated leads back to its page."""
    try:
        request_id = own(number, request)
    except NotFound:
        return ask_code(number)
    if has_rated(request_id) or not handling.public_view(request_id).can_rate:
        return redirect("own_request", number=number)
    begun = surveying.begin(request_id, TalkChannel.CHAT)
    request.session[TALK_KEPT] = [str(begun.uid), begun.secret]
    return redirect("talk")
