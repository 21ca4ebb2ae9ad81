"""Notices first: while a crowd calls, the first words of the house name what is being dealt with; one word chooses or passes.

Whoever says his matter instead goes on as if nothing had been named; what he did not choose is offered again by his words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.dialogue.phrases import phrase
from minhu.language.dialogue.told import ASKED
from minhu.language.dialogue.types import Act, Deed, Heard, Memory, Notice, Phase, Turn, Wish

WAITING: Final = "notices"
"""``Memory.waiting`` while one may be chosen."""
MOST: Final = 3
"""Notices named at once: nobody keeps more in mind by ear."""
_DIGITS: Final = {one: at for at, several in enumerate(("1一①１", "2二两②２", "3三③３")) for one in several}
_CHOICE: Final = regex(r"(?:是|选|按|我是)?第?([1-3一二两三①②③１２３])(?:件事?|个|条|号)?[。！.!，,]?")
_OTHER: Final = regex(r"(?:都)?(?:不是|没有|不对|其他|其它|别的|另外|唔系)(?:的|事|问题|事情)*[。！.!，,]?")


def with_notices(turn: Turn, notices: Sequence[Notice]) -> Turn:
    """The first words of a talk with what is being dealt with behind them; unchanged where a person speaks first."""
    chosen = tuple(notices[:MOST])
    if not chosen or turn.memory.phase is not Phase.OPEN:
        return turn
    lines = "；".join(f"{at}、{one.title}" for at, one in enumerate(chosen, 1))
    said = Act(Deed.SAY, "notices_first", phrase("notices_first", lines=lines))
    keys, words = tuple(one.key for one in chosen), tuple(one.words for one in chosen)
    memory = replace(turn.memory, waiting=WAITING, notices=keys, notice_words=words)
    return Turn(memory, (*turn.acts, said))


def chosen(memory: Memory, heard: Heard) -> Turn | None:
    """After the notices were named: one is told in full, or none of them is meant; None for any other words."""
    plain = "".join(heard.words.split())
    passed_on = passed(memory)
    if _OTHER.fullmatch(plain):
        all_told = replace(passed_on, bulletins=(*memory.bulletins, *memory.notices))
        return Turn(all_told, (Act(Deed.SAY, "notices_none", phrase("notices_none")),))
    found = _CHOICE.fullmatch(plain)
    at = _DIGITS[found[1]] if found else 0 if heard.wishes[0] is Wish.YES and len(memory.notices) == 1 else None
    if at is None or at >= len(memory.notices):
        return None
    key = memory.notices[at]
    asked = replace(passed_on, waiting=ASKED, bulletin=key, bulletins=(*memory.bulletins, key))
    return Turn(asked, (Act(Deed.SAY, "bulletin", phrase("bulletin", words=memory.notice_words[at])),))


def passed(memory: Memory) -> Memory:
    """Nothing waits any more."""
    return replace(memory, waiting="", notices=(), notice_words=())
