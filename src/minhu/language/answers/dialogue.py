"""What somebody says in a conversation with the papers: a question or two, small talk, danger, or 'a person, please'.

Nothing is answered here. Danger and the wish for a person go before everything else; a correction takes the place of what
was understood before; small talk neither asks nor is leant on later.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.answers.colloquial import standard
from minhu.language.answers.following import follow
from minhu.language.answers.followups import Leaning, Rewritten, complete
from minhu.language.answers.types import Store
from minhu.language.urgency import assess

MOST_QUESTIONS: Final = 2
BOTH: Final = "；"
"""Between the questions of one turn, where it is shown as understood."""
_LEAST_CRY: Final = 10
_ANYBODY: Final = ("110",)


class Said(StrEnum):
    """What a turn is."""

    QUESTION = "question"
    TALK = "talk"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn as understood: its questions complete in themselves (at least one), as they are looked for.

    ``services``: where somebody is in danger, the emergency numbers to call, the first one first; whatever else was said.
    """

    said: Said
    questions: tuple[Rewritten, ...]
    services: tuple[str, ...] = ()

    @property
    def understood(self) -> str:
        """All that was understood, as it is shown and handed on to the next turn."""
        return BOTH.join(one.words for one in self.questions)


_PERSON = regex(
    r"(?:转|找|要|接|换|叫|给我|让)[^，。？?！]{0,6}?(?:人工|真人|活人|接线员|话务员|客服|工作人员|坐席)|^(?:请)?(?:转)?人工(?:服务|客服|坐席)?[吧呀啊。！]*$|"
    r"(?:不想|不要|别)(?:跟|和|同)?.{0,3}(?:机器|电脑|智能|AI).{0,6}(?:说|讲|聊|回)|(?:有没有|有)(?:真)?人(?:在|接|吗)[^，。]{0,4}$"
)
_NO_PERSON = regex(
    r"(?:联系|咨询|举报|投诉)?(?:人工|客服)(?:费|智能|湖|草坪|林|受孕|流产|授精|耳蜗)|12345.{0,8}(?:有人|人接)|工作人员.{0,10}(?:态度|上门|可以|应当|能不能)"
)
_TALK = regex(
    r"^(?:你|您|大家)?(?:们)?(?:好|早上好|下午好|晚上好|在吗|在不在|辛苦|辛苦了|喂|嗨|哈喽|hello|hi)[呀啊哈吗了，,。！!～~ ]*$|"
    r"^(?:喂|嗨)[，, ]?(?:你|您)好[呀啊，。！]*$|^(?:好的?|行|嗯+|哦+|噢|明白了?|知道了|清楚了|可以了|没事了?|没有了|收到|好嘞|要得)[呀啊吧了，,。！ ]*(?:谢谢?|多谢|再见|拜拜)?[你您了啊，。！]*$|"
    r"^(?:太|非常|十分)?(?:谢谢|感谢|多谢|谢了|麻烦|辛苦)[你您了啊哈啦们，,。！ ]*(?:再见|拜拜|哈)?[。！]*$|^(?:再见|拜拜|回见)[了啊。！]*$|"
    r"讲个?笑话|你(?:是|叫)(?:什么|谁|啥|机器人|人工智能|真人)|你(?:多大|会唱|几岁|吃)|天气(?:真|很|怎么样|不错)|心情|等于几|^(?:哈|呵|嘿|嘻)+[。！]*$",
    re.IGNORECASE,
)
_CORRECTION = regex(
    r"^(?:不对|不是(?:这个|这样|的)?|错了|说错了|搞错了|弄错了|我说错了|你理解错了|答非所问|没听懂|算了)[了吧啊呀，,。！ ]*"
    r"(?:我(?:是|想|要)?(?:说|问|指|想问|要问|讲|想说)?的?(?:是|想问|想说)?|问点别的|换个问题|想问|问的是|说的是|是)?[，,：: ]*(?P<rest>.*)$"
)
_NOT_THAT = regex(r"^(?:我(?:说|问|指)的)?不是(?P<old>[^，,。]{2,12})[，,](?:而?是|我(?:说|问|指)的是)(?P<new>.+)$")
_BREAK = regex(r"[？?；;]+|[，,。 ](?=(?:另外|还有|顺便|顺带|对了|以及|再(?:问|就是)))")
_MORE = regex(
    r"^(?:另外|还有|顺便|顺带|对了|以及|再就是|再|然后)(?:再|想)?(?:问|请问|想问|咨询)?(?:一下|一句|个事)?[，,：: ]*"
)
_ASKS = regex(r"什么|多少|几|哪|怎么|怎样|如何|吗|呢|谁|是否|能不能|可不可以|要不要|多久|多长|多大|有没有|是不是")
_PIECES = regex(r"[，,]")


def hear(earlier: Sequence[str], words: str, store: Store) -> Turn:
    """What ``words`` are after the turns ``earlier`` (oldest first, as they were understood), with the papers of ``store``."""
    said = standard(words.strip())
    services = danger(words)
    before = [one for turn in earlier for one in turn.split(BOTH) if not _idle(one)]
    if wants_person(words):
        return Turn(Said.PERSON, (Rewritten(words.strip(), Leaning.NONE),), services)
    if _TALK.search(said):
        return Turn(Said.TALK, (Rewritten(words.strip(), Leaning.NONE),), services)
    done: list[str] = []
    found: list[Rewritten] = []
    for one in _questions(said):
        whole = _understood([*before, *done], one, store)
        found.append(whole)
        done.append(whole.words)
    return Turn(Said.QUESTION, tuple(found), services)


def wants_person(words: str) -> bool:
    """Whether somebody asks for a person instead of a program."""
    return bool(_PERSON.search(words)) and not _NO_PERSON.search(words)


def _idle(words: str) -> bool:
    """Whether a turn of before says nothing that a later one could lean on."""
    return bool(_TALK.search(words)) or wants_person(words)


def danger(words: str) -> tuple[str, ...]:
    """The emergency numbers that the words call for; a question is taken for danger only where a rule names it."""
    found = assess(words)
    if not found.life_danger or not (found.spans or _cries(words)):
        return ()
    named = tuple(dict.fromkeys(one for one in (found.hand_over, *found.services) if one != "none"))
    return named or _ANYBODY


def _cries(words: str) -> bool:
    """Whether words that no rule knows may be a cry for help: long enough, no question, no wish for a person."""
    return len(words) >= _LEAST_CRY and not _ASKS.search(words) and not wants_person(words)


def _understood(before: Sequence[str], said: str, store: Store) -> Rewritten:
    """One question made complete; a correction names its own matter or another condition of the one before."""
    if other := _NOT_THAT.match(said):
        new = other["new"].strip()
        return Rewritten(new, Leaning.NONE) if complete(new) else follow(before, new, store)
    if (besides := _MORE.match(said)) and besides.group() and complete(said[besides.end() :]):
        return Rewritten(said[besides.end() :], Leaning.NONE)
    match = _CORRECTION.match(said)
    rest = match["rest"].strip() if match else ""
    if not rest:
        return follow(before, said, store)
    return Rewritten(rest, Leaning.NONE) if complete(rest) else follow(before, rest, store)


def _questions(said: str) -> list[str]:
    """The questions in one turn, at most two; one that asks nothing stays with the one after it."""
    pieces = [one.strip("，,。 ") for one in _BREAK.split(said)]
    pieces = [one for one in pieces if _MORE.sub("", one)]
    if len(pieces) == 1:
        pieces = _by_comma(pieces[0])
        if len(pieces) == 1:
            return [said]
    joined: list[str] = []
    held = ""
    for piece in pieces:
        held = f"{held}，{piece}" if held else piece
        if _ASKS.search(piece):
            joined.append(held)
            held = ""
    if held:
        joined = [*joined[:-1], f"{joined[-1]}，{held}"] if joined else [held]
    return joined[:MOST_QUESTIONS] or [said]


def _by_comma(said: str) -> list[str]:
    """'多少钱，几天能拿到': two short questions without a mark between them."""
    parts = [one for one in _PIECES.split(said) if one.strip()]
    if len(parts) < 2 or not all(_ASKS.search(one) for one in parts[-2:]):
        return [said]
    return ["，".join(parts[:-1]), parts[-1]]
