"""'The same place', 'the same time': what a citizen says of the matter before keeps holding for the next one.

Only when he says so, or says yes where the bot asks 'there again?': a second matter is otherwise told from the
beginning. What is added are the citizen's own words.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from minhu.language.dialogue.phrases import phrase
from minhu.language.dialogue.types import Memory, Missing, Record

_NEITHER: Final = r"(?<!不)(?<!不是)(?<!不在)(?<!没在)"
_PLACE: Final = re.compile(
    rf"{_NEITHER}(?:同(?:样|一)?(?:的|个|一个)?|一样的|相同的)(?:地方|地点|地址|位置)"
    rf"|{_NEITHER}(?:还|也|就|都)(?:是)?在?(?:那里|那儿|那边|那(?:一)?(?:个|块)地方|刚才(?:那里|那边|那个地方|说的(?:那个)?地方)|原来的?地方|老地方)"
    r"|(?:地[址点方]|位置)(?:还是|也是|都|也)?(?:同上|一样|不变|相同|没变)|同上"
)
_TIME: Final = re.compile(
    rf"{_NEITHER}(?:同(?:样|一)?(?:的|个|一个)?|一样的|相同的)(?:时间|时候|时段)|时间(?:还是|也是|都|也)?(?:同上|一样|不变|相同|没变)|同上"
)


_SAME: Final = {"where": "same_place", "when": "same_time"}


def asked_again(memory: Memory, one: Missing) -> Missing:
    """The question 'there again?' instead of 'where?', once, where the matter before had a place; the same for its time."""
    same = _SAME.get(one.code, "")
    before = _before(memory, same)
    if not before or same in memory.asked:
        return one
    return Missing(same, phrase(f"ask_{same}", before="、".join(before)))


def said_again(memory: Memory) -> tuple[str, ...]:
    """What a yes adds where 'there again?' was asked."""
    return _before(memory, memory.waiting)


def _before(memory: Memory, same: str) -> tuple[str, ...]:
    return {"same_place": memory.place, "same_time": memory.time}.get(same, ())


def kept(memory: Memory, record: Record) -> Memory:
    """The place and the time of the matter that is opened now, for the next one."""
    return replace(memory, place=record.place, time=record.time)


def with_earlier(memory: Memory, words: str) -> tuple[str, ...]:
    """The words of a further matter, with place or time of the one before where the citizen says that they are the same."""
    place = memory.place if _PLACE.search(words) else ()
    time = memory.time if _TIME.search(words) else ()
    return (words, *(one for one in (*place, *time) if one not in words and one not in memory.matter))
