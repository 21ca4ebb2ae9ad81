"""The next step of a talk: from what is remembered and what was heard to what is to be done.

The order of the rules is their weight: danger before everything (asked about where it is unsure, ``alarm``), a person
whenever one is asked for, then what the citizen was asked last, then the new matter. A request is opened only after the
citizen has confirmed its reading back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from minhu.language.dialogue import alarm, first, foreign, survey, survey_call, told
from minhu.language.dialogue.earlier import asked_again, kept, said_again, with_earlier
from minhu.language.dialogue.hearing import hear, plain
from minhu.language.dialogue.mending import mend, put_right, read_back
from minhu.language.dialogue.phrases import phrase
from minhu.language.dialogue.told import no_bulletins
from minhu.language.dialogue.types import (
    MOST_MISSES,
    MOST_SILENCES,
    Act,
    Bulletins,
    Deed,
    Heard,
    Memory,
    Mode,
    Phase,
    Policy,
    Reader,
    Turn,
    Why,
    Wish,
)

_MOST_ABUSE: Final = 2
_SAID: Final = {"thanks": "thanks", "greeting": "hello_again", "talk": "small_talk", "need": "need_heard"}
_COURTESIES: Final = (Wish.THANKS, Wish.GREETING, Wish.TALK)
"""Said in between; they belong to no request."""
_BARE_NO: Final = 4
"""Characters up to which a no says nothing but no."""
_NUMBER: Final = "number"
_CODE: Final = "code"
_FEELINGS: Final = {"anger": Why.ANGER, "fear": Why.FEAR, "grief": Why.GRIEF}


def opening(policy: Policy) -> Turn:
    """The first words of the house: a machine says that it is one; where people come first, one is called at once."""
    if policy.mode is Mode.PERSON_FIRST:
        acts = (greeting(policy), Act(Deed.HAND_OVER, why=Why.POLICY))
        return Turn(Memory(phase=Phase.HANDED), acts)
    return Turn(Memory(), (greeting(policy),))


def greeting(policy: Policy) -> Act:
    """The first words: the line's name, that a machine speaks, what the line says, and what one can do."""
    code = "greeting" if policy.mode is Mode.MACHINE_FIRST else f"greeting_{policy.mode.value}"
    return _say(code, called=policy.called, welcome=policy.welcome)


def proceed(memory: Memory, heard: Heard, policy: Policy, read: Reader, bulletins: Bulletins = no_bulletins) -> Turn:
    """What to do after one turn of the citizen. With a person on the line the bot keeps silent.

    ``bulletins``: what the public is told just now; who speaks of that is told it first, after any question of danger.
    """
    if memory.phase is Phase.HANDED:
        return Turn(memory, ())
    if memory.waiting == alarm.WAITING:
        return _after_alarm(memory, heard, policy, read, bulletins)
    heard = survey_call.calmed(memory, heard)
    if alarm.is_certain(heard.urgency, policy):
        return _danger(memory, heard, policy)
    if heard.urgency.life_danger and not memory.no_danger:
        return _alarmed(memory, heard, policy)
    if heard.wants(Wish.PERSON) and not survey_call.by_machine(memory, heard):
        if foreign.is_foreign(heard):
            return foreign.handed(memory, heard, policy)
        return _to_person(_kept(memory, heard), Why.ASKED, policy)
    if heard.wants(Wish.SILENCE):
        return _silence(memory)
    return _calm(memory, heard, policy, read, bulletins)


def _calm(memory: Memory, heard: Heard, policy: Policy, read: Reader, bulletins: Bulletins) -> Turn:
    """A turn without danger, silence or the wish for a person."""
    if memory.phase is Phase.SURVEY:  # whoever is angry at the handling is asked why, and may ask for a person
        return survey_call.answered(memory, heard, policy) if memory.spoken else survey.answered(memory, heard)
    memory = _with_anger(memory, heard, policy)
    if (turn := _felt(memory, heard, policy)) is not None:
        return turn
    return _at_ease(memory, heard, policy, read, bulletins)


def _at_ease(memory: Memory, heard: Heard, policy: Policy, read: Reader, bulletins: Bulletins) -> Turn:
    """What the turn means where nobody is in danger, asks for a person or is beside himself."""
    if memory.waiting == told.NEWS:  # a number alone says nothing anywhere else
        return _of_bulletin(memory, heard, policy, read, bulletins)
    if memory.waiting == first.WAITING:
        if (turn := first.chosen(memory, heard)) is not None:
            return turn
        memory = first.passed(memory)
    for wish, step in (
        (Wish.ABUSE, _abuse), (Wish.CANCEL, _cancel), (Wish.NONSENSE, _nonsense), (Wish.COMMAND, _command),
    ):  # fmt: skip
        if heard.wishes[0] is wish:
            return step(memory, heard, policy, read)
    memory = replace(memory, misses=0)
    if memory.waiting == told.ASKED:
        return _of_bulletin(memory, heard, policy, read, bulletins)
    if (offered := told.offered(memory, heard, bulletins)) is not None:
        return offered
    if memory.waiting in (_NUMBER, _CODE) and heard.wishes[0] is not Wish.PROGRESS:
        memory = _without_waiting(memory)
        if _has_none(heard):
            return Turn(memory, (_say("no_code"),))
    return _by_phase(memory, heard, policy, read)


def _by_phase(memory: Memory, heard: Heard, policy: Policy, read: Reader) -> Turn:
    """What the turn means where the talk stands."""
    if memory.phase is Phase.READING_BACK:
        return _after_reading_back(memory, heard, policy, read)
    if memory.phase is Phase.OFFERING:
        if (turn := _after_offer(memory, heard, policy, read)) is not None:
            return turn
        memory = replace(memory, phase=Phase.OPEN)
    if memory.phase is Phase.COLLECTING:
        return _collecting(memory, heard, policy, read)
    return _open(memory, heard, policy, read)


def not_found(memory: Memory, policy: Policy) -> Turn:
    """The papers had no answer to the last question: an honest word, then a request or a person."""
    memory = replace(memory, unanswered=memory.unanswered + 1)
    if memory.unanswered >= MOST_MISSES and policy.mode is not Mode.MACHINE_ONLY:
        return _to_person(memory, Why.NOT_FOUND, policy)
    if memory.phase is Phase.READING_BACK:  # a yes belongs to what was read back, not to this question
        return Turn(memory, (_say("not_found_between"),))
    return Turn(replace(memory, phase=Phase.OFFERING), (_say("not_found"),))


def opened(memory: Memory, number: str, code: str, wording: str) -> Turn:
    """A request has its number: said once, then the next matter of the same citizen, or the way out."""
    done = replace(memory, opened=memory.opened + 1, asked=(), waiting="")
    said = _say("opened", number=number, query=code, wording=wording)
    if not memory.topics:
        return Turn(replace(done, phase=Phase.DONE, matter=()), (said, _say("anything_else")))
    topic, rest = memory.topics[0], memory.topics[1:]
    matter = with_earlier(replace(done, matter=()), topic)
    asked = replace(done, phase=Phase.READING_BACK, matter=matter, topics=rest, waiting="topic")
    return Turn(asked, (said, _say("next_topic", topic=topic[:60])))


def _danger(memory: Memory, heard: Heard, policy: Policy) -> Turn:
    """The number to call and what to do at once; a person takes over without being asked for."""
    services = heard.urgency.services or (heard.urgency.hand_over,)
    named = tuple(one for one in services if one != "none") or ("110",)
    acts = (
        _say("danger", services="、".join(named)),
        Act(Deed.ADVICE, services=named),
        _say("handing_danger"),
        Act(Deed.HAND_OVER, why=Why.DANGER, services=named),
    )
    if policy.mode is Mode.MACHINE_ONLY:
        acts = (*acts[:2], _say("no_person"), acts[3])
    return Turn(replace(_kept(memory, heard), phase=Phase.HANDED), acts)


def _alarmed(memory: Memory, heard: Heard, policy: Policy) -> Turn:
    """Perhaps a danger: who goes to a person anyway goes first of all, everybody else is asked."""
    if heard.wants(Wish.PERSON) or _felt(_with_anger(memory, heard, policy), heard, policy) is not None:
        return _danger(memory, heard, policy)
    return Turn(alarm.asked(memory, heard.words), (_say("ask_danger"),))


def _again(answered: told.Answered) -> Heard:
    return hear(answered.words, answered.memory.phase, bool(answered.memory.waiting))


def _of_bulletin(memory: Memory, heard: Heard, policy: Policy, read: Reader, bulletins: Bulletins) -> Turn:
    """What is done about a bulletin, then what the same words say beside it."""
    answered = told.answered(memory, heard, bulletins)
    if not answered.words:
        return Turn(answered.memory, answered.acts)
    turn = proceed(answered.memory, _again(answered), policy, read, bulletins)
    return replace(turn, acts=(*answered.acts, *turn.acts))


def _after_alarm(memory: Memory, heard: Heard, policy: Policy, read: Reader, bulletins: Bulletins) -> Turn:
    """A clear 'no' goes on with the matter as it was said; anything else, silence too, is a danger."""
    beside = None if heard.urgency.life_danger else alarm.denied(plain(heard.words))
    if beside is None:
        return _alarm_stands(memory, heard, policy)
    words = "\n".join(one for one in (memory.alarm, beside) if one)
    calm = alarm.answered(memory, no=True)
    return proceed(calm, hear(words, calm.phase, bool(calm.waiting)), policy, read, bulletins)


def _alarm_stands(memory: Memory, heard: Heard, policy: Policy) -> Turn:
    """Danger that was asked about and not denied, with the services of the words that were alarming."""
    told = heard if heard.urgency.life_danger else replace(heard, urgency=hear(memory.alarm).urgency)
    matter = (*memory.matter, memory.alarm)
    return _danger(replace(alarm.answered(memory), matter=matter, waiting=""), told, policy)


def unanswered(memory: Memory, policy: Policy) -> Turn:
    """The question about danger got no answer in time: a person looks. A talk that asked no such thing stays as it is."""
    if memory.waiting != alarm.WAITING or memory.phase is Phase.HANDED:
        return Turn(memory, ())
    turn = _alarm_stands(memory, hear(""), policy)
    return replace(turn, acts=(_say("danger_unanswered"), *(one for one in turn.acts if one.deed is not Deed.SAY)))


def _to_person(memory: Memory, why: Why, policy: Policy) -> Turn:
    if policy.mode is Mode.MACHINE_ONLY and why is not Why.DANGER:
        return Turn(memory, (_say("no_person"),))
    said = "handing" if why is Why.ASKED else f"handing_{why.value}"
    return Turn(replace(memory, phase=Phase.HANDED), (_say(said), Act(Deed.HAND_OVER, why=why)))


def _silence(memory: Memory) -> Turn:
    memory = replace(memory, silences=memory.silences + 1)
    if memory.silences > MOST_SILENCES - 1:
        return _end(memory, "silence_end")
    return Turn(memory, (_say("still_there"),))


def _felt(memory: Memory, heard: Heard, policy: Policy) -> Turn | None:
    """People before machines where somebody is beside himself, or speaks another language."""
    if foreign.is_foreign(heard):
        return foreign.handed(memory, heard, policy)
    why = _FEELINGS.get(heard.feeling) if heard.strength >= policy.strength else None
    if why is None or policy.mode is Mode.MACHINE_ONLY or (why is Why.ANGER and memory.angry < policy.angry_turns):
        return None
    return _to_person(_kept(memory, heard), why, policy)


def _abuse(memory: Memory, heard: Heard, policy: Policy, read: Reader) -> Turn:
    memory = replace(memory, abused=memory.abused + 1)
    if memory.abused >= _MOST_ABUSE and policy.mode is not Mode.MACHINE_ONLY:
        return _to_person(memory, Why.ABUSE, policy)
    return Turn(memory, (_say("civil"),))


def _cancel(memory: Memory, heard: Heard, policy: Policy, read: Reader) -> Turn:
    left = replace(memory, phase=Phase.DONE, matter=(), asked=(), waiting="", topics=())
    return Turn(left, (_say("cancelled"),))


def _nonsense(memory: Memory, heard: Heard, policy: Policy, read: Reader) -> Turn:
    memory = replace(memory, misses=memory.misses + 1)
    if memory.misses >= MOST_MISSES and policy.mode is not Mode.MACHINE_ONLY:
        return _to_person(memory, Why.NOT_UNDERSTOOD, policy)
    return Turn(memory, (_say("say_again"),))


def _command(memory: Memory, heard: Heard, policy: Policy, read: Reader) -> Turn:
    return Turn(memory, (_say("only_words"),))


def _after_reading_back(memory: Memory, heard: Heard, policy: Policy, read: Reader) -> Turn:
    first = heard.wishes[0]
    if (turn := put_right(memory, heard, read)) is not None:
        return turn
    if first in (Wish.YES, Wish.ENOUGH):
        if memory.waiting == "topic":
            return _next_question(replace(memory, waiting="", phase=Phase.COLLECTING), read, policy)
        words = "\n".join(memory.matter)
        return Turn(kept(memory, read(words)), (Act(Deed.OPEN, words=words),))
    if memory.waiting == "topic" and first is Wish.NO:
        return Turn(replace(memory, phase=Phase.DONE, matter=(), waiting=""), (_say("cancelled"),))
    if first in (Wish.QUESTION, Wish.PROGRESS):
        turn = _open(replace(memory, phase=Phase.READING_BACK), heard, policy, read)
        again = () if memory.waiting == "topic" else (read_back(read("\n".join(memory.matter))),)
        return Turn(replace(turn.memory, phase=Phase.READING_BACK), (*turn.acts, *again))
    if first in _COURTESIES:
        return Turn(memory, (read_back(read("\n".join(memory.matter))),))
    if first is Wish.NO and len(heard.words) <= _BARE_NO:
        return Turn(replace(memory, phase=Phase.COLLECTING, waiting="mend"), (_say("ask_matter"),))
    mended = replace(memory, matter=(*memory.matter, *with_earlier(memory, heard.words)), waiting="")
    return Turn(mended, (_say("corrected"), read_back(read("\n".join(mended.matter)))))


def _after_offer(memory: Memory, heard: Heard, policy: Policy, read: Reader) -> Turn | None:
    """'Yes' makes a request of the question that had no answer; anything else is a new turn."""
    first = heard.wishes[0]
    if first is Wish.YES:
        question = memory.earlier[-1:] or ()
        asked = replace(memory, phase=Phase.COLLECTING, matter=question, unanswered=0)
        return _next_question(asked, read, policy)
    if first in (Wish.NO, Wish.ENOUGH):
        return Turn(replace(memory, phase=Phase.DONE), (_say("anything_else"),))
    return None


def _collecting(memory: Memory, heard: Heard, policy: Policy, read: Reader) -> Turn:
    first = heard.wishes[0]
    if first is Wish.YES and (again := said_again(memory)):
        return _next_question(replace(memory, matter=(*memory.matter, *again), waiting=""), read, policy)
    if first is Wish.QUESTION and memory.waiting != "mend":
        turn = _open(memory, heard, policy, read)
        return replace(turn, memory=replace(turn.memory, phase=Phase.COLLECTING))
    if first is Wish.PROGRESS and heard.number and heard.code:
        return _progress(memory, heard)
    elsewhere = first is Wish.NO and said_again(memory) and len(heard.words) > _BARE_NO
    if first in (Wish.ENOUGH, Wish.NO) and not elsewhere:
        return _next_question(replace(memory, waiting=""), read, policy)
    if first in (Wish.YES, *_COURTESIES):
        return _next_question(memory, read, policy)
    if first is Wish.GOODBYE:
        return _end(memory, "goodbye")
    if memory.waiting == "mend" and (righted := put_right(memory, heard, read)) is not None:
        return righted
    mended = mend(memory.matter, heard.words, read_back=False)
    told = mended.matter if mended else (*memory.matter, *with_earlier(memory, heard.words))
    return _next_question(replace(memory, matter=told, waiting=""), read, policy)


def _open(memory: Memory, heard: Heard, policy: Policy, read: Reader) -> Turn:
    first = heard.wishes[0]
    if first is Wish.PROGRESS:
        return _progress(memory, heard)
    if first is Wish.QUESTION:
        asked = replace(memory, earlier=(*memory.earlier, heard.words)[-5:])
        return Turn(asked, (Act(Deed.ANSWER, words=heard.words, lines=memory.earlier),))
    if first is Wish.REQUEST:
        return _new_request(memory, heard, policy, read)
    if first in (Wish.GOODBYE, Wish.NO, Wish.ENOUGH):
        return _end(replace(memory, phase=Phase.DONE), "goodbye")
    return Turn(memory, (_say(_SAID.get(first.value, "ask_matter")),))


def _progress(memory: Memory, heard: Heard) -> Turn:
    """How an order stands is told to whoever has its number and its query code, said in one turn or in two."""
    number = heard.number or memory.number
    if number and heard.code:
        return Turn(_without_waiting(memory), (Act(Deed.PROGRESS, code=number, words=heard.code),))
    if memory.phase not in (Phase.OPEN, Phase.DONE):
        return Turn(memory, (_say("ask_number"),))
    waiting = _CODE if number else _NUMBER
    return Turn(replace(memory, number=number, waiting=waiting), (_say(f"ask_{waiting}"),))


def _without_waiting(memory: Memory) -> Memory:
    """No number waits for its code any more; a question about a request stays."""
    return replace(memory, number="", waiting="" if memory.waiting in (_NUMBER, _CODE) else memory.waiting)


def _has_none(heard: Heard) -> bool:
    """Whether the number or the code that was asked for is not at hand; anything else is another matter."""
    named = any(one in heard.words for one in ("编号", "查询码", "单号"))
    return named or heard.wishes[0] in (Wish.ENOUGH, Wish.NO)


def _new_request(memory: Memory, heard: Heard, policy: Policy, read: Reader) -> Turn:
    """Several matters are taken one after the other; a question beside them is answered first."""
    own, *others = heard.parts or (heard.words,)
    matter = with_earlier(replace(memory, matter=()), own)
    begun = replace(memory, phase=Phase.COLLECTING, matter=matter, topics=(*memory.topics, *others)[:5], asked=())
    turn = _next_question(begun, read, policy)
    calm = (
        (_say("calm"),) if heard.feeling in ("anger", "anxiety", "fear") and heard.strength >= policy.strength else ()
    )
    if heard.asks:
        asked = replace(turn.memory, earlier=(*memory.earlier, heard.asks)[-5:])
        return Turn(asked, (*calm, Act(Deed.ANSWER, words=heard.asks, lines=memory.earlier), *turn.acts))
    return Turn(turn.memory, (*calm, *turn.acts))


def _next_question(memory: Memory, read: Reader, policy: Policy) -> Turn:
    """The most important thing that is missing and was not asked yet, or the reading back."""
    record = read("\n".join(memory.matter))
    if not record.enough and "matter" not in memory.asked:
        asked = replace(memory, asked=(*memory.asked, "matter"), waiting="matter", phase=Phase.COLLECTING)
        return Turn(asked, (_say("ask_matter"),))
    open_ones = [one for one in record.missing if one.code not in memory.asked]
    if open_ones and len(memory.asked) < policy.questions:
        one = asked_again(memory, open_ones[0])
        asked = replace(memory, asked=(*memory.asked, one.code), waiting=one.code, phase=Phase.COLLECTING)
        return Turn(asked, (Act(Deed.SAY, f"ask_{one.code}", one.text),))
    return Turn(replace(memory, phase=Phase.READING_BACK, waiting=""), (read_back(record),))


def _kept(memory: Memory, heard: Heard) -> Memory:
    """Whatever was said goes with the talk, so that nobody has to say it twice."""
    return replace(memory, matter=(*memory.matter, *filter(None, (heard.words,))))


def _with_anger(memory: Memory, heard: Heard, policy: Policy) -> Memory:
    angry = memory.angry + (heard.feeling == "anger" and heard.strength >= policy.strength)
    return replace(memory, silences=0, angry=angry)


def _end(memory: Memory, code: str) -> Turn:
    """The talk ends; taken up again, a new alarm is asked about anew."""
    return Turn(replace(memory, no_danger=False), (_say(code), Act(Deed.END)))


def _say(code: str, **values: str) -> Act:
    return Act(Deed.SAY, code, phrase(code, **values))
