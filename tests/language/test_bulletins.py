"""Bulletins answer the callers whom they concern: half of the cases the rules were mended on, half are only measured."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from minhu.language.bulletins import Known, Matter, Near, best, match
from minhu.server.cli import build

DATA = Path(__file__).parent / "data"
AT = datetime.fromisoformat("2026-11-24T09:30:00+08:00")


def figures_of(name: str) -> dict[str, float]:
    cases = ["--cases", str(DATA / name), "--known", str(DATA / "bulletins_known.json")]
    told = CliRunner().invoke(build(), ["evaluate", "bulletins", *cases])
    assert told.exit_code == 0, told.output
    return dict(json.loads(told.stdout.strip().splitlines()[-1]))


@pytest.mark.parametrize(
    ("name", "precision", "recall"), [("bulletins_learn.csv", 0.95, 0.95), ("bulletins_held_back.csv", 0.85, 0.8)]
)
def test_callers_meet_the_bulletin_that_concerns_them_and_seldom_another(
    name: str, precision: float, recall: float
) -> None:
    figures = figures_of(name)
    assert figures["cases"] >= 50
    assert figures["precision"] >= precision
    assert figures["recall"] >= recall


def known(key: str = "one", **more: object) -> Known:
    values = {"matter": Matter.WATER, "begins": AT - timedelta(hours=2), "ends": AT + timedelta(hours=6), **more}
    return Known(key, **values)  # type: ignore[arg-type]


def test_without_a_place_one_bulletin_is_offered_and_of_two_none() -> None:
    here, there = known(inside=("柳湾街道",)), known("two", inside=("东门街道",))
    assert best("停水了", AT, [here]) is here
    assert best("停水了", AT, [here, there]) is None
    assert best("东门街道停水了", AT, [here, there]) is there


def test_before_its_time_and_after_it_a_bulletin_answers_nobody() -> None:
    one = known(inside=("柳湾街道",))
    assert match("柳湾街道停水了", one.begins - timedelta(hours=1), one) is Near.ELSEWHERE
    assert match("柳湾街道停水了", one.begins - timedelta(minutes=10), one) is Near.NAMED
    assert match("柳湾街道停水了", one.ends + timedelta(minutes=1), one) is Near.ELSEWHERE


def test_other_matters_are_told_by_their_own_words() -> None:
    one = known(matter=Matter.OTHER, words=("核酸", "体检车"))
    assert best("体检车今天来吗", AT, [one]) is one
    assert best("医院体检多少钱", AT, [one]) is None
