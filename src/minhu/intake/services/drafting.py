"""The order form of a talk fills itself: read after each utterance, corrected by its agent, kept after each step.

Reading is the work of pure rules (``language.filling``) with the city's areas and categories; what the agent gave his
word for is never overwritten. Nothing is registered from here: that is the agent's own step through the usual door.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action, decide
from minhu.directory.types import RequestType
from minhu.engines import lookup
from minhu.intake import lexicon
from minhu.intake.domain.coaching import WARNED
from minhu.intake.models import Draft, Request, Talk
from minhu.intake.queries.elements import elements_of_words
from minhu.intake.queries.noises import noises_of_words
from minhu.intake.queries.talks import said_of
from minhu.intake.reading_limits import record_search
from minhu.intake.services.talking import locked
from minhu.intake.types import MAX_TEXT, Receipt, Speaker, TalkState
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid
from minhu.language.filling import entries as rules
from minhu.language.filling.entries import Entry, Outcome
from minhu.language.filling.filling import City, fill
from minhu.language.filling.guiding import marks_of, value_of, warnings_of
from minhu.language.filling.types import Field, Reading, Spoken

WHY: Final = "the form of a talk belongs to whoever holds the talk"
MOST_TYPING: Final = 600
"""Seconds of typing that one step may report: more is no typing."""
_LONGEST: Final = {Field.MATTER: MAX_TEXT, Field.TITLE: 200}
_SHORT: Final = 200
_TYPES: Final = {kind.said: kind.value for kind in RequestType}


def listen(uid: UUID, typed: int = 0) -> None:
    """Read what was said since the form was last read; does nothing where nothing was said or another holds the talk.

    ``typed``: seconds of typing that the words took.
    """
    actor = current_actor()
    with transaction.atomic(), elevated(WHY):
        talk = Talk.objects.filter(uid=uid).first()
        if talk is None or talk.state == TalkState.ENDED.value or talk.agent_id != actor.staff_id or _nothing_new(talk):
            return
        draft = _open(locked(uid))  # the talk before its form, everywhere: two doors at once would wait for each other
        said = [one for one in said_of(talk) if one.number > draft.since]
        if draft.registered_at or not said or said[-1].number <= draft.heard:
            return
        draft.heard = said[-1].number
        draft.typing_seconds += min(max(typed, 0), MOST_TYPING)
        first = next((one for one in said if one.speaker is Speaker.CITIZEN), None)
        draft.first_word_at = draft.first_word_at or (first.at if first else None)
        _store(
            draft,
            rules.merge(
                entries_of(draft),
                _read(talk, [Spoken(one.number, one.speaker is Speaker.CITIZEN, one.text) for one in said]),
            ),
        )


def accept(uid: UUID, field: str, typed: int = 0) -> None:
    """The agent takes what was read for a field (the newer reading where there is one); ``sure`` takes all sure ones."""
    with transaction.atomic(), elevated(WHY):
        draft = _own(uid, typed)
        kept = entries_of(draft)
        _store(draft, rules.accept_sure(kept) if field == "sure" else rules.accept(kept, _field(field)))


def correct(uid: UUID, field: str, value: str, typed: int = 0) -> None:
    """The agent's own word for a field, checked as far as a form can; raises Invalid."""
    known, value = _field(field), value.strip().replace("\0", "")
    if len(value) > _LONGEST.get(known, _SHORT):
        message = f"这一项请不超过 {_LONGEST.get(known, _SHORT)} 个字。"
        raise Invalid(message, fields={field: message})
    with transaction.atomic(), elevated(WHY):
        draft = _own(uid, typed)
        _store(draft, rules.correct(entries_of(draft), known, value))


def once(uid: UUID, make: Callable[[], Receipt]) -> Receipt:
    """The request of a talk's present matter: what ``make`` registers, or the one it became before (``created`` False).

    By whatever door it comes (the form beside the talk, the agents' form, the sheet of an emergency): all of them wait for
    the talk, which is held until the transaction ends. A further matter is begun by ``begin_another``. Raises NotFound.
    """
    with transaction.atomic():
        with elevated(WHY):
            draft = _open(locked(uid))
            known = Request.objects.filter(pk=draft.request_id).first() if draft.request_id is not None else None
        if known is not None:
            return Receipt(known.pk, known.number, code="", created=False, received_at=known.received_at)
        receipt = make()
        with elevated(WHY):
            draft.registered_at, draft.request_id = now(), receipt.request_id
            draft.registered_by_id = current_actor().staff_id
            draft.save(update_fields=["registered_at", "request_id", "registered_by"])
        return receipt


def settled(uid: UUID, receipt: Receipt) -> None:
    """The form itself became this request: what became of each suggestion is kept without its words. Raises Conflict."""
    with transaction.atomic(), elevated(WHY):
        talk = locked(uid)
        _check(talk)
        draft = _open(talk)
        if draft.request_id != receipt.request_id or draft.outcomes:
            raise _registered()
        kept = entries_of(draft)
        draft.outcomes = {**rules.outcomes(kept), **_warned(kept)}
        draft.save()


def begin_another(uid: UUID) -> None:
    """A further matter of the same talk: a new form that hears what is said from now on."""
    with transaction.atomic(), elevated(WHY):
        talk = locked(uid)
        _check(talk)
        last = _open(talk)
        if last.registered_at is None:
            return
        numbers = [one.number for one in said_of(talk)]
        Draft.objects.create(talk=talk, turn=last.turn + 1, since=max(numbers, default=0), channel=talk.channel)


def look_at_caller(uid: UUID) -> str:
    """Note that the holder of a talk looks at what its caller brought before; returns the telephone, '' for none.

    Each look is entered in the reading log with its purpose, once for a caller and talk.
    """
    with transaction.atomic(), elevated(WHY):
        draft = _own(uid, 0)
        phone = phone_of(draft.talk, entries_of(draft))
        if phone and draft.looked != phone:
            record_search(current_actor(), lookup.indexes(phone, "phone")[0])
            draft.looked = phone
            draft.save(update_fields=["looked"])
        return phone


def entries_of(draft: Draft) -> dict[Field, Entry]:
    """The fields of a form."""
    return rules.from_json(json.loads(draft.fields)) if draft.fields else {}


def phone_of(talk: Talk, kept: dict[Field, Entry]) -> str:
    """The telephone to call back: the one said, else the one on the line."""
    said = kept.get(Field.PHONE)
    return said.reading.value if said and said.reading.value else talk.phone


def _warned(kept: dict[Field, Entry]) -> dict[str, str]:
    """The warnings that stood when the form was registered, by their codes alone."""
    matter = value_of(kept, Field.MATTER)
    read = elements_of_words(matter, now()).elements if matter else ()
    found = (
        noises_of_words(matter, read, marks_of(kept, {code: word for word, code in _TYPES.items()})) if matter else ()
    )
    return {f"{WARNED}{one.noise.value}": Outcome.LEFT.value for one in warnings_of(kept, found)}


def _read(talk: Talk, said: list[Spoken]) -> dict[Field, Reading]:
    words = lexicon.words_of_the_city()
    city = City(words.home, words.gazetteer, words.index, words.model)
    filled = fill(said, timezone.localtime(talk.opened_at), city, talk.phone)
    kind = filled.readings.get(Field.REQUEST_TYPE)
    if kind is not None:
        filled.readings[Field.REQUEST_TYPE] = replace(kind, value=_TYPES.get(kind.value, ""))
    return filled.readings


def _open(talk: Talk) -> Draft:
    """The latest form of a talk, made when first asked for; locked."""
    found = Draft.objects.select_for_update().filter(talk=talk).order_by("-turn").first()
    return found or Draft.objects.create(talk=talk, channel=talk.channel)


def _nothing_new(talk: Talk) -> bool:
    """Whether the form of a talk has heard everything, or is registered: a look that holds up nobody."""
    last = talk.drafts.order_by("-turn").values_list("heard", "registered_at").first()
    if last is None:
        return False
    return last[1] is not None or not talk.utterances.filter(number__gt=last[0]).exists()


def _own(uid: UUID, typed: int) -> Draft:
    """The form of a talk in the actor's hands, locked, with the seconds of typing added; raises Conflict."""
    talk = locked(uid)
    _check(talk)
    draft = _open(talk)
    if draft.registered_at is not None:
        raise _registered()
    draft.typing_seconds += min(max(typed, 0), MOST_TYPING)
    return draft


def _registered() -> Conflict:
    return Conflict("这张单已经登记；如还有别的事，请按“再登记一件”。", code="draft_registered")


def _check(talk: Talk) -> None:
    actor = current_actor()
    require(Action.TALK, actor=actor)
    if talk.agent_id != actor.staff_id and not decide(actor, Action.WATCH_TALKS):
        raise Conflict("这次对话不在您手上，请先接入。", code="talk_not_yours")


def _field(name: str) -> Field:
    if name not in set(Field):
        raise Invalid("没有这个项目，请刷新页面。", fields={"field": name})
    return Field(name)


def _store(draft: Draft, kept: dict[Field, Entry]) -> None:
    draft.fields = json.dumps({field.value: entry.to_json() for field, entry in kept.items()}, ensure_ascii=False)
    draft.save()
