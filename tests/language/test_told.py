"""A caller whom a bulletin concerns hears it first; his yes joins him, his no loses nothing, and danger goes before it."""

from __future__ import annotations

import pytest

from minhu.language.dialogue import talking
from minhu.language.dialogue.hearing import hear
from minhu.language.dialogue.types import Memory, Missing, Offer, Phase, Policy, Record, Turn, Why

OFFER = Offer("7", "柳湾街道因主管爆管停水，预计今晚6点恢复。")


def bulletins(text: str) -> Offer | None:
    return OFFER if "停水" in text or "没水" in text else None


def read(text: str) -> Record:
    missing = () if "柳湾" in text else (Missing("where", "请问在哪里？"),)
    return Record(text[:20], (text,), missing, enough=True)


def say(memory: Memory, words: str) -> Turn:
    heard = hear(words, memory.phase, bool(memory.waiting))
    return talking.proceed(memory, heard, Policy(), read, bulletins)


def codes(turn: Turn) -> list[str]:
    return [act.code if act.deed.value == "say" else act.deed.value for act in turn.acts]


def asked(words: str = "柳湾小区停水了") -> Memory:
    turn = say(Memory(), words)
    assert codes(turn) == ["bulletin"]
    assert OFFER.words in turn.acts[0].words
    return turn.memory


@pytest.mark.parametrize("words", ["柳湾小区停水了", "什么时候来水，停水多久了", "请问柳湾为什么没水"])
def test_matter_and_question_alike_are_told_first(words: str) -> None:
    turn = say(asked(words), "是的")
    assert codes(turn) == ["join", "bulletin_joined"]
    assert (turn.acts[0].code, turn.memory.matter, turn.memory.waiting) == ("7", (), "news")


@pytest.mark.parametrize(
    ("answer", "then", "number"),
    [
        ("13800001234", ["news", "news_kept"], "13800001234"),
        ("好，手机138 0000 1234", ["news", "news_kept"], "13800001234"),
        ("好的", ["news", "news_kept"], ""),
        ("不用了", ["news_none"], ""),
    ],
)
def test_news_are_kept_for_who_wants_them(answer: str, then: list[str], number: str) -> None:
    turn = say(say(asked(), "是").memory, answer)
    assert codes(turn) == then
    assert turn.memory.waiting == ""
    if then[0] == "news":
        assert (turn.acts[0].code, turn.acts[0].words) == ("7", number)


@pytest.mark.parametrize(
    ("answer", "matter"),
    [
        ("不是", ("柳湾小区停水了",)),
        ("不是，是我家水表前的管子断了", ("柳湾小区停水了\n是我家水表前的管子断了",)),
        ("我说的是物业把我家停水了", ("柳湾小区停水了\n我说的是物业把我家停水了",)),
    ],
)
def test_a_no_goes_on_with_every_word_and_the_bulletin_is_not_told_again(answer: str, matter: tuple[str, ...]) -> None:
    turn = say(asked(), answer)
    assert codes(turn) == ["read_back"]
    assert (turn.memory.matter, turn.memory.phase) == (matter, Phase.READING_BACK)


def test_a_bulletin_met_in_the_middle_of_a_request_goes_back_to_its_question() -> None:
    begun = say(Memory(), "家里用水的问题没人管，很着急")
    assert codes(begun)[-1] == "ask_where"
    met = say(begun.memory, "就是停水")
    assert codes(met) == ["bulletin"]
    back = say(met.memory, "不是")
    assert codes(back)[0] in ("ask_where", "read_back")
    assert back.memory.matter == ("家里用水的问题没人管，很着急", "就是停水")
    over = say(met.memory, "是")
    assert (codes(over), over.memory.matter, over.memory.phase) == (["join", "bulletin_joined"], (), Phase.DONE)


def test_the_other_matter_of_the_same_words_goes_on() -> None:
    turn = say(asked("柳湾小区停水了，希望尽快修好。另外柳湾路口的路灯坏了没人修，希望派人来修。"), "是")
    assert codes(turn)[:2] == ["join", "bulletin_joined_only"]
    assert "路灯" in "".join(turn.memory.matter)
    assert "停水" not in "".join(turn.memory.matter)


@pytest.mark.parametrize("answer", ["救命，老人晕倒了没有呼吸", "家里着火了"])
def test_danger_goes_before_a_bulletin(answer: str) -> None:
    assert "bulletin" not in codes(say(Memory(), f"柳湾小区停水了，{answer}"))
    turn = say(asked(), answer)
    assert turn.memory.phase is Phase.HANDED
    assert Why.DANGER in {act.why for act in turn.acts}


def test_a_person_is_a_person_and_a_question_is_told_again() -> None:
    assert "hand_over" in codes(say(asked(), "转人工"))
    again = say(asked(), "停水要停到几点？")
    assert (codes(again), again.memory.waiting) == (["bulletin_again"], "bulletin")
