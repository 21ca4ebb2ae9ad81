"""What a reader of documents sees: structure kept, in the words of the document, whatever the format."""

from __future__ import annotations

import io

import docx
import openpyxl
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from PIL import Image, ImageDraw, ImageFont

from minhu.engines.readers import kinds
from minhu.engines.readers.reading import read
from minhu.kernel.errors import Invalid
from minhu.language.papers.types import Block, BlockKind

FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
)


def said(blocks: tuple[Block, ...]) -> list[tuple[str, str]]:
    return [(block.kind.value, block.text) for block in blocks if block.text]


def table_of(blocks: tuple[Block, ...]) -> tuple[tuple[str, ...], ...]:
    return next(block.rows for block in blocks if block.kind is BlockKind.TABLE)


def word(make: object) -> bytes:
    document, kept = docx.Document(), io.BytesIO()
    make(document)  # type: ignore[operator]
    document.save(kept)
    return kept.getvalue()


def test_word_keeps_headings_automatic_numbers_and_merged_cells() -> None:
    def make(document: docx.document.Document) -> None:
        document.add_heading("办事指南", 1)
        for text in ("身份证", "户口簿"):
            document.add_paragraph(text, style="List Number")
        table = document.add_table(rows=3, cols=3)
        for y, row in enumerate((("类别", "标准", ""), ("", "市区", "县"), ("居民", "300", "200"))):
            for x, cell in enumerate(row):
                table.cell(y, x).text = cell
        table.cell(0, 1).merge(table.cell(0, 2))
        table.cell(0, 0).merge(table.cell(1, 0))
        run = document.add_paragraph("费用").add_run("五元")
        gone = OxmlElement("w:del")
        old = OxmlElement("w:r")
        text = OxmlElement("w:delText")
        text.text = "十元"
        old.append(text)
        gone.append(old)
        run._r.addprevious(gone)
        assert gone.getparent().tag == qn("w:p")

    blocks = read(word(make), "指南.docx").blocks
    assert said(blocks) == [
        ("heading", "办事指南"),
        ("list_item", "1.身份证"),
        ("list_item", "2.户口簿"),
        ("paragraph", "费用五元"),
    ]
    assert table_of(blocks) == (("类别", "标准", "标准"), ("类别", "市区", "县"), ("居民", "300", "200"))


def test_a_sheet_keeps_its_title_its_merged_cells_and_its_notes() -> None:
    book, kept = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.title = "收费标准"
    for row in (
        ("云溪市收费标准", None, None),
        ("区域", "项目", "元"),
        ("市区", "停车", 5),
        (None, "洗车", 20.5),
        ("注：节假日除外", None, None),
    ):
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("A3:A4")
    book.save(kept)
    blocks = read(kept.getvalue(), "收费.xlsx").blocks
    assert said(blocks) == [("heading", "收费标准"), ("caption", "云溪市收费标准"), ("footnote", "注：节假日除外")]
    assert table_of(blocks) == (("区域", "项目", "元"), ("市区", "停车", "5"), ("市区", "洗车", "20.5"))


PAGE = """<!doctype html><html><head><title>水价办法 - 云溪市政府</title></head><body><nav><a href="/">首页</a></nav>
<div class="breadcrumb">当前位置：首页 &gt; 政策</div><div id="content"><p>第一条 为节约用水，制定本办法，适用于全市居民用户和非居民用户，由市水务局负责解释。</p>
<script>alert(1)</script><ul><li>身份证</li></ul>
<table><caption>表1 水价</caption><tr><th>类别</th><th>价格</th></tr><tr><td rowspan="2">居民</td><td>2.1</td></tr><tr><td>3.15</td></tr></table></div>
<footer>版权所有</footer></body></html>"""


def test_a_page_is_read_without_what_stands_around_its_article() -> None:
    blocks = read(PAGE.encode(), "水价.html").blocks
    words = "".join(text for _, text in said(blocks))
    assert said(blocks)[0] == ("heading", "水价办法")
    for noise in ("首页", "当前位置", "alert", "版权所有"):
        assert noise not in words
    assert ("list_item", "身份证") in said(blocks)
    assert ("caption", "表1 水价") in said(blocks)
    assert table_of(blocks) == (("类别", "价格"), ("居民", "2.1"), ("居民", "3.15"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_the_encodings_that_offices_use(encoding: str) -> None:
    assert said(read("第一条 总则\n\n第二条 附则\n".encode(encoding), "a.txt").blocks) == [
        ("paragraph", "第一条 总则"),
        ("paragraph", "第二条 附则"),
    ]


def test_markdown_keeps_headings_lists_and_tables() -> None:
    blocks = read(
        "# 标题\n\n正文**要点**见[这里](http://x)。\n\n- 一项\n\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n".encode(), "a.md"
    ).blocks
    assert said(blocks) == [("heading", "标题"), ("paragraph", "正文要点见这里。"), ("list_item", "一项")]
    assert table_of(blocks) == (("甲", "乙"), ("1", "2"))


def _pdf(*lines: str, rules: str = "") -> bytes:
    """A page of Chinese text in a font that every reader of PDFs knows, 20 points a line."""
    shown = "".join(
        f"BT /F 14 Tf {x} {y} Td <{text.encode('utf-16-be').hex()}> Tj ET\n" for x, y, text in _places(lines)
    )
    content = f"{rules}\n{shown}".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/DW 1000/FontDescriptor 7 0 R>>",
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>",
    ]  # fmt: skip
    kept, at = bytearray(b"%PDF-1.7\n"), []
    for number, one in enumerate(objects, 1):
        at.append(len(kept))
        kept += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    start = len(kept)
    kept += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(
        b"%010d 00000 n \n" % one for one in at
    )
    return bytes(kept + b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))


def _places(lines: tuple[str, ...]) -> list[tuple[int, int, str]]:
    found, y = [], 760
    for line in lines:
        x, _, text = line.partition("@")
        found.append((int(x), y, text))
        y -= 24
    return found


def test_a_pdf_keeps_its_paragraphs_and_its_ruled_table() -> None:
    long = "各县区人民政府应当加强组织领导落实工作责任确保各项措施落到实处"
    rules = "".join(f"{x} 704 m {x} 632 l S\n" for x in (80, 240, 400)) + "".join(
        f"80 {y} m 400 {y} l S\n" for y in (704, 680, 656, 632)
    )
    content = _pdf(
        f"108@{long}", f"80@{long}为民。", "80@", "90@类别", "90@居民", "90@单位", "108@第二条附则。", rules=rules
    )
    blocks = read(content, "办法.pdf").blocks
    assert said(blocks) == [("paragraph", f"{long}{long}为民。"), ("paragraph", "第二条附则。")]
    assert [row[0] for row in table_of(blocks)] == ["类别", "居民", "单位"]


@pytest.mark.slow
def test_a_clean_scan_is_recognised() -> None:
    font = next((ImageFont.truetype(path, 40) for path in FONTS if _there(path)), None)
    if font is None:
        pytest.skip("no Chinese font on this machine")
    lines = (
        "云溪市居民阶梯水价实施办法",
        "低保家庭申请水价优惠应当提交身份证和低保证原件",
        "申请由街道便民服务中心受理五个工作日内办结",
    )
    picture, kept = Image.new("RGB", (1240, 500), "white"), io.BytesIO()
    draw = ImageDraw.Draw(picture)
    for at, line in enumerate(lines):
        draw.text((100, 60 + 110 * at), line, font=font, fill="black")
    picture.save(kept, "PDF", resolution=150)
    found = read(kept.getvalue(), "扫描.pdf")
    assert found.scanned
    text = "".join(block.text for block in found.blocks)
    right = sum(a == b for a, b in zip(text, "".join(lines), strict=False))
    assert right / len("".join(lines)) >= 0.99, text


def _there(path: str) -> bool:
    from pathlib import Path

    return Path(path).exists()


@pytest.mark.parametrize(("name", "content", "code"), [("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "file_type"), ("a.txt", b"", "file_empty"), ("a.exe", b"MZ\x90\0", "file_type")])  # fmt: skip
def test_what_is_no_document_is_refused_in_words(name: str, content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(content, name)
    assert refused.value.code == code
    assert "请" in refused.value.message or "可上传" in refused.value.message


def test_every_kind_has_an_ending_and_a_reader() -> None:
    from minhu.engines.readers.process import READERS

    assert set(READERS) | set(kinds.PICTURES) == set(kinds.ENDINGS)
