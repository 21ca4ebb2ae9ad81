"""The steps of an agent in the form of a talk: accept, correct, register, join, look at the caller, ask the papers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action, may_ever
from minhu.directory.queries.areas import area_info
from minhu.directory.queries.categories import category_by_code
from minhu.handling.queries.board import rows_by_number
from minhu.handling.queries.search import number_of
from minhu.intake import services as intake_services
from minhu.intake.queries import talks
from minhu.intake.queries.callers import is_caller_of
from minhu.intake.queries.drafts import DraftView, draft_of
from minhu.intake.services import drafting
from minhu.intake.services.keeping import keep_element
from minhu.intake.types import Receipt
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.errors import Invalid, MinhuError, NotFound
from minhu.knowledge.services.answering import Asked, ask
from minhu.knowledge.types import Door, Tone
from minhu.language.filling.entries import Entries, Mark
from minhu.language.filling.guiding import value_of
from minhu.language.filling.types import Field
from minhu.portals.desk import views_new
from minhu.portals.orders.guards import actor_of, for_staff
from minhu.portals.orders.pickers import area_words, category_words
from minhu.portals.talks import beside, desk, fields
from minhu.portals.talks.watching import shown

agents = for_staff(Action.TALK)
MOST_ASKED: Final = 300
"""Characters of a question to the papers."""
_NOTED: Final = {Field.WHEN: "when", Field.PARTY: "party", Field.PEOPLE: "people"}
"""Fields that a request keeps as its elements."""
Step = Callable[[HttpRequest, UUID], HttpResponseBase]


def _stepping(work: Step) -> Any:
    """A step of the holder: what is wrong is told on the page, which otherwise shows how it stands now."""

    @agents
    @require_POST
    @wraps(work)
    def view(request: HttpRequest, uid: UUID) -> HttpResponseBase:
        try:
            return work(request, uid)
        except MinhuError as error:
            return desk.after(request, uid, error.message, error.status)

    return view


@_stepping
def accept(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Take what was read for a field, or all that is sure."""
    drafting.accept(uid, request.POST.get("field", ""), desk.typed_seconds(request))
    return desk.after(request, uid)


@_stepping
def correct(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The agent's own word for a field."""
    name = request.POST.get("field", "")
    known = Field(name) if name in set(Field) else None
    if known is None:
        raise Invalid(_("没有这个项目，请刷新页面。"))
    drafting.correct(uid, name, fields.stored(known, request.POST.get("value", "")), desk.typed_seconds(request))
    return desk.after(request, uid)


@_stepping
def register(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Register the form through the door of all requests, with its checks."""
    draft, form = _filled(request, uid)
    with transaction.atomic():
        receipt = views_new.receive_form(request, form, **_more(draft.entries))
        _settle(uid, draft.entries, receipt)
    return redirect("talks_page", uid=uid)


@_stepping
def join(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The same matter again, or a running incident: added to the own order, or merged from its first moment."""
    actor = actor_of(request)
    number = number_of(request.POST.get("number", ""), actor)
    if not number:
        raise NotFound(_("没有找到要并入的工单。"))
    draft, form = _filled(request, uid)
    row = next(iter(rows_by_number([number], actor)), None)
    phone = value_of(draft.entries, Field.PHONE)
    if row is not None and phone and is_caller_of(row.request_id, phone):
        intake_services.supplement(row.request_id, form.cleaned_data["text"])
        messages.success(request, _("来电内容已补充到原工单 %(number)s，没有重复登记。") % {"number": number})
        return redirect("talks_page", uid=uid)
    with transaction.atomic():
        receipt = views_new.receive_joined(request, form, number, **_more(draft.entries))
        _settle(uid, draft.entries, receipt)
    messages.success(request, _("已登记并并入 %(number)s，不会重复派单。") % {"number": number})
    return redirect("talks_page", uid=uid)


@_stepping
def another(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """A further matter of the same talk."""
    drafting.begin_another(uid)
    return redirect("talks_page", uid=uid)


@_stepping
def caller(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Look at what the caller brought before; each look is logged."""
    drafting.look_at_caller(uid)
    return desk.after(request, uid)


@for_staff(Action.TALK, Action.WATCH_TALKS)
@require_GET
def knowledge(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The papers' answer to the citizen's latest question or to the agent's own, with the agent's rights."""
    view = shown(uid)
    own = request.GET.get("q", "").strip()[:MOST_ASKED]
    latest = beside.question_of(view.said)
    words = own or (latest.text[:MOST_ASKED] if latest else "")
    got, problem = None, ""
    if words and may_ever(actor_of(request), Action.VIEW_KNOWLEDGE):
        try:
            got = ask(Asked(words, Door.DESK, Tone.SPOKEN), record=bool(own))
        except MinhuError as error:
            problem = error.message
    return render(request, "talks/knowledge.html", {"got": got, "words": words, "problem": problem, "uid": uid})


def _filled(request: HttpRequest, uid: UUID) -> tuple[DraftView, views_new.NewForm]:
    """The form of the talk as the agent's form of requests, checked; raises Invalid that says what is missing."""
    drafting.listen(uid)
    draft = draft_of(talks.talk_for_staff(uid))
    if draft is None or not value_of(draft.entries, Field.MATTER):
        raise Invalid(_("还没有诉求内容，请先记下来电人说的事。"))
    if draft.registered_at is not None:
        raise Invalid(_("这张单已经登记；如还有别的事，请按“再登记一件”。"))
    form = views_new.NewForm(
        _data(uid, draft, request.POST.get("after", "accept")),
        may_dispatch=may_ever(actor_of(request), Action.DISPATCH),
    )
    if not form.is_valid():
        raise Invalid("；".join(str(error) for errors in form.errors.values() for error in errors))
    return draft, form


def _data(uid: UUID, draft: DraftView, after: str) -> dict[str, Any]:
    """The values as the agent's form names them; what nobody said about being called back means yes."""
    entries = draft.entries
    category, area = category_by_code(value_of(entries, Field.CATEGORY)), area_info(value_of(entries, Field.AREA))
    own = {field for field, entry in entries.items() if entry.mark is not Mark.SUGGESTED}
    return {
        "key": f"draft-{draft.uid}", "talk": uid.hex, "text": _text(entries), "after": after,
        "requester_phone": value_of(entries, Field.PHONE), "requester_name": value_of(entries, Field.NAME),
        "place_text": value_of(entries, Field.PLACE), "special_group": value_of(entries, Field.SPECIAL),
        "request_type": value_of(entries, Field.REQUEST_TYPE) if Field.REQUEST_TYPE in own else "",
        "category_id": category_words(category) if category and Field.CATEGORY in own else "",
        "area_code": area_words(area) if area and Field.AREA in own else "",
        "urgency": value_of(entries, Field.URGENCY) if Field.URGENCY in own else "",
        **({"confidential": "on"} if value_of(entries, Field.CONFIDENTIAL) == "1" else {}),
        **({"wants_callback": "on"} if value_of(entries, Field.CALLBACK) != "0" else {}),
    }  # fmt: skip


def _text(entries: Entries) -> str:
    """The citizen's words; what the agent knows besides stands behind them and says so."""
    text = value_of(entries, Field.MATTER)
    noted = [
        f"{fields.LABELS[field]}：{fields.shown(field, entry.reading.value)}"
        for field in _NOTED
        if (entry := entries.get(field))
        and entry.mark is Mark.CORRECTED
        and entry.reading.value
        and entry.reading.value not in text
    ]
    return f"{text}\n（坐席补记：{'；'.join(noted)}）" if noted else text


def _more(entries: Entries) -> dict[str, Any]:
    """Values for which the agent's form has no field."""
    try:
        happened = datetime.fromisoformat(value_of(entries, Field.WHEN))
    except ValueError:
        happened = None
    title = entries.get(Field.TITLE)
    return {
        "title": title.reading.value if title and title.mark is not Mark.SUGGESTED else "",
        "happened_at": happened.replace(tzinfo=CHINA_TIME) if happened else None,
    }


def _settle(uid: UUID, entries: Entries, receipt: Receipt) -> None:
    """Keep what the agent confirmed of the elements with the request, and what became of each suggestion."""
    text = _text(entries)
    for field, kind in _NOTED.items():
        entry = entries.get(field)
        if entry is None or entry.mark is Mark.SUGGESTED or not entry.reading.value:
            continue
        words = next(
            (one for one in (entry.reading.words, fields.shown(field, entry.reading.value)) if one and one in text), ""
        )
        if words:
            shown = fields.shown(field, entry.reading.value)
            keep_element(receipt.request_id, kind, words, shown, corrected=entry.mark is Mark.CORRECTED)
    drafting.settled(uid, receipt)
