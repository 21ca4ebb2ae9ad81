"""Questions of citizens: no account, no cookie, no script needed; answered from what is public, whoever looks.

The words travel in the body of a POST, never in an address. Nothing here changes anything for anybody, and no cookie is
read, so that a forged post of another site could only ask a question: the check of such posts is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, wraps
from importlib.resources import files
from typing import Any, Final, cast
from urllib.parse import quote

from csp.decorators import csp_replace
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.access import acting_as
from minhu.kernel.actors import ANONYMOUS
from minhu.kernel.errors import MinhuError
from minhu.knowledge.queries.shown import Answered
from minhu.knowledge.services import quota, rating
from minhu.knowledge.services.answering import MOST_EARLIER, Asked, ask
from minhu.knowledge.types import Door, Outcome, Tone
from minhu.language.answers.question import LONGEST_QUESTION
from minhu.language.answers.types import NotFound
from minhu.portals.tools.choosing import cards_for
from minhu.portals.tools.filling import given_in
from minhu.portals.tools.registry import Caller

View = Callable[..., HttpResponseBase]
_NO_QUESTION: Final = (NotFound.PERSON, NotFound.NOT_A_QUESTION)
_OWN_ORDER: Final = re.compile(r"进度|工单|办到哪|办得怎么样|查询码|我(?:的|反映|提)的?(?:诉求|投诉|问题)")


def in_frames(view: View) -> View:
    """Decorator: the sites of MINHU_ASK_ORIGINS may show the page in a frame, nobody else."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        allowed = csp_replace({"frame-ancestors": ["'self'", *settings.MINHU_ASK_ORIGINS]})
        response: HttpResponseBase = allowed(view)(request, *args, **kwargs)
        return response

    return xframe_options_exempt(shown)


def _given(request: HttpRequest) -> tuple[str, list[str]]:
    """The question that was posted, and those before it, oldest first."""
    earlier = [one[:LONGEST_QUESTION] for one in request.POST.getlist("earlier") if one.strip()][-MOST_EARLIER:]
    return request.POST.get("question", "").strip(), earlier


def _answered(words: str, earlier: list[str], door: Door, *, record: bool = True) -> dict[str, object]:
    """What to show for a question; raises MinhuError with what is wrong with it."""
    with transaction.atomic(), acting_as(ANONYMOUS):
        got = ask(Asked(words, door, Tone.SPOKEN, tuple(earlier)), record=record)
    return {
        "got": got, "answered": got.outcome is Outcome.ANSWERED, "before": earlier,
        "earlier": [*earlier, got.understood][-MOST_EARLIER:], "handed": _handed(earlier, got), "rateable": got.reason not in _NO_QUESTION,
        "own_order": bool(_OWN_ORDER.search(words)),
    }  # fmt: skip


def _asked(request: HttpRequest, door: Door) -> tuple[dict[str, object], int]:
    """What to show for a question that was posted, and the status."""
    words, earlier = _given(request)
    given = given_in(request.POST)
    try:
        quota.spend(str(request.META.get("REMOTE_ADDR", "")), settings.MINHU_ASK_PER_MINUTE)
        shown = _answered(words, earlier, door, record=not given.tool)
    except MinhuError as error:
        return {"typed": words, "earlier": earlier, "problem": error.message}, error.status
    caller = Caller(ANONYMOUS, door, str(request.META.get("REMOTE_ADDR", "")))
    return {**shown, "cards": cards_for(cast(Answered, shown["got"]), caller, given)}, 200


def _handed(earlier: list[str], got: Answered) -> str:
    """What goes on to a person with whoever asked: what was asked before, as it was understood, and what is asked now."""
    asked = [*earlier, *([] if got.reason == NotFound.PERSON else [got.understood])]
    return "\n".join(dict.fromkeys(asked))[:LONGEST_QUESTION]


def _view(request: HttpRequest, template: str, door: Door) -> HttpResponse:
    context, status = _asked(request, door) if request.method == "POST" else ({}, 200)
    return render(request, template, {"longest": LONGEST_QUESTION, "door": door.value, **context}, status=status)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The page for everybody."""
    return _view(request, "ask/page.html", Door.PAGE)


@csrf_exempt
@never_cache
@in_frames
@require_http_methods(["GET", "POST"])
def window(request: HttpRequest) -> HttpResponse:
    """What stands in the frame on another site."""
    return _view(request, "ask/window.html", Door.WINDOW)


@csrf_exempt
@never_cache
@in_frames
@require_POST
def rate(request: HttpRequest) -> HttpResponse:
    """Whether an answer helped. A script is given the thanks alone; without one the page comes again with its answer."""
    context: dict[str, object] = {"thanks": _("谢谢，您的评价会交给维护知识的人。")}
    status = 200
    in_window = request.POST.get("door") == Door.WINDOW.value
    door = Door.WINDOW if in_window else Door.PAGE
    try:
        quota.spend(str(request.META.get("REMOTE_ADDR", "")), settings.MINHU_ASK_PER_MINUTE)
        rating.rate(
            request.POST.get("token", ""), request.POST.get("helpful") == "1", request.POST.get("complaint", "")
        )
        words, earlier = _given(request)
        if words and "HX-Request" not in request.headers:
            context |= _answered(words, earlier, door, record=False)
    except MinhuError as error:
        context, status = {"problem": error.message}, error.status
    if "HX-Request" in request.headers:
        return render(request, "ask/thanks.html", context, status=status)
    context |= {"longest": LONGEST_QUESTION, "door": door.value}
    return render(request, "ask/window.html" if in_window else "ask/page.html", context, status=status)


@csrf_exempt
@never_cache
@require_POST
def hand_over(request: HttpRequest) -> HttpResponse:
    """Note it for the asking of ``token`` and go to the form of a request; the click on the telephone wants no page.

    Whoever is on the way to a person is never held up: an unknown asking or a quota that is used up changes nothing.
    """
    pinged = "Ping-To" in request.headers
    try:
        quota.spend(str(request.META.get("REMOTE_ADDR", "")), settings.MINHU_ASK_PER_MINUTE)
        rating.hand_over(request.POST.get("token", "") or request.GET.get("token", ""))
    except MinhuError:
        pass
    if pinged:
        return HttpResponse(status=204)
    words = request.POST.get("words", "")[:LONGEST_QUESTION]
    return redirect(f"/submit/#text={quote(words, safe='')}")


@cache
def _script() -> bytes:
    return files("minhu.portals").joinpath("static/minhu/js/ask_embed.js").read_bytes()


@require_GET
def script(request: HttpRequest) -> HttpResponse:
    """The one script that brings the window to another site; its address never changes."""
    response = HttpResponse(_script(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=3600"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
