"""A cell keeps its words and its moment, whatever the exporting system did to it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.intake.imports.cells import has_clock_time, line_of, moment_of, path_of, text_of
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.cells import harmless

MOMENT = datetime(2019, 1, 8, 10, 20, tzinfo=CHINA_TIME)


@pytest.mark.parametrize(
    "cell",
    [
        "2019/1/8 10:20:00", "2019-01-08 10:20", "2019-01-08T10:20:00", "2019-01-08T10:20:00+08:00", "2019-01-08T02:20:00Z",
        "2019年1月8日 10时20分", "2019年01月08日10:20", "2019.1.8 10:20", "２０１９／１／８　１０：２０：００", "20190108102000",
        "20190108 10:20", "2019/1/8 上午10:20", "2019-01-08 10:20:00.000", "2019/1/8 星期二 10:20:00", "\t2019/1/8 10:20:00\n",
        43473.430555555555, datetime(2019, 1, 8, 10, 20), "43473.430555555555", 20190108102000,
    ],
)  # fmt: skip
def test_every_form_of_a_date_is_the_same_moment(cell: Any) -> None:
    assert moment_of(cell) == MOMENT


@pytest.mark.parametrize("cell", ["2019/1/8", "20190108", "2019年1月8日", date(2019, 1, 8), 43473, 20190108])
def test_a_day_without_a_time_begins_in_china(cell: Any) -> None:
    found = moment_of(cell)
    assert found == datetime(2019, 1, 8, tzinfo=CHINA_TIME)
    assert not has_clock_time(cell)


@pytest.mark.parametrize(
    "cell", ["", None, "昨天", "2019/13/8", "2019/2/30", "99999999", "12", 3.5, True, float("nan"), 1e300]
)
def test_what_is_no_date_is_none_and_never_a_wrong_day(cell: Any) -> None:
    assert moment_of(cell) is None


@given(st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)))
def test_excel_serials_and_texts_agree(local: datetime) -> None:
    local = local.replace(microsecond=0)
    serial = (local - datetime(1899, 12, 30)) / timedelta(days=1)
    assert moment_of(serial) == moment_of(local) == moment_of(f"{local:%Y/%m/%d %H:%M:%S}")


@given(st.text(max_size=60))
def test_any_text_is_read_without_failing(text: str) -> None:
    assert moment_of(text) is None or moment_of(text).tzinfo is UTC  # type: ignore[union-attr]
    assert "\0" not in text_of(text)
    assert "\n" not in line_of(text)


def test_padding_goes_and_words_stay() -> None:
    assert (
        text_of("\n\t\t\t\n\t\t　　爱心卡，可以“刷”地铁吗？\n\t\t\n\n\t  第二段１２３。\r\n\t")
        == "爱心卡，可以“刷”地铁吗？\n第二段１２３。"
    )
    assert text_of(188006.0) == "188006"
    assert line_of("—") == line_of("无") == line_of(" NULL ") == ""


@pytest.mark.parametrize(
    "cell",
    [
        "城市管理-噪声-工地噪声",
        "城市管理/噪声/工地噪声",
        "城市管理 > 噪声 > 工地噪声",
        "城市管理＞噪声＞工地噪声",
        "城市管理\\噪声\\工地噪声",
        "城市管理→噪声→工地噪声",
    ],
)
def test_levels_in_one_column(cell: str) -> None:
    assert path_of(cell) == ("城市管理", "噪声", "工地噪声")


def test_no_reason_becomes_a_formula() -> None:
    assert harmless("=cmd|' /C calc'!A0").startswith("'")
    assert harmless("缺少受理时间。") == "缺少受理时间。"
