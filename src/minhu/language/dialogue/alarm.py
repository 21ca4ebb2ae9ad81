"""'Is anybody in danger?': asked once where only the learnt part of urgency is alarmed and is not sure of it.

A rule, a named hazard or a sure learnt part needs no question. Only a clear 'no' leaves the talk with the bot; whatever
else is said or not said counts as a yes, for a needless person costs a minute and a missed danger a life.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from minhu.language.dialogue.types import Memory, Policy
from minhu.language.types import Urgency
from minhu.language.urgency import assess

WAITING: Final = "danger"
"""``Memory.waiting`` while the answer is awaited."""
_CLAUSE: Final = re.compile(r"[^，,。.！!；;、]+")
_BREAK: Final = re.compile(r"[，,。.！!；;、]")
_FILLER: Final = re.compile(r"[啊哦噢喔呃额哎唉嗯]+|那个?|您?你?好的?")
_NOT: Final = r"(?:没(?:有|得)?|冇|呒没|木有)"
_NO: Final = re.compile(
    rf"[啊哦噢喔呃额嗯]*(?:现在|目前|这里|这边|家里|我们?(?:这里|这边|家里?)?|大家|人)?(?:都|也|倒)?"
    rf"(?:{_NOT}{{1,3}}|{_NOT}人?(?:有|受)?(?:什么|啥)?(?:生命|人身)?(?:危险|受伤|伤)|不危险|没有人受伤)(?:的|啊|呀|哦|喔|哈|啦|嘞)?"
)
_COURTESY: Final = re.compile(
    r"(?:非常|太)?(?:谢谢|多谢|感谢|唔该|辛苦)(?:了|啦|你们?|您|关心|提醒)*|(?:你们?|您)?(?:请)?放心|(?:别|不用)担心"
)
_TURNS: Final = re.compile(
    r"但|可是|不过|只是|除了|还|要是|如果|万一|也许|可能|或许|大概|应该|好像|估计|怕|不知道|不清楚|不确定|不好说|说不|刚才|刚刚|暂时|快"
)
"""What takes back a no, or doubts it."""


def is_certain(urgency: Urgency, policy: Policy) -> bool:
    """Whether danger is found by a rule, or by the learnt part with enough certainty to call a person at once."""
    return urgency.life_danger and (not urgency.learnt or urgency.learnt >= policy.danger_sure)


def denied(words: str) -> str | None:
    """What a citizen says beside a clear 'no' ('' for nothing), or None where the answer is anything but a clear no."""
    words = "".join(words.split())
    if assess(_BREAK.sub("", words)).life_danger:  # '没有，呼吸了' of a recogniser is '没有呼吸了'
        return None
    clauses = [one for one in _CLAUSE.finditer(words) if not _FILLER.fullmatch(one.group())]
    if not clauses or not _NO.fullmatch(clauses[0].group()) or _TURNS.search(words):
        return None
    further = [one for one in clauses[1:] if not _NO.fullmatch(one.group()) and not _COURTESY.fullmatch(one.group())]
    return words[further[0].start() :].strip() if further else ""


def asked(memory: Memory, words: str) -> Memory:
    """The question is put: the words that gave rise to it and what waited before are kept for the answer."""
    return replace(memory, waiting=WAITING, alarm=words, before=memory.waiting)


def answered(memory: Memory, *, no: bool = False) -> Memory:
    """The question is over and what waited before waits again; after a clear ``no`` it is not put again in this talk."""
    if memory.waiting != WAITING:
        return memory
    return replace(memory, waiting=memory.before, alarm="", before="", no_danger=memory.no_danger or no)
