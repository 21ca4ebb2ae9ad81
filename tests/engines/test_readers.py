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
from minhu.language.papers.cutting import cut
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
    return _page(_places(lines), rules)


def _page(places: list[tuple[int, int, str]], rules: str = "") -> bytes:
    """A page with words at places, in points from the lower left corner."""
    shown = "".join(f"BT /F 14 Tf {x} {y} Td <{text.encode('utf-16-be').hex()}> Tj ET\n" for x, y, text in places)
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


def test_a_table_without_lines_is_found_by_the_air_between_its_columns() -> None:
    cells = (("序号", "材料名称", "份数"), ("1", "身份证复印件", "2"), ("2", "收入证明由单位", "1"), ("", "或者社区出具", ""), ("3", "申请表", "1"))  # fmt: skip
    shown, y = [(80, 780, "为了方便群众办事现将有关材料公布如下请各单位遵照执行")], 740
    for row in cells:
        shown += [
            (x, y + (5 if row[0] == "" else 0), text) for x, text in zip((80, 160, 400), row, strict=True) if text
        ]
        y -= 26
    blocks = read(_page(shown), "材料.pdf").blocks
    assert table_of(blocks) == (
        ("序号", "材料名称", "份数"), ("1", "身份证复印件", "2"), ("2", "收入证明由单位或者社区出具", "1"), ("3", "申请表", "1"),
    )  # fmt: skip
    assert said(blocks)[0] == ("paragraph", "为了方便群众办事现将有关材料公布如下请各单位遵照执行")


def test_two_columns_of_text_and_a_list_of_contents_are_no_tables() -> None:
    long = "各县区人民政府应当加强组织领导落实责任"
    columns = [(x, 780 - 24 * at, long) for at in range(14) for x in (60, 330)]
    contents = [(80, 300 - 24 * at, f"第{at}章总则……………………{at}") for at in range(1, 5)]
    assert not [block for block in read(_page(columns + contents), "栏.pdf").blocks if block.kind is BlockKind.TABLE]


@pytest.mark.parametrize(
    ("name", "content", "first"),
    [
        ("a.srt", "1\n00:00:01,000 --> 00:00:03,500\n各位市民大家好\n\n2\n00:00:03,600 --> 00:00:06,000\n今天介绍水价。\n\n3\n00:12:31,000 --> 00:12:34,000\n李科长：每月减免五立方米。\n", [("00:00:01", "各位市民大家好 今天介绍水价。"), ("00:12:31", "李科长：每月减免五立方米。")]),
        ("a.vtt", "WEBVTT\n\nNOTE x\n\n00:05.000 --> 00:07.000\n<v 主持人>怎么申请？\n\n01:00:07.500 --> 01:00:09.000\n<v 李科长>到<i>街道</i>办。\n", [("00:00:05", "主持人：怎么申请？"), ("01:00:07", "李科长：到街道办。")]),
        ("a.txt", "说话人1 00:05\n大家好。\n说话人2 12:31\n水价三元。\n说话人1 13:00\n谢谢。\n", [("00:00:05", "说话人1：大家好。"), ("00:12:31", "说话人2：水价三元。"), ("00:13:00", "说话人1：谢谢。")]),
        ("b.txt", "主持人：怎么申请？\n李科长：到街道办。\n主持人：要什么？\n李科长：身份证。\n", [("", "主持人：怎么申请？"), ("", "李科长：到街道办。"), ("", "主持人：要什么？"), ("", "李科长：身份证。")]),
        ("c.txt", "办事指南\n地址：人民路1号\n时间：9:00-17:00\n地址：解放路2号\n时间：8:00-16:00\n", [("", "地址：人民路1号"), ("", "时间：9:00-17:00"), ("", "地址：解放路2号"), ("", "时间：8:00-16:00")]),
    ],
)  # fmt: skip
def test_what_was_said_is_cited_by_its_time(name: str, content: str, first: list[tuple[str, str]]) -> None:
    passages = cut(read(content.encode(), name).blocks, name).passages
    assert [(one.label, one.text) for one in passages] == first


def test_a_recording_is_refused_with_what_to_do() -> None:
    with pytest.raises(Invalid, match=r"上传 \.srt"):
        read(b"ID3\x04" + bytes(100), "会议.mp3")


def test_a_note_at_the_foot_of_a_page_goes_to_the_passage_with_its_mark() -> None:
    places = [
        (80, 780, "第一条低保家庭①可以申请减免水费。"),
        (80, 740, "第二条申请由街道受理。"),
        (80, 700, "第三条五日内办结。"),
    ]
    small = f"BT /F 9 Tf 80 90 Td <{'①本市户籍且在册的家庭。'.encode('utf-16-be').hex()}> Tj ET\n"
    passages = cut(read(_page(places, small), "注.pdf").blocks, "注").passages
    assert [(one.kind.value, one.text) for one in passages][-1] == ("note", "①本市户籍且在册的家庭。")
    assert ["本市户籍" in one.context for one in passages[:3]] == [True, False, False]


def test_numbered_clauses_set_apart_by_air_are_text_and_the_table_between_them_is_one() -> None:
    shown = [(80, 780, "第一条"), (170, 780, "农村村民一户只能拥有一处宅基地。"), (80, 750, "第二条"), (170, 750, "乡镇人民政府负责宅基地审批。")]  # fmt: skip
    shown += [(80, 720, "表1"), (150, 720, "面积标准")]
    for at, row in enumerate(
        (("类型", "平原", "山区"), ("1至3人户", "100", "120"), ("4至5人户", "120", "140"), ("6人以上", "140", "160"))
    ):
        shown += [(x, 690 - 24 * at, text) for x, text in zip((80, 240, 380), row, strict=True)]
    shown += [(80, 580, "第三条"), (170, 580, "本办法自公布之日起施行。")]
    blocks = read(_page(shown), "办法.pdf").blocks
    assert [block.kind.value for block in blocks] == ["paragraph", "paragraph", "paragraph", "table", "paragraph"]
    assert table_of(blocks) == (("类型", "平原", "山区"), ("1至3人户", "100", "120"), ("4至5人户", "120", "140"), ("6人以上", "140", "160"))  # fmt: skip
