"""Areas: a city that loads its divisions must get all of them or a clear word, and lose nothing people entered."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from minhu.directory.models import Area, Landmark
from minhu.directory.queries import areas
from minhu.directory.services.areas import load_areas, load_divisions, load_landmarks
from minhu.directory.types import AreaLevel
from minhu.kernel import clock
from minhu.kernel.errors import Invalid, MinhuError, NotFound
from minhu.ledger.types import EntryView


def ledger_of(subject: tuple[str, str | int]) -> list[EntryView]:
    """What the ledger tells somebody who may read it."""
    from minhu.directory.access import as_system
    from minhu.ledger.queries import entries_of

    with as_system():
        return entries_of(subject)


pytestmark = pytest.mark.django_db
Rows = Callable[[str], list[dict[str, Any]]]
NATION = [
    {
        "code": "97",
        "name": "甲省",
        "children": [
            {
                "code": "9701",
                "name": "市辖区",
                "children": [
                    {"code": "970101", "name": "甲东区", "children": [{"code": "970101001", "name": "甲桥街道"}]},
                    {"code": "970102", "name": "甲西县", "children": []},
                ],
            },
            {"code": "9702", "name": "乙市", "children": [{"code": "970201", "name": "乙区"}]},
        ],
    }
]


@pytest.fixture
def nation(tmp_path: Path) -> Path:
    path = tmp_path / "nation.json"
    path.write_text(json.dumps(NATION, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.parametrize("code", ["9701", "970100"])
def test_only_the_city_asked_for_is_loaded_with_the_chain_above(nation: Path, code: str) -> None:
    report = load_divisions(nation, code)
    assert (report.rows, report.created) == (5, 5)
    assert set(Area.objects.values_list("code", flat=True)) == {"97", "9701", "970101", "970101001", "970102"}
    street = areas.area_info("970101001")
    assert street is not None
    assert street.path == ("97", "9701", "970101", "970101001")
    assert street.full_name == "甲省甲东区甲桥街道"
    assert street.level is AreaLevel.STREET


def test_loading_again_changes_nothing_and_keeps_aliases(nation: Path) -> None:
    load_divisions(nation, "9701")
    Area.objects.filter(code="970101001").update(aliases=["老桥头", "甲桥"])
    report = load_divisions(nation, "9701")
    assert (report.created, report.changed, report.unchanged) == (0, 0, 5)
    assert Area.objects.get(code="970101001").aliases == ["老桥头", "甲桥"]


def test_a_renamed_area_is_updated_in_place(nation: Path) -> None:
    load_divisions(nation, "9701")
    nation.write_text(nation.read_text().replace("甲桥街道", "甲亭街道"))
    report = load_divisions(nation, "9701")
    assert (report.created, report.changed) == (0, 1)
    assert Area.objects.get(code="970101001").path_name == "甲省/甲东区/甲亭街道"
    assert "甲桥" in Area.objects.get(code="970101001").aliases


@pytest.mark.parametrize("code", ["", "97", "abcd", "９７０１", "970101", "97-01"])
def test_a_wrong_city_code_gets_one_clear_sentence(nation: Path, code: str) -> None:
    with pytest.raises(Invalid, match="城市代码"):
        load_divisions(nation, code)


def test_a_city_that_is_not_in_the_file_is_named(nation: Path) -> None:
    with pytest.raises(NotFound, match="9801"):
        load_divisions(nation, "9801")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"   ", b"{}", b"[]", b"[1]", b"null", b"[" * 100_000, b"\xff\xfe\x00", b"not json", b"PK\x03\x04",
        b'[{"code":"97","children":"x"}]', b'{"code":"97"}',
    ],
)  # fmt: skip
def test_a_wrong_file_gets_a_clear_sentence_and_leaves_everything_as_it_was(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(content)
    with pytest.raises(MinhuError) as caught:
        load_divisions(path, "9701")
    assert "file.json" in caught.value.message
    assert not Area.objects.exists()


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.json", tmp_path):
        with pytest.raises(Invalid, match="无法读取"):
            load_divisions(path, "9701")


def test_one_broken_street_stops_the_whole_load(nation: Path) -> None:
    broken = json.loads(nation.read_text())
    broken[0]["children"][0]["children"][0]["children"] = [{"code": "999999999", "name": ""}, "street"]
    nation.write_text(json.dumps(broken))
    with pytest.raises(Invalid) as caught:
        load_divisions(nation, "9701")
    assert len(caught.value.fields or {}) >= 2
    assert not Area.objects.exists()


def test_rows_are_refused_one_by_one(rows: Rows) -> None:
    given = rows("areas")
    given[3]["parent"] = "nowhere"
    given[4]["name"] = ""
    given[5]["level"] = 2
    given[6]["code"] = given[2]["code"]
    given[7]["valid_from"] = "yesterday"
    given[8]["replaced_by"] = "no such area"
    with pytest.raises(Invalid) as caught:
        load_areas(given)
    assert len(caught.value.fields or {}) >= 6
    assert not Area.objects.exists()


def test_a_load_leaves_one_entry_in_the_ledger_and_a_repeated_one_none(rows: Rows) -> None:
    load_areas(rows("areas"))
    load_areas(rows("areas"))
    assert [entry.kind for entry in ledger_of(("areas", "all"))] == ["directory.areas_loaded"]


def test_an_abolished_area_leads_to_the_one_that_replaced_it(rows: Rows) -> None:
    given = rows("areas")
    given += [
        {
            "code": "980103",
            "name": "老区",
            "level": 3,
            "parent": "9801",
            "valid_to": "2020-06-30",
            "replaced_by": "980104",
        },
        {
            "code": "980104",
            "name": "中区",
            "level": 3,
            "parent": "9801",
            "valid_to": "2022-06-30",
            "replaced_by": "980101",
        },
        {"code": "980105", "name": "末区", "level": 3, "parent": "9801", "valid_to": "2022-06-30"},
    ]
    load_areas(given)
    assert areas.area_info("980103") is None
    after = areas.replacement("980103")
    assert after is not None
    assert after.name == "东区"
    assert areas.replacement("980105") is None
    old = {entry.code: entry.valid for entry in areas.gazetteer_data().areas}
    assert old["980103"] is False
    assert old["980101"] is True


def test_a_boundary_change_takes_effect_at_midnight_by_itself(rows: Rows) -> None:
    load_areas(
        [*rows("areas"), {"code": "980109", "name": "新区", "level": 3, "parent": "9801", "valid_from": "2026-03-02"}]
    )
    with clock.at(datetime(2026, 3, 1, 15, 59, tzinfo=UTC)):
        assert areas.area_info("980109") is None
    with clock.at(datetime(2026, 3, 1, 16, 0, tzinfo=UTC)):
        assert areas.area_info("980109") is not None


def test_the_tree_can_be_walked_up_and_down(town: None) -> None:
    assert [area.name for area in areas.children()] == ["试验省"]
    assert [area.name for area in areas.children("9801")] == ["东区", "西区"]
    county = areas.ancestor("980101001001G1", AreaLevel.COUNTY)
    assert county is not None
    assert county.name == "东区"
    assert areas.ancestor("9801", AreaLevel.COUNTY) is None
    assert areas.ancestor(None, AreaLevel.COUNTY) is None
    assert len(areas.of_level(AreaLevel.STREET)) == 3


def test_landmarks_are_loaded_once_and_known_to_the_gazetteer(town: None) -> None:
    given = [
        {"name": "湖滨花园", "kind": "estate", "area": "980101001001", "aliases": ["湖滨小区"]},
        {"name": "环城路", "kind": "road", "area": "980101"},
    ]
    assert load_landmarks(given).created == 2
    assert load_landmarks(given).unchanged == 2
    given[0]["aliases"] = ["老湖滨"]
    assert load_landmarks(given).changed == 1
    known = areas.gazetteer_data()
    assert {mark.name: mark.aliases for mark in known.landmarks} == {"湖滨花园": ("老湖滨",), "环城路": ()}
    assert {entry.level.value for entry in known.areas} == {
        "province", "city", "county", "street", "community", "grid",
    }  # fmt: skip
    with pytest.raises(Invalid):
        load_landmarks([*given, {"name": "", "area": "nowhere"}, given[0]])
    assert Landmark.objects.count() == 2


def test_the_nation_file_of_the_country_loads(request: pytest.FixtureRequest) -> None:
    path = Path(request.config.rootpath).parent / "shared" / "data" / "divisions" / "pcas-code.json"
    if not path.exists():
        pytest.skip("the divisions file is not on this machine")
    assert load_divisions(path, "4401").created > 150
    assert load_divisions(path, "440100").changed == 0
