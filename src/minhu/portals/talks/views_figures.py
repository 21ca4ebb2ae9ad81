"""How long entering an order takes and what the suggestions of the form are worth, over a choice of days."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from minhu.directory.policy import Action
from minhu.intake.queries.drafts import entry_figures
from minhu.intake.types import TalkChannel
from minhu.kernel.clock import now
from minhu.portals.orders.guards import for_staff
from minhu.portals.talks.fields import LABELS

DAYS: Final = (1, 7, 30, 90)


@for_staff(Action.VIEW_FIGURES)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The figures; nobody is ranked."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked.isdecimal() and int(asked[:4]) in DAYS else 7
    moment = now()
    figures = entry_figures(moment - timedelta(days=days), moment)
    context = {
        "figures": figures, "days": days, "choices": DAYS, "moment": moment,
        "fields": [(str(LABELS[one.field]), one) for one in figures.fields],
        "channels": [(TalkChannel(name).label if name in set(TalkChannel) else name, count, spent) for name, count, spent in figures.channels],
    }  # fmt: skip
    return render(request, "talks/figures.html", context)
