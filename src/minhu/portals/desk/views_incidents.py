"""Incidents on the dispatcher's desk: what looks like one, who belongs to it, one reply to everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries import rules
from minhu.directory.queries.areas import area_info
from minhu.handling.queries import incidents as reading
from minhu.handling.services import incidents
from minhu.handling.services.incidents import IncidentDraft
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, MinhuError
from minhu.portals.charts import Chart, Series
from minhu.portals.citizen.views import show_errors
from minhu.portals.manage.common import Counted, act
from minhu.portals.orders.guards import View, for_staff

for_merging = for_staff(Action.MERGE)
_WHEN = "%Y-%m-%dT%H:%M"


class IncidentForm(forms.Form):
    """What a person writes about an incident."""

    title = forms.CharField(label=gettext_lazy("事件名称"), max_length=120)
    wording = forms.CharField(
        label=gettext_lazy("对群众的说法"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("准备反映的人和已并入的诉求人都会看到；不要写任何人的个人信息。"),
    )  # fmt: skip
    began_at = forms.DateTimeField(
        label=gettext_lazy("开始时间"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_WHEN)
    )
    expected_end = forms.DateTimeField(
        label=gettext_lazy("预计结束时间"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_WHEN),
    )  # fmt: skip
    public = forms.BooleanField(label=gettext_lazy("在群众反映页面公示"), required=False, initial=True)

    def draft(self, area_codes: tuple[str, ...] = ()) -> IncidentDraft:
        """What the service receives."""
        data = self.cleaned_data
        return IncidentDraft(
            data["title"], data["wording"], data["began_at"], data["expected_end"], area_codes, data["public"]
        )


@for_merging
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Open incidents and what looks like one; or those that are over."""
    closed = request.GET.get("closed") == "1"
    automation = rules.automation()
    context = {
        "rows": reading.incidents(closed=closed), "closed": closed, "clusters": [] if closed else reading.clusters(),
        "least": automation.incident_count, "minutes": automation.incident_minutes,
    }  # fmt: skip
    return render(request, "desk/incidents.html", context)


@for_merging
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open an incident from like orders of one street; the chosen one leads, the ticked ones are merged into it."""
    category, street = request.GET.get("category", ""), request.GET.get("street", "")
    kind = int(category) if category.isascii() and category.isdigit() and len(category) < 10 else None
    since = now() - timedelta(minutes=rules.automation().incident_minutes)
    found = reading.orders_like(kind, (street,) if street.isascii() and street.isdigit() else (), since)
    area = area_info(street) if found else None
    begun = (
        {"began_at": found[0].created_at, "title": f"{area.name if area else ''}{found[0].title}"[:60]} if found else {}
    )
    form = IncidentForm(request.POST or None, initial=begun)
    if request.method == "POST" and form.is_valid():
        main = request.POST.get("main", "")
        try:
            row = incidents.open_incident(main, form.draft((street,) if area else ()))
            _tell_attached(
                request, incidents.attach(row, [one for one in request.POST.getlist("orders") if one != main])
            )
            return redirect("desk_incident", incident=row)
        except Invalid as error:
            show_errors(form, error)
        except MinhuError as error:
            form.add_error(None, error.message)
    context = {"form": form, "found": found, "main": request.POST.get("main", found[0].number if found else "")}
    return render(request, "desk/incident_new.html", context, status=422 if form.errors else 200)


@for_merging
@require_GET
def incident(request: HttpRequest, incident: int) -> HttpResponse:
    """One incident: who belongs to it, since when, what they were told."""
    return _page(request, incident)


def _page(request: HttpRequest, pk: int, status: int = 200, **more: Any) -> HttpResponse:
    row = reading.incident(pk)
    number = request.GET.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and 0 < len(number) < 6 else 1
    shown, total = reading.members(pk, max(page, 1))
    times, counts = reading.curve(pk)
    chart = Chart(
        id="incident-curve", title=_("每小时反映数"), kind="bar", categories=[f"{at.astimezone(CHINA_TIME):%m-%d %H:%M}" for at in times],
        series=[Series(_("反映数"), counts)], unit=_("件"), category_name=_("时间"), height="small",
    )  # fmt: skip
    counted = Counted(shown, total, (max(page, 1) - 1) * reading.SHOWN)
    pages: Page[Any] = Paginator(counted, reading.SHOWN).get_page(page)  # type: ignore[arg-type]
    notices = reading.notices(pk)
    context = {
        "row": row, "members": shown, "total": total, "page": pages, "chart": chart,
        "places": reading.places(pk), "waiting": [] if row.closed_at else reading.to_attach(row),
        "notices": notices, "pending": next((one for one in notices if not one.sent_at and not one.withdrawn_at), None),
        "form": IncidentForm(initial={
            "title": row.title, "wording": row.wording, "began_at": row.began_at, "expected_end": row.expected_end, "public": row.public,
        }), **more,
    }  # fmt: skip
    return render(request, "desk/incident.html", context, status=status)


@for_merging
@require_POST
def change(request: HttpRequest, incident: int) -> HttpResponse:
    """New words or times."""
    form = IncidentForm(request.POST)
    if not form.is_valid():
        return _page(request, incident, 422, form=form)
    try:
        incidents.change_incident(incident, form.draft())
    except Invalid as error:
        show_errors(form, error)
        return _page(request, incident, 422, form=form)
    except MinhuError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("事件已修改。"))
    return redirect("desk_incident", incident=incident)


@for_merging
@require_POST
def attach(request: HttpRequest, incident: int) -> HttpResponse:
    """Merge the ticked orders, or one whose number was typed."""
    numbers = [*request.POST.getlist("orders"), *filter(None, [request.POST.get("number", "").strip()])]
    try:
        _tell_attached(request, incidents.attach(incident, numbers))
    except MinhuError as error:
        messages.error(request, error.message)
    return redirect("desk_incident", incident=incident)


def _tell_attached(request: HttpRequest, found: incidents.Attached) -> None:
    if found.done:
        messages.success(request, _("已并入 %(n)s 件。") % {"n": found.done})
    for number, why in found.refused[:5]:
        messages.warning(request, f"{number}：{why}")


def _button(work: Callable[[HttpRequest, int], object], done: Any) -> View:
    @for_merging
    @require_POST
    def view(request: HttpRequest, incident: int) -> HttpResponse:
        return act(request, lambda: work(request, incident), str(done), reverse("desk_incident", args=[incident]))

    return view


detach = _button(
    lambda request, pk: incidents.detach(pk, request.POST.get("order", ""), request.POST.get("reason", "")),
    gettext_lazy("已移出事件，恢复单独办理。"),
)
close = _button(
    lambda request, pk: incidents.close_incident(pk, request.POST.get("reason", "")), gettext_lazy("事件已结束。")
)
withdraw = _button(
    lambda request, pk: incidents.withdraw_notice(_id(request.POST.get("notice", ""))), gettext_lazy("统一告知已撤回。")
)
called = _button(
    lambda request, pk: incidents.called_back(_id(request.POST.get("told", ""))), gettext_lazy("已记为回访。")
)


def _id(given: str) -> int:
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else 0


@for_merging
@require_POST
def tell(request: HttpRequest, incident: int) -> HttpResponse:
    """Words to everybody: first seen as they will go and to how many, then sent after the time for taking them back."""
    text, without = request.POST.get("text", "").strip(), request.POST.getlist("without")
    if request.POST.get("confirm") != "1" and text:
        row = reading.incident(incident)
        left = [number for number in without if number]
        return _page(request, incident, preview={"text": text, "without": left, "count": row.reported - len(left)},
                     undo_seconds=rules.automation().incident_undo_seconds)  # fmt: skip
    try:
        incidents.tell_all(incident, text, without)
    except MinhuError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("统一告知即将发出，发出前可以撤回。"))
    return redirect("desk_incident", incident=incident)
