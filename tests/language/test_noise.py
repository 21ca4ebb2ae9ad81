"""Warnings before an order is registered: told where they are needed, quiet where not, within the published figures."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from minhu.language.elements import read_elements
from minhu.language.noise.apart import places_apart
from minhu.language.noise.types import Marks, Noise
from minhu.language.noise.warning import noises_of
from minhu.language.understanding import understand
from minhu.server.cli import build

DATA = Path(__file__).parent / "data"
MOMENT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def told(text: str, **marks: object) -> set[Noise]:
    """What is warned of, without a city's names."""
    read = read_elements(text, MOMENT).elements
    return {one.noise for one in noises_of(text, read, understand(text), Marks(**marks))}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("桃园小区和翠湖花园都停水了", True),
        ("桃园小区旁边的建设路没有路灯", False),
        ("建设路和人民路交叉口的红绿灯坏了", False),
        ("从建设路到人民路的公交车拒载", False),
        ("我住在桃园小区，建设路的井盖没了", False),
        ("不是桃园小区，是翠湖花园停水", False),
        ("建设路路灯不亮，人民路路灯也不亮", True),
        ("桃园小区3号楼漏水，桃园小区物业不管", False),
    ],
)
def test_two_places_are_told_where_the_words_join_them(text: str, apart: bool) -> None:
    assert bool(places_apart(text)) is apart


def test_a_time_and_a_place_are_asked_for_only_where_they_matter() -> None:
    assert told("楼下装修噪音太大，吵得睡不着") == {Noise.NO_PLACE, Noise.NO_TIME}
    assert told("楼下装修噪音太大，每天六点就开始", place="桃园小区3栋") == set()
    assert told("建设路的路灯不亮") == set(), "a lamp is dark whenever one comes"
    assert told("请问养老保险断缴了怎么补") == set()
    assert told("家里停电了，赶紧来修", time="2026-03-01") == {Noise.NO_PLACE}


def test_marks_are_questioned_only_where_the_words_are_clear() -> None:
    assert Noise.OTHER_TYPE in told("请问老年证在哪里办，要几张照片", request_type="投诉")
    assert Noise.OTHER_TYPE not in told("建设路的路灯坏了，帮忙修一下", request_type="投诉"), "help lies too close"
    assert Noise.OTHER_URGENCY in told("建设路有人要跳楼，快来", urgency="normal")
    assert Noise.SECRET in told("举报桃园饭店后厨脏，千万不要透露我的名字", confidential=False)
    assert Noise.SECRET not in told("举报桃园饭店后厨脏，千万不要透露我的名字", confidential=True)
    assert Noise.SECRET not in told("举报桃园饭店后厨脏，千万不要透露我的名字"), "nobody has decided yet"


@pytest.mark.parametrize(
    "text", ["", " ", "x" * 20_000, "、" * 5000, "路" * 3000, "在" * 3000 + "小区", "\u0000和\u202e路"]
)
def test_no_words_break_the_warnings(text: str) -> None:
    assert isinstance(told(text), set)


def test_the_published_figures_hold() -> None:
    figures = {}
    for half in ("learn", "held_back"):
        ran = CliRunner().invoke(build(), ["evaluate", "warnings", "--cases", str(DATA / f"warnings_{half}.csv")])
        assert ran.exit_code == 0, ran.output
        figures[half] = json.loads(ran.output.splitlines()[-1])
    assert min(one["cases"] for one in figures.values()) >= 100
    for one in figures.values():
        assert one["precision"] >= 0.9
        assert one["recall"] >= 0.8
        assert one["rightly_quiet"] >= 0.9


def test_a_file_that_is_no_table_is_told_so(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("text,wanted\n路灯坏了,no_time\n", encoding="utf-8")
    assert CliRunner().invoke(build(), ["evaluate", "warnings", "--cases", str(bad)]).exit_code == 2
    assert CliRunner().invoke(build(), ["evaluate", "warnings"]).exit_code == 2
