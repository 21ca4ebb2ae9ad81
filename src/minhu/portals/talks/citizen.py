"""The citizen's talk: no account, works without JavaScript; what was said stays when the page is left and opened again."""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.queries import grow_own_requests, lines
from minhu.intake.queries.talks import CitizenView
from minhu.intake.services import attending, talking
from minhu.intake.types import TalkChannel, TalkState
from minhu.kernel.errors import MinhuError
from minhu.knowledge.services import quota
from minhu.language.dialogue.talking import greeting
from minhu.portals.citizen.views import client_of, for_citizens
from minhu.portals.citizen.views_own import TALK_KEPT as KEPT

MOST_WORDS: Final = 2_000
"""Characters of one message on the page; longer words go through the form."""


@never_cache
@for_citizens
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The talk of this browser, or an empty one; nothing is kept before somebody speaks."""
    return _page(request)


@never_cache
@for_citizens
@require_POST
def say(request: HttpRequest) -> HttpResponse:
    """One message; the first one opens the talk. A script gets the new utterances alone."""
    words = request.POST.get("words", "").strip()
    if not words:
        return _problem(request, _("请写下要说的话。"), 422, words)
    if len(words) > MOST_WORDS:
        message = _("一次请不超过 %(most)s 个字；内容较多时请用“我要反映”填写。") % {"most": MOST_WORDS}
        return _problem(request, message, 422, words)
    try:
        quota.spend(f"talk {client_of(request)}", settings.MINHU_ASK_PER_MINUTE)
        uid = own_talk(request) or _begin(request)
        talking.hear(uid, words, key=request.POST.get("key", "")[:64], client=client_of(request))
    except MinhuError as error:
        return _problem(request, error.message, error.status, words)
    return _after(request, uid)


@never_cache
@for_citizens
@require_POST
def person(request: HttpRequest) -> HttpResponse:
    """A person, at once."""
    try:
        quota.spend(f"talk {client_of(request)}", settings.MINHU_ASK_PER_MINUTE)
        uid = own_talk(request) or _begin(request)
        attending.ask_for_person(uid)
    except MinhuError as error:
        return _problem(request, error.message, error.status, "")
    return _after(request, uid)


@never_cache
@for_citizens
@require_GET
def said(request: HttpRequest) -> HttpResponse:
    """What came since utterance ``after``; asked for every few seconds while a person is awaited or speaks."""
    uid = own_talk(request)
    if uid is None:
        return HttpResponse(status=204)
    return _new(request, talking.for_citizen(uid, _number(request.GET.get("after", ""))))


@never_cache
@for_citizens
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Begin anew; the talk that was stays with the house."""
    request.session.pop(KEPT, None)
    return redirect("talk")


def _begin(request: HttpRequest) -> UUID:
    line = request.POST.get("line", "")
    chosen = line if any(line == one.code for one in lines.offered()) else ""
    begun = talking.begin(TalkChannel.CHAT, line=chosen)
    request.session[KEPT] = [str(begun.uid), begun.secret]
    return begun.uid


def own_talk(request: HttpRequest) -> UUID | None:
    """The talk of this browser, if its secret still opens it."""
    kept = request.session.get(KEPT)
    if not kept:
        return None
    uid = UUID(kept[0])
    if not talking.opens(uid, kept[1]):
        request.session.pop(KEPT, None)
        return None
    return uid


def _after(request: HttpRequest, uid: UUID) -> HttpResponse:
    view = talking.for_citizen(uid, _number(request.POST.get("after", "")) if _is_script(request) else 0)
    for request_id in view.request_ids:
        grow_own_requests(request, request_id)
    return _new(request, view) if _is_script(request) else redirect("/talk/#end")


def _page(request: HttpRequest, status: int = 200, **more: object) -> HttpResponse:
    uid = own_talk(request)
    view = talking.for_citizen(uid) if uid else CitizenView(TalkState.BOT, (), ())
    context = {"view": view, "most": MOST_WORDS, "key": uuid4().hex, **more}
    if not view.said:
        line = request.POST.get("line") or request.GET.get("line", "")
        context |= {"lines": lines.offered()[1:], "line": line, "greeting": greeting(lines.policy_of(line)).words}
    return render(request, "talks/citizen.html", context, status=status)


def _new(request: HttpRequest, view: CitizenView) -> HttpResponse:
    return render(request, "talks/new.html", {"view": view, "key": uuid4().hex})


def _problem(request: HttpRequest, message: str, status: int, words: str) -> HttpResponse:
    if _is_script(request):
        return render(request, "talks/problem.html", {"problem": message}, status=status)
    return _page(request, status, problem=message, typed=words)


def _is_script(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 else 0
