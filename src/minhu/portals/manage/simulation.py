"""推演: a draft of the catalogue or of the duty list on past orders, before anybody publishes it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries import versions
from minhu.directory.queries.freshness import local_day
from minhu.handling.queries.simulations import SimulationView, last_simulations, simulation
from minhu.handling.services import simulating
from minhu.kernel.calendar.types import midnight
from minhu.ledger import services as ledger
from minhu.portals.manage.common import act, saved, show
from minhu.portals.orders.guards import for_staff
from minhu.portals.sheets import sheet_response

MOST_SHOWN: Final = 100
SECTIONS: Final = {"catalogue": "catalogue", "duties": "duties"}


class PeriodForm(forms.Form):
    """The days whose orders are played; last month when nothing is said."""

    first = forms.DateField(label=gettext_lazy("从"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=gettext_lazy("到"), widget=forms.DateInput(attrs={"type": "date"}))

    def period(self) -> tuple[datetime, datetime]:
        """The two moments between which orders were created."""
        return midnight(self.cleaned_data["first"]), midnight(self.cleaned_data["last"] + timedelta(days=1))


def _last_month() -> dict[str, date]:
    end = local_day().replace(day=1) - timedelta(days=1)
    return {"first": end.replace(day=1), "last": end}


def _version(kind: str, version: int) -> versions.VersionView:
    if kind not in SECTIONS:
        raise Http404
    return versions.catalogue_version(version) if kind == "catalogue" else versions.duty_version(version)


@for_staff(Action.MANAGE_RULES)
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    """Choose the period and start; below, the last plays of this version."""
    view = _version(kind, version)
    form = PeriodForm(request.POST if request.method == "POST" else None, initial=_last_month())
    status, made = 200, []
    if request.method == "POST":
        status = saved(form, lambda: made.append(simulating.ask(kind, version, *form.period())))
        if status == 200:
            return redirect("manage_simulation", made[0])
    context = {"view": view, "kind": kind, "form": form, "plays": last_simulations(kind, version)}
    return show(request, SECTIONS[kind], "simulation_start", context, status)


@for_staff(Action.MANAGE_RULES)
@require_GET
def page(request: HttpRequest, play: int) -> HttpResponse:
    """How far a play is, and what came of it: counts, units and numbers of orders, nobody's words."""
    one = simulation(play)
    context = _context(one)
    if request.headers.get("HX-Request"):
        return render(request, "manage/simulation_state.html", context)
    return show(request, SECTIONS[one.kind], "simulation", context)


def _context(one: SimulationView) -> dict[str, Any]:
    wrong, undecided = one.result.get("wrong", (0, 0)), one.result.get("undecided", (0, 0))
    return {
        "play": one, "moves": one.moves[:MOST_SHOWN], "loads": [load for load in one.loads if load.change][:MOST_SHOWN],
        "returns_before": wrong[0], "returns_after": wrong[1], "open_before": undecided[0], "open_after": undecided[1],
        "closed": one.result.get("closed", 0), "last_day": one.until - timedelta(days=1),
    }  # fmt: skip


@for_staff(Action.MANAGE_RULES)
@require_POST
def stop(request: HttpRequest, play: int) -> HttpResponse:
    """Stop a play."""
    return act(request, lambda: simulating.stop(play), _("推演将在当前一批之后停止。"), f"/manage/simulations/{play}/")


@for_staff(Action.MANAGE_RULES)
@require_GET
def export(request: HttpRequest, play: int) -> HttpResponse:
    """The moves and loads as one sheet."""
    one = simulation(play)
    if one.running or not one.result:
        messages.warning(request, _("推演完成后才能导出。"))
        return redirect("manage_simulation", play)
    rows = [
        *((_("改派"), move.before, move.after, move.count, "、".join(move.numbers)) for move in one.moves),
        *((_("工作量"), load.unit, load.before, load.after, load.change) for load in one.loads),
    ]
    with transaction.atomic():
        ledger.append("directory.version_exported", (f"{one.kind}simulation", one.id), {"rows": len(rows)})
    header = [_("项目"), _("现在 / 单位"), _("这一版 / 现在件数"), _("件数 / 这一版件数"), _("例 / 增减")]
    return sheet_response(f"推演{one.id}", header, rows)
