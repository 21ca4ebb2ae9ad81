"""The agents' side of talks: who waits and why, and the desk of one talk: what is said, the form, what helps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action, may_ever
from minhu.directory.queries.rules import lines as published_lines
from minhu.directory.queries.units import unit_by_code
from minhu.intake.queries import phrases as shelf
from minhu.intake.queries import talks
from minhu.intake.queries.drafts import draft_of
from minhu.intake.services import attending, drafting
from minhu.intake.types import Speaker, TalkChannel, TalkState
from minhu.kernel.actors import Actor
from minhu.kernel.errors import MinhuError
from minhu.portals.context import count_unread
from minhu.portals.desk import views_new
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.talks import fields
from minhu.portals.talks.beside import beside, portrait
from minhu.portals.talks.watching import shown
from minhu.portals.talks.words import language_word, why_words

agents = for_staff(Action.TALK, Action.WATCH_TALKS)
_STEPS: Final[dict[str, Callable[[UUID], None]]] = {
    "take": attending.take,
    "queue": attending.give_back,
    "bot": partial(attending.give_back, to_bot=True),
    "end": attending.end,
}


@count_unread
def waiting(actor: Actor) -> dict[str, int]:
    """The number beside the menu: talks that wait for a person."""
    return {"talks": talks.count_waiting()} if may_ever(actor, Action.TALK) else {}


@for_staff(Action.TALK)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Talks that wait and those in one's hands; the list alone when it refreshes itself."""
    template = "talks/rows.html" if "HX-Request" in request.headers else "talks/board.html"
    return render(request, template, {"rows": [(row, why_words(row.why)) for row in talks.waiting_and_mine()]})


@for_staff(Action.TALK)
@require_POST
def call(request: HttpRequest) -> HttpResponse:
    """A call that was answered on a telephone beside the house: its desk opens at once."""
    return redirect("talks_page", uid=attending.begin_call(request.POST.get("phone", "")))


@agents
@require_GET
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The desk of a talk; one in other hands is listened to, which is noted."""
    view = talks.talk_for_staff(uid)
    if view.state is TalkState.PERSON and not view.mine and may_ever(actor_of(request), Action.WATCH_TALKS):
        return redirect("floor_listen", uid=uid)
    return _page(request, uid)


@agents
@require_GET
def said(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What changed: utterances behind ``after``, the form, what stands beside."""
    return _update(request, uid)


@for_staff(Action.TALK)
@require_POST
def say(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The agent's words, or with ``as`` = citizen what the citizen says, written down by the agent."""
    words, key = request.POST.get("words", ""), request.POST.get("key", "")[:64]
    try:
        (attending.note if request.POST.get("as") == "citizen" else attending.say)(uid, words, key=key)
        drafting.listen(uid, typed_seconds(request))
    except MinhuError as error:
        return after(request, uid, error.message, error.status, typed=words)
    return _update(request, uid, listened=True) if "HX-Request" in request.headers else after(request, uid)


@for_staff(Action.TALK)
@require_POST
def step(request: HttpRequest, uid: UUID, step: str) -> HttpResponse:
    """Take, leave or end a talk."""
    if step not in _STEPS:
        raise Http404
    try:
        _STEPS[step](uid)
    except MinhuError as error:
        return _page(request, uid, error.status, problem=error.message)
    return redirect("talks" if step != "take" else f"/desk/talks/{uid}/#end")


def typed_seconds(request: HttpRequest) -> int:
    """Seconds of typing that the page counted since its last step."""
    text = request.POST.get("typed", "")
    return int(text) if text.isdecimal() and len(text) < 5 else 0


def after(request: HttpRequest, uid: UUID, problem: str = "", status: int = 200, typed: str = "") -> HttpResponse:
    """How the desk stands after a step: for a script what changed, else the page anew."""
    if "HX-Request" in request.headers:
        return _update(request, uid, problem=problem)
    if problem:
        return _page(request, uid, status, problem=problem, typed=typed)
    messages.get_messages(request)
    return redirect(f"/desk/talks/{uid}/#end")


def _page(request: HttpRequest, uid: UUID, status: int = 200, **more: object) -> HttpResponse:
    return render(request, "talks/desk.html", {**_context(request, uid), "title": _("会话"), **more}, status=status)


def _update(request: HttpRequest, uid: UUID, problem: str = "", *, listened: bool = False) -> HttpResponse:
    text = request.POST.get("seen") or request.GET.get("seen", "")
    context = _context(request, uid, listened=listened)
    seen = int(text) if text.isdecimal() and len(text) < 7 else 0
    new = tuple(one for one in context["view"].said if one.number > seen)
    fresh = replace(context["view"], said=new)
    return render(request, "talks/update.html", {**context, "new": new, "fresh": fresh, "problem": problem})


def _context(request: HttpRequest, uid: UUID, *, listened: bool = False) -> dict[str, Any]:
    """Everything the desk shows; the holder's form hears what was said meanwhile, unless it just did (``listened``)."""
    actor = actor_of(request)
    if not listened:
        drafting.listen(uid)
    view = shown(uid)
    draft = draft_of(view)
    holds = view.mine and view.state is TalkState.PERSON
    entries = draft.entries if draft else {}
    rows = fields.rows(entries)
    takes_in = may_ever(actor, Action.DECIDE_INTAKE)
    found = beside(view, draft, earlier=takes_in) if draft else {}
    caller = portrait(draft.looked) if draft and draft.looked and holds and takes_in else None
    receipt = request.session.get(views_new.KEPT, {}).get(draft.number, {}) if draft and draft.number else {}
    return {
        "view": view, "why": why_words(view.why), "key": uuid4().hex, "may_talk": may_ever(actor, Action.TALK), "holds": holds, "takes_in": takes_in,
        "draft": draft, "rows": rows, "open": sum(bool(one.shown) and not fields.is_settled(one) for one in rows),
        "caller": caller, "receipt": receipt, "unheard": _unheard() if view.channel is TalkChannel.PHONE else "",
        "after": _choices(actor), "line": _line(view.line), "by_phone": view.channel is TalkChannel.PHONE,
        "phrases": _phrases(view, draft, found) if holds else (),
        "spoke": any(one.speaker is Speaker.CITIZEN for one in view.said), **found,
    }  # fmt: skip


def _phrases(view: Any, draft: Any, found: dict[str, Any]) -> tuple[shelf.PhraseView, ...]:
    """Standard phrases, those for this moment of the talk first."""
    seen, advice = found.get("noticed"), found.get("found")
    return shelf.phrases_at(
        shelf.Moment(
            spoke=any(one.speaker is Speaker.CITIZEN for one in view.said), asks=bool(found.get("next")),
            upset=bool(seen and seen["emotion"]), refused=bool(advice and advice.recommended.value != "accept"),
            registered=bool(draft and draft.registered_at),
        )
    )  # fmt: skip


def _line(code: str) -> dict[str, Any]:
    """The line of business it came by, in words: its queue, who is proposed where nobody is named, its languages."""
    known = published_lines()
    own = known.line(code)
    unit = unit_by_code(own.unit) if own.unit else None
    return {
        "name": own.name, "queue": known.queue_name(own.queue), "unit": unit.name if unit else "",
        "languages": [language_word(one) for one in own.languages],
    }  # fmt: skip


def _unheard() -> str:
    """Why nobody listens along on the telephone; '' where a recogniser does."""
    from minhu.engines.speech.choosing import house_recogniser

    ready = house_recogniser().readiness()
    return "" if ready.ready else ready.reason


def _choices(actor: Actor) -> list[tuple[str, Any]]:
    return views_new.AFTER if may_ever(actor, Action.DISPATCH) else views_new.AFTER[:2]
