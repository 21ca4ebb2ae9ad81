"""Special needs are heard in the first person only; the bot's words become short and ask one thing at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.language.dialogue.gentle import LONGEST, gentle
from minhu.language.dialogue.phrases import PHRASES
from minhu.language.needs import Need, manner_of, needs_of

N = Need


@pytest.mark.parametrize(
    ("words", "needs"),
    [
        ("我是聋哑人，只能打字，楼道灯坏了", {N.HEARING, N.SPEECH}),
        ("我耳朵听不清，你写给我看", {N.HEARING}),
        ("我今年82岁了，手机不太会用", {N.ELDERLY}),
        ("我都七十多岁了，跑不动", {N.ELDERLY}),
        ("我是个孤寡老人，家里没暖气", {N.ELDERLY}),
        ("我是盲人，盲道被车占了", {N.SIGHT}),
        ("我眼睛看不清，字太小", {N.SIGHT}),
        ("我坐轮椅，坡道太陡上不去", {N.MOBILITY}),
        ("我腿脚不方便，能不能上门办", {N.MOBILITY}),
        ("我嗓子做了手术说不出话", {N.SPEECH}),
        ("我听不懂普通话，只会讲粤语", {N.LANGUAGE}),
        ("I can't speak Chinese, I need an interpreter", {N.LANGUAGE, N.INTERPRETER}),
        ("我是失聪人士，面谈时需要手语翻译", {N.HEARING, N.SIGN}),
        ("楼里有个聋哑老人没人管", set()),
        ("我妈妈82岁了，腿脚不方便", set()),
        ("我家老人坐轮椅，电梯坏了", set()),
        ("我邻居是盲人，盲道被占", set()),
        ("我不是老人，我才三十", set()),
        ("这条路有120米长，我等了70分钟", set()),
        ("养老院的老人看病难", set()),
        ("我说不了算，你们看着办", set()),
        ("翻译件要公证吗", set()),
        ("", set()),
    ],
)
def test_needs_are_those_of_whoever_speaks(words: str, needs: set[Need]) -> None:
    found = needs_of(words)
    assert {one.need for one in found} == needs
    assert all(words[slice(*one.span)] for one in found)


def test_the_manner_follows_from_the_needs_and_a_unit_learns_no_reason() -> None:
    deaf, old, nobody = manner_of([N.HEARING]), manner_of([N.ELDERLY]), manner_of([])
    assert (deaf.text_only, deaf.speed, deaf.short) == (True, 0.8, True)
    assert (old.large, old.text_only, old.speed) == (True, False, 0.8)
    assert (nobody.speed, nobody.advice) == (1.0, ())
    for need in Need:
        advice = manner_of([need]).advice
        assert advice
        assert need.said not in "".join(advice)
        assert not any(word in "".join(advice) for word in ("聋", "哑", "盲", "残", "老人"))


@pytest.mark.parametrize("code", [code for code in PHRASES if "{" not in PHRASES[code]])
def test_each_phrase_asks_one_thing_in_short_sentences_or_is_kept(code: str) -> None:
    words = PHRASES[code]
    said = gentle(words, code)
    if code in (
        "danger_unanswered",
        "ask_danger",
        "handing_danger",
        "other_language",
        "handing_language",
        "no_person_language",
    ):
        assert said == words
        return
    assert said.count("？") <= 1
    for sentence in said.replace("？", "。").replace("！", "。").split("。"):
        assert len(sentence) <= LONGEST or "，" not in sentence or "“" in sentence


@given(st.text(alphabet="请问您在哪里，。？（）123号楼", max_size=80))
def test_no_number_is_lost_outside_brackets_unless_a_second_question_goes(words: str) -> None:
    said = gentle(words, "ask_where")
    assert said.count("？") <= 1
    assert gentle(words, "opened") == words
