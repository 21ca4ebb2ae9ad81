"""Refusing a real request, or opening an order for a wrong number, both cost trust; so does a merge nobody can explain."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.language import intake_class, measures
from minhu.language.gazetteer import Gazetteer
from minhu.language.intake_class import classify, request_type
from minhu.language.keywords import KeywordIndex
from minhu.language.likeness import distance, fingerprint, similarity
from minhu.language.titles import make_title
from minhu.language.training import train
from minhu.language.types import Leaf
from minhu.language.understanding import understand
from minhu.language.urgency import assess

DATA = Path(__file__).parent / "data"


def read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


UNSEEN = tuple(f"intake_unseen{number}.csv" for number in ("", 2, 3, 4, 5, 6))
LEARN = ("intake_learn.csv", "intake_learn2.csv", "intake_learn3.csv")
CASES = [row for name in ("intake_cases.csv", *UNSEEN) for row in read(name)]


def test_intake_classes() -> None:
    wanted = [row["class"] for row in CASES]
    got = [classify(row["text"]).value for row in CASES]
    assert measures.macro_f1(wanted, got) >= 0.95


def test_hardly_any_valid_request_is_refused() -> None:
    refused = [row["text"] for row in CASES if row["class"] == "accept" and classify(row["text"]).value != "accept"]
    assert refused == []


def test_the_learnt_part_of_intake_generalises(monkeypatch: pytest.MonkeyPatch) -> None:
    learnt = [row for name in ("intake_cases.csv", *LEARN, *UNSEEN[:-1]) for row in read(name)]
    model = train([(row["text"], row["class"]) for row in learnt], version="without the last file", bare=False)
    monkeypatch.setattr(intake_class, "intake_model", lambda: model)
    hard = read(UNSEEN[-1])
    right = [classify(row["text"]).value == row["class"] for row in hard]
    assert sum(right) / len(right) >= 0.85
    kept = [classify(row["text"]).value == "accept" for row in hard if row["class"] == "accept"]
    assert sum(kept) / len(kept) >= 0.9


@pytest.mark.parametrize(
    "text",
    [
        "我妈的养老钱少发了两百，什么时候补",
        "王八蛋开发商延期交房一年，住建局管不管",
        "不用回复我，把井盖盖好就行",
        "法院判完离婚了，户口要单独立户找谁",
        "我是外市来的，在这边上班，居住证怎么办",
        "结婚登记要预约吗",
    ],
)
def test_a_frightening_or_foul_word_refuses_no_valid_request(text: str) -> None:
    assert classify(text).value == "accept"


@pytest.mark.parametrize(
    "text", ["炒股亏了三十万，要求政府赔我", "给我儿子安排个公务员", "让市长亲自上门道歉，不来我就不搬"]
)
def test_an_unreasonable_demand_is_accepted_and_explained(text: str) -> None:
    found = classify(text)
    assert (found.value, found.code) == ("accept", "accept.unreasonable")


def test_every_decision_has_reason_code_and_basis() -> None:
    for row in CASES:
        found = classify(row["text"])
        assert found.code.count(".") == 1
        assert found.basis


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请问办理居住证需要什么材料", "咨询"),
        ("楼下烧烤店油烟扰民，投诉多次无果", "投诉"),
        ("举报有人非法倾倒垃圾", "举报"),
        ("建议在路口增设红绿灯", "建议"),
        ("非常感谢社区民警及时帮助", "表扬"),
        ("小区停水了", "求助"),
    ],
)
def test_request_types(text: str, kind: str) -> None:
    assert request_type(text).value == kind


def test_the_same_matter_told_twice_shares_a_band_and_says_why() -> None:
    first = "幸福小区三号楼停水两天了，物业一直没有人来修"
    second = "幸福小区三号楼停水两天，物业没有人来修，请尽快"
    assert set(fingerprint(first).bands) & set(fingerprint(second).bands)
    found = similarity(first, second)
    assert found.score > 0.5
    assert "幸福小区三号楼停水两天" in found.shared
    assert similarity(first, "广场舞音响太吵").score < 0.1


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_symmetric_and_fits_the_database(first: str, second: str) -> None:
    assert similarity(first, second).score == pytest.approx(similarity(second, first).score)
    found = fingerprint(first)
    assert all(-(2**63) <= value < 2**63 for value in (found.simhash, *found.bands))
    assert distance(found.simhash, found.simhash) == 0


def test_titles_leave_out_greetings_and_stay_short() -> None:
    assert make_title("尊敬的领导：您好！幸福小区停水三天没人管，请尽快处理") == "幸福小区停水三天没人管"
    assert make_title("") == ""


@given(st.text(max_size=200))
def test_a_title_never_exceeds_thirty_characters(text: str) -> None:
    assert len(make_title(text)) <= 30


def test_everything_at_once() -> None:
    tree = json.loads((DATA / "divisions_fiction.json").read_text(encoding="utf-8"))
    leaf = Leaf("0301", "停水", ("公用事业", "供水", "停水"), ("停水", "没水"), "居民停水")
    other = Leaf("0302", "停电", ("公用事业", "供电", "停电"), ("停电", "没电"), "居民停电")
    found = understand(
        "松岭区映月湖街道停水两天了", "", "910100", Gazetteer.from_divisions(tree), KeywordIndex([leaf, other])
    )
    assert found.category.value == "0301"
    assert found.places[0].area_code == "910104001"
    assert (found.urgency.level, found.intake.value) == ("urgent", "accept")
    assert found.title == "松岭区映月湖街道停水两天了"


def test_a_matter_in_another_city_is_sent_there() -> None:
    tree = json.loads((DATA / "divisions_fiction.json").read_text(encoding="utf-8"))
    found = understand("海宸市向阳区望塔街道停水", "", "910100", Gazetteer.from_divisions(tree))
    assert (found.intake.value, found.intake.code) == ("elsewhere", "elsewhere.place")


@given(st.text(max_size=300))
def test_no_text_breaks_the_understanding(text: str) -> None:
    assert understand(text).intake.value


@pytest.mark.parametrize(
    "text",
    ["电梯坏了一个星期没人修，老人上不了楼", "老人孩子冻得受不了，暖气不热三天了", "小区门禁坏了半个月，外人随便进"],
)
def test_what_presses_but_endangers_nobody_is_a_request_like_others(text: str) -> None:
    assert classify(text).value == "accept"


def test_no_heating_presses_and_a_threat_to_climb_the_roof_is_a_danger() -> None:
    assert assess("老人孩子冻得受不了，暖气不热三天了").level == "urgent"
    assert assess("工地拖欠工资，再不给钱我们就去楼顶").life_danger
    assert not assess("再不修好，我们就去楼顶自己补防水了").life_danger
