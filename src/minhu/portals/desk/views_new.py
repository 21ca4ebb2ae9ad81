"""The agent's form on the telephone: advice while typing, a summary to read back, and the order in one go."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action, may_ever
from minhu.directory.queries.areas import area_info
from minhu.directory.queries.categories import category_info
from minhu.directory.types import RequestType, Urgency
from minhu.handling import queries as handling
from minhu.handling import services as handling_services
from minhu.handling.queries.search import number_of
from minhu.handling.types import Step, StepData
from minhu.intake import queries as intake
from minhu.intake import services as intake_services
from minhu.intake.queries import desk as reading
from minhu.intake.types import Channel, NewRequest, Outcome, Receipt, SuggestedField
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, MinhuError
from minhu.language.noise.types import Marks
from minhu.portals.citizen.views import show_errors
from minhu.portals.desk import doing, from_talk, splitting
from minhu.portals.orders import noticed, said, warned, words
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.orders.pickers import AreaField, CategoryField, area_words, category_named, category_words
from minhu.portals.words import words_of

KEPT = "agent_receipts"
PHONE_DIGITS = 7
"""From so many digits on it is a telephone number."""
GROUPS = [("", gettext_lazy("无")), ("elderly", gettext_lazy("老年人")), ("disabled", gettext_lazy("残疾人"))]
AFTER = [
    ("keep", gettext_lazy("只登记")),
    ("accept", gettext_lazy("登记并受理")),
    ("dispatch", gettext_lazy("登记、受理并按建议派单")),
]


class NewForm(forms.Form):
    """What an agent types while listening; everything but the words may stay empty."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    split_from = forms.CharField(widget=forms.HiddenInput, max_length=32, required=False)
    talk = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)
    requester_phone = forms.CharField(
        label=gettext_lazy("来电号码"), required=False, max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    requester_name = forms.CharField(
        label=gettext_lazy("姓名"), required=False, max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    text = forms.CharField(
        label=gettext_lazy("诉求内容"), help_text=gettext_lazy("按来电人的话记：什么事、在哪里、多久了、要求怎样解决。"),
        widget=forms.Textarea(attrs={"rows": 7, "data-count": "20000"}),
        error_messages={"required": gettext_lazy("请记录诉求内容。")},
    )  # fmt: skip
    place_text = forms.CharField(
        label=gettext_lazy("事发地点"), required=False, max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    wants_callback = forms.BooleanField(label=gettext_lazy("办结后回访"), required=False, initial=True)
    confidential = forms.BooleanField(label=gettext_lazy("要求保密"), required=False)
    special_group = forms.ChoiceField(label=gettext_lazy("特殊群体"), choices=GROUPS, required=False)

    def __init__(self, data: Any = None, *, may_dispatch: bool = False, begun: dict[str, Any] | None = None) -> None:
        usual = {"key": uuid.uuid4().hex, "after": "dispatch" if may_dispatch else "accept"}
        super().__init__(data, initial={**usual, **(begun or {})})
        automatic = _("按建议")
        self.fields["request_type"] = forms.ChoiceField(
            label=_("诉求类型"), choices=words.choices(words_of(RequestType), automatic), required=False
        )
        self.fields["category_id"] = CategoryField(label=_("分类"), required=False)
        self.fields["area_code"] = AreaField(label=_("地区"), required=False)
        for name in ("category_id", "area_code"):
            self.fields[name].widget.attrs["placeholder"] = automatic
        self.fields["urgency"] = forms.ChoiceField(
            label=_("紧急程度"), choices=words.choices(words_of(Urgency), automatic), required=False
        )
        choices = AFTER if may_dispatch else AFTER[:2]
        self.fields["after"] = forms.ChoiceField(label=_("登记后"), choices=choices)

    def to_request(self) -> NewRequest:
        """What intake receives."""
        data = self.cleaned_data
        return NewRequest(
            text=data["text"], channel=Channel.PHONE, request_type=data["request_type"], place_text=data["place_text"],
            requester_name=data["requester_name"], requester_phone=data["requester_phone"],
            wants_callback=data["wants_callback"], confidential=data["confidential"],
            special_group=data["special_group"], idempotency_key=data["key"],
        )  # fmt: skip

    def corrections(self) -> StepData:
        """Elements that the agent chose against the advice."""
        data = self.cleaned_data
        return StepData(category_id=data["category_id"], area_code=data["area_code"], urgency=data["urgency"])


@for_staff(Action.SUBMIT)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form; a mistake keeps everything that was typed."""
    may_dispatch = may_ever(actor_of(request), Action.DISPATCH)
    begun: dict[str, Any] = {}
    if request.method == "GET":
        begun = splitting.begun(request.GET, actor_of(request)) or from_talk.begun(request.GET)
        if begun.get("talk") and (known := from_talk.number_of(uuid.UUID(begun["talk"]))):
            from_talk.told_already(request, known)
    form = NewForm(request.POST or None, may_dispatch=may_dispatch, begun=begun)
    if request.method == "POST" and form.is_valid():
        try:
            number = receive_form(request, form).number
        except Invalid as error:
            show_errors(form, error)
        else:
            return redirect("desk_new_done", number=number)
    typed = request.POST if request.method == "POST" else begun
    context = {"form": form, "advice": _advice(typed) if typed else None, "split_from": begun.get("split_from", "")}
    return render(request, "desk/new.html", context, status=422 if form.errors else 200)


def receive_form(request: HttpRequest, form: NewForm, **more: Any) -> Receipt:
    """Store the request and take it as far as asked; what does not work afterwards is said, the request stays.

    ``more``: values of the request that the form has no field for.
    """
    actor = actor_of(request)
    wanted = splitting.same_requester(form.to_request(), form.cleaned_data["split_from"], actor)
    talk = form.cleaned_data["talk"]
    wanted = replace(from_talk.channelled(wanted, talk), **more)
    receipt = from_talk.once(talk, lambda: intake_services.receive(wanted, agent_id=actor.staff_id))
    _keep_receipt(request, receipt)
    if talk and not receipt.created:
        from_talk.told_already(request, receipt.number, wanted.text)
    if receipt.created:
        try:
            with transaction.atomic():
                from_talk.note(talk, receipt)
                splitting.note(form.cleaned_data["split_from"], receipt.number, actor)
                _go_on(receipt.number, form)
        except MinhuError as error:
            messages.warning(request, _("诉求已登记，但没有继续办理：%(why)s") % {"why": error.message})
    return receipt


def _keep_receipt(request: HttpRequest, receipt: Receipt) -> None:
    """Number and code, to be read out on the next page; who finds an order again gets no code."""
    if not receipt.code:
        return
    kept = request.session.setdefault(KEPT, {})
    kept[receipt.number] = {"code": receipt.code, "wording": receipt.wording}
    request.session[KEPT] = dict(list(kept.items())[-20:])


def _go_on(number: str, form: NewForm) -> None:
    view = handling.order_view(number)
    steps = {step.step for step in view.allowed}
    data = form.corrections()
    if data != StepData() and Step.CORRECT in steps and _differs(view, data):
        handling_services.take(number, Step.CORRECT, data)
        _note(view.request_id, data)
    decision = intake.decision_of(view.request_id)
    if form.cleaned_data["after"] == "keep":
        return
    if decision is not None and decision.recommended.value != "accept" and view.state.value == "received":
        raise Invalid(_("受理建议是“%(what)s”，请在工单里确认。") % {"what": decision.label})
    if form.cleaned_data["after"] == "dispatch":
        doing.dispatch_as_suggested(number)
    elif Step.ACCEPT in {step.step for step in handling.order_view(number).allowed}:
        handling_services.take(number, Step.ACCEPT, StepData())
        intake_services.confirm_decision(view.request_id, "accept")


def _differs(view: Any, data: StepData) -> bool:
    pairs = ((data.category_id, view.category_id), (data.area_code, view.area_code), (data.urgency, view.urgency))
    return any(new not in (None, "", old) for new, old in pairs)


def _note(request_id: int, data: StepData) -> None:
    for field, value in (
        (SuggestedField.CATEGORY, data.category_id),
        (SuggestedField.PLACE, data.area_code),
        (SuggestedField.URGENCY, data.urgency),
    ):
        if value:
            intake_services.record_outcome(request_id, field, Outcome.CHANGED, value)


@for_staff(Action.SUBMIT)
@require_POST
def advice(request: HttpRequest) -> HttpResponse:
    """What the platform makes of the words so far: elements, alarm, unit, repeats, the summary to read back."""
    return render(request, "desk/new_advice.html", {"advice": _advice(request.POST)})


def _advice(data: Any) -> dict[str, Any] | None:
    phone = str(data.get("requester_phone", "")).strip()
    digits = "".join(filter(str.isdigit, phone))
    wanted = NewRequest(text=str(data.get("text", "")), place_text=str(data.get("place_text", ""))[:200])
    complete = len(digits) >= PHONE_DIGITS
    found = reading.preview(replace(wanted, requester_phone=digits if complete else ""))
    caller = intake.caller_history(()) if not complete else intake.caller_history_of_phone(digits)
    if found is None:
        return {"found": None, "caller": caller.words if complete else "", "unit": None}
    row = found.advice
    return {
        "warnings": _warnings(data, wanted.text),
        "said": said.typed(wanted.text, placed=bool(found.area_code), wants_callback=bool(data.get("wants_callback"))),
        "noticed": noticed.shown(intake.impression_of_words(wanted.text)),
        "found": found,
        "caller": caller.words if complete else "",
        "title": found.title,
        "lines": [
            {
                "label": str(words.FIELDS[name]),
                "value": row[name].label,
                "confidence": row[name].confidence,
                "basis": row[name].basis.split("，主办为")[0],
            }
            for name in ("category", "place", "request_type", "urgency", "unit")
            if name in row
        ],
        "category": category_words(info) if (info := category_info(found.category_id)) else "",
        "place": area_words(area) if (area := area_info(found.area_code)) else "",
        "type_word": words.type_word(found.request_type),
        "split_from": str(data.get("split_from", "")),
        "phone": " ".join((digits[:3], digits[3:7], digits[7:])).strip() if complete else "",
        "confidential": bool(data.get("confidential")),
    }


def _warnings(data: Any, text: str) -> list[dict[str, Any]]:
    """What would make the order come back, of the words so far and of what the agent has chosen."""
    category, place = category_named(str(data.get("category_id", ""))), str(data.get("place_text", "")).strip()
    kind = str(data.get("request_type", ""))
    marks = Marks(
        warned.TYPES.get(kind, ""), category.code if category else "", str(data.get("urgency", "")),
        bool(data.get("confidential")), place, "", settled=bool(place and data.get("place_own")),
    )  # fmt: skip
    return warned.of_typed(text, intake.elements_of_words(text, now()).elements, marks)


@for_staff(Action.SUPPLEMENT)
@require_POST
def join(request: HttpRequest) -> HttpResponse:
    """The same matter again, in one press: no unit gets it twice, nothing said is lost.

    Who asks again adds words to the own order. Somebody else gets a number of his own, for he is promised the result
    and asked for his rating; his order is merged at once, and a dispatcher can part them again.
    """
    number = number_of(request.POST.get("join", ""), actor_of(request))
    if not number:
        messages.error(request, _("没有找到要并入的工单。"))
        return redirect("desk_new")
    view = handling.order_view(number, actor_of(request))
    form = NewForm(request.POST)
    digits = "".join(filter(str.isdigit, request.POST.get("requester_phone", "")))
    if len(digits) < PHONE_DIGITS or intake.is_caller_of(view.request_id, digits):
        intake_services.supplement(view.request_id, request.POST.get("text", ""))
        messages.success(request, _("来电内容已补充到原工单，没有重复登记。"))
        return redirect("order", number=number)
    if not form.is_valid():
        return render(request, "desk/new.html", {"form": form, "advice": _advice(request.POST)}, status=422)
    try:
        with transaction.atomic():
            joined = receive_joined(request, form, number).number
    except Invalid as error:
        show_errors(form, error)
        return render(request, "desk/new.html", {"form": form, "advice": _advice(request.POST)}, status=422)
    except MinhuError as error:
        messages.error(request, error.message)
        return redirect("order", number=number)
    messages.success(request, _("已登记并并入 %(number)s，不会重复派单。") % {"number": number})
    return redirect("desk_new_done", number=joined)


def receive_joined(request: HttpRequest, form: NewForm, number: str, **more: Any) -> Receipt:
    """The new request, whose order is part of the order ``number`` from the first moment."""
    new = replace(from_talk.channelled(form.to_request(), form.cleaned_data["talk"]), **more)
    found = reading.preview(new)
    why = next((one.basis for one in found.repeats if one.number == number), "") if found else ""
    talk, agent = form.cleaned_data["talk"], actor_of(request).staff_id
    receipt = from_talk.once(talk, lambda: intake_services.receive(new, agent_id=agent))
    if talk and not receipt.created:
        from_talk.told_already(request, receipt.number, new.text)
    if receipt.created:
        words = _("登记时并案：%(why)s") % {"why": why or _("登记人确认为同一件事")}
        handling_services.take(receipt.number, Step.JOIN, StepData(target_number=number, text=words))
        decision = intake.decision_of(receipt.request_id)
        if decision is not None and decision.final is None:
            intake_services.confirm_decision(receipt.request_id, "repeated", words)
        from_talk.note(talk, receipt)
    _keep_receipt(request, receipt)
    return receipt


@for_staff(Action.SUBMIT)
@require_GET
def done(request: HttpRequest, number: str) -> HttpResponse:
    """Number and code to read out, and what happens next."""
    view = handling.order_view(number, actor_of(request))
    kept = request.session.get(KEPT, {}).get(number, {})
    return render(request, "desk/new_done.html", {"order": view, **kept})
