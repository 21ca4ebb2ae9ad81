"""The form fills itself from what was said: corrections are carried out, an agent's word stays, the right thing is asked next."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from minhu.language.filling import entries as rules
from minhu.language.filling.entries import Mark
from minhu.language.filling.filling import fill
from minhu.language.filling.guiding import marks_of, questions_left, warnings_of
from minhu.language.filling.types import Field, Reading, Spoken
from minhu.language.filling.wording import digits_in, tidy
from minhu.language.noise.types import Found, Noise
from minhu.language.questions import questions_for

MOMENT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
DATA = Path(__file__).parent / "data"


def spoken(*words: str) -> list[Spoken]:
    """Utterances; those of the house begin with '问：'."""
    return [Spoken(at, not one.startswith("问："), one.removeprefix("问：")) for at, one in enumerate(words, 1)]


def values(*words: str, caller: str = "") -> dict[str, str]:
    """Field → value as read."""
    return {field.value: one.value for field, one in fill(spoken(*words), MOMENT, caller=caller).readings.items()}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("呃，柳岸春晓3号楼，哦不对，是5号楼", "柳岸春晓5号楼"),
        ("三天了，不对，四天了", "四天了"),
        ("前天，哦不，昨天下午三点左右", "昨天下午三点左右"),
        ("物业说不是他们管，不对外开放", "物业说不是他们管，不对外开放"),
        ("喂，那个，路灯不亮", "路灯不亮"),
    ],
)
def test_fillers_go_and_corrections_are_carried_out(said: str, meant: str) -> None:
    assert tidy(said) == meant


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("幺三八 零零零零 二二三三", "13800002233"),
        ("一五九一二三四五六七零，哦说错了，最后是六七八零", "15912346780"),
        ("我住三号楼二单元", ""),
        ("六六八八二三四五", "66882345"),
    ],
)
def test_spoken_numbers_are_digits(said: str, number: str) -> None:
    assert digits_in(said)[0] == number


def test_an_answer_is_read_by_its_question() -> None:
    got = values(
        "楼下烧烤店油烟大，开不了窗", "问：请问您贵姓？", "免贵姓李", "问：影响多少户？", "二十来户吧", "问：电话呢？", "就打这个电话",
        "问：需要为您保密吗？", "不用", "问：需要给您回访吗？", "要的", caller="13800002233",
    )  # fmt: skip
    expected = {"name": "李", "people": "20户", "phone": "13800002233", "confidential": "0", "callback": "1"}
    assert expected.items() <= got.items()
    assert "免贵姓李" not in got["matter"]


def test_nothing_is_invented() -> None:
    assert values("喂", "问：您好", "嗯") == {}
    got = values("班主任姓钱，上课打孩子")
    assert "name" not in got


def test_each_value_names_the_utterance_it_came_from() -> None:
    read = fill(spoken("小区停水了", "问：哪个小区？", "幸福里小区3号楼"), MOMENT).readings
    assert (read[Field.PLACE].value, read[Field.PLACE].number) == ("幸福里小区3号楼", 3)


def test_the_agents_word_is_never_overwritten() -> None:
    first, second = Reading(Field.PLACE, "幸福里小区", 0.7), Reading(Field.PLACE, "幸福里小区3号楼", 0.9)
    kept = rules.correct(rules.merge({}, {Field.PLACE: first}), Field.PLACE, "幸福路小区")
    kept = rules.merge(kept, {Field.PLACE: first})
    assert kept[Field.PLACE].newer is None  # what was read when he corrected it is not proposed again
    kept = rules.merge(kept, {Field.PLACE: second})
    entry = kept[Field.PLACE]
    assert (entry.reading.value, entry.mark, entry.newer) == ("幸福路小区", Mark.CORRECTED, second)
    assert rules.from_json({name.value: one.to_json() for name, one in kept.items()}) == kept
    assert rules.outcomes(kept) == {"place": "corrected"}
    assert rules.accept(kept, Field.PLACE)[Field.PLACE].reading == second
    assert rules.outcomes(rules.correct({}, Field.PARTY, "老李烧烤店")) == {"party": "typed"}
    assert rules.outcomes(rules.merge({}, {Field.PLACE: first})) == {"place": "left"}


def test_the_most_needed_question_comes_first_and_no_question_twice() -> None:
    said = spoken("隔壁工地每天半夜施工，噪音很大")
    entries = rules.merge({}, fill(said, MOMENT).readings)
    asked = questions_for(said[0].text, ())
    first = questions_left(asked, entries, said)[0]
    assert first.code == "where"
    told = [*said, Spoken(2, False, first.text)]
    assert questions_left(asked, entries, told)[0].code != "where"
    settled = rules.correct(entries, Field.PLACE, "听松路")
    assert "where" not in [one.code for one in questions_left(asked, settled, said)]


def test_noise_is_told_before_registering_at_the_field_that_mends_it() -> None:
    entries = rules.merge({}, fill(spoken("隔壁工地半夜施工吵死了，投诉"), MOMENT).readings)
    found = {one.noise: one.field for one in warnings_of(entries, (Found(Noise.NO_PLACE),))}
    assert found[Noise.NO_PLACE] is Field.PLACE
    assert found[Noise.NO_PHONE] is Field.PHONE
    changed = rules.correct(rules.correct(entries, Field.REQUEST_TYPE, "consultation"), Field.PLACE, "听松路")
    marks = marks_of(changed, {"consultation": "咨询"})
    assert (marks.request_type, marks.place, marks.settled) == ("咨询", "听松路", True)
    assert marks_of(entries, {"投诉": "投诉"}).request_type == "", "what nobody looked at is no mark"


def test_own_calls_are_at_least_forty_and_fill_facts_as_a_person_would() -> None:
    lines = [
        line
        for name in ("learn", "held_back")
        for line in DATA.joinpath(f"forms_{name}.jsonl").read_text("utf-8").splitlines()
    ]
    assert len(lines) >= 40
    right = told = 0
    for case in map(json.loads, lines):
        said = [Spoken(at, who == "citizen", words) for at, (who, words) in enumerate(case["turns"], 1)]
        got = {field.value: one.value for field, one in fill(said, MOMENT).readings.items()}
        for name in ("name", "phone", "confidential", "callback", "special"):
            if case["want"][name]:
                told += 1
                right += got.get(name) in case["want"][name].split("|")
    assert right / told >= 0.95
