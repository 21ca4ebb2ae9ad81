"""The demo city is whole: a newcomer meets no dangling code, no empty slot, no message twice."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.directory.domain.deadlines import parse_deadlines
from minhu.directory.domain.decisions import parse_intake, parse_reasons
from minhu.directory.domain.watching import parse_supervision
from minhu.directory.types import RequestType, Role, UnitKind, Urgency
from minhu.server.demo import texts, world
from minhu.server.demo.texts import compose, compose_reply

SLOT = re.compile(r"\{\w*\}")
AREAS = {row["code"]: row for row in world.load("areas")["areas"]}
UNITS = {row["code"]: row for row in world.load("units")["units"]}
CATEGORIES = {row["code"]: row for row in world.load("categories")["categories"]}
LEAVES = [row for row in CATEGORIES.values() if row["leaf"]]
ITEMS = world.load("catalogue")["items"]
COUNTIES = [row["code"] for row in AREAS.values() if row["level"] == 3 and not row["valid_to"]]


def test_city_has_six_levels_of_the_promised_size() -> None:
    counts = Counter(row["level"] for row in AREAS.values())
    assert set(counts) == {1, 2, 3, 4, 5, 6}
    assert 6 <= len(COUNTIES) <= 9
    assert counts[4] >= 30
    assert counts[5] >= 120
    assert counts[6] >= 300
    assert all(code.startswith("99") for code in AREAS)


def test_area_codes_nest_and_successors_exist() -> None:
    lengths = {1: 2, 2: 4, 3: 6, 4: 9, 5: 12, 6: 14}
    for code, row in AREAS.items():
        assert len(code) == lengths[row["level"]]
        if row["parent"]:
            assert code.startswith(row["parent"])
            assert AREAS[row["parent"]]["level"] == row["level"] - 1
        if row["valid_to"]:
            assert date.fromisoformat(row["valid_from"]) < date.fromisoformat(row["valid_to"])
            assert not AREAS[row["replaced_by"]]["valid_to"]
    assert any(row["valid_to"] and row["level"] == 3 for row in AREAS.values())
    zone = next(row for row in AREAS.values() if row["functional"])
    assert all(not code.startswith(zone["code"]) and code in AREAS for code in zone["covers"])


def test_county_and_street_boundaries_are_closed_rings() -> None:
    for row in AREAS.values():
        if row["level"] in (3, 4) and not row["valid_to"]:
            ring = row["boundary"]["coordinates"][0]
            assert len(ring) == 5
            assert ring[0] == ring[-1]


def test_landmarks_are_many_named_once_and_lie_in_live_areas() -> None:
    rows = world.load("landmarks")["landmarks"]
    assert len(rows) >= 250
    assert len({(row["name"], row["area"]) for row in rows}) == len(rows)
    assert all(not AREAS[row["area"]]["valid_to"] for row in rows)


def test_units_form_one_tree_with_unique_names() -> None:
    assert len(UNITS) >= 45
    assert len({row["name"] for row in UNITS.values()}) == len(UNITS)
    for row in UNITS.values():
        assert UnitKind(row["kind"])
        assert row["area"] in AREAS
        assert row["hours"] in ("office", "always", "long")
        assert row["parent"] is None or row["parent"] in UNITS
        assert not row["bureau"] or row["bureau"] in UNITS
        assert len(row["name"]) <= 64
        assert len(row["short_name"]) <= 32
    assert sum(row["parent"] is None for row in UNITS.values()) == 1
    assert {row["kind"] for row in UNITS.values()} == {kind.value for kind in UnitKind}


def test_category_tree_is_large_deep_and_searchable() -> None:
    counts = Counter(row["level"] for row in CATEGORIES.values())
    assert counts[1] >= 12
    assert counts[2] >= 60
    assert len(LEAVES) >= 200
    assert counts[5] >= 1
    for row in CATEGORIES.values():
        assert (row["parent"] in CATEGORIES) if row["parent"] else row["level"] == 1
        assert row["description"]
    for row in LEAVES:
        assert 6 <= len(row["keywords"]) <= 15
        assert len(set(row["keywords"])) == len(row["keywords"])
        assert row["types"]
        assert all(RequestType(kind) for kind in row["types"])


def _item(category: str, area: str) -> dict[str, Any]:
    fitting = [x for x in ITEMS if category.startswith(x["category"]) and area.startswith(x["area"])]
    return dict(max(fitting, key=lambda x: (len(x["category"]), len(x["area"]))))


def _resolve(rule: str, county: str) -> str:
    kind, _, code = rule.partition(":")
    if kind == "branch":
        return f"{county}-{code}" if f"{county}-{code}" in UNITS else code
    if kind == "unit":
        return code
    found = [x["code"] for x in UNITS.values() if x["kind"] == kind and x["area"].startswith(county)]
    return found[0] if found else f"{county}-GW"


@pytest.mark.parametrize("county", COUNTIES)
def test_every_leaf_finds_its_lead_unit_in_every_county(county: str) -> None:
    for leaf in LEAVES:
        item = _item(leaf["code"], county)
        for rule in (item["lead"], *item["assist"]):
            assert _resolve(rule, county) in UNITS, (leaf["name"], rule)
        assert "云溪市派单目录（2026年版）第" in item["basis"]


def test_catalogue_has_no_line_twice_and_only_known_codes() -> None:
    keys = [(x["category"], x["area"], x["request_type"]) for x in ITEMS]
    assert len(set(keys)) == len(keys)
    assert all(x["category"] in CATEGORIES and (not x["area"] or x["area"] in AREAS) for x in ITEMS)
    known = {line.deadline_key for line in parse_deadlines(world.rule_content("deadlines"), "t").lines}
    assert {x["deadline_key"] for x in ITEMS} <= known
    assert {x["difficulty"] for x in ITEMS} <= {"easy", "normal", "hard"}


def test_rule_sets_of_the_city_are_valid() -> None:
    parse_deadlines(world.rule_content("deadlines"), "t")
    parse_intake(world.rule_content("intake"), "t")
    parse_supervision(world.rule_content("supervision"), "t")
    reasons = parse_reasons(world.rule_content("reasons"), "t")
    other = world.load("replies_other")
    for group, rows in (("ask_return", other["returns"]), ("ask_extension", other["extensions"])):
        assert all(reasons.find(group, row["reason"]) for row in rows)


def test_staff_cover_every_role_with_one_demo_account_each() -> None:
    staff = world.load("staff")["staff"]
    assert len(staff) >= 60
    assert len({row["username"] for row in staff}) == len({row["name"] for row in staff}) == len(staff)
    demo = [row["role"] for row in staff if row["demo"]]
    assert sorted(demo) == sorted({r.value for r in Role} - {"citizen", "partner", "system"})
    for row in staff:
        assert row["unit"] in UNITS
        assert row["phone"].startswith("1990000")
        assert len(row["phone"]) == 11


def test_every_leaf_has_three_templates_and_knows_its_season() -> None:
    rows = world.load("messages")["templates"]
    assert len({row["text"] for row in rows}) == len(rows) >= 600
    for leaf in LEAVES:
        found = world.templates()[leaf["code"]]
        assert len(found) >= 3
        assert {x.request_type for x in found} == set(leaf["types"])
        assert world.profiles()[leaf["code"]].season in world.load("profiles")["seasons"]
        reached = {compose(Random(n), 6, category=leaf["code"]).request_type for n in range(40)}
        assert reached == set(leaf["types"])


def test_three_thousand_messages_hardly_ever_repeat() -> None:
    rng = Random(2026)
    messages = [compose(rng, number % 12 + 1) for number in range(3000)]
    assert len({m.text for m in messages}) >= 2940
    assert all(15 <= len(m.text) <= 600 for m in messages)
    assert max(len(m.text) for m in messages) > 250


@given(seed=st.integers(0, 2**32), month=st.integers(1, 12))
def test_a_message_is_whole_true_to_its_place_and_repeatable(seed: int, month: int) -> None:
    message = compose(Random(seed), month)
    assert message == compose(Random(seed), month)
    assert CATEGORIES[message.category_code]["leaf"]
    assert not AREAS[message.area_code]["valid_to"]
    assert RequestType(message.request_type)
    assert Urgency(message.urgency)
    assert message.title
    reply = compose_reply(Random(seed), message, solved=seed % 3 > 0)
    for text in (message.title, message.text, message.place_text, reply):
        assert not SLOT.search(text)


@given(seed=st.integers(0, 2**32))
def test_every_other_text_of_the_city_can_be_filled(seed: int) -> None:
    rng = Random(seed)
    other, stories = world.load("replies_other"), world.load("incidents")["incidents"]
    known = {"right_unit": "市水务局", "unit": "市城管局"}
    for group in ("returns", "extensions", "ratings", "supervision", "whistles", "out_of_scope", "emergencies"):
        assert not SLOT.search(texts.fill(rng, rng.choice(other[group])["text"], known))
    story = rng.choice(stories)
    for text in (*story["texts"], story["notice"]):
        assert not SLOT.search(texts.fill(rng, text, known, street=story["area"]))


def test_whistles_and_stories_name_things_that_exist() -> None:
    names = {leaf["name"] for leaf in LEAVES}
    for story in world.load("incidents")["incidents"]:
        assert story["category_hint"] in names
        assert story["area"] in AREAS
    assert all(code in UNITS for row in world.load("replies_other")["whistles"] for code in row["call"])


def test_heating_is_a_winter_matter() -> None:
    code = next(c for c, p in world.profiles().items() if p.name == "室温不达标")
    share = {}
    for month in (7, 11):
        rng = Random(month)
        share[month] = sum(compose(rng, month).category_code == code for _ in range(1500))
    assert share[7] <= 2
    assert share[11] >= 20
