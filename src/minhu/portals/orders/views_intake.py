"""What a person makes of the advice: the intake recommendation, and single suggestions."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.directory.types import RequestType, Urgency
from minhu.handling import queries as handling
from minhu.handling import services as handling_services
from minhu.handling.types import OrderView, Step, StepData
from minhu.intake import queries as intake
from minhu.intake import services as intake_services
from minhu.intake.services.keeping import drop_element, keep_element
from minhu.intake.types import IntakeClass, Outcome, SuggestedField
from minhu.kernel.errors import Conflict, Invalid, MinhuError, NotAllowed, NotFound
from minhu.portals.orders import present, settling, words
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.orders.pickers import AreaField, CategoryField
from minhu.portals.orders.versions import version_seen, version_shown
from minhu.portals.words import words_of


@for_staff()
@require_POST
def decision(request: HttpRequest, number: str) -> HttpResponse:
    """Confirm or change the recommendation; acceptance is taken at once, anything else opens its step."""
    view = handling.order_view(number, actor_of(request))
    try:
        kind = IntakeClass(request.POST.get("final_class", ""))
    except ValueError as error:
        raise Invalid(_("请选择受理意见。"), fields={"final_class": _("请选择受理意见。")}) from error
    steps = {step.step for step in view.allowed}
    seen = version_seen(request, view, actor_of(request))
    try:
        with transaction.atomic():
            intake_services.confirm_decision(view.request_id, kind, request.POST.get("reason", ""))
            if kind is IntakeClass.ACCEPT and Step.ACCEPT in steps:
                handling_services.take(number, Step.ACCEPT, StepData(), version=seen)
    except MinhuError as error:
        messages.error(request, error.message)
        return redirect("order", number=number)
    messages.success(request, _("受理意见已确认：%(what)s。") % {"what": present.class_word(kind)})
    following = settling.STEP_OF_CLASS.get(kind, Step.REFUSE)
    if kind is not IntakeClass.ACCEPT and following in steps:
        return redirect(reverse("order_step", args=[number, following.value]) + "?suggested=1")
    return redirect("order", number=number)


FIELDS: Final = {
    SuggestedField.CATEGORY: "category_id", SuggestedField.PLACE: "area_code", SuggestedField.URGENCY: "urgency",
    SuggestedField.REQUEST_TYPE: "request_type",
}  # fmt: skip


class ChangeForm(forms.Form):
    """Another value for one suggestion."""

    def __init__(self, field: SuggestedField, view: OrderView, data: Any = None) -> None:
        name = FIELDS[field]
        super().__init__(data, initial={name: getattr(view, name)}, auto_id=f"change_{field.value}_%s")
        label = str(words.FIELDS[field.value])
        if field is SuggestedField.CATEGORY:
            self.fields[name] = CategoryField(label=label)
        elif field is SuggestedField.PLACE:
            self.fields[name] = AreaField(label=label)
        else:
            table = words_of(Urgency if field is SuggestedField.URGENCY else RequestType)
            self.fields[name] = forms.ChoiceField(label=label, choices=words.choices(table))


@for_staff()
@require_http_methods(["GET", "POST"])
def advice(request: HttpRequest, number: str, field: str) -> HttpResponse:
    """Take a suggestion over into the order, or put another value in its place; answers the line anew."""
    try:
        wanted = SuggestedField(field)
    except ValueError as error:
        raise Http404 from error
    if wanted not in FIELDS:
        raise Http404
    view = handling.order_view(number, actor_of(request))
    if request.method == "GET" and not request.GET.get("change"):
        return _line(request, number, wanted)
    version = version_seen(request, view, actor_of(request))
    if request.method == "GET" or request.POST.get("change"):
        return _change(request, view, wanted, version)
    one = settling.suggested(intake.suggestions_of(view.request_id)).get(wanted)
    if one is None:
        raise NotFound(_("没有这条建议。"))
    _put(view, wanted, settling.value_of(one), Outcome.ACCEPTED, version)
    return _line(request, number, wanted)


def _change(request: HttpRequest, view: OrderView, field: SuggestedField, version: int | None) -> HttpResponse:
    form = ChangeForm(field, view, request.POST or None)
    told = False
    if request.method == "POST" and form.is_valid():
        try:
            _put(view, field, form.cleaned_data[FIELDS[field]], Outcome.CHANGED, version)
        except (Conflict, Invalid, NotAllowed) as error:
            form.add_error(None, error.message)
            told = error.code == "stale_version"
        else:
            return _line(request, view.number, field)
    url = reverse("order_advice", args=[view.number, field.value])
    context = {"form": form, "order": view, "url": url, "version": version_shown(version, view, told=told)}
    return render(request, "orders/advice_form.html", context, status=422 if form.errors else 200)


def _put(view: OrderView, field: SuggestedField, value: Any, outcome: Outcome, version: int | None) -> None:
    """Write the value into the order where it differs, and note what became of the suggestion."""
    name = FIELDS[field]
    with transaction.atomic():
        handling_services.hold(view.number, version)
        if getattr(view, name) != value:
            handling_services.take(view.number, Step.CORRECT, StepData(**{name: value}), version=view.version)
        intake_services.record_outcome(view.request_id, field, outcome, value)


def _line(request: HttpRequest, number: str, field: SuggestedField) -> HttpResponse:
    view = handling.order_view(number, actor_of(request))
    lines = present.advice(view, intake.suggestions_of(view.request_id, actor_of(request)))
    line = next((one for one in lines if one.field == field.value), None)
    return render(request, "orders/advice_line.html", {"line": line, "order": view})


@for_staff(Action.DECIDE_INTAKE)
@require_POST
def keep(request: HttpRequest, number: str) -> HttpResponse:
    """One key: an element is accepted as read, corrected, or taken back."""
    view, given = handling.order_view(number, actor_of(request)), request.POST
    try:
        if given.get("what") == "drop":
            text = given.get("kept", "")
            drop_element(view.request_id, int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0)
        else:
            fixed = given.get("what") == "correct"
            value = given.get("corrected" if fixed else "value", "")
            keep_element(view.request_id, given.get("kind", ""), given.get("words", ""), value, corrected=fixed)
    except MinhuError as error:
        messages.error(request, error.message)
    return redirect(f"{reverse('order', args=[number])}#said-title")
