"""The daily brief: drafted from figures, mended and published by a person, read by leaders, printed."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action, may_ever
from minhu.directory.queries.freshness import local_day
from minhu.governance import services
from minhu.governance.queries.briefs import BriefView, Line, brief_of, briefs
from minhu.kernel.errors import Invalid
from minhu.portals.manage.common import act
from minhu.portals.orders.guards import actor_of, for_staff

readers = for_staff(Action.VIEW_FIGURES)


@readers
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All briefs, newest first; a draft of any past day can be asked for."""
    context = {"rows": briefs(), "yesterday": (local_day() - timedelta(days=1)).isoformat()}
    return render(request, "assistants/briefs.html", context)


@readers
@require_POST
def write(request: HttpRequest) -> HttpResponse:
    """Draft the brief of a day."""
    day = request.POST.get("day", "")
    return act(request, lambda: services.write_brief(_day(day)), _("已起草，请打开核对。"), reverse("briefs"))


@readers
@require_GET
def one(request: HttpRequest, day: str) -> HttpResponse:
    """One brief; each number leads to its orders."""
    if not _is_day(day):
        return redirect("briefs")
    found = brief_of(_day(day))
    context = {
        "brief": found, "lines": [_shown(line, found) for line in found.lines],
        "may_publish": may_ever(actor_of(request), Action.SUPERVISE) and found.published_at is None,
    }  # fmt: skip
    return render(request, "assistants/brief.html", context)


@for_staff(Action.SUPERVISE)
@require_POST
def publish(request: HttpRequest, day: str) -> HttpResponse:
    """Publish it as written or mended."""
    back = reverse("brief", args=[day])
    text = request.POST.get("text", "").replace("\r\n", "\n")
    return act(request, lambda: services.publish_brief(_day(day), text), _("简报已发布。"), back)


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _day(text: str) -> date:
    if not _is_day(text):
        raise Invalid(_("请选择日期。"), fields={"day": _("请选择日期。")})
    return date.fromisoformat(text)


def _shown(line: Line, brief: BriefView) -> list[dict[str, str]]:
    """The sentence in pieces; a piece that is a number has the address of its orders."""
    days = urlencode({"from": brief.day.isoformat(), "to": brief.day.isoformat()})
    pieces: list[dict[str, str]] = []
    rest = line.pattern
    for at, number in enumerate(line.numbers):
        before, _mark, rest = rest.partition(f"{{{at}}}")
        query = number.query if number.today else "&".join(part for part in (number.query, days) if part)
        pieces += [{"text": before}, {"text": number.shown, "url": f"/orders/?{query}"}]
    return [*pieces, {"text": rest}]
