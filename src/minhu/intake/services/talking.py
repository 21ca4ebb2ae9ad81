"""A talk with a citizen on any channel: each turn is kept, understood, and answered by the bot or left to a person.

One transaction a turn, under a lock of its talk: a message that comes twice has one effect, and a talk that was broken
off goes on where it stood. What the bot does is decided by pure rules (``language.dialogue``); it opens a request only
after the citizen confirmed it, and closes, refuses or dispatches nothing.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Subquery

from minhu.directory.access import acting_as, as_system, elevated
from minhu.directory.queries.lines import policy_of
from minhu.engines import lookup
from minhu.engines.secrets import blind_index
from minhu.intake.events import SurveyEnded, TalkMoved
from minhu.intake.models import Talk, Utterance
from minhu.intake.queries import front_door
from minhu.intake.queries.bulletins import offer_for
from minhu.intake.queries.caring import held
from minhu.intake.queries.elements import elements_of_words
from minhu.intake.queries.first_notices import first_notices
from minhu.intake.queries.talks import CitizenView, said_of
from minhu.intake.services import affected, caring, voices
from minhu.intake.services.opening import open_by_code
from minhu.intake.services.opinions import keep_opinion
from minhu.intake.services.receiving import receive
from minhu.intake.services.standing import standing_words
from minhu.intake.types import Begun, Channel, NewRequest, Receipt, Said, Speaker, TalkChannel, TalkState
from minhu.kernel.actors import ANONYMOUS
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid, MinhuError, NotFound
from minhu.kernel.events import publish
from minhu.knowledge.queries.shown import Answered
from minhu.knowledge.services.answering import Asked, ask
from minhu.knowledge.types import Door, Outcome, Tone
from minhu.language.dialogue import alarm, survey, survey_call, talking
from minhu.language.dialogue.first import with_notices
from minhu.language.dialogue.gentle import gentle
from minhu.language.dialogue.hearing import hear as understand
from minhu.language.dialogue.phrases import phrase
from minhu.language.dialogue.records import record_of
from minhu.language.dialogue.types import Act, Deed, Memory, Mode, Phase, Policy, Record, Turn, Why
from minhu.language.needs import group_of, manner_of
from minhu.ledger import services as ledger

WHY: Final = "a talk belongs to a citizen without an account"
LONGEST_WORDS: Final = 20_000
"""Characters of one utterance."""
MOST_UTTERANCES: Final = 400
MOST_OF_A_CALL: Final = 4_000
"""By telephone two people speak in many short turns, and nobody can begin anew."""
DANGER_WAITS: Final = timedelta(minutes=1)
"""So long an answer to the question about danger is awaited."""
_AT_ONCE: Final = 50
_LOOKS_BACK: Final = timedelta(days=1)
"""For questions without an answer; the house does not stand still longer than this."""
_REQUEST_CHANNELS: Final = {
    TalkChannel.PHONE: Channel.PHONE,
    TalkChannel.WECHAT: Channel.WECHAT,
    TalkChannel.EMAIL: Channel.EMAIL,
}
_PRIORITIES: Final = {Why.DANGER: 0, Why.FEAR: 1, Why.GRIEF: 2, Why.ANGER: 2}


def begin(
    channel: TalkChannel, *, policy: Policy | None = None, sender: str = "", phone: str = "", line: str = "",
    first: Turn | None = None,
) -> Begun:  # fmt: skip
    """Open a talk on a line of business; the first words say that a machine speaks.

    ``sender``: the account or address on the channel; ``policy``: another than the line's at this moment;
    ``first``: another beginning than the greeting.
    """
    secret, moment = secrets.token_urlsafe(24), now()
    policy = front_door.policy_now(policy or policy_of(line))
    with transaction.atomic(), elevated(WHY):
        talk = Talk.objects.create(
            channel=channel.value, mode=policy.mode.value, line=line[:32], secret_digest=_digest(secret),
            sender=sender, sender_index=lookup.index(sender, "sender") if sender else None,
            phone=phone, phone_index=lookup.index(phone, "phone") if phone else None, opened_at=moment, last_at=moment,
        )  # fmt: skip
        ledger.append("talk.opened", ("talk", talk.pk), {"channel": channel.value, "mode": policy.mode.value})
        caring.recall(talk)
        _do(talk, first or with_notices(talking.opening(policy), first_notices(talk.line, phone)), policy)
        talk.save()
        return Begun(talk.uid, secret, said_of(talk))


def hear(uid: UUID, words: str, *, key: str = "", policy: Policy | None = None, client: str = "") -> tuple[Said, ...]:
    """One turn of the citizen; returns what is said after it. ``key``: the channel's number of the message.

    ``client``: the caller's address, against which wrong query codes are counted; without one, the account or telephone.

    A key that was heard before changes nothing and returns what was said then. Raises NotFound for no such talk and
    Invalid for words that cannot be kept.
    """
    if len(words) > LONGEST_WORDS:
        message = f"一次请不超过 {LONGEST_WORDS} 个字，可以分几次说。"
        raise Invalid(message, fields={"words": message})
    with transaction.atomic(), elevated(WHY):
        talk = locked(uid)
        if key and (before := talk.utterances.filter(key=key).first()) is not None:
            return tuple(one for one in said_of(talk, before.number) if one.speaker is not Speaker.CITIZEN)
        own = keep(talk, Speaker.CITIZEN, words, key=key)
        caring.listen(talk, words)
        if talk.state == TalkState.ENDED.value:
            talk.state, talk.ended_at = TalkState.BOT.value, None
            if (known := memory_of(talk)).phase is Phase.HANDED:  # an agent ended it: the bot speaks again
                remember(talk, Memory(opened=known.opened, place=known.place, time=known.time))
        if talk.state == TalkState.BOT.value:
            rules = front_door.policy_now(policy or _policy(talk))
            memory = memory_of(talk)
            heard = understand(words, memory.phase, bool(memory.waiting))
            _do(talk, talking.proceed(memory, heard, rules, read, offer_for), rules, client or _caller(talk))
        talk.save()
        return said_of(talk, own.number)


def opens(uid: UUID, secret: str) -> bool:
    """Whether ``secret`` is the one of the talk; takes the same time whatever is wrong."""
    with transaction.atomic(), elevated(WHY):
        kept = Talk.objects.filter(uid=uid).values_list("secret_digest", flat=True).first()
    return secrets.compare_digest(kept or "", _digest(secret)) and bool(kept)


def for_citizen(uid: UUID, after: int = 0) -> CitizenView:
    """State and utterances behind number ``after``, for the page that has shown the secret (``opens``); raises NotFound."""
    with transaction.atomic(), elevated(WHY):
        talk = Talk.objects.filter(uid=uid).first()
        if talk is None:
            raise NotFound("没有找到这次对话，请重新开始。", code="not_found")
        asked = talk.state == TalkState.BOT.value and memory_of(talk).waiting == alarm.WAITING
        return CitizenView(TalkState(talk.state), said_of(talk, after), tuple(talk.request_ids), asked)


def hand_over_unanswered() -> int:
    """Talks whose question about danger got no answer within ``DANGER_WAITS`` go to a person; returns how many.

    Talks that a turn holds just now are left for the next round; one that was answered meanwhile stays as it is.
    """
    moment = now()
    last = Utterance.objects.filter(talk=OuterRef("pk")).order_by("-number").values("code")[:1]
    with transaction.atomic(), as_system():
        waiting = Talk.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            state=TalkState.BOT.value, last_at__gt=moment - _LOOKS_BACK, last_at__lte=moment - DANGER_WAITS
        )
        found = list(waiting.annotate(code=Subquery(last)).filter(code="ask_danger")[:_AT_ONCE])
        for talk in found:
            policy = _policy(talk)
            _do(talk, talking.unanswered(memory_of(talk), policy), policy)
            talk.save()
        return sum(talk.state != TalkState.BOT.value for talk in found)


def memory_of(talk: Talk) -> Memory:
    """What the bot remembers of a talk."""
    return Memory.from_json(json.loads(talk.memory)) if talk.memory else Memory()


def read(text: str) -> Record:
    """What the words so far make of a request, read with the areas and words of the city."""
    return record_of(text, elements_of_words(text, now()))


def _policy(talk: Talk) -> Policy:
    """The line's policy; who speaks first stays as it was when the talk began."""
    return replace(policy_of(talk.line), mode=Mode(talk.mode))


def _do(talk: Talk, turn: Turn, policy: Policy, client: str = "") -> None:
    """Carry out what the rules decided, in order; answers and numbers lead to a further step of the same turn."""
    remember(talk, turn.memory)
    for act in turn.acts:
        for further in _done(talk, act, policy, client):
            _do(talk, further, policy, client)


def _done(talk: Talk, act: Act, policy: Policy, client: str) -> Iterator[Turn]:
    match act.deed:
        case Deed.SAY:
            words = gentle(act.words, act.code) if manner_of(held(talk)).short else act.words
            keep(talk, Speaker.BOT, words, code=act.code)
        case Deed.ANSWER:
            yield from _answer(talk, act, policy)
        case Deed.OPEN:
            receipt = _receive(talk, act.words)
            yield talking.opened(memory_of(talk), receipt.number, receipt.code, receipt.wording)
        case Deed.RATE:
            about = memory_of(talk)
            mouth = survey_call if about.spoken else survey
            yield mouth.kept(about, keep_opinion(about.about, TalkChannel(talk.channel), act.lines))
        case Deed.CALLED:
            publish(SurveyEnded(talk.pk, act.code, act.words))
        case Deed.HAND_OVER:
            hand_over(talk, act.why or Why.ASKED)
        case Deed.PROGRESS:
            keep(talk, Speaker.BOT, _standing(act, client), code="progress")
        case Deed.END:
            talk.state, talk.ended_at = TalkState.ENDED.value, now()
        case Deed.JOIN:
            affected.join(talk, act.code)
        case Deed.NEWS:
            affected.wants_news(talk, act.code, act.words)
        case Deed.ADVICE:
            pass


def _answer(talk: Talk, act: Act, policy: Policy) -> Iterator[Turn]:
    """From what is public, whoever looks on; an honest 'not found' goes on by the rules."""
    with acting_as(ANONYMOUS):
        got = ask(Asked(act.words, Door.TALK, Tone.SPOKEN, act.lines))
    if got.outcome is Outcome.ANSWERED:
        keep(talk, Speaker.BOT, got.said, code="answer", sources=_sources(got))
    elif got.back is not None:
        choices = "、".join(f"“{one.label}”" for one in got.back.choices)
        keep(talk, Speaker.BOT, f"{got.back.question} {choices}", code="ask_back")
    else:
        yield talking.not_found(memory_of(talk), policy)


def _standing(act: Act, client: str) -> str:
    """How an order stands, for whoever proves it with number and code; the limits on guessing are those of the page."""
    try:
        with transaction.atomic():
            return standing_words(open_by_code(act.code, act.words, client))
    except MinhuError as error:
        return error.message


def _caller(talk: Talk) -> str:
    """Whom guesses are counted against where a channel knows no address."""
    known = talk.sender_index or talk.phone_index
    return bytes(known).hex() if known else talk.uid.hex


def _sources(got: Answered) -> list[dict[str, Any]]:
    return [
        {
            "document": one.document_id, "version": one.version_id, "passage": one.passage, "title": one.title,
            "label": one.label,
        }
        for one in got.clauses
    ]  # fmt: skip


def _receive(talk: Talk, words: str) -> Receipt:
    """The citizen's own words become a request; said again, the same one."""
    new = NewRequest(
        text=words, channel=_REQUEST_CHANNELS.get(TalkChannel(talk.channel), Channel.WEB), requester_phone=talk.phone,
        special_group=group_of(held(talk)), wants_callback=bool(talk.phone), call_id=talk.uid.hex, line=talk.line, idempotency_key=f"talk-{talk.uid.hex}-{len(talk.request_ids)}",
    )  # fmt: skip
    receipt = receive(new, actor=ANONYMOUS)
    talk.request_ids = [*talk.request_ids, receipt.request_id]
    return receipt


def hand_over(talk: Talk, why: Why) -> None:
    """Put a locked talk into the queue of people; one that is there already stays where it is."""
    if talk.state in (TalkState.WAITING.value, TalkState.PERSON.value):
        return
    talk.state, talk.handed_at, talk.why = TalkState.WAITING.value, now(), why.value
    talk.priority = min(talk.priority, _PRIORITIES.get(why, 5))
    ledger.append("talk.handed", ("talk", talk.pk), {"why": why.value})
    publish(TalkMoved(talk.uid, waits=True))
    if front_door.standing().offers_call_back and talk.priority:
        code = "call_back_offered_language" if why is Why.LANGUAGE else "call_back_offered"
        keep(talk, Speaker.BOT, phrase(code), code="call_back_offered")


def remember(talk: Talk, memory: Memory, *, phase: Phase | None = None) -> None:
    """Keep what the bot knows of a locked talk; ``phase`` puts it somewhere else."""
    memory = replace(memory, phase=phase) if phase else memory
    talk.memory = json.dumps(memory.to_json(), ensure_ascii=False)
    talk.save(update_fields=["memory"])


def keep(
    talk: Talk, speaker: Speaker, words: str, *, code: str = "", key: str = "", staff: str = "",
    sources: Sequence[dict[str, Any]] = (),
) -> Utterance:  # fmt: skip
    """Write down an utterance; the lock of the talk gives it its number."""
    last = Utterance.objects.filter(talk=talk).order_by("-number").values_list("number", flat=True).first() or 0
    if last >= (MOST_OF_A_CALL if talk.channel == TalkChannel.PHONE.value else MOST_UTTERANCES):
        raise Invalid("这次对话已经很长，请重新开始一次，或拨打 12345。", code="talk_too_long")
    talk.last_at = now()
    publish(TalkMoved(talk.uid, talk.state == TalkState.WAITING.value))
    if speaker is Speaker.CITIZEN:
        voices.mark(talk, words)
    return Utterance.objects.create(
        talk=talk, number=last + 1, speaker=speaker.value, text=words.replace("\0", ""), code=code, key=key or None,
        staff=staff, sources=list(sources), at=talk.last_at,
    )  # fmt: skip


def locked(uid: UUID) -> Talk:
    """The talk, held until the transaction ends; raises NotFound."""
    talk = Talk.objects.select_for_update().filter(uid=uid).first()
    if talk is None:
        raise NotFound("没有找到这次对话，请重新开始。", code="not_found")
    return talk


def _digest(secret: str) -> str:
    return blind_index(secret, "talk secret").hex()
