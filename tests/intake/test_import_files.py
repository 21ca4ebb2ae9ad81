"""A wrong file gets one clear sentence, and nothing is stored; a right one is understood whatever its form."""

from __future__ import annotations

import io
import zipfile

import pytest

from intake.import_files import HEADER, row, text, with_part, xlsx
from minhu.intake.imports.detecting import as_mapping, checked_mapping, detect
from minhu.intake.imports.fields import Field
from minhu.intake.imports.reading import BadTable, read_table

ROWS = [row(n) for n in range(1, 6)]
MIXED = text(ROWS).encode() + "9,用户,标题,2019/1/8,内容内容内容,,\n".encode("gb18030")
SHEET = "xl/worksheets/sheet1.xml"
FAR = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("信访.docx", "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.xlsx", "空的"),
        (b"\0" * 300, "a.csv", "空的"),
        (b"not a workbook at all", "a.xlsx", "不是有效的 Excel"),
        (xlsx(ROWS)[:-900], "a.xlsx", "已损坏"),
        (xlsx(ROWS)[:2000], "a.xlsx", "已损坏"),
        (_zip(), "a.xlsx", "压缩包"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 400, "a.xlsx", "密码"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\7" * 900, "a.xls", "已损坏"),
        (with_part(xlsx(ROWS), SHEET, FAR), "a.xlsx", "范围过大"),
        (with_part(xlsx(ROWS), SHEET, b"<worksheet><sheetData><row"), "a.xlsx", "已损坏|没有"),
        (xlsx([]), "a.xlsx", "没有数据行"),
        (b"1,2,3\n", "a.csv", "没有"),
        (text(ROWS).encode() + b"7,a\0b,c\n", "a.csv", "NUL"),
        (MIXED, "a.csv", "混用了两种编码"),
        (b"\x81\xff\xff\xfe,\xff\xff\n" * 3, "a.csv", "编码无法识别"),
    ],
)  # fmt: skip
def test_a_wrong_file_gets_a_clear_sentence(content: bytes, name: str, words: str) -> None:
    with pytest.raises(BadTable, match=words) as caught:
        read_table(content, name)
    assert caught.value.status == 422


def test_a_small_archive_that_unpacks_to_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minhu.engines.workbooks.EASY_UNPACKED", 1 << 20)
    with pytest.raises(BadTable, match="解开后过大"):
        read_table(with_part(xlsx(ROWS), SHEET, b" " * (2 << 20)), "a.xlsx")


def test_one_file_is_never_too_large_to_be_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minhu.intake.imports.reading.MAX_FILE_BYTES", 100)
    with pytest.raises(BadTable, match="拆分"):
        read_table(xlsx(ROWS), "a.xlsx")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_text_of_any_office_is_read(encoding: str, delimiter: str) -> None:
    table = read_table(text(ROWS, delimiter=delimiter).encode(encoding), "a.csv")
    assert table.columns == HEADER
    assert len(table.rows) == 5
    assert "柳湾小区3号楼" in str(dict(table.records())[_third(table)]["留言详情"])


def _third(table: object) -> int:
    return [number for number, _ in table.rows][2]  # type: ignore[attr-defined]


def test_a_title_above_the_header_and_blank_rows_are_passed_over() -> None:
    rows = [list(HEADER), ROWS[0], [None] * 7, ["", " ", "\t"], ROWS[1]]
    table = read_table(xlsx(rows, ("云溪市十二月工单导出",)), "a.xlsx")
    assert table.columns == HEADER
    assert [number for number, _ in table.rows] == [3, 6]


def test_columns_of_several_cities_are_known_by_name() -> None:
    header = (
        "工单编号", "来电人", "联系电话", "诉求标题", "诉求内容", "受理时间", "事发地址", "所属区县", "一级分类", "二级分类", "三级分类",
        "主办单位", "办理结果", "办结时间", "满意度", "是否解决",
    )  # fmt: skip
    found = {guess.column: guess.field for guess in detect(read_table(xlsx([["x"] * 16], header), "a.xlsx"))}
    assert list(found.values()) == [
        Field.KEY, Field.NAME, Field.PHONE, Field.TITLE, Field.TEXT, Field.RECEIVED_AT, Field.PLACE, Field.AREA,
        Field.CATEGORY_1, Field.CATEGORY_2, Field.CATEGORY_3, Field.UNIT, Field.REPLY, Field.REPLIED_AT,
        Field.SATISFACTION, Field.SOLVED,
    ]  # fmt: skip


def test_columns_with_strange_names_are_known_by_what_stands_in_them() -> None:
    words = "柳湾小区三号楼从昨晚开始一直停水到现在，家里有老人和小孩，请尽快派人处理一下。"
    rows = [
        [f"2019-01-{n:02d} 08:00", f"1380000{n:04d}", f"城市管理-噪声-工地{n % 2}", words + str(n), "滨江区城管局"]
        for n in range(1, 10)
    ]
    found = {g.column: g.field for g in detect(read_table(xlsx(rows, ("甲", "乙", "丙", "丁", "戊")), "a.xlsx"))}
    assert found == {
        "甲": Field.RECEIVED_AT,
        "乙": Field.PHONE,
        "丙": Field.CATEGORY_PATH,
        "丁": Field.TEXT,
        "戊": Field.UNIT,
    }


def test_a_mapping_that_cannot_work_says_what_is_missing() -> None:
    table = read_table(xlsx(ROWS), "a.xlsx")
    assert Field.TEXT in as_mapping(detect(table)).values()
    with pytest.raises(BadTable, match="受理时间"):
        checked_mapping(table.columns, {"留言详情": "text"})
    with pytest.raises(BadTable, match="同一个字段"):
        checked_mapping(table.columns, {"留言详情": "text", "留言主题": "text", "留言时间": "received_at"})
    with pytest.raises(BadTable, match="不在文件中"):
        checked_mapping(table.columns, {"内容": "text"})
