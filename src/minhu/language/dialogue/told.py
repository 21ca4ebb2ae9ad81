"""Who speaks of what a bulletin tells is told it first and asked 'is it this?': a yes joins him, a no goes on as if nothing was.

What was met is kept, so that nobody has to say it twice; each bulletin is offered once in a talk.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.dialogue.phrases import phrase
from minhu.language.dialogue.types import Act, Bulletins, Deed, Heard, Memory, Offer, Phase, Turn, Wish

ASKED: Final = "bulletin"
"""``Memory.waiting`` while the answer is awaited."""
NEWS: Final = "news"
"""... while it is awaited whether he wants news."""
_PHONE: Final = regex(r"(?<!\d)1[3-9]\d(?:[\s-]?\d){8}(?!\d)")
_BARE: Final = 5
"""Characters up to which a no says nothing else."""
_LEADING_NO: Final = regex(r"^(?:不是(?:的|这个|这件事?|那个)?|不对|唔系|没有)[，,。、\s]*")


@dataclass(frozen=True, slots=True)
class Answered:
    """What is to be done about a bulletin, and the words that are to be heard after it."""

    memory: Memory
    acts: tuple[Act, ...] = ()
    words: str = ""


def no_bulletins(text: str) -> Offer | None:
    """Where no bulletins are kept."""
    return None


def offered(memory: Memory, heard: Heard, bulletins: Bulletins) -> Turn | None:
    """The bulletin that a new matter or a question is about, told and asked about; None where there is none."""
    if heard.wishes[0] not in (Wish.REQUEST, Wish.QUESTION) or memory.phase is Phase.READING_BACK:
        return None
    before = memory.matter if memory.phase is Phase.COLLECTING else ()
    for own in heard.parts or (heard.words,):
        offer = bulletins("\n".join((*before, own)))
        if offer is None or offer.key in memory.bulletins:
            continue
        rest = tuple(one for one in (*heard.parts, heard.asks) if one and one != own) if heard.parts else ()
        asked = replace(
            memory, waiting=ASKED, before=memory.waiting, met=heard.words, rest=rest, bulletin=offer.key,
            bulletins=(*memory.bulletins, offer.key),
        )  # fmt: skip
        return Turn(asked, (_say("bulletin", words=offer.words),))
    return None


def answered(memory: Memory, heard: Heard, bulletins: Bulletins) -> Answered:
    """After 'is it this?' or 'shall we tell you?'."""
    return _news(memory, heard) if memory.waiting == NEWS else _asked(memory, heard, bulletins)


def _asked(memory: Memory, heard: Heard, bulletins: Bulletins) -> Answered:
    first = heard.wishes[0]
    if first is Wish.YES:
        join = Act(Deed.JOIN, memory.bulletin)
        joined = replace(memory, phase=Phase.DONE, matter=(), asked=(), before="", met="", rest=())
        if memory.rest:
            only = (join, _say("bulletin_joined_only"))
            return Answered(replace(joined, waiting="", phase=Phase.OPEN), only, "\n".join(memory.rest))
        return Answered(replace(joined, waiting=NEWS), (join, _say("bulletin_joined")))
    if first is Wish.QUESTION:
        offer = bulletins("\n".join((memory.met, heard.words)))
        if offer is not None and offer.key == memory.bulletin:
            return Answered(memory, (_say("bulletin_again", words=offer.words),))
    calm = replace(memory, waiting=memory.before, before="", met="", rest=())
    if first is Wish.NO and len(heard.words) <= _BARE:
        return Answered(calm, () if memory.met else (_say("notices_none"),), memory.met)
    beside = _LEADING_NO.sub("", heard.words)
    return Answered(calm, words="\n".join(one for one in (memory.met, beside) if one))


def _news(memory: Memory, heard: Heard) -> Answered:
    done = replace(memory, waiting="", phase=Phase.DONE)
    if found := _PHONE.search(heard.words):
        number = re.sub(r"\D", "", found[0])
        return Answered(done, (Act(Deed.NEWS, memory.bulletin, words=number), _say("news_kept")))
    first = heard.wishes[0]
    if first is Wish.YES:
        return Answered(done, (Act(Deed.NEWS, memory.bulletin), _say("news_kept")))
    if first in (Wish.NO, Wish.ENOUGH):
        return Answered(done, (_say("news_none"),))
    return Answered(done, words=heard.words)


def _say(code: str, **values: str) -> Act:
    return Act(Deed.SAY, code, phrase(code, **values))
