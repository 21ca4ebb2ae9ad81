"""Special needs on the pages of a talk, and the relay: the citizen types, the agent speaks for him on the telephone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from minhu.directory.policy import Action
from minhu.intake.queries import caring as queries
from minhu.intake.services import caring, relaying
from minhu.kernel.errors import MinhuError
from minhu.language.needs import Need
from minhu.portals.citizen.views import for_citizens
from minhu.portals.orders.guards import for_staff
from minhu.portals.talks.citizen import own_talk
from minhu.portals.talks.watching import shown

agents = for_staff(Action.TALK)


@never_cache
@for_citizens
@require_http_methods(["GET", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """What the citizen of this browser's talk wants to be known of him; begun before a word was said, it goes back."""
    uid = own_talk(request)
    if uid is None:
        return redirect("talk")
    problem = ""
    if request.method == "POST":
        try:
            if request.POST.get("withdraw"):
                caring.withdraw(uid)
                messages.success(request, _("已不再保留。"))
            else:
                caring.tell_own(uid, request.POST.getlist("needs"), keep=request.POST.get("keep") == "1")
                messages.success(request, _("已记下，我们会按您的需要来办。"))
            return redirect("talk")
        except MinhuError as error:
            problem = error.message
    context = {**_context(queries.for_citizen(uid)), "purpose": caring.PURPOSE, "problem": problem}
    return render(request, "care/own.html", context, status=422 if problem else 200)


@agents
@require_http_methods(["GET", "POST"])
def marks(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The agent's marks of a talk; kept for the next one where the citizen said yes."""
    problem = ""
    if request.method == "POST":
        try:
            if request.POST.get("withdraw"):
                caring.withdraw_for_citizen(uid)
            else:
                caring.mark(uid, request.POST.getlist("needs"))
                if request.POST.get("keep") == "1":
                    caring.keep_with_consent(uid)
            return redirect("care_marks", uid=uid)
        except MinhuError as error:
            problem = error.message
    context = {**_context(queries.of_talk(uid)), "uid": uid, "purpose": caring.PURPOSE, "problem": problem}
    part = "care/strip.html" if "HX-Request" in request.headers else "care/marks.html"
    return render(request, part, context, status=422 if problem else 200)


_RELAY: Final[dict[str, Callable[[UUID, str, str], None]]] = {
    "begin": lambda uid, words, key: relaying.begin(uid, words, key=key),
    "hear": lambda uid, words, key: relaying.hear(uid, words, key=key),
    "end": lambda uid, _words, _key: relaying.end(uid),
}


@agents
@require_http_methods(["GET", "POST"])
def relay(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The citizen's words in large type to be read aloud, and a field for what the other side says."""
    if request.method == "GET":
        return _relay_page(request, uid)
    work = _RELAY.get(request.POST.get("do", ""))
    words = request.POST.get("words", "")
    if work is None:
        return _relay_page(request, uid, 422, problem=_("请选择要做什么。"))
    try:
        work(uid, words, request.POST.get("key", "")[:64])
    except MinhuError as error:
        return _relay_page(request, uid, error.status, problem=error.message, typed=words)
    return redirect(f"/desk/talks/{uid}/relay/#end")


@agents
@require_GET
def relay_said(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The words alone, every few seconds."""
    return render(request, "care/relay_said.html", {"view": shown(uid), "staff": True})


def _relay_page(request: HttpRequest, uid: UUID, status: int = 200, **more: Any) -> HttpResponse:
    view = shown(uid)
    codes = [one.code for one in view.said if one.code in (relaying.BEGUN, relaying.ENDED)]
    context = {
        "view": view, "uid": uid, "open": bool(codes) and codes[-1] == relaying.BEGUN, "key": uuid4().hex, "staff": True, **more,
    }  # fmt: skip
    return render(request, "care/relay.html", context, status=status)


def _context(view: queries.CareView) -> dict[str, Any]:
    chosen = {need for need, _source in view.needs}
    return {
        "care": view,
        "choices": [(need.value, need.label, need in chosen) for need in Need],
        "hints": [_(one) for one in dict.fromkeys(view.manner.advice)],
    }
