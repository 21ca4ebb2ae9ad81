"""A danger goes to 110, 119, 120 or 122: proposed by rule, sent by a person, watched until somebody has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from minhu.directory.policy import Action
from minhu.exchange.queries import emergency as queries
from minhu.exchange.services import emergency, emergency_sheet
from minhu.intake import services as intake
from minhu.intake.types import MAX_TEXT, MIN_TEXT, Channel, NewRequest
from minhu.kernel.actors import Actor
from minhu.kernel.errors import Invalid, MinhuError, NotFound
from minhu.kernel.numbers import normalise_number
from minhu.ledger import services as ledger
from minhu.portals.context import count_unread
from minhu.portals.desk import from_talk
from minhu.portals.emergency import words
from minhu.portals.emergency.forms import SheetForm, ToldForm, news_of
from minhu.portals.manage.common import put_errors
from minhu.portals.orders.guards import for_staff

watchers = for_staff(Action.DECIDE_INTAKE, Action.SUPERVISE)
deciders = for_staff(Action.DECIDE_INTAKE)


@count_unread
def alarming(actor: Actor) -> dict[str, int]:
    """The number beside the menu: hand-overs that need somebody now."""
    return {"emergency": queries.count_alarming(actor)}


@watchers
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Hand-overs under way, those that need somebody first; or those that are over."""
    ended = request.GET.get("ended") == "1"
    template = "emergency/rows.html" if "HX-Request" in request.headers else "emergency/board.html"
    return render(request, template, {"rows": queries.running(ended=ended), "ended": ended})


@deciders
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The sheet before it goes: from an order (`?order=`), a talk (`?talk=`), or empty."""
    asked = request.GET if request.method == "GET" else request.POST
    number, talk = normalise_number(asked.get("order", "")), _uuid(asked.get("talk", ""))
    services = queries.services()
    draft = emergency_sheet.Draft(queries.Sheet(""), (), ())
    if request.method == "GET":
        draft = emergency_sheet.of_order(number) if number else emergency_sheet.of_talk(talk) if talk else draft
        number = number or (from_talk.number_of(talk) if talk else "")
    chosen = {
        "services": list(draft.services),
        "way": queries.Way.THREE_PARTY.value,
        "proposed": ",".join(draft.services),
    }
    form = SheetForm(services, request.POST or None, begun={**draft.sheet.to_json(), **chosen})
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                uid = _begin(request, form, number, talk)
            return redirect("emergency_page", uid=uid)
        except MinhuError as error:
            put_errors(form, error)
    context = {
        "form": form, "order": number, "talk": talk, "reasons": draft.reasons, "words": _typed(request),
        "confidential": bool(request.POST.get("confidential")),
    }  # fmt: skip
    return render(request, "emergency/new.html", context, status=422 if form.errors else 200)


@deciders
@require_POST
def from_form(request: HttpRequest) -> HttpResponse:
    """The sheet out of a request that is being typed: nothing of the words is lost, and nothing is registered yet."""
    data, talk = request.POST, _uuid(request.POST.get("talk", ""))
    words = data.get("text", "")[:MAX_TEXT]
    draft = emergency_sheet.of_words(
        words, phone=data.get("requester_phone", "")[:30], name=data.get("requester_name", "")[:40],
        place=data.get("place_text", "")[:200],
    )  # fmt: skip
    chosen = {
        "services": list(draft.services), "way": queries.Way.THREE_PARTY.value, "proposed": ",".join(draft.services)
    }  # fmt: skip
    form = SheetForm(queries.services(), begun={**draft.sheet.to_json(), **chosen})
    context = {
        "form": form, "order": "", "talk": talk, "reasons": draft.reasons, "words": words,
        "confidential": bool(data.get("confidential")),
    }  # fmt: skip
    return render(request, "emergency/new.html", context)


def _typed(request: HttpRequest) -> str:
    """The agent's own words, as they stood in the form that this began in."""
    return request.POST.get("words", "")[:MAX_TEXT].strip()


def _begin(request: HttpRequest, form: SheetForm, number: str, talk: UUID | None) -> UUID:
    """Register what has no order yet in the citizen's words, then hand over."""
    data, sheet = form.cleaned_data, form.sheet()
    if not data["services"]:
        raise Invalid(_("请选择要移交的部门。"), fields={"services": _("请至少选择一个部门")})
    if not number:
        new = _request(sheet, data["key"], talk, _typed(request))
        new = replace(new, confidential=bool(request.POST.get("confidential")))
        receipt = from_talk.once(talk.hex if talk is not None else "", lambda: intake.receive(new))
        number = receipt.number
        if talk is not None and receipt.created:
            from_talk.note(talk.hex, receipt)
    way = queries.Way(data["way"])
    offers = [(code, way) for code in data["services"]]
    proposed = tuple(filter(None, data["proposed"].split(",")))
    return emergency.begin(number, offers, sheet, proposed=proposed, talk_uid=talk, key=data["key"])


def _request(sheet: queries.Sheet, key: str, talk: UUID | None, words: str) -> NewRequest:
    said = words or (from_talk.begun({"talk": talk.hex})["text"] if talk is not None else "")
    text = said if len(said.strip()) >= MIN_TEXT else f"{sheet.what}。{sheet.place}".strip("。")
    text = text if len(text) >= MIN_TEXT else f"紧急情况：{text}"
    new = NewRequest(
        text=text, channel=Channel.PHONE, place_text=sheet.place, requester_name=sheet.name,
        requester_phone=sheet.phone, idempotency_key=f"emergency-{key}",
    )  # fmt: skip
    return from_talk.channelled(new, talk.hex) if talk is not None else new


@watchers
@require_GET
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One hand-over: read aloud, noted, decided."""
    return _page(request, uid)


@watchers
@require_GET
def paper(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The record on paper; entered in the ledger as a copy that left the house."""
    view = queries.view(uid)
    ledger.append("emergency.step", ("handover", str(uid)), {"kind": "printed", "service": ""})
    return render(request, "emergency/paper.html", _context(view))


def _report(request: HttpRequest, uid: UUID, step: str, key: str) -> None:
    news, form = news_of(step), ToldForm(request.POST)
    if news is None or not form.is_valid():
        raise Http404
    emergency.report(uid, request.POST.get("service", ""), news, form.told(), key=key)


_STEPS: Final[dict[str, Callable[[HttpRequest, UUID, str], None]]] = {
    "offer": lambda request, uid, key: emergency.offer(
        uid, request.POST.get("service", ""), _way(request.POST.get("way", "")), key=key
    ),
    "join": lambda request, uid, key: emergency.join(
        uid, request.POST.get("role", ""), request.POST.get("name", ""), key=key
    ),
    "hang-up": lambda request, uid, key: emergency.hang_up(
        uid, [int(one) for one in request.POST.getlist("silent") if one.isdecimal() and len(one) < 16], key=key
    ),
    "consult": lambda request, uid, key: emergency.consult(uid, request.POST.get("text", ""), key=key),
    "keep": lambda request, uid, key: emergency.keep_here(uid, request.POST.get("text", ""), key=key),
    "close": lambda request, uid, key: emergency.close(uid, request.POST.get("text", ""), key=key),
}


@deciders
@require_POST
def step(request: HttpRequest, uid: UUID, step: str) -> HttpResponse:
    """Note what happened, or decide."""
    key = request.POST.get("key", "")[:64]
    if step not in _STEPS and news_of(step) is None:
        raise Http404
    try:
        _STEPS[step](request, uid, key) if step in _STEPS else _report(request, uid, step, key)
    except NotFound:
        raise
    except MinhuError as error:
        beside = "；".join(text for text in (error.fields or {}).values() if text not in error.message)
        return _page(request, uid, error.status, problem=f"{error.message}{beside}")
    messages.success(request, _("已记录。"))
    return redirect("emergency_page", uid=uid)


def _page(request: HttpRequest, uid: UUID, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "emergency/page.html", {**_context(queries.view(uid)), **more}, status=status)


def _context(view: queries.HandoverView) -> dict[str, Any]:
    asked = {one.code for one in view.offers if one.state in ("offered", "received", "accepted")}
    return {
        "view": view, "key": uuid4().hex,
        "offers": [(one, [(news.value, words.NEWS[news]) for news in one.next]) for one in view.offers],
        "entries": [{"at": one.at, "title": words.entry_words(one), "text": one.text, "actor": one.actor,
                     "tone": "orange" if one.kind in ("alarm", "decline", "kept", "return") else "calm"} for one in reversed(view.entries)],
        "parties": [(one, words.ROLES.get(one.role, one.role)) for one in view.parties],
        "others": [one for one in queries.services() if one.code not in asked and view.kept_at is None],
        "ways": [(one.value, one.label) for one in queries.Way], "roles": words.ROLES.items(),
    }  # fmt: skip


def _way(text: str) -> queries.Way:
    return next((one for one in queries.Way if one.value == text), queries.Way.VOICE)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise NotFound(_("没有找到这次对话，请回到会话列表再选一次。")) from error
