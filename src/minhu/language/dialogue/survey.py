"""A short talk about how a request was handled (回访): three questions and an open one, each asked again once at most.

Source: the hotline rules on call-backs (contacted? solved? content?). It asks, repeats back what it noted, and judges
nothing: the answers are those a person at the telephone would have entered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from minhu.language.dialogue.phrases import phrase
from minhu.language.dialogue.types import Act, Deed, Heard, Memory, Phase, Turn, Wish

RESPONDED, SOLVED, CONTENT, COMMENT = "survey_responded", "survey_solved", "survey_content", "survey_comment"
ORDER: Final = (RESPONDED, SOLVED, CONTENT, COMMENT)
SATISFIED, MOSTLY, SO_SO, DISSATISFIED = "satisfied", "mostly", "so_so", "dissatisfied"
AGAIN: Final = "?"
"""Kept beside a question that was asked a second time."""
_GRADES: Final = (
    (DISSATISFIED, r"不(?:太|怎么|是很|算)?满意|不好|很差|太差|差劲|糟|失望|敷衍|推[诿脱]|^差|没[有]?满意|唔满意|^[4四]$|白(?:跑|等)"),
    (MOSTLY, r"基本(?:上)?满意|比较满意|还(?:算)?(?:可以|不错|满意)|挺好|差不多|^[2二]$|凑合满意"),
    (SO_SO, r"一般|还行|凑合|马马虎虎|说得过去|就那样|中等|^[3三]$"),
    (SATISFIED, r"满意|很好|非常好|挺满意|太好|不错|点赞|感谢|谢谢|^好|^[1一]$|^赞"),
)  # fmt: skip
_NO: Final = {
    RESPONDED: re.compile(
        r"没(?:有)?(?:人)?(?:联系|打|接到|来|见|找|收到|回)|^没|^未|没人|无人|^不|从来没|一直没|唔|冇"
    ),
    SOLVED: re.compile(
        r"没(?:有)?(?:完全|全部|彻底)?(?:解决|处理|修|弄|办|动|变|人管|好|搞)|未(?:完全)?解决|还(?:是|没|在|不)|又(?:坏|开始|来|停|漏|堵|不)|^没|^未|^不|部分|一半|老样子|依旧|仍|反复|冇|唔"
    ),
}
_YES: Final = {
    RESPONDED: re.compile(
        r"联系(?:过|了)|打(?:过|了)|来(?:过|了)|有(?:人)?(?:联系|打|来)?|接到|收到|^是|^对|^嗯|见(?:过|了)|回(?:过|了)|找过"
    ),
    SOLVED: re.compile(
        r"解决(?:了)?|修好|好了|处理(?:好|完|了)|弄好|办(?:好|完|成|了)|恢复|退(?:了|款)|^是|^对|^嗯|搞[定掂]|清(?:走|理)了|可以了|行了|到账"
    ),
}
_PART: Final = re.compile(r"部分|一半|有些|差一点|没完全|没全部|没彻底")


def opened(about: int, number: str) -> Turn:
    """The first words: a machine asks, about which request, and that one may stop or ask for a person."""
    memory = Memory(phase=Phase.SURVEY, about=about, waiting=RESPONDED)
    return Turn(memory, (_say("survey_opening", number=number), _say(RESPONDED)))


def answered(memory: Memory, heard: Heard) -> Turn:
    """What an answer says, and the next question; after the last one the answers are kept."""
    known = dict(one.split("=", 1) for one in memory.survey)
    if heard.wishes[0] in (Wish.CANCEL, Wish.GOODBYE):
        return _end(memory, known)
    asked = memory.waiting
    value = value_of(asked, heard, known)
    if value is None and known.get(asked) != AGAIN:
        return Turn(replace(memory, survey=_kept({**known, asked: AGAIN})), (_say(f"{asked}_again"),))
    known[asked] = "" if value is None else value
    following = ORDER[ORDER.index(asked) + 1 :]
    if not following:
        return _end(memory, known)
    unhappy = known.get(SOLVED) == "no" or known.get(CONTENT) == DISSATISFIED
    code = "survey_why" if following[0] == COMMENT and unhappy else following[0]
    return Turn(replace(memory, waiting=following[0], survey=_kept(known)), (_say(code),))


def value_of(asked: str, heard: Heard, known: Mapping[str, str]) -> str | None:
    """What an answer means for the question; None: not understood."""
    said = re.sub(r"[\s，。！？、,.!?~～]", "", heard.words)
    if asked == COMMENT:
        nothing = heard.wishes[0] in (Wish.ENOUGH, Wish.NO, Wish.THANKS) or re.fullmatch(
            r"没(?:有|了)?(?:了|别的)?|无|不用|冇(?:喇|啦|嘢)?", said
        )
        return "" if nothing else heard.words.strip()[:1000]
    if asked == CONTENT:
        return next((grade for grade, pattern in _GRADES if re.search(pattern, said)), None)
    if _NO[asked].search(said):
        return "no"
    return "yes" if _YES[asked].search(said) or heard.wishes[0] is Wish.YES else None


def _end(memory: Memory, known: dict[str, str]) -> Turn:
    """Thanks, and the answers to whoever keeps them; none at all are kept of somebody who only said no."""
    answers = lines_of(known)
    done = replace(memory, phase=Phase.DONE, waiting="", survey=())
    if not any(one.startswith((SOLVED, CONTENT)) for one in answers):
        return Turn(done, (_say("survey_left"),))
    return Turn(done, (Act(Deed.RATE, lines=answers),))


def lines_of(known: Mapping[str, str]) -> tuple[str, ...]:
    """The answers as their keeper takes them; questions without one are left out."""
    return tuple(f"{code}={value}" for code, value in known.items() if value not in ("", AGAIN))


def kept(memory: Memory, problem: str) -> Turn:
    """What is said once the answers were given to whoever keeps them; ``problem``: why they were not kept, in words."""
    return Turn(memory, (Act(Deed.SAY, "survey_refused", problem) if problem else _say("survey_done"),))


def _kept(known: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{code}={value}" for code, value in known.items())


def _say(code: str, **values: str) -> Act:
    return Act(Deed.SAY, code, phrase(code, **values))
