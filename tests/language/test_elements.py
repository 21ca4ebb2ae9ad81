"""What the words say fills the order: a wrong value that looks certain costs more than an empty field."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costs import within
from minhu.language.element_measures import tallies
from minhu.language.element_types import ElementKind as K
from minhu.language.elements import read_elements
from minhu.language.numerals import parse_number
from minhu.language.times import find_times
from minhu.language.types import PlaceCandidate

DATA = Path(__file__).parent / "data"
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


def _cases(*names: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for name in names:
        with (DATA / name).open(encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file)
    return rows


def test_elements_are_read_from_handwritten_cases() -> None:
    rows = _cases("elements_cases.csv", "elements_held_out.csv", "elements_fresh.csv")
    assert len(rows) >= 150
    pairs = [
        (
            {kind: [one.strip() for one in row[kind.value].split(";") if one.strip()] for kind in K},
            read_elements(row["text"], datetime.fromisoformat(row["received"])),
        )
        for row in rows
    ]
    found = tallies(pairs)
    weak = {kind.value: (tally.precision(), tally.recall()) for kind, tally in found.items() if tally.f1() < 0.8}
    assert not weak
    right = sum(len(read.matters) == int(row["matters"]) for row, (_, read) in zip(rows, pairs, strict=True))
    assert right >= 0.95 * len(rows)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("昨晚十点半就停电了", "2026-03-09T22:30"),
        ("大前天漏水", "2026-03-07"),
        ("上周五停的", "2026-03-06"),
        ("去年12月5日签的合同", "2025-12-05"),
        ("5月3日买的", "2025-05-03"),
        ("上个月25号交的钱", "2026-02-25"),
        ("已经停水半个月了", "~15D"),
        ("每天凌晨两点施工", "@daily T02:00"),
        ("三天前报修", "2026-03-07"),
    ],
)
def test_times_count_from_the_day_the_words_came(words: str, value: str) -> None:
    assert [one.value for one in find_times(words, NOW)] == [value]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("每天晚上八点到十二点都在跳舞", ["每天晚上八点到十二点"]), ("八点到十二点一直吵", ["八点到十二点"]), ("营业时间九点到五点", []),
        ("从昨天夜里到现在都没水", ["从昨天夜里到现在"]), ("上周三开始停水", ["上周三开始"]), ("每天早晚都堵", ["每天早晚"]),
        ("自从去年12月以来", ["自从去年12月以来"]), ("昨天到场了，前天起诉", ["昨天", "前天"]), ("每晚10点至凌晨2点", ["每晚10点至凌晨2点"]),
    ],
)  # fmt: skip
def test_a_time_said_as_a_span_is_kept_whole(words: str, said: list[str]) -> None:
    assert [one.text for one in find_times(words, NOW)] == said


@pytest.mark.parametrize("words", ["承诺3月20日前解决", "2月30日", "三个工作日答复", "生产日期是1月20日"])
def test_terms_and_impossible_days_are_no_times(words: str) -> None:
    assert find_times(words, NOW) == ()


@pytest.mark.parametrize(
    ("words", "number"), [("三百多", 300), ("32", 32), ("十来", 10), ("一万二千", 12000), ("半", 0.5), ("块", None)]
)
def test_numbers_as_people_say_them(words: str, number: float | None) -> None:
    assert parse_number(words) == number


def test_several_demands_keep_their_own_sentences() -> None:
    text = "一是小区路灯坏了十几盏没人修；二是垃圾桶三天没有清运；三是地下车库积水。"
    matters = read_elements(text, NOW).matters
    assert [one.words(text) for one in matters] == [
        "一是小区路灯坏了十几盏没人修；", "二是垃圾桶三天没有清运；", "三是地下车库积水。",
    ]  # fmt: skip
    assert [one.title for one in matters] == ["小区路灯坏了十几盏没人修", "垃圾桶三天没有清运", "地下车库积水"]


def test_one_matter_with_many_commas_is_not_split() -> None:
    text = "楼上漏水，物业说不管，社区说等，我家墙皮都掉了，希望有人来看看。"
    assert len(read_elements(text, NOW).matters) == 1


def test_a_noise_without_time_and_source_is_asked_for() -> None:
    codes = [one.code for one in read_elements("阳光花园太吵了，噪音扰民，希望处理", NOW).questions]
    assert codes[:2] == ["noise_time", "noise_source"]


def test_two_areas_are_a_question_and_come_first() -> None:
    places = (PlaceCandidate("1", "county", 0.5, "甲", ask=True), PlaceCandidate("2", "county", 0.5, "乙", ask=True))
    asked = read_elements("清河区还是松岭区我不清楚，路灯坏了，希望修", NOW, places).questions
    assert asked[0].code == "two_areas"


def test_a_secret_and_a_callback_contradict_each_other() -> None:
    text = "举报永盛印染厂昨晚在清河路排污，请保密，请查处"
    assert "secret_callback" in {one.code for one in read_elements(text, NOW, wants_callback=True).questions}
    assert "secret_callback" not in {one.code for one in read_elements(text, NOW, wants_callback=False).questions}


def test_what_is_refused_is_no_wish() -> None:
    read = read_elements("我不需要保密，学校要求每人交300元，昨天交的", NOW)
    assert not read.of(K.SECRECY)
    assert not read.of(K.DEMAND)


def test_title_and_summary_are_short() -> None:
    for row in _cases("elements_cases.csv"):
        read = read_elements(row["text"], datetime.fromisoformat(row["received"]))
        assert 0 < len(read.title) <= 30
        assert len(read.summary.splitlines()) <= 2
        assert all(len(line) <= 60 for line in read.summary.splitlines())


@given(
    st.text(max_size=300)
    | st.text(alphabet="昨天3月31日每天一二三、；。，公司物业要求希望人户路号点半在不是保密😀<b>", max_size=120)
)
def test_every_value_points_to_its_words(text: str) -> None:
    read = read_elements(text, NOW)
    for one in read.elements:
        start, end = one.spans[0]
        assert text[start:end] == one.text
        assert 0 < one.confidence <= 1
    for matter in read.matters:
        assert all(0 <= start <= end <= len(text) for start, end in matter.spans)
    assert len({one.code for one in read.questions}) == len(read.questions) <= 5


def test_a_very_long_text_is_read_in_moderate_time() -> None:
    within(20, lambda: read_elements("昨天我们小区在清河路3号楼要求物业公司" * 6000, NOW))


def test_a_telephone_number_is_no_earlier_call_of_the_hotline() -> None:
    assert read_elements("电梯坏了，电话13812345678，请修理。", NOW).of(K.EARLIER) == ()
    assert read_elements("之前打12345反映过，没有修，请修理。", NOW).of(K.EARLIER) != ()


def test_in_danger_only_what_a_rescuer_needs_is_asked() -> None:
    told = read_elements("老板欠我八个月工资，我站在厂房楼顶上，不想活了", NOW)
    assert [one.code for one in told.questions] == ["where_now", "safe_now"]
    assert [one.code for one in read_elements("老板欠我八个月工资", NOW).questions] == ["where", "demand"]
