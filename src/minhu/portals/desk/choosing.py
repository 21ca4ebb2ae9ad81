"""Another unit than the proposed one: why not it, and a reason from whoever chooses it, so that the next advice is better."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from minhu.directory.policy import Action
from minhu.directory.queries import advice, rules
from minhu.directory.queries.units import unit_info
from minhu.directory.types import UnitInfo
from minhu.handling.types import StepData
from minhu.kernel.errors import Conflict, Invalid, NotAllowed
from minhu.portals.citizen.views import show_errors
from minhu.portals.desk import board as lines
from minhu.portals.desk import doing
from minhu.portals.orders.guards import for_staff
from minhu.portals.orders.pickers import UnitField, UnitsField, unit_words

GROUP = "correct_unit"


class ChooseForm(forms.Form):
    """Another unit than the suggested one, with the reason that teaches."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: QueryDict | None, initial: dict[str, Any], suggested: lines.Target | None) -> None:
        super().__init__(data, initial=initial, auto_id="choose_%s")
        self._suggested = suggested
        missing = {"required": _("请选择主办单位。")}
        self.fields["unit_id"] = UnitField(label=_("主办单位"), error_messages=missing)
        reasons = [(reason.code, reason.label) for reason in rules.reasons().of(GROUP)]
        if suggested is not None and reasons:
            self.fields["reason_code"] = forms.ChoiceField(
                label=_("为什么不派%(unit)s") % {"unit": suggested.unit_name},
                choices=[("", _("（与建议相同时不用选）")), *reasons], required=False,
                help_text=_("这个原因会用于以后的派单建议。"),
            )  # fmt: skip
        self.fields["assist_unit_ids"] = UnitsField(label=_("协办单位"), required=False)
        box = forms.Textarea(attrs={"rows": 2})
        self.fields["text"] = forms.CharField(label=_("给承办单位的话"), required=False, max_length=500, widget=box)

    def clean(self) -> dict[str, Any]:
        """Who does not follow the advice says why."""
        data = super().clean() or {}
        chosen, suggested = data.get("unit_id"), self._suggested
        if chosen and suggested and chosen != suggested.unit_id and not data.get("reason_code", "-"):
            self.add_error("reason_code", _("请选择为什么不派建议的单位，以后的建议会因此更准。"))
        return data


@for_staff(Action.DISPATCH)
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, number: str) -> HttpResponse:
    """Key 2: accept and dispatch to another unit; says why the advice did not name it."""
    one = doing.line_of(number)
    initial = {"version": one.row.version, "assist_unit_ids": one.target.assist_ids if one.target else ()}
    wanted = _wanted(request)
    if wanted is not None:
        initial["unit_id"] = wanted.id
    elif one.recommended and one.target:
        initial["unit_id"] = one.target.unit_id
    form = ChooseForm(request.POST or None, initial, one.target)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _chosen(request, one, form)
            except (Conflict, Invalid, NotAllowed) as error:
                show_errors(form, error)
    context = {"form": form, "line": one, "action": request.path}
    template = "desk/choose.html" if request.headers.get("HX-Request") else "desk/choose_page.html"
    return render(request, template, context, status=status)


def _chosen(request: HttpRequest, one: lines.Line, form: ChooseForm) -> HttpResponse:
    data = form.cleaned_data
    why = "；".join(reason.text for reason in _reasons(one, data["unit_id"])[:2])
    step = StepData(
        unit_id=data["unit_id"], assist_unit_ids=data["assist_unit_ids"], text=data["text"],
        basis=_("人工指定（目录：%(why)s）") % {"why": why}, reason_code=data.get("reason_code", ""),
        suggested_unit_id=one.target.unit_id if one.target else None,
    )  # fmt: skip
    with transaction.atomic():
        doing.give_out(one.row.number, step, data["version"])
    words = _("%(number)s 已派单。") % {"number": one.row.number}
    if not request.headers.get("HX-Request"):
        messages.success(request, words)
        return redirect("desk")
    toast = {"text": words, "level": "success", "undo_url": reverse("desk_undo", args=[one.row.number])}
    response = render(request, "desk/panel_done.html", {"words": words, "number": one.row.number})
    response["HX-Trigger"] = json.dumps({"minhu:toast": toast, f"minhu:row-{one.row.number}": {}})
    return response


def _reasons(one: lines.Line, unit_id: int) -> tuple[advice.Reason, ...]:
    row = one.row
    matter = advice.matter_of(row.category_id, row.area_code, row.request_type, lines.words_of(row))
    return advice.why_not(unit_id, matter, lines.units_for([row])[0])


class WhyForm(forms.Form):
    """The unit that somebody had in mind."""

    def __init__(self, data: QueryDict | None) -> None:
        super().__init__(data, auto_id="why_%s")
        self.fields["unit"] = UnitField(label=_("为什么不是"), error_messages={"required": _("请写出单位。")})


@for_staff(Action.DISPATCH)
@require_GET
def why_not(request: HttpRequest, number: str) -> HttpResponse:
    """Why a unit is not proposed: catalogue, duties, and the like orders it returned or never had."""
    one = doing.line_of(number)
    form = WhyForm(request.GET if "unit" in request.GET else None)
    unit, reasons = None, tuple[advice.Reason, ...]()
    if form.is_bound and form.is_valid():
        unit = unit_info(form.cleaned_data["unit"])
        reasons = _reasons(one, form.cleaned_data["unit"])
    context = {
        "form": form, "line": one, "unit": unit, "unit_words": unit_words(unit) if unit else "", "reasons": reasons,
    }  # fmt: skip
    template = "desk/why_not.html" if request.headers.get("HX-Request") else "desk/why_not_page.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _wanted(request: HttpRequest) -> UnitInfo | None:
    text = request.GET.get("unit", "")
    return unit_info(int(text)) if text.isascii() and text.isdigit() and len(text) < 16 else None
