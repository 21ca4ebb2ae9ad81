"""Staff say of an answer or of passages found: helpful, wrong, out of date, incomplete; in words what is missing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from minhu.directory.policy import Action
from minhu.kernel.errors import Invalid, MinhuError
from minhu.knowledge.queries.judged import STAFF_SAYS, Rated
from minhu.knowledge.services import rating
from minhu.portals.orders.guards import for_staff


def choices() -> dict[str, object]:
    """What the buttons of `quality/rate.html` need."""
    return {"says": STAFF_SAYS, "longest": rating.MOST}


@for_staff(Action.VIEW_KNOWLEDGE)
@require_POST
def rate(request: HttpRequest) -> HttpResponse:
    """Keep the rating of an answer (``token``) or of a search (``typed``); answers with a line that takes the buttons' place."""
    given = request.POST
    said = given.get("rated", "")
    context: dict[str, object] = {
        "rated_word": "",
        **choices(),
        "token": given.get("token", ""),
        "typed": given.get("typed", ""),
    }
    status = 200
    try:
        if said not in {one.value for one in Rated}:
            raise Invalid(_("请选择：有帮助、有错误、已过时或不完整。"))
        words = given.get("complaint", "")
        if given.get("typed"):
            rating.rate_search(given["typed"], Rated(said), words)
        else:
            rating.rate_as_staff(given.get("token", ""), Rated(said), words)
        context["rated_word"] = Rated(said).label
        context["helpful"] = said == Rated.HELPFUL.value
    except MinhuError as error:
        context["problem"], status = "".join((error.fields or {}).values()) or error.message, error.status
    page = "quality/rate.html" if request.headers.get("HX-Request") else "quality/rated.html"
    return render(request, page, context, status=422 if status >= 400 and page.endswith("rate.html") else status)
