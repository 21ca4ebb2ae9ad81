"""While a crowd calls, what is being dealt with is named before anything else; one word chooses or passes."""

from __future__ import annotations

import pytest

from minhu.language.dialogue import first, talking
from minhu.language.dialogue.hearing import hear
from minhu.language.dialogue.types import Memory, Mode, Notice, Offer, Policy, Record, Turn

WATER = Notice("7", "柳湾街道停水", "柳湾街道因主管爆管停水，预计今晚6点恢复。")
ROAD = Notice("8", "滨河路封闭", "滨河路积水封闭，请绕行春晖路。")


def say(memory: Memory, words: str) -> Turn:
    offer = Offer(WATER.key, WATER.words)
    heard = hear(words, memory.phase, bool(memory.waiting))
    return talking.proceed(
        memory, heard, Policy(), lambda text: Record(text[:20], (text,), (), enough=True),
        lambda text: offer if "停水" in text else None,
    )  # fmt: skip


def begun(*notices: Notice) -> Memory:
    turn = first.with_notices(talking.opening(Policy()), notices)
    assert [act.code for act in turn.acts] == ["greeting", "notices_first"]
    assert all(one.title in turn.acts[1].words for one in notices)
    return Memory.from_json(turn.memory.to_json())


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("1", "bulletin", WATER.words), ("第一个", "bulletin", WATER.words), ("是第2件。", "bulletin", ROAD.words),
        ("选二", "bulletin", ROAD.words), ("其他", "notices_none", ""), ("都不是", "notices_none", ""),
        ("没有", "notices_none", ""), ("柳湾小区停水了", "bulletin", WATER.words), ("3", "nonsense", ""),
    ],
)  # fmt: skip
def test_one_word_chooses_or_passes(words: str, code: str, told: str) -> None:
    turn = say(begun(WATER, ROAD), words)
    if code == "nonsense":
        assert turn.acts[0].code not in ("bulletin", "notices_none"), "a number that nobody named chooses nothing"
    else:
        assert turn.acts[0].code == code
    assert told in turn.acts[0].words
    assert turn.memory.notices == ()


def test_yes_is_enough_for_one_and_danger_goes_before_all() -> None:
    chosen = say(begun(WATER), "是的")
    assert [act.deed.value for act in say(chosen.memory, "是").acts] == ["join", "say"]
    assert say(chosen.memory, "不是").acts[0].code == "notices_none"
    assert say(begun(WATER, ROAD), "是的").acts[0].code != "bulletin", "a yes to several chooses none"
    assert any(act.deed.value == "hand_over" for act in say(begun(WATER), "着火了，有人困在里面，快来人").acts)
    assert say(begun(WATER), "转人工").acts[-1].deed.value == "hand_over"
    matter = say(begun(WATER), "春晖路路灯不亮三天了")
    assert matter.acts[0].code not in ("bulletin", "notices_first")
    people_first = talking.opening(Policy(mode=Mode.PERSON_FIRST))
    assert first.with_notices(people_first, (WATER,)) == people_first
    assert first.with_notices(talking.opening(Policy()), ()) == talking.opening(Policy())
