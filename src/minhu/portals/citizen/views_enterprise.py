"""企业先行 on the citizen's own page: agree or not, add what is asked, accept the offer or not."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from minhu.exchange.queries import disputes as queries
from minhu.exchange.queries.disputes import CONSENT, CONTACT, DisputeView, News, Phase
from minhu.exchange.services import disputes
from minhu.exchange.services.disputes import Consent
from minhu.kernel.errors import MinhuError, NotFound
from minhu.kernel.numbers import normalise_number
from minhu.portals.citizen.views import for_citizens, show_errors
from minhu.portals.citizen.views_own import ask_code, own

GRADES = [("5", gettext_lazy("很满意")), ("4", gettext_lazy("满意")), ("3", gettext_lazy("一般")),
          ("2", gettext_lazy("不满意")), ("1", gettext_lazy("很不满意"))]  # fmt: skip


class ConsentForm(forms.Form):
    """Whether the enterprise may have it, and how much."""

    given = forms.ChoiceField(
        label=gettext_lazy("您的决定"), widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("同意先由企业处理")), ("no", gettext_lazy("不同意，直接由政府办理"))],
    )  # fmt: skip
    contact = forms.BooleanField(label=gettext_lazy(CONTACT), required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)


class MoreForm(forms.Form):
    """What the enterprise asked for."""

    text = forms.CharField(
        label=gettext_lazy("补充的情况"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("这段话会原样转给企业，不想让企业知道的请不要写。"),
    )  # fmt: skip
    key = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)


class ChoiceForm(forms.Form):
    """Accept the offer or not."""

    news = forms.ChoiceField(
        label=gettext_lazy("您的决定"), widget=forms.RadioSelect,
        choices=[
            (News.ACCEPT.value, gettext_lazy("接受企业的方案")),
            (News.REJECT.value, gettext_lazy("不接受，转为政府工单")),
        ],
    )  # fmt: skip
    satisfaction = forms.ChoiceField(
        label=gettext_lazy("对企业的处理满意吗？"), choices=GRADES, required=False, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=gettext_lazy("想说的话"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("不接受的，请写明理由，会随工单一起交给办理单位。"),
    )  # fmt: skip
    key = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)


FORMS: dict[Phase, type[forms.Form]] = {
    Phase.ASKED: ConsentForm, Phase.MORE: MoreForm, Phase.OFFERED: ChoiceForm,
}  # fmt: skip


@never_cache
@for_citizens
@require_http_methods(["GET", "POST"])
def enterprise(request: HttpRequest, number: str) -> HttpResponse:
    """What the enterprise said and what the citizen decides."""
    try:
        own(number, request)
    except NotFound:
        return ask_code(number)
    found = queries.of_order(normalise_number(number))
    if not found:
        return redirect("own_request", number=number)
    view, status = found[0], 200
    make = FORMS.get(view.phase)
    form = make(request.POST or None, initial={"key": uuid4().hex}) if make else None
    if request.method == "POST" and form is not None:
        status = 422
        if form.is_valid():
            try:
                _decide(view, form.cleaned_data)
            except MinhuError as error:
                show_errors(form, error)
                status = error.status
            else:
                messages.success(request, _("已记录您的决定。"))
                return redirect("own_enterprise", number=number)
    context = {"view": view, "form": form, "consent": _(CONSENT), "number": normalise_number(number)}
    return render(request, "citizen/enterprise.html", context, status=status)


def _decide(view: DisputeView, data: dict[str, Any]) -> None:
    if view.phase is Phase.ASKED:
        disputes.consent(view.uid, Consent(data["given"] == "yes", data["contact"]), key=data["key"])
    elif view.phase is Phase.MORE:
        disputes.choose(view.uid, News.TELL, data["text"], key=data["key"])
    else:
        grade = int(data["satisfaction"]) if data["satisfaction"] else None
        disputes.choose(view.uid, News(data["news"]), data["text"], satisfaction=grade, key=data["key"])
