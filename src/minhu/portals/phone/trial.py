"""A trial call by an administrator: he is the citizen, types or speaks, and hears the bot. It is a call like any other.

What he registers is a real request; the page says so. Without a recogniser he types; without a voice he reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from minhu.directory.policy import Action
from minhu.directory.queries import lines
from minhu.engines.speech import choosing
from minhu.engines.speech.calls import CallEvent, CallEventKind
from minhu.engines.speech.framing import read_wav
from minhu.engines.speech.saying import Unsaid
from minhu.intake.services import calling, talking
from minhu.intake.types import TalkState
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid
from minhu.language.spoken import SLOWER
from minhu.portals.manage.common import show
from minhu.portals.orders.guards import for_staff
from minhu.portals.phone.desk import with_microphone

SOURCE: Final = "trial"
KEPT: Final = "phone_trial"
MOST_WORDS: Final = 2_000
MOST_SOUND: Final = 2 * 1024 * 1024
"""Bytes of one spoken turn: a minute at 16 kHz."""


@with_microphone
@for_staff(Action.MANAGE_TOKENS)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The telephone of a citizen."""
    hears, speaks = choosing.house_recogniser().readiness(), choosing.synthesiser().readiness()
    return show(request, "phone_trial", "../phone/trial", {"hears": hears, "speaks": speaks, "lines": lines.offered()})


@for_staff(Action.MANAGE_TOKENS)
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Dial; answers with the call and the greeting."""
    wanted = request.POST.get("line", "")
    line = wanted if any(wanted == one.code for one in lines.offered()) else ""
    key = uuid4().hex
    uid = calling.take_event(SOURCE, CallEvent(key, now(), CallEventKind.RINGING), line=line)
    talk = calling.answer_by_bot(uid)
    calling.take_event(SOURCE, CallEvent(key, now(), CallEventKind.ANSWERED))
    request.session[KEPT] = [str(uid), key, str(talk)]
    return _answer(request, uid, 0)


@for_staff(Action.MANAGE_TOKENS)
@require_POST
def say(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One turn, as words or as a WAV file; answers with what was understood and what was said since."""
    _own(request, uid)
    sound = request.FILES.get("sound")
    words = _heard(sound.read(MOST_SOUND + 1)) if sound is not None else request.POST.get("words", "").strip()
    if len(words) > MOST_WORDS:
        raise Invalid(_("一次请不超过 %(most)s 个字。") % {"most": MOST_WORDS}, code="too_long")
    if words:
        calling.heard(uid, words, key=f"trial-{request.POST.get('key', '')[:50]}")
    return _answer(request, uid, _number(request.POST.get("after", "")))


@for_staff(Action.MANAGE_TOKENS)
@require_GET
def said(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What was said since utterance ``after``: a person may have taken over."""
    _own(request, uid)
    return _answer(request, uid, _number(request.GET.get("after", "")))


@for_staff(Action.MANAGE_TOKENS)
@require_POST
def end(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Hang up."""
    key, _talk = _own(request, uid)
    calling.take_event(SOURCE, CallEvent(key, now(), CallEventKind.HUNG_UP))
    request.session.pop(KEPT, None)
    return JsonResponse({"call": str(uid)})


@for_staff(Action.MANAGE_TOKENS)
@require_GET
def sound(request: HttpRequest, uid: UUID, number: int) -> HttpResponse | StreamingHttpResponse:
    """An utterance as raw sound, 16 bits at 16 kHz, sent while it is made; 503 with the reason where nobody speaks."""
    _key, talk = _own(request, uid)
    text = next((one.text for one in talking.for_citizen(talk, number - 1).said if one.number == number), None)
    if text is None:
        raise Http404
    saying = choosing.synthesiser().say(text, speed=SLOWER if request.GET.get("slow") else 1.0)
    parts = iter(saying)
    first = next(parts, b"")  # a voice that does not work is told as an error, not as silence
    response = StreamingHttpResponse(_all(first, parts), content_type="application/octet-stream")
    response["Cache-Control"] = "no-store"
    return response


def _all(first: bytes, parts: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    try:
        yield from parts
    except Unsaid:
        return
    finally:
        if hasattr(parts, "cancel"):
            parts.cancel()


def _heard(data: bytes) -> str:
    if len(data) > MOST_SOUND:
        raise Invalid(_("一段话请不超过一分钟。"), code="turn_too_long")
    recording = read_wav(data)
    hearing = choosing.house_recogniser().begin(recording.rate)
    hearing.feed(recording.channels[0])
    return hearing.end().text.strip()


def _own(request: HttpRequest, uid: UUID) -> tuple[str, UUID]:
    """The exchange's name and the talk of a call that this browser dialled; raises Http404 for every other call."""
    kept = request.session.get(KEPT)
    if not kept or kept[0] != str(uid):
        raise Http404
    return kept[1], UUID(kept[2])


def _answer(request: HttpRequest, uid: UUID, after: int) -> HttpResponse:
    view = talking.for_citizen(_own(request, uid)[1], after)
    rows = [
        {"number": one.number, "speaker": one.speaker.value, "who": str(one.speaker.label), "text": one.text}
        for one in view.said
    ]
    return JsonResponse({
        "call": str(uid), "said": rows, "state": view.state.value, "state_label": str(view.state.label),
        "over": view.state is TalkState.ENDED,
    })  # fmt: skip


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
