"""A miss costs a life; a false alarm costs a patrol. Cases are sentences of our own, traps included."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.language import urgency
from minhu.language.prefilter import Prefilter
from minhu.language.training import train
from minhu.language.urgency import assess
from minhu.language.urgency_context import IDIOM
from minhu.language.urgency_rules import HAZARDS

DATA = Path(__file__).parent / "data"


def cases(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ALL = [
    *cases("urgency_cases.csv"),
    *cases("urgency_fresh.csv"),
    *cases("urgency_fresh2.csv"),
    *cases("urgency_fresh3.csv"),
    *cases("urgency_other.csv"),
    *cases("urgency_other2.csv"),
    *cases("urgency_unseen.csv"),
]


def test_no_life_in_danger_is_missed() -> None:
    missed = [row["text"] for row in ALL if row["life_danger"] == "1" and not assess(row["text"]).life_danger]
    assert missed == []


def test_alarms_are_mostly_true() -> None:
    alarms = [row for row in ALL if assess(row["text"]).life_danger]
    true = [row for row in alarms if row["life_danger"] == "1"]
    assert len(true) / len(alarms) >= 0.95


def test_the_learnt_part_generalises_to_wordings_it_has_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("urgency_cases.csv", "urgency_fresh.csv", "urgency_fresh2.csv", "urgency_other.csv")
    learnt = [row for name in names for row in cases(name)]
    rows = [(row["text"], "danger" if row["life_danger"] == "1" else "normal") for row in learnt]
    model = train(rows, version="without the last file")
    monkeypatch.setattr(urgency, "danger_model", lambda: model)
    hard = cases("urgency_fresh3.csv")
    alarms = [row["life_danger"] for row in hard if assess(row["text"]).life_danger]
    assert alarms.count("1") / 25 >= 0.9
    assert alarms.count("1") / len(alarms) >= 0.8


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("隔壁着火了，浓烟往楼上走", "119"),
        ("我被困在电梯里了", "119"),
        ("老人突然昏迷，叫不醒", "120"),
        ("我老公拿刀追我", "110"),
        ("十字路口车撞了人，人躺在地上", "122"),
        ("咨询公积金提取", "none"),
    ],
)
def test_the_right_service_is_named(text: str, service: str) -> None:
    assert assess(text).hand_over == service


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("消防演练几点开始，演练着火疏散", "演练"),
        ("去年我父亲触电身亡，赔偿未到位", "过去"),
        ("没有着火，是熏腊肉", "否定"),
        ("万一着火怎么办", "担心"),
    ],
)
def test_the_desk_sees_why_a_word_was_not_taken_as_danger(text: str, why: str) -> None:
    result = assess(text)
    assert not result.life_danger
    assert any(why in reason for reason in result.reasons), result.reasons


@pytest.mark.parametrize("text", ["小区停水两天了", "井盖不见了，容易摔跤", "天然气停气了做不了饭"])
def test_daily_life_emergencies_are_urgent_but_no_danger(text: str) -> None:
    assert assess(text).level == "urgent"


def test_the_quick_look_never_hides_a_match() -> None:
    patterns = [pattern for hazard in HAZARDS for pattern in hazard.patterns]
    quick = Prefilter(patterns)
    for row in ALL:
        masked = IDIOM.sub(lambda match: "＿" * len(match.group()), row["text"])
        matching = {at for at, pattern in enumerate(patterns) if (found := pattern.search(masked)) and found.group()}
        assert matching <= set(quick.possible(masked, quick.candidates(masked))), row["text"]


@given(
    st.lists(st.sampled_from(["a", "b", "[cd]", "(?:ef|g?h)", "(?:i|jk)+", "l?", "(?!m)n", "."]), max_size=5),
    st.text("abcdefghijklmn", max_size=12),
)
def test_the_quick_look_is_a_necessary_condition_of_any_pattern(parts: list[str], text: str) -> None:
    pattern = re.compile("|".join(["".join(parts), "xy"]))
    quick = Prefilter([pattern])
    assert not pattern.search(text) or quick.possible(text, quick.candidates(text)) == [0]


@given(st.text(alphabet="我他孩子着火了死不想活没有去年演练，。！刀打血 a1", max_size=60))
def test_every_text_gets_a_consistent_answer(text: str) -> None:
    result = assess(text)
    assert result.life_danger == (result.level == "danger") == (result.hand_over != "none")
    assert all(0 <= start < end <= len(text) for start, end in result.spans)
    assert not result.life_danger or result.reasons
