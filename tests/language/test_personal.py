"""Personal data in free text: found before words leave the house, and nothing else struck out for it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.language.personal import (
    PersonalKind,
    find_personal,
    identity_is_valid,
    luhn_is_valid,
    mask_personal,
)
from minhu.server.commands.evaluate_personal import measured
from minhu.server.personal_cases import generated, unmarked

CASES = [
    line
    for line in (Path(__file__).parent / "data" / "personal.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def test_own_cases_are_found_and_nothing_harmless_is_struck_out() -> None:
    figures = measured(CASES)
    assert figures["recall"] >= 0.95  # type: ignore[operator]
    assert figures["precision"] >= 0.97  # type: ignore[operator]


def test_made_cases_of_another_seed_are_found() -> None:
    figures = measured(generated(500, seed=7))
    assert figures["recall"] >= 0.99  # type: ignore[operator]
    assert figures["precision"] >= 0.99  # type: ignore[operator]


def test_the_masks_of_each_kind() -> None:
    text = (
        "我叫王小明，电话一三八一二三四五六七八，身份证110101199003070230，车牌京A·12312，卡号6222021001122334459，"
        "邮箱anna@example.org，微信wx_ab1234，护照E12345678，住3单元502室，座机0571-88001234。"
    )
    assert mask_personal(text) == (
        "我叫王**，电话138****5678，身份证110***********0230，车牌京A·***12，卡号****，邮箱a***@example.org，微信****，"
        "护照****，住*单元*室，座机0571-******34。"
    )
    assert {one.kind for one in find_personal(text)} == set(PersonalKind)


def test_check_digits() -> None:
    good = [check for check in "0123456789X" if identity_is_valid(f"11010119900307023{check}")]
    assert len(good) == 1, "one of eleven check digits is right"
    assert not identity_is_valid("110101199013070230"), "there is no thirteenth month"
    assert luhn_is_valid("4111111111111111")
    assert not luhn_is_valid("4111111111111112")


@given(st.text(max_size=60))
def test_spans_fit_the_text_and_never_overlap(text: str) -> None:
    found = find_personal(text)
    assert all(text[one.span[0] : one.span[1]] == one.text for one in found)
    assert all(a.span[1] <= b.span[0] for a, b in pairwise(found))


@given(st.text(alphabet="一的，。 ab", max_size=10), st.text(alphabet="一的，。 ab", max_size=10))
def test_a_mobile_number_and_an_address_of_mail_never_get_through(before: str, after: str) -> None:
    assert "13812345678" not in mask_personal(f"{before}13812345678{after}")
    assert "anna@" not in mask_personal(f"{before} anna@example.org {after}")


@pytest.mark.parametrize("line", [case for case in CASES if "|" not in case])
def test_ordinary_complaints_stay_as_they_are(line: str) -> None:
    assert mask_personal(line) == line


def test_marks_are_read() -> None:
    assert unmarked("我叫[王明|name]。") == ("我叫王明。", [(2, 4, "name")])
