"""The survey of ``survey`` by telephone (语音回访): whom we reach, whether it suits, the same questions, one more, reading back.

A call comes uninvited, so it asks first whether it suits; 'not now' becomes an appointment, 'never again' is kept as a
wish, a wrong person is told nothing of the matter. Nothing is kept that was not read back and confirmed. What a mailbox
or an announcement of the network says is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.dialogue import survey
from minhu.language.dialogue.phrases import phrase
from minhu.language.dialogue.survey import AGAIN, COMMENT, CONTENT, ORDER, RESPONDED, SOLVED
from minhu.language.dialogue.types import Act, Deed, Heard, Memory, Phase, Policy, Turn, Why, Wish

SUITS, WHEN, MORE, READ_BACK = "survey_suits", "survey_when", "survey_more", "survey_read_back"
LATER, NEVER, WRONG, ABSENT, MACHINE, UNCLEAR = "later", "never", "wrong", "absent", "machine", "unclear"
DECLINED, RATED = "declined", "rated"
ENDS: Final = (LATER, NEVER, WRONG, ABSENT, MACHINE, UNCLEAR, DECLINED, RATED)
"""How a call of a survey ends: ``code`` of `Deed.CALLED`."""
_LONGEST: Final = 1_000
_FEELINGS: Final = {"anger": Why.ANGER, "fear": Why.FEAR, "grief": Why.GRIEF}
_MACHINE: Final = regex(
    r"您?(?:所)?(?:拨打|呼叫)的(?:用户|电话|号码|手机)|(?:请|可以?)?在?(?:嘀|滴|哔|提示音)[^，。]{0,6}(?:后|之后)[^，。]{0,4}(?:留言|录音)"
    r"|语音信箱|(?:暂时|正在)?(?:无法接[通听]|通话中)[，。]|已(?:关机|停机)|(?:是)?空号|请稍后再拨|来电(?:提醒|助手)|秘书服务"
    r"|欢迎致电.{0,40}请按|(?:普通话|人工服务|查询)请按|leave (?:a|your) message|(?:subscriber|number) you (?:have )?(?:dialed|dialled|called)|not be connected",
    re.IGNORECASE,
)
_NEVER: Final = regex(
    r"(?:以后|今后|再)?(?:都)?(?:别|不要|不许|不用)(?:再)?(?:给我)?(?:打(?:电话)?(?:给我|过来|来|了)|回访|骚扰|烦我)|(?:别|不要)再(?:给我)?(?:打|来)"
    r"|(?:不想|不愿意?|拒绝)(?:再)?(?:接|接到|收到)?(?:任何)?(?:你们的?)?(?:回访|这种电话|这类电话|电话)|再打(?:我)?(?:就)?(?:投诉|举报|拉黑)|拉黑|骚扰电话"
)
_WRONG: Final = regex(
    r"打错(?:了|电话|人)|(?:号码|电话)(?:打|拨)?错|拨错|找错人|认错人|(?:我|这里|我们?)?(?:从来|根本|可)?(?:没有?|未)(?:打过|拨过|反映过|投诉过|报过|找过你们)"
    r"|不是我(?:反映|投诉|打|报)|我(?:不知道|没有?)(?:这|那|什么)(?:回事|件事|事)|没有?(?:这|那)(?:回事|个人|件事)|不认识(?:他|她|这个?人)"
)
_ABSENT: Final = regex(
    r"(?:不是|并非)(?:他|她)?本人|本人(?:现在)?不在|(?:他|她|我(?:爸|妈|老公|老婆|爱人|儿子|女儿|家人|父亲|母亲|丈夫|妻子))[^，。]{0,8}(?:不在|没在|出去|上班|住院|睡)"
    r"|我是(?:他|她)(?:的)?(?:儿子|女儿|老公|老婆|爱人|妈|爸|家人|同事|朋友|母亲|父亲|室友|媳妇)"
)
_LATER: Final = regex(
    r"(?<!没什么)不(?:太|大|怎么)?方便|没(?:有)?(?:空|时间|工夫|功夫)|(?:正)?在(?:开车|开会|上班|外面|忙|路上|上课|医院|吃饭|睡觉|休息)|(?:很|有点|正|太)忙|忙着"
    r"|等(?:会|一会|下|一下)|待会|晚(?:点|些)|迟(?:点|些)|回头|改天|改日|过(?:会|一会|两天)|下次|(?:明天|下午|晚上|上午|中午|周末)(?:再|吧|可以|行)|唔得闲|冇时间"
)
_SUITS: Final = regex(
    r"^(?:嗯+|啊|喂|您?你?好|哎)*[，,。 ]*(?:方便|可以|好的?|行|中|有(?:空|时间)|没问题|你?您?(?:说|讲|问)(?:吧|呀|呗)?(?!什么|啥)|请(?:说|讲|问)|ok|得闲|问吧)|^(?:嗯+|啊|是的?|对)[，。！吧啊]*$",
    re.IGNORECASE,
)
_TIMES: Final = (
    ("tomorrow_18", r"明[天日儿]?[^，。]{0,2}(?:晚|夜)"),
    ("tomorrow_14", r"明[天日儿]?[^，。]{0,2}(?:下午|午后|傍晚|中午)|听日下昼"),
    ("tomorrow_09", r"明[天日儿]|明早|听日|早上再"),
    ("today_18", r"晚上|今晚|夜里|下班(?:后|以后|了)|[七八]点|天黑|晚饭"),
    ("today_14", r"下午|午后|下昼|[二两三四五]点"),
    ("today_09", r"上午|中午"),
)
_WISHES: Final = regex(
    r"希望|要求|最好|应该|尽快|请(?:你们|他们|尽快)|想要|得(?:给|把)|必须|换(?:一?个|成|了)|退(?:钱|款|还)"
)
_ABOUT: Final = {SOLVED: regex(r"解决|修|处理|办好|弄好|搞定|退"), CONTENT: regex(r"满意|一般|还行"),
                 RESPONDED: regex(r"联系|打电话|上门|接到|来过|找过")}  # fmt: skip
_NOT_SO: Final = regex(
    r"^(?:(?:不对|不是|错了?|有误|不准确|记错了?|你记错了?|唔系)(?:的|吧|啊|呀|哦)?[，,。！ ]*|应该是|是说|我(?:是)?说的?是)+"
)
_STILL_WRONG: Final = regex(r"没(?:有)?记对|记错|都不对|全(?:不对|错)|还是不对|不是这样")
_LEAST: Final = 2
"""Characters from which words say what is to be put right."""
_MOST_MENDED: Final = 2
_SAID: Final = {
    RESPONDED: {"yes": "承办单位联系过您", "no": "承办单位没有联系您"},
    SOLVED: {"yes": "问题解决了", "no": "问题没有解决"},
    CONTENT: {survey.SATISFIED: "您对办理满意", survey.MOSTLY: "您对办理基本满意", survey.SO_SO: "您觉得办理一般",
              survey.DISSATISFIED: "您对办理不满意"},
}  # fmt: skip


def opened(about: int) -> Turn:
    """The first words of a call: that a machine calls, why, and whether it suits; nothing of the matter, whoever answers."""
    memory = Memory(phase=Phase.SURVEY, about=about, waiting=SUITS, spoken=True)
    return Turn(memory, (_say("survey_call_opening"),))


def by_machine(memory: Memory, heard: Heard) -> bool:
    """Whether a mailbox, a network or another menu answers our call instead of a person."""
    return memory.spoken and memory.waiting == SUITS and bool(_MACHINE.search(heard.words))


def calmed(memory: Memory, heard: Heard) -> Heard:
    """In a survey, on either channel: an answer that is understood as one is no danger that only the learnt part believes.

    That part learnt from people who call in; 'my father is not at home' answers whom we called. Rules stand as ever.
    """
    if memory.phase is not Phase.SURVEY or not heard.urgency.learnt or not _understood(memory, heard):
        return heard
    return replace(
        heard, urgency=replace(heard.urgency, level="normal", life_danger=False, hand_over="none", services=())
    )


def answered(memory: Memory, heard: Heard, policy: Policy) -> Turn:
    """What one turn of the called person means, and what is said to it."""
    if by_machine(memory, heard):
        return _ends(memory, MACHINE, said=False)
    if _NEVER.search(heard.words):
        return _ends(memory, NEVER)
    why = _FEELINGS.get(heard.feeling) if heard.strength >= policy.strength else None
    if why is not None:
        acts = (_say(f"handing_{why.value}"), Act(Deed.HAND_OVER, why=why))
        return Turn(replace(memory, phase=Phase.HANDED, angry=memory.angry + (why is Why.ANGER)), acts)
    if heard.wishes[0] in (Wish.CANCEL, Wish.GOODBYE) and memory.waiting not in (READ_BACK, MORE, COMMENT):
        return _ends(memory, DECLINED)
    memory = replace(memory, silences=0)
    if memory.waiting == SUITS:
        return _whether_it_suits(memory, heard)
    if memory.waiting == WHEN:
        return _when(memory, heard)
    if memory.waiting == READ_BACK:
        return _after_reading_back(memory, heard)
    return _question(memory, heard)


def kept(memory: Memory, problem: str) -> Turn:
    """What is said once the answers were given to whoever keeps them, and the end of the call."""
    said = Act(Deed.SAY, "survey_refused", problem) if problem else _say("survey_call_done")
    return Turn(memory, (said, Act(Deed.CALLED, RATED), Act(Deed.END)))


def time_in(words: str) -> str:
    """The part of a day that words name, as 'tomorrow_09' (day and first hour); '' for none."""
    return next((code for code, pattern in _TIMES if re.search(pattern, words)), "")


def _understood(memory: Memory, heard: Heard) -> bool:
    if _NEVER.search(heard.words):
        return True
    if memory.waiting in (SUITS, WHEN):
        return any(one.search(heard.words) for one in (_WRONG, _ABSENT, _LATER, _SUITS)) or bool(time_in(heard.words))
    closed = CONTENT if memory.waiting in (COMMENT, MORE) else memory.waiting
    return closed in ORDER and survey.value_of(closed, heard, {}) is not None


def _whether_it_suits(memory: Memory, heard: Heard) -> Turn:
    words = heard.words
    if _WRONG.search(words):
        return _ends(memory, WRONG)
    if _ABSENT.search(words):
        return _ends(memory, ABSENT)
    if _LATER.search(words) or (heard.wishes[0] is Wish.NO):
        if time_in(words):
            return _ends(memory, LATER, time_in(words))
        return Turn(replace(memory, waiting=WHEN), (_say(WHEN),))
    if _SUITS.search(words) or heard.wishes[0] is Wish.YES:
        return _first(memory)
    answers = {asked: found for asked in (SOLVED, CONTENT) if (found := survey.value_of(asked, heard, {})) is not None}
    if answers and heard.wishes[0] is not Wish.GREETING:  # whoever begins to answer finds it convenient
        return _next(memory, answers)
    if memory.misses:
        return _ends(memory, UNCLEAR)
    return Turn(replace(memory, misses=1), (_say("survey_suits_again"),))


def _when(memory: Memory, heard: Heard) -> Turn:
    if heard.wishes[0] is Wish.YES and _SUITS.search(heard.words) and not time_in(heard.words):
        return _ends(memory, LATER)
    return _ends(memory, LATER, time_in(heard.words))


def _first(memory: Memory) -> Turn:
    return Turn(replace(memory, waiting=RESPONDED, misses=0), (_say(RESPONDED),))


def _question(memory: Memory, heard: Heard) -> Turn:
    """One of the questions, in the words of the text survey; after an open answer one question more."""
    known, asked = _known(memory), memory.waiting
    if asked == MORE:
        more = survey.value_of(COMMENT, heard, known) or ""
        joined = "；".join(one for one in (known.get(COMMENT, ""), more) if one)
        return _read_back(memory, {**known, COMMENT: joined[:_LONGEST]})
    value = survey.value_of(asked, heard, known)
    if value is None and known.get(asked) != AGAIN:
        return Turn(replace(memory, survey=_kept({**known, asked: AGAIN})), (_say(f"{asked}_again"),))
    return _next(memory, {**known, asked: value or ""})


def _next(memory: Memory, known: dict[str, str]) -> Turn:
    """The first question that has no answer yet, then the one behind the open question, then the reading back."""
    following = next((one for one in ORDER if one not in known or known[one] == AGAIN), "")
    unhappy = known.get(SOLVED) == "no" or known.get(CONTENT) == survey.DISSATISFIED
    if following:
        code = "survey_why" if following == COMMENT and unhappy else following
        return Turn(replace(memory, waiting=following, survey=_kept(known), misses=0), (_say(code),))
    if known[COMMENT]:
        code = (
            "survey_more" if not unhappy else "survey_more_by" if _WISHES.search(known[COMMENT]) else "survey_more_wish"
        )
        return Turn(replace(memory, waiting=MORE, survey=_kept(known)), (_say(code),))
    return _read_back(memory, known)


def _read_back(memory: Memory, known: dict[str, str]) -> Turn:
    """Say what was noted; who said nothing of what counts is thanked and left alone."""
    if not any(known.get(one) not in (None, "", AGAIN) for one in (SOLVED, CONTENT)):
        return _ends(memory, DECLINED)
    said = [_SAID[one][known[one]] for one in (RESPONDED, SOLVED, CONTENT) if known.get(one) in _SAID[one]]
    if known.get(COMMENT) not in (None, "", AGAIN):
        said.append(f"您的意见是：{known[COMMENT]}")
    asked = replace(memory, waiting=READ_BACK, survey=_kept(known))
    return Turn(asked, (_say(READ_BACK, lines="，".join(said)),))


def _after_reading_back(memory: Memory, heard: Heard) -> Turn:
    """A yes keeps it; what is put right is read back once more; a second 'no' brings a person who listens."""
    known, first = _known(memory), heard.wishes[0]
    rest = _NOT_SO.sub("", heard.words.strip()).strip("，,。！! ")
    denied = first is Wish.NO or rest != heard.words.strip().strip("，,。！! ")
    if not denied and first in (Wish.YES, Wish.THANKS, Wish.ENOUGH, Wish.GOODBYE):
        return _rate(memory, known)
    if memory.misses >= _MOST_MENDED or (not _tells(denied, rest) and memory.unanswered):
        acts = (_say("handing_not_understood"), Act(Deed.HAND_OVER, why=Why.NOT_UNDERSTOOD))
        return Turn(replace(memory, phase=Phase.HANDED), acts)
    if not _tells(denied, rest):
        return Turn(replace(memory, unanswered=1), (_say("survey_mend"),))
    return _read_back(replace(memory, misses=memory.misses + 1), _mended(known, rest, heard))


def _tells(denied: bool, rest: str) -> bool:
    """Whether words say what is wrong, and not only that something is."""
    return len(rest) >= _LEAST and not (denied and _STILL_WRONG.search(rest))


def _mended(known: dict[str, str], words: str, heard: Heard) -> dict[str, str]:
    """Put right what the words are about; whatever else they say goes with the open answer."""
    said = replace(heard, words=words)
    found = {
        asked: value for asked, pattern in _ABOUT.items()
        if pattern.search(words) and (value := survey.value_of(asked, said, {})) is not None
    }  # fmt: skip
    if found:
        return {**known, **found}
    comment = "；".join(one for one in (known.get(COMMENT, ""), words) if one and one != AGAIN)
    return {**known, COMMENT: comment[:_LONGEST]}


def _rate(memory: Memory, known: dict[str, str]) -> Turn:
    done = replace(memory, phase=Phase.DONE, waiting="", survey=())
    return Turn(done, (Act(Deed.RATE, lines=survey.lines_of(known)),))


def _ends(memory: Memory, end: str, when: str = "", *, said: bool = True) -> Turn:
    """The call ends without a rating; ``when``: the time that was wished."""
    done = replace(memory, phase=Phase.DONE, waiting="", survey=())
    words = (_say(f"survey_{end}"),) if said else ()
    return Turn(done, (*words, Act(Deed.CALLED, end, when), Act(Deed.END)))


def _known(memory: Memory) -> dict[str, str]:
    return dict(one.split("=", 1) for one in memory.survey)


def _kept(known: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{code}={value}" for code, value in known.items())


def _say(code: str, **values: str) -> Act:
    return Act(Deed.SAY, code, phrase(code, **values))
