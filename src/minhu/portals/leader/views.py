"""Pages of the leader's board."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.access import require
from minhu.directory.policy import Action, may_ever
from minhu.directory.queries.rules import rate_rules
from minhu.evaluation.queries import rates_by_unit
from minhu.governance.queries import PERIODS, period
from minhu.kernel.errors import MinhuError
from minhu.ledger import services as ledger
from minhu.portals import bulk
from minhu.portals.formats import local
from minhu.portals.kept import kept_reason
from minhu.portals.leader.board import build
from minhu.portals.orders.guards import actor_of
from minhu.portals.sheets import sheet_response


def _periods(current: str) -> list[dict[str, object]]:
    return [{"key": key, "label": _(label), "here": key == current} for key, (label, _days) in PERIODS.items()]


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Volume, three rates, overdue, hot categories and areas."""
    require(Action.VIEW_FIGURES)
    span = period(request.GET.get("period", "30d"))
    context = {
        "board": build(span),
        "periods": _periods(span.key),
        "may_export": may_ever(request.actor, Action.EXPORT),  # type: ignore[attr-defined]
    }
    return render(request, "leader/board.html", context)


@require_GET
def units(request: HttpRequest) -> HttpResponse:
    """The three rates of each unit by class; no ranking unless the rule set switches it on."""
    require(Action.VIEW_FIGURES)
    span = period(request.GET.get("period", "30d"))
    context = {
        "rows": rates_by_unit(span.start, span.end),
        "ranking": rate_rules().ranking,
        "period": span,
        "periods": _periods(span.key),
    }
    return render(request, "leader/units.html", context)


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The board's tables as one XLSX sheet, for a reason that is kept: the same numbers as on the page."""
    require(Action.VIEW_FIGURES)
    span, reason, actor = period(request.GET.get("period", "30d")), request.POST.get("reason", ""), actor_of(request)
    try:
        most = bulk.begin(actor, reason)
    except MinhuError as error:
        messages.error(request, error.message)
        return redirect(f"/leader/?period={span.key}")
    board_of = build(span)
    rows: list[tuple[object, ...]] = [
        (_("指标"), card.title, card.value, card.unit, card.note) for card in board_of.cards
    ]
    for chart in board_of.charts:
        names = [series.name for series in chart.series]
        for category, _link, values in chart.rows():
            rows.extend((chart.title, category, value, name, "") for name, value in zip(names, values, strict=True))
    bulk.refuse_over(len(rows), most)  # a few dozen figures; a post may be allowed fewer
    entry = {"period": board_of.period.key, "rows": len(rows), "reason": kept_reason(reason)}
    ledger.append("board.exported", ("staff", actor.id), entry)
    header = (_("表"), _("项目"), _("数值"), _("单位或系列"), _("说明"))
    note = _("数据截至 {at}，来源：工单库").format(at=local(board_of.at).strftime("%Y-%m-%d %H:%M"))
    return sheet_response(_("运行指标"), header, rows, note)
