"""A person takes the word in a talk: one agent at a time, everything that was said before at hand, nothing lost."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action, decide
from minhu.engines import lookup
from minhu.intake.events import TalkMoved
from minhu.intake.models import Call, Talk
from minhu.intake.queries.talks import said_of
from minhu.intake.services import seating
from minhu.intake.services.talking import LONGEST_WORDS, hand_over, keep, locked, memory_of, remember
from minhu.intake.types import Receipt, Said, Speaker, TalkChannel, TalkState
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid
from minhu.kernel.events import publish
from minhu.language.dialogue import alarm
from minhu.language.dialogue.phrases import phrase
from minhu.language.dialogue.types import Mode, Phase, Why
from minhu.ledger import services as ledger

NOTED: Final = "noted"
"""The code of a citizen's utterance that an agent wrote down."""
WHY: Final = "an agent takes a talk that waits, whoever had it before"


def take(uid: UUID) -> None:
    """The current agent takes a talk, from the queue or from the bot; raises Conflict when a colleague has it."""
    actor = current_actor()
    require(Action.TALK, actor=actor)
    with transaction.atomic(), elevated(WHY):
        talk = locked(uid)
        if talk.state == TalkState.PERSON.value and talk.agent_id != actor.staff_id:
            raise Conflict("这次对话已由同事接待，请刷新列表。", code="talk_taken")
        if talk.state == TalkState.ENDED.value:
            raise Conflict("这次对话已经结束。", code="talk_ended")
        if talk.state == TalkState.PERSON.value:
            return
        memory = memory_of(talk)
        remember(talk, memory, phase=Phase.HANDED)
        talk.state, talk.agent_id, talk.taken_at = TalkState.PERSON.value, actor.staff_id, now()
        talk.handed_at = talk.handed_at or talk.taken_at
        talk.save()
        if actor.staff_id is not None:
            seating.took(actor.staff_id)
        ledger.append(
            "talk.taken", ("talk", talk.pk), {"waited": round((talk.taken_at - talk.handed_at).total_seconds())}
        )
        publish(TalkMoved(talk.uid, waits=False))


def say(uid: UUID, words: str, *, key: str = "") -> Said:
    """The agent's words to the citizen; the same key twice is said once. Raises NotAllowed for who has not the talk."""
    actor = current_actor()
    if not words.strip() or len(words) > LONGEST_WORDS:
        raise Invalid("请写出要说的话。", fields={"words": "请写出要说的话。"})
    with transaction.atomic(), elevated(WHY):
        talk = _own(uid, actor)
        before = talk.utterances.filter(key=f"staff-{key}").first() if key else None
        row = before or keep(talk, Speaker.AGENT, words, key=f"staff-{key}" if key else "", staff=actor.id)
        talk.save()
        return said_of(talk, row.number - 1)[0]


def begin_call(phone: str = "") -> UUID:
    """A call that the current agent has answered: a talk of his own, without a bot. ``phone``: the number on the line."""
    actor = current_actor()
    require(Action.TALK, actor=actor)
    digits = "".join(filter(str.isdigit, phone))[:20]
    moment = now()
    with transaction.atomic(), elevated(WHY):
        talk = Talk.objects.create(
            channel=TalkChannel.PHONE.value, state=TalkState.PERSON.value, mode=Mode.PERSON_FIRST.value, agent_id=actor.staff_id,
            phone=digits, phone_index=lookup.index(digits, "phone") if digits else None,
            opened_at=moment, last_at=moment, handed_at=moment, taken_at=moment,
        )  # fmt: skip
        remember(talk, memory_of(talk), phase=Phase.HANDED)
        if actor.staff_id is not None:
            seating.took(actor.staff_id)  # whoever speaks is offered nothing else, and never counts as not answering
        ledger.append("talk.opened", ("talk", talk.pk), {"channel": talk.channel, "mode": talk.mode})
        ledger.append("talk.taken", ("talk", talk.pk), {"waited": 0})
    return talk.uid


def note(uid: UUID, words: str, *, key: str = "") -> Said:
    """What the citizen says, written down by the agent who listens; the same key twice is kept once."""
    actor = current_actor()
    if not words.strip() or len(words) > LONGEST_WORDS:
        raise Invalid("请写出来电人说的话。", fields={"words": "请写出来电人说的话。"})
    with transaction.atomic(), elevated(WHY):
        talk = _own(uid, actor)
        before = talk.utterances.filter(key=f"note-{key}").first() if key else None
        row = before or keep(talk, Speaker.CITIZEN, words, code=NOTED, key=f"note-{key}" if key else "", staff=actor.id)
        talk.save()
        return said_of(talk, row.number - 1)[0]


def give_back(uid: UUID, *, to_bot: bool = False) -> None:
    """Leave a talk: back to the queue at its old place, or to the bot, which goes on with what it knew."""
    actor = current_actor()
    with transaction.atomic(), elevated(WHY):
        talk = _own(uid, actor)
        held_by, talk.agent_id, talk.taken_at = talk.agent_id, None, None
        if to_bot:
            talk.state, talk.why = TalkState.BOT.value, ""
            remember(talk, alarm.answered(memory_of(talk)), phase=Phase.OPEN)
        else:
            talk.state = TalkState.WAITING.value
        talk.save()
        seating.left(held_by, finished=False)
        ledger.append("talk.left", ("talk", talk.pk), {"to_bot": to_bot})
        publish(TalkMoved(talk.uid, waits=not to_bot))


def end(uid: UUID) -> None:
    """The agent ends the talk; words of the citizen that come later open it again."""
    actor = current_actor()
    with transaction.atomic(), elevated(WHY):
        calls = Call.objects.select_for_update(of=("self",))  # before the talk, as the events of its exchange take them
        call = calls.filter(talk__uid=uid).first()
        talk = _own(uid, actor)
        talk.state, talk.ended_at = TalkState.ENDED.value, now()
        talk.save()
        if call is not None:
            _wrapped_up(call)
        seating.left(talk.agent_id, finished=True)
        ledger.append("talk.ended", ("talk", talk.pk), {"requests": len(talk.request_ids)})
        publish(TalkMoved(talk.uid, waits=False))


def opened(uid: UUID, receipt: Receipt) -> None:
    """A request was registered from a talk by its agent: kept with it, and told to the citizen once."""
    actor = current_actor()
    with transaction.atomic(), elevated(WHY):
        talk = _own(uid, actor)
        if receipt.request_id in talk.request_ids:
            return
        talk.request_ids = [*talk.request_ids, receipt.request_id]
        words = phrase("opened", number=receipt.number, query=receipt.code, wording=receipt.wording)
        keep(talk, Speaker.AGENT, words, code="opened", staff=actor.id)
        talk.save()


def ask_for_person(uid: UUID) -> None:
    """The citizen's button: a person, without a word to the bot; instead of an answer about danger it is not a 'no'."""
    with transaction.atomic(), elevated(WHY):
        talk = locked(uid)
        memory = memory_of(talk)
        remember(talk, memory, phase=Phase.HANDED)
        hand_over(talk, Why.DANGER if memory.waiting == alarm.WAITING else Why.ASKED)
        talk.save()


def _wrapped_up(call: Call) -> None:
    """Of a telephone call: how long its agent worked on after the caller had hung up."""
    if call.ended_at is not None and call.wrap_up_seconds is None:
        call.wrap_up_seconds = max(round((now() - call.ended_at).total_seconds()), 0)
        call.save(update_fields=["wrap_up_seconds"])


def own_talk(uid: UUID) -> Talk:
    """The talk, locked, for the current actor who has it or watches; raises Conflict for others. Needs a wide scope."""
    return _own(uid, current_actor())


def _own(uid: UUID, actor: Actor) -> Talk:
    """The talk, locked, if the actor has it or may step in as a supervisor."""
    talk = locked(uid)
    require(Action.TALK, actor=actor)
    if talk.agent_id != actor.staff_id and not decide(actor, Action.WATCH_TALKS):
        raise Conflict("这次对话不在您手上，请先接入。", code="talk_not_yours")
    return talk
