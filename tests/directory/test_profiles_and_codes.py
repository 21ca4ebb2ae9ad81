"""Passwords and codes as values: a weak password let through, or a code that counts twice, opens an account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.directory.domain.codes import (
    RECOVERY_CODES,
    address_for_app,
    code_at,
    matching_step,
    new_recovery_codes,
    new_secret,
    plain_recovery_code,
    step_of,
)
from minhu.directory.domain.profiles import PROFILES, classes_in, complaints

DENGBAO, ASVS = PROFILES["dengbao"], PROFILES["asvs"]
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
NOON = datetime(2026, 3, 5, 4, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    assert code_at(RFC_SECRET, seconds // 30) == code


@given(st.integers(0, 2**40), st.integers(-5, 5))
def test_a_code_counts_within_one_step_and_only_once(second: int, off: int) -> None:
    moment = datetime.fromtimestamp(second % 4_000_000_000, UTC)
    step = step_of(moment) + off
    if step < 0:
        return
    code = code_at(RFC_SECRET, step)
    found = matching_step(RFC_SECRET, code, moment, after=-1)
    if abs(off) <= 1:
        assert found is not None
        assert matching_step(RFC_SECRET, code, moment, after=found) is None, "the same code was taken twice"
    elif found is not None:  # another step happens to have the same six digits
        assert code_at(RFC_SECRET, found) == code


@pytest.mark.parametrize("typed", ["２８７ ０８２", "287-082", " 287082 "])
def test_a_code_may_be_typed_with_blanks_or_in_full_width(typed: str) -> None:
    assert matching_step(RFC_SECRET, typed, datetime.fromtimestamp(59, UTC), after=-1) is not None


@given(st.text(max_size=30))
def test_nonsense_is_no_code(text: str) -> None:
    found = matching_step(RFC_SECRET, text, NOON, after=step_of(NOON) + 2)
    assert found is None
    plain = plain_recovery_code(text)
    assert plain == "" or len(plain) == 16


def test_recovery_codes_are_many_different_and_forgiving() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == RECOVERY_CODES
    plain = plain_recovery_code(codes[0])
    assert len(plain) == 16
    assert plain_recovery_code(codes[0].lower().replace("-", " ")) == plain
    assert plain_recovery_code(codes[0].replace("0", "o").replace("1", "l")) == plain


def test_the_picture_names_account_and_house() -> None:
    address = address_for_app(new_secret(), "anquan", "民呼 12345")
    assert address.startswith("otpauth://totp/")
    assert "anquan" in address
    assert "period=30" in address


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("Abcdef-2345", True), ("abcdefg-2345", True), ("abcdefghijkl", False), ("ABCDEFGH12", False),
        ("Ab1-Ab1-", False), ("Aa1!Aa1!Aa1!", False), ("Minhu12345!", False), ("A" * 60 + "b1" + "C" * 70, False),
    ],
)  # fmt: skip
def test_dengbao_asks_for_length_and_kinds(password: str, good: bool) -> None:
    assert (complaints(password, DENGBAO) == []) is good


@pytest.mark.parametrize(
    ("password", "good"),
    [("correct horse", True), ("一二三四五六七八九十甲乙", True), ("onlyletters", False), ("aaaaaaaaaaaaaaaa", False),
     ("Abcdef-2345", False)],
)  # fmt: skip
def test_asvs_asks_for_length_only(password: str, good: bool) -> None:
    assert (complaints(password, ASVS) == []) is good


@given(st.text(min_size=1, max_size=40))
def test_what_dengbao_takes_is_long_and_mixed(password: str) -> None:
    if not complaints(password, DENGBAO):
        assert len(password) >= 10
        assert classes_in(password) >= 3


def test_the_profiles_say_what_the_standards_say() -> None:
    assert (DENGBAO.change_days, DENGBAO.remembered, DENGBAO.idle) == (90, 5, timedelta(minutes=30))
    assert (ASVS.change_days, ASVS.classes) == (0, 0)
    assert ASVS.least >= 12
    assert all(one.attempts <= 5 and one.longest <= timedelta(hours=12) for one in PROFILES.values())
