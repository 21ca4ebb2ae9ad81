"""Special needs that a caller tells of himself (特殊需要): heard in his own words, never guessed of others or from a voice.

'我耳朵听不见' is a need; '楼里有个聋哑老人' is none of the caller's. What is not said in the first person is not marked:
a person can always add a mark, and nobody is put into a group by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from minhu.kernel.labels import Labelled
from minhu.kernel.labels import marked as _
from minhu.kernel.patterns import regex
from minhu.language.types import Span


class Need(Labelled):
    """What somebody needs when he is served; codes are kept, words are shown."""

    ELDERLY = "elderly", _("老年人")
    HEARING = "hearing", _("听力不便")
    SIGHT = "sight", _("视力不便")
    SPEECH = "speech", _("言语不便")
    MOBILITY = "mobility", _("行动不便")
    LANGUAGE = "language", _("语言不通")
    SIGN = "sign", _("需要手语翻译")
    INTERPRETER = "interpreter", _("需要外语翻译")


@dataclass(frozen=True, slots=True)
class Told:
    """A need and the words that tell of it."""

    need: Need
    span: Span


@dataclass(frozen=True, slots=True)
class Manner:
    """How to serve: speed of synthesised speech (1 is usual), large type, writing instead of calling, short words."""

    speed: float = 1.0
    large: bool = False
    text_only: bool = False
    short: bool = False
    advice: tuple[str, ...] = ()
    """What a unit must know to reach the citizen, and nothing else of him."""


_I: Final = r"(?:我|俺|本人)"
_AM: Final = rf"{_I}(?:本身|自己|现在|今年|这个|也|都|已经|就|老|人)*(?:是|属于|算)?(?:一个|一名|一位|个|名|位)?"
_EIGHTY: Final = (
    r"(?:(?:6[5-9]|[7-9]\d|1[01]\d)(?!\d)|六十[五六七八九]|[七八九]十[一二三四五六七八九]?|[七八九](?=十来?多?岁))"
)
_RULES: Final[tuple[tuple[Need, re.Pattern[str]], ...]] = (
    (Need.ELDERLY, regex(rf"{_AM}(?:都|已经|快|马上)*{_EIGHTY}(?:多|来|几)?(?:岁|了)|{_AM}(?:退休|独居|孤寡|空巢)?老(?:人家?|年人|头子?|太太|太婆)(?!院|家|公寓)|{_I}年纪(?:很|太|这么)?(?:大|老)了?")),
    (Need.HEARING, regex(rf"{_AM}(?:聋|失聪|听障|聋哑|听力障碍)(?:人|者|残疾人?)?|{_I}[^，。！？]{{0,4}}(?:耳朵|听力)[^，。！？]{{0,5}}(?:聋|不好|不行|听不(?:见|清|到)|背|残疾|损失)|{_I}(?:听不见|戴(?:着)?助听器)")),
    (Need.SIGHT, regex(rf"{_AM}(?:盲人?|视障(?:人士|者)?|失明|低视力)|{_I}[^，。！？]{{0,4}}(?:眼睛|视力|双眼)[^，。！？]{{0,5}}(?:瞎|不好|不行|看不(?:见|清|到)|失明|残疾|花)|{_I}(?:看不见(?:字|屏幕|手机|东西)|看不清(?:字|屏幕|手机))")),
    (Need.SPEECH, regex(rf"{_AM}(?:哑巴?|聋哑|口吃|结巴|失语|言语障碍|语言障碍)(?:人|者|残疾人?)?|{_I}(?:不会|不能|没法|说不了|讲不了|说不出)(?:说|讲)?话(?!的|算|题)|{_I}(?:嗓子|喉咙)[^，。！？]{{0,6}}(?:说|讲|发)不(?:出|了)")),
    (Need.MOBILITY, regex(rf"{_AM}(?:下?肢?体?瘫痪|肢体残疾|截瘫|偏瘫)(?:人|者)?|{_I}(?:现在|平时|一直)?(?:坐|用|靠)(?:着)?轮椅|{_I}[^，。！？]{{0,4}}(?:腿脚|行动|走路|腿)[^，。！？]{{0,4}}(?:不便|不方便|不利索|残疾|走不了|不好使)|{_I}(?:瘫痪|卧床|下不了床|下不了楼)")),
    (Need.LANGUAGE, regex(rf"{_I}(?:听不懂|不会说|不会讲|说不好|讲不好)(?:普通话|中文|汉语|国语)|(?i:i (?:can ?not|can't|don'?t) (?:speak|understand) chinese|i only speak \w+|no chinese)")),
    (Need.SIGN, regex(r"(?:要|需要|想要|请|能不能|有没有|可以|安排|预约|派)[^，。！？]{0,8}手语|手语(?:翻译|老师)[^，。！？]{0,6}(?:吗|可以|陪|帮)")),
    (Need.INTERPRETER, regex(r"(?:要|需要|想要|请|能不能|有没有|安排|预约|派)[^，。！？手]{0,8}(?:翻译|口译)(?!件|成|公证|机)|(?i:(?:need|want|get|have) (?:an? )?(?:interpreter|translator))")),
)  # fmt: skip
_OTHERS: Final = regex(
    r"我(?:家|们家|们楼|们小区|们|妈妈?|爸爸?|爷爷|奶奶|外公|外婆|姥姥|姥爷|老公|老婆|爱人|丈夫|妻子|儿子|女儿|孩子|邻居|朋友|同事|父母|父亲|母亲|公公|婆婆|岳父|岳母|哥哥?|姐姐?|弟弟?|妹妹?|叔叔?|阿姨|姑姑?|舅舅?|的)"
)
_NOT: Final = regex(r"我(?:不是|又不是|还没到|没到|并不)[^，。！？]{0,8}")


def needs_of(text: str) -> tuple[Told, ...]:
    """The needs that ``text`` tells of whoever speaks, each once, in the order of ``Need``; with half-open spans."""
    masked = _NOT.sub(_blank, _OTHERS.sub(_blank, text[:2000]))
    found = ((need, pattern.search(masked)) for need, pattern in _RULES)
    return tuple(Told(need, match.span()) for need, match in found if match)


def manner_of(needs: Iterable[Need]) -> Manner:
    """How to serve somebody with these needs; the same for everybody who has them."""
    held = set(needs)
    if not held:
        return Manner()
    slow = held & {Need.ELDERLY, Need.HEARING, Need.LANGUAGE}
    return Manner(
        speed=0.8 if slow else 1.0,
        large=bool(held & {Need.ELDERLY, Need.SIGHT}),
        text_only=bool(held & {Need.HEARING, Need.SPEECH}),
        short=bool(held & {Need.ELDERLY, Need.HEARING, Need.SIGHT, Need.LANGUAGE}),
        advice=tuple(ADVICE[need] for need in Need if need in held),
    )


def group_of(needs: Iterable[Need]) -> str:
    """The special group of a request ('elderly', 'disabled', '') for somebody with these needs."""
    held = set(needs)
    if held & {Need.HEARING, Need.SIGHT, Need.SPEECH, Need.MOBILITY, Need.SIGN}:
        return "disabled"
    return "elderly" if Need.ELDERLY in held else ""


ADVICE: Final[dict[Need, str]] = {
    Need.ELDERLY: _("请放慢语速，必要时上门"),
    Need.HEARING: _("请发短信联系，不要打电话"),
    Need.SIGHT: _("请打电话说明，不要只发文字和图片"),
    Need.SPEECH: _("请发短信联系，不要打电话"),
    Need.MOBILITY: _("请上门或电话办理，不要让群众跑现场"),
    Need.LANGUAGE: _("请准备翻译再联系"),
    Need.SIGN: _("见面前请预约手语翻译"),
    Need.INTERPRETER: _("见面前请预约外语翻译"),
}
"""For the unit: how to reach the citizen. It says nothing of why."""


def _blank(match: re.Match[str]) -> str:
    return "＿" * len(match.group())
