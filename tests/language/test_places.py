"""Sent to the wrong district, an order loses days; asked once too often, a caller loses seconds."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.language.gazetteer import Gazetteer
from minhu.language.places import determined, locate
from minhu.language.types import AreaEntry, AreaLevel, Landmark
from public_data import divisions_file

DATA = Path(__file__).parent / "data"
FICTION = Gazetteer.from_divisions(json.loads((DATA / "divisions_fiction.json").read_text(encoding="utf-8")))


def _cases(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


TRAPS = _cases("places_fiction.csv")
UNSEEN = [*_cases("places_unseen.csv"), *_cases("places_unseen2.csv")]
BY_HAND = [row for row in _cases("places_cases.csv") if row["made"] == "hand"]


@cache
def real_divisions() -> Gazetteer:
    """The official table, which is never part of the project; its cases are skipped without it."""
    file = divisions_file()
    if not file.exists():
        pytest.skip(f"no table of divisions at {file} (set MINHU_DATA to the folder of public data)")
    return Gazetteer.from_divisions(json.loads(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("row", TRAPS, ids=lambda row: f"{row['kind']}: {row['text'][:14]}")
def test_each_trap(row: dict[str, str]) -> None:
    assert determined(locate(row["text"], row["home"], FICTION), FICTION) == row["area_code"]


@pytest.mark.parametrize("row", BY_HAND, ids=lambda row: f"{row['kind']}: {row['text'][:14]}")
def test_each_trap_of_the_real_country(row: dict[str, str]) -> None:
    gazetteer = real_divisions()
    assert determined(locate(row["text"], row["home"], gazetteer), gazetteer) == row["area_code"]


def test_the_two_later_batches_reach_the_goals() -> None:
    """325 cases of all provinces, written before the rules were mended; silent errors send orders astray."""
    gazetteer = real_divisions()
    got = [determined(locate(row["text"], row["home"], gazetteer), gazetteer) for row in UNSEEN]
    wrong = [row["text"] for row, code in zip(UNSEEN, got, strict=True) if code not in ("", row["area_code"])]
    right = sum(code == row["area_code"] for row, code in zip(UNSEEN, got, strict=True))
    assert not wrong
    assert right >= 0.98 * len(UNSEEN)


ZONES = Gazetteer(
    [
        AreaEntry("9", "", "云川省", AreaLevel.PROVINCE),
        AreaEntry("91", "9", "云溪市", AreaLevel.CITY),
        AreaEntry("911", "91", "云溪经济技术开发区", AreaLevel.COUNTY),
        AreaEntry("912", "91", "清河区", AreaLevel.COUNTY),
        AreaEntry("9121", "912", "口镇街道", AreaLevel.STREET),
        AreaEntry("913", "91", "云溪县", AreaLevel.COUNTY),
        AreaEntry("914", "91", "彭水苗族土家族自治县", AreaLevel.COUNTY),
    ]
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("经开区的公寓漏水", "911"),
        ("云溪经开区的公寓漏水", "911"),
        ("清河区口镇的路坏了", "9121"),
        ("清河区七一路的路灯坏了", "912"),
        ("彭水县的桥裂了", "914"),
        ("彭水自治县的桥裂了", "914"),
        ("云溪的房价补贴什么时候出", ""),
    ],
)
def test_names_that_people_shorten(text: str, code: str) -> None:
    assert determined(locate(text, "91", ZONES), ZONES) == code


def test_two_fitting_places_are_both_offered_and_asked_for() -> None:
    found = locate("松岭区和梅岗区交界处没人扫", "910100", FICTION)
    assert {one.area_code for one in found} == {"910104", "910111"}
    assert all(one.ask for one in found)


def test_every_candidate_says_why() -> None:
    for row in TRAPS:
        assert all(one.reason and one.spans for one in locate(row["text"], row["home"], FICTION))


CITY = Gazetteer(
    [
        AreaEntry("1", "", "云川省", AreaLevel.PROVINCE),
        AreaEntry("11", "1", "云溪市", AreaLevel.CITY),
        AreaEntry("111", "11", "清河区", AreaLevel.COUNTY),
        AreaEntry("112", "11", "南屏县", AreaLevel.COUNTY, ("南屏",)),
        AreaEntry("1111", "111", "柳林街道", AreaLevel.STREET),
        AreaEntry("11111", "1111", "翠湖社区", AreaLevel.COMMUNITY),
    ],
    [
        Landmark("翠湖花园", "11111", "estate"),
        Landmark("滨河路", "111", "road"),
        Landmark("滨河路", "112", "road"),
    ],
)


def test_a_citys_own_six_levels_and_estates() -> None:
    found = locate("翠湖花园三号楼停水", "11", CITY)
    assert (found[0].area_code, found[0].level, found[0].ask) == ("11111", "community", False)


def test_a_road_through_two_districts_is_asked_for() -> None:
    assert all(one.ask for one in locate("滨河路路灯不亮", "11", CITY))


def test_road_and_point_are_kept_as_said() -> None:
    found = locate("清河区滨河路12号附近的实验小学门口堵车", "11", CITY)[0]
    assert found.area_code == "111"
    assert "滨河路" in found.road


def test_an_unknown_home_is_no_error() -> None:
    assert locate("清河区停水", "999999", CITY)[0].area_code == "111"
    assert locate("", "", CITY) == []


def test_another_shape_of_file_is_named() -> None:
    with pytest.raises(ValueError, match="行政区划"):
        Gazetteer.from_divisions([{"id": 1}])


@given(
    st.text(alphabet="松岭梅岗区云溪市向阳不是在，。路县交口我们街道1", max_size=40),
    st.sampled_from(["910100", "920100", ""]),
)
def test_candidates_are_known_areas_inside_the_text(text: str, home: str) -> None:
    for one in locate(text, home, FICTION):
        assert one.area_code in FICTION.areas
        assert 0.0 <= one.confidence <= 1.0
        assert all(0 <= start < end <= len(text) for start, end in one.spans)


SOUNDING = Gazetteer(
    [
        AreaEntry("1", "", "云川省", AreaLevel.PROVINCE),
        AreaEntry("11", "1", "云溪市", AreaLevel.CITY),
        AreaEntry("111", "11", "岳麓区", AreaLevel.COUNTY),
        AreaEntry("1111", "111", "柳林街道", AreaLevel.STREET),
        AreaEntry("12", "1", "石屏市", AreaLevel.CITY),
        AreaEntry("121", "12", "颍州区", AreaLevel.COUNTY),
    ]
)


@pytest.mark.parametrize(
    ("text", "code", "word"), [("岳鹿区路灯坏了", "111", "岳麓区"), ("住在刘林街道，停水了", "1111", "柳林街道")]
)
def test_a_name_written_by_its_sound_is_proposed_and_asked_for(text: str, code: str, word: str) -> None:
    found = locate(text, "11", SOUNDING)
    assert [(one.area_code, one.ask) for one in found] == [(code, True)]
    assert word in found[0].reason
    assert determined(found, SOUNDING) == ""


@pytest.mark.parametrize(
    "text", ["影州区停水", "这片区域停水", "我们小区停水", "超市门口停水", "岳麓区停水，影州区没有"]
)
def test_sounds_of_other_cities_and_common_words_propose_nothing(text: str) -> None:
    assert not any("读音" in one.reason for one in locate(text, "11", SOUNDING))
