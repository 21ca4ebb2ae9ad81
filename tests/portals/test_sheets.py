"""Spreadsheets: a citizen's words must never run as a formula on a clerk's machine."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from minhu.portals.sheets import safe_cell, workbook


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =cmd|' /C calc'!A0", "＝1+1", "　=1"],
)
def test_dangerous_beginnings_become_plain_text(text: str) -> None:
    assert str(safe_cell(text)).startswith("'")


@pytest.mark.parametrize("value", [12, -3.5, True, None, "井盖坏了", "a=b", "2026-03-09"])
def test_harmless_values_stay_as_they_are(value: object) -> None:
    assert safe_cell(value) == value


def test_no_cell_of_a_file_is_a_formula_and_control_characters_do_not_break_it() -> None:
    content = workbook("工单", ["编号", "标题"], [["1", '=HYPERLINK("x")'], ["2", "坏\x00字\x0b符"], ["3", -5]])
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == ['\'=HYPERLINK("x")', "坏字符", -5]
