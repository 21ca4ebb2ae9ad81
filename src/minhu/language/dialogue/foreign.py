"""Who speaks another language is told in plain English that a person takes over; no Chinese sentence stands in his way."""

from __future__ import annotations

from dataclasses import replace

from minhu.language.dialogue.phrases import phrase
from minhu.language.dialogue.types import Act, Deed, Heard, Memory, Mode, Phase, Policy, Turn, Why, Wish


def is_foreign(heard: Heard) -> bool:
    """Whether a turn was said in another language than Chinese and its words mean something."""
    return heard.language != "zh" and heard.wishes[0] not in (Wish.NONSENSE, Wish.COMMAND)


def handed(memory: Memory, heard: Heard, policy: Policy) -> Turn:
    """A person takes the talk, with what was said; a line without people says where there are some."""
    if policy.mode is Mode.MACHINE_ONLY:
        return Turn(memory, (_say("no_person_language"),))
    asked = heard.wants(Wish.PERSON)
    kept = replace(memory, phase=Phase.HANDED, matter=(*memory.matter, *filter(None, (heard.words,))))
    said = _say("handing_language" if asked else "other_language")
    return Turn(kept, (said, Act(Deed.HAND_OVER, why=Why.ASKED if asked else Why.LANGUAGE)))


def _say(code: str) -> Act:
    return Act(Deed.SAY, code, phrase(code))
