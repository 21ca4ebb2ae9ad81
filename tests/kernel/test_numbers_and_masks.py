"""Numbers read out over a bad line, and personal values on a screen that others can see."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.kernel import masks
from minhu.kernel.numbers import is_valid_number, make_number, normalise_number

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
sequences = st.integers(0, 999_999)


@given(days, sequences)
def test_a_number_has_thirteen_digits_and_is_valid(day: date, sequence: int) -> None:
    number = make_number(day, sequence)
    assert len(number) == 13
    assert is_valid_number(number)


@given(days, sequences, st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(day: date, sequence: int, at: int, shift: int) -> None:
    number = make_number(day, sequence)
    wrong = number[:at] + str((int(number[at]) + shift) % 10) + number[at + 1 :]
    assert not is_valid_number(wrong)


@given(days, sequences, st.integers(0, 11))
def test_two_swapped_neighbours_are_always_noticed(day: date, sequence: int, at: int) -> None:
    number = make_number(day, sequence)
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    assert swapped == number or not is_valid_number(swapped)


@pytest.mark.parametrize("text", ["", "260301000012", "2613010000121", "２６０３０１０００００１２", "abc"])
def test_what_is_no_number_is_refused(text: str) -> None:
    assert not is_valid_number(text)


def test_a_number_out_of_range_is_a_defect_of_the_caller() -> None:
    with pytest.raises(ValueError, match="sequence"):
        make_number(date(2026, 1, 1), 1_000_000)
    with pytest.raises(ValueError, match="year"):
        make_number(date(1999, 1, 1), 1)


def test_people_may_write_a_number_in_their_own_way() -> None:
    number = make_number(date(2026, 3, 1), 12)
    assert normalise_number(f" 编号：{number[:6]}-{number[6:]} ") == number
    assert normalise_number("２６０３０１ ０００００１ ２") == "2603010000012"
    assert normalise_number("二六零三幺") == "26031"


@pytest.mark.parametrize(
    ("mask", "text", "shown"),
    [
        (masks.phone, "13812345678", "138****5678"),
        (masks.phone, "+86 138 1234 5678", "138****5678"),
        (masks.phone, "0571-88001234", "0571-******34"),
        (masks.phone, "不清楚", "****"),
        (masks.identity, "110101199001011234", "110***********1234"),
        (masks.identity, "11010119900101123x", "110***********123X"),
        (masks.identity, "1101", "****"),
        (masks.name, "欧阳修", "欧阳**"),
        (masks.name, "张伟", "张**"),
        (masks.name, "", ""),
        (masks.address, "云溪市青川区望江街道春晖路12号3栋", "云溪市青川区望江街道****"),
        (masks.address, "青川县白石镇柳树村5号", "青川县白石镇****"),
        (masks.address, "云溪市青川区春晖路12号", "云溪市青川区****"),
        (masks.address, "春晖路12号", "春晖路****"),
        (masks.address, "望江街道", "望江街道"),
        (masks.address, "3栋502", "****"),
        (masks.address, "", ""),
        (masks.email, "anna@example.org", "a***@example.org"),
        (masks.email, "anna", "****"),
        (masks.plate, "京A12312", "京A·***12"),
        (masks.plate, "京A·D12312", "京A·****12"),
        (masks.plate, "没有", "****"),
    ],
)
def test_masks_show_what_the_rule_allows(mask: object, text: str, shown: str) -> None:
    assert callable(mask)
    assert mask(text) == shown


def test_personal_values_inside_a_text_are_masked() -> None:
    text = "我叫小王，电话13812345678，身份证110101199001011234，邮箱a.b@example.org，座机0571-88001234。"
    shown = masks.free_text(text)
    assert shown == "我叫小王，电话138****5678，身份证110***********1234，邮箱a***@example.org，座机0571-******34。"


@given(st.text(max_size=40))
def test_masks_never_fail_and_a_mobile_number_never_gets_through(noise: str) -> None:
    for mask in (masks.phone, masks.identity, masks.name, masks.address, masks.email, masks.plate):
        mask(noise)
    assert "13812345678" not in masks.free_text(f"{noise} 13812345678 {noise}")
