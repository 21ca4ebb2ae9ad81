"""Tables that spread, repeat or hide: Excel, old Excel, CSV and JSON for imports, the catalogue and the directory."""

from __future__ import annotations

from tests.faults.hostile.blocks import Make, biff, docx, old_excel, patched, xlsx, zipped
from tests.faults.hostile.documents import ARCHIVES, ENTITIES

HEADER = "留言编号,留言用户,留言主题,留言时间,留言详情\n".encode()
ROW = "1,u,停水,2019/1/8,柳湾小区从昨晚开始停水\n".encode()


def _cell(place: str, more: str = "") -> bytes:
    return f'<c r="{place}"{more}><v>1</v></c>'.encode()


def _row(number: int, *cells: bytes) -> bytes:
    return b'<row r="%d">' % number + b"".join(cells) + b"</row>"


def _many(names: int, length: int) -> bytes:
    """One long text that every cell names."""
    cells = b"".join(b'<c t="s"><v>0</v></c>' for _ in range(100))
    return xlsx(
        b"".join(_row(n, cells) for n in range(1, names // 100)), shared=b"<si><t>" + b"x" * length + b"</t></si>"
    )


BOOKS: dict[str, Make] = {
    "two far cells": lambda: xlsx(_row(1, _cell("A1")) + _row(1_048_576, _cell("XFD1048576"))),
    "two far cells in single quotes": lambda: xlsx(b"<row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"),
    "a far cell in the first row": lambda: xlsx(_row(1, _cell("A1"), _cell("XFD1048576"))),
    "a far cell with a space": lambda: xlsx(b'<row r="1"><c r="A1"><v>1</v></c><c r = "XFD1048576"><v>1</v></c></row>'),
    "far cells below the limit of all cells": lambda: xlsx(_row(1, _cell("A1")) + _row(1200, _cell("XFD1200"))),
    "a far row": lambda: xlsx(_row(1, _cell("A1"), _cell("ZZ1")) + _row(999_999_999, _cell("B999999999"))),
    "a sheet under another name": lambda: xlsx(parts={"xl/_rels/workbook.xml.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="media/a.png"/></Relationships>', "xl/media/a.png": b"<worksheet><sheetData>" + _row(1, _cell("A1")) + _row(1_048_576, _cell("XFD1048576")) + b"</sheetData></worksheet>"}),
    "one text named 100,000 times": lambda: _many(100_000, 30_000),
    "one text named 1,000,000 times": lambda: _many(1_000_000, 2_000),
    "macros": lambda: xlsx(_row(1, _cell("A1")), parts={"xl/vbaProject.bin": b"x"}),
    "macro sheet": lambda: xlsx(parts={"xl/macrosheets/sheet1.xml": b"<a/>"}),
    "binary workbook": lambda: zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"x", "xl/workbook.xml": b"<a/>"}),
    "open document sheet": lambda: zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}),
    "document of word": docx,
    "nonsense for a sheet": lambda: xlsx(parts={"xl/worksheets/sheet1.xml": b"\xff\xd8\xff"}),
    "nothing for a sheet": lambda: xlsx(),
    "a million open tags": lambda: xlsx(b"<a>" * 1_000_000),
    "part in utf-16": lambda: xlsx(parts={"xl/styles.xml": b"\xff\xfe" + "<styleSheet/>".encode("utf-16-le")}),
    "cut off": lambda: xlsx(_row(1, _cell("A1")))[:-40],
    "encrypted": lambda: patched(patched(xlsx(), b"PK\x01\x02", 8, b"\1\0"), b"PK\x03\x04", 6, b"\1\0"),
    **{f"entity {name}": lambda body=body: xlsx(_row(1, _cell("A1")), parts={"docProps/core.xml": body}) for name, body in ENTITIES.items() if "ebcdic" not in name and "utf-7" not in name},
    **{f"entity {name} for a sheet": lambda body=body: xlsx(parts={"xl/worksheets/sheet1.xml": body}) for name, body in ENTITIES.items()},
    **{f"archive: {name}": make for name, make in ARCHIVES.items() if not name.startswith(("markup", "packed", "promises 4"))},
    "xls of two far cells": lambda: old_excel(biff((0, 0), (65_535, 255))),
    "xls of far cells below the limit": lambda: old_excel(biff((0, 0), (30_000, 200))),
    "xls whose chain is a circle": lambda: old_excel(biff((0, 0)), chain={3: 1}),
    "xls whose chain leads to itself": lambda: old_excel(biff((0, 0)), chain={0: 0}),
    "xls that promises 1 TB": lambda: old_excel(biff((0, 0)), length=1 << 40),
    "xls that promises 3 GB": lambda: old_excel(biff((0, 0)), length=3 << 30),
    "xls without a chain": lambda: old_excel(biff((0, 0)))[:1024],
    "xls with a password": lambda: old_excel("EncryptedPackage".encode("utf-16-le")),
    "xls of nonsense": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\7" * 5000,
    "xls with an unknown sector size": lambda: patched(old_excel(biff((0, 0))), b"\xd0\xcf\x11\xe0", 30, b"\x1f\0"),
}  # fmt: skip
TEXTS: dict[str, Make] = {
    "million columns": lambda: b",".join(b"c%d" % n for n in range(1_000_000)) + b"\n" + b"1," * 1_000_000 + b"\n",
    "million columns under a good header": lambda: HEADER + b"1," * 1_000_000 + b"\n",
    "cell of 100 MB": lambda: HEADER + b'1,u,"' + b"x" * (100 << 20) + b'"\n',
    "cell of 60 MB in lines": lambda: HEADER + b'1,u,"' + (b"x" * 99 + b"\n") * 600_000 + b'",a,b\n',
    "quotes that never close": lambda: HEADER + b'1,"' + ROW * 100_000,
    "a million quotes": lambda: HEADER + b'"' * 1_000_001 + b"\n" + b'"' * 1_000_001,
    "nothing but quotes": lambda: b'"' * 3_000_000,
    "16 million blank lines": lambda: HEADER + b"\n" * 17_000_000,
    "commas without an end": lambda: b"," * 60_000_000,
    "rows without an end": lambda: HEADER + b"1,2\n" * 2_000_000,
    "cells without an end": lambda: HEADER + (b"1," * 700 + b"\n") * 20_000,
    "nul": lambda: HEADER + b"1,a\0b,c\n",
    "nul in utf-16": lambda: b"\xff\xfe" + "编号,内容\n1,a\0b\n".encode("utf-16-le"),
    "mixed encodings": lambda: HEADER + ROW * 5 + "9,用户,标题,2019/1/8,内容\n".encode("gb18030"),
    "no encoding at all": lambda: b"\x81\xff\xff\xfe,\xff\xff\n" * 300,
    "half utf-16": lambda: b"\xff\xfe" + "编号,内容\n".encode("utf-16-le") + b"\0\xd8",
    "utf-8 with overlong signs": lambda: b"\xef\xbb\xbf" + HEADER + b"1,\xc0\xae\xc0\xae/,\xc1\x81\n",
    "utf-8 with half pairs": lambda: b"\xef\xbb\xbf" + HEADER + b"1,\xed\xa0\x80,\xed\xb0\x80\n",
    "utf-32": lambda: b"\xff\xfe\0\0" + "编号,内容\n1,二\n".encode("utf-32-le"),
    "header alone": lambda: HEADER,
    "page": lambda: b"<html><script>alert(1)</script></html>",
    "blanks": lambda: b" \r\n\t" * 1000,
    "zeros": lambda: bytes(1 << 20),
    "nothing": lambda: b"",
    "control characters": lambda: b"\x01\x02\x03\x1b[2J\x07" * 1000,
}  # fmt: skip
JSONS: dict[str, Make] = {
    "deep lists": lambda: b"[" * 900_000 + b"]" * 900_000,
    "deep objects": lambda: b'{"a":' * 500_000,
    "millions of lists": lambda: b"[" + b"[]," * 10_000_000 + b"[]]",
    "millions of numbers": lambda: b"[" + b"1," * 20_000_000 + b"1]",
    "number of a million digits": lambda: b"[" + b"9" * 1_000_000 + b"]",
    "half a document": lambda: b'{"areas": [{"code": "11',
    "other encoding": lambda: '{"areas": "云溪"}'.encode("gb18030"),
    "something else": lambda: b'"just words"',
    "list of no objects": lambda: b"[1, 2, 3]",
    "not a number": lambda: b'{"areas": NaN}',
    "nul": lambda: b'{"areas": "\0"}',
    "utf-16": lambda: '{"areas": []}'.encode("utf-16"),
}  # fmt: skip
POINTS: dict[str, Make] = {
    "page": lambda: b"<html><script>alert(1)</script></html>",
    "deep lists": lambda: b"{" + b'"a":[' * 200_000,
    "lines of nonsense": lambda: b"{}\n" * 300_000,
    "wrong kinds": lambda: b'{"size": [], "root": {}, "at": null}\n{"size": "x", "root": 1}\n{"size": 1e999, "root": "a"}\n',
    "number of a million digits": lambda: b'{"size": ' + b"9" * 1_000_000 + b', "root": "00"}\n',
    "zeros": lambda: bytes(1 << 20),
    "note that is none": lambda: b"minhu.example\n5\n!!!\n\n\xe2\x80\x94 x y\n",
    "line of 20 MB": lambda: b'{"size": 1, "root": "' + b"0" * (20 << 20),
    "no encoding": lambda: b"\xff\xfe\xff\xff" * 1000,
    "nothing": lambda: b"",
    "archive": lambda: xlsx(),
}  # fmt: skip
