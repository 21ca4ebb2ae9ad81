"""Tables that administrators bring: a file without rows is refused for what it is."""

from __future__ import annotations

import pytest

from minhu.kernel.errors import Invalid
from minhu.portals.manage.uploaded import uploaded_rows
from minhu.portals.sheets import workbook


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", "分类路径,关键词\n".encode()), ("a.xlsx", workbook("分类", ["分类路径", "关键词"], []))],
)
def test_a_table_with_a_header_only_is_said_to_have_no_rows(name: str, content: bytes) -> None:
    with pytest.raises(Invalid, match="没有数据行"):
        uploaded_rows(content, name, 10)


def test_rows_are_read_alike_from_both_kinds() -> None:
    book = workbook("分类", ["分类路径", "关键词"], [["城建/道路", "坑"]])
    wanted = [{"分类路径": "城建/道路", "关键词": "坑"}]
    assert (
        uploaded_rows("分类路径,关键词\n城建/道路,坑\n".encode(), "a.CSV", 10)
        == uploaded_rows(book, "a.xlsx", 10)
        == wanted
    )
