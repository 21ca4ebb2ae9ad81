"""短信记录: what telephones got, for who watches over talks; the simulator's telephones may answer here."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action
from minhu.intake.queries import texts
from minhu.intake.services import text_talks
from minhu.kernel.errors import MinhuError
from minhu.portals.orders.guards import for_staff

MOST_WORDS = 500


@for_staff(Action.WATCH_TALKS)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The latest messages."""
    return render(request, "talks/texts.html", {"view": texts.latest(), "key": uuid4().hex})


@for_staff(Action.WATCH_TALKS)
@require_POST
def answer(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A telephone of the simulator writes back, as its owner would."""
    words = request.POST.get("words", "").strip()[:MOST_WORDS]
    try:
        text_talks.heard(texts.simulated_phone(uid), words, key=f"page-{request.POST.get('key', '')[:64]}")
    except MinhuError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已按收到短信处理。"))
    return redirect("texts")
