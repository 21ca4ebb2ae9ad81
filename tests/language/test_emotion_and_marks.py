"""An agent who is told wrongly that a caller is calm, or that nobody is ill, answers in the wrong tone."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from minhu.language import measures
from minhu.language.emotion import Emotion, course, emotion_model, feel
from minhu.language.emotion_training import train_emotion
from minhu.language.marks import FourType, MarkKind, find_marks, number, priority
from minhu.language.urgency import assess

CASES = []
for name in ("emotion_cases.csv", "emotion_more.csv"):
    with (Path(__file__).parent / "data" / name).open(encoding="utf-8", newline="") as file:
        CASES += list(csv.DictReader(file))


def test_emotions_of_hotline_texts() -> None:
    wanted = [row["emotion"] for row in CASES]
    got = [str(feel(row["text"]).emotion) for row in CASES]
    assert measures.macro_f1(wanted, got) >= 0.8


def test_words_of_an_emotion_are_in_the_text() -> None:
    for row in CASES:
        found = feel(row["text"])
        assert [row["text"][start:end] for start, end in found.spans] == list(found.words)


def test_a_denied_emotion_does_not_count() -> None:
    assert feel("我不害怕，只是想问问流程").emotion is Emotion.CALM


def test_the_course_of_a_dialogue() -> None:
    calmed = course(["你们凭什么不管，太过分了！！", "我跑了三趟都没人理，气死我了", "哦，原来是这样", "那太谢谢你了"])
    assert calmed.trend == "easing"
    assert calmed.turning_point == 2
    heated = course(["你好，我想问问押金", "为什么不退", "你们就是骗子，欺负人！！"])
    assert heated.trend == "rising"
    assert course(["请问几点下班"]).turning_point is None


def test_the_model_that_ships_knows_six_emotions_and_is_small() -> None:
    assert set(emotion_model().labels) == {"angry", "fear", "happy", "neutral", "sad", "surprise"}
    folder = Path(__file__).parents[2] / "src" / "minhu" / "language" / "models" / "emotion-default"
    assert (folder / "model.npz").stat().st_size < 2_000_000


def test_training_learns_what_its_rows_say() -> None:
    rows = [(f"真开心{n}[心]", "happy") for n in range(30)] + [(f"气死了{n}！！", "angry") for n in range(30)]
    model = train_emotion(rows, version="test")
    assert model.predict("今天真开心")[0].value == "happy"


@pytest.mark.parametrize(
    ("text", "kind", "words", "people"),
    [
        ("小区一百二十户业主要求更换物业", MarkKind.GROUP, "一百二十户业主", 120),
        ("我们三十多名工人的工资没发", MarkKind.GROUP, "三十多名工人", 30),
        ("全体业主联名反映", MarkKind.GROUP, "全体业主", 0),
        ("独居老人家里断水", MarkKind.ELDERLY_ALONE, "独居老人", 0),
        ("坐轮椅上不了台阶", MarkKind.DISABLED, "轮椅", 0),
        ("我怀孕七个月没有座位", MarkKind.PREGNANT, "怀孕", 0),
        ("尿毒症病人的补助停了", MarkKind.SERIOUSLY_ILL, "尿毒症", 0),
        ("十三岁的学生被同学欺负", MarkKind.MINOR, "十三岁", 0),
        ("再不解决就去上访", MarkKind.SENSITIVE, "上访", 0),
    ],
)
def test_marks_come_with_their_words(text: str, kind: MarkKind, words: str, people: int) -> None:
    mark = next(one for one in find_marks(text) if one.kind is kind)
    assert (mark.words, mark.people) == (words, people)
    assert text[slice(*mark.span)] == words


def test_two_people_are_no_group() -> None:
    assert not [one for one in find_marks("我们两户居民共用一个水表") if one.kind is MarkKind.GROUP]


@pytest.mark.parametrize(
    ("words", "value"),
    [("三", 3), ("十二", 12), ("一百零五", 105), ("两千三百", 2300), ("一万二千", 12000), ("几百", 200), ("47", 47)],
)
def test_numbers(words: str, value: int) -> None:
    assert number(words) == value


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("楼上着火了，里面有独居老人", FourType.NOW),
        ("工地拖欠三十多名工人工资，准备去上访", FourType.NOW),
        ("一千二百户居民没有房产证", FourType.PUSH),
        ("路灯坏了", FourType.SMALL),
        ("请问公积金怎么提", FourType.EXPLAIN),
    ],
)
def test_the_four_types(text: str, kind: FourType) -> None:
    found = priority(text, assess(text), find_marks(text))
    assert found.type is kind
    assert all(found.reasons)


def test_what_comes_again_and_again_is_important() -> None:
    text = "请问公积金怎么提"
    assert priority(text, assess(text), (), repeats=3).type is FourType.PUSH
