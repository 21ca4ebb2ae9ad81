"""Plain PDFs and electronic invoices with their figures as XML come in; nothing else does, however it is hidden."""

from __future__ import annotations

import io
import sys
import zlib

import pikepdf
import pytest
from tests.faults.hostile.blocks import locked, pdf, stream, zipped

from minhu.engines import filetypes, pdfs
from minhu.kernel.errors import Invalid, Unavailable

INVOICE = (
    '<?xml version="1.0" encoding="UTF-8"?><EInvoice xmlns:xlink="http://www.w3.org/1999/xlink"><Header>'
    "<EIid>00000000000000000000</EIid></Header><Description>路灯维修</Description></EInvoice>"
).encode()
IN_GBK = '<?xml version="1.0" encoding="GBK"?>\n<发票><金额>12.00</金额></发票>'.encode("gbk")
PICTURE = stream(b"/Type /XObject /Subtype /Image /Width 4 /Height 4", bytes(48))
NAMES = b"<</Names <</EmbeddedFiles <</Names [(invoice.xml) 2 0 R]>> >> /AF [2 0 R]>>"


def voucher(
    inside: bytes, *, spec: bytes = b"<</Type /Filespec /F (invoice.xml) /EF <</F 3 0 R /UF 3 0 R>> >>"
) -> bytes:
    """A PDF that carries one file as object 3."""
    return pdf(NAMES, spec, inside, PICTURE)


def packed(content: bytes, told: bytes = b"/Type /EmbeddedFile /Subtype /text#2Fxml") -> bytes:
    return stream(told, content)


def plain(content: bytes) -> bytes:
    return b"<</Length %d>>\nstream\n%b\nendstream" % (len(content), content)


def in_object_stream(inside: bytes) -> bytes:
    """As programs since PDF 1.5 write it: what names the file is packed, the file stands alone."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(voucher(inside))) as made:
        made.save(
            out,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
        )
    assert b"/Filespec" not in out.getvalue()
    return out.getvalue()


GOOD = {
    "packed": voucher(packed(INVOICE)),
    "not packed": voucher(plain(INVOICE)),
    "in GBK": voucher(packed(IN_GBK)),
    "in UTF-16": voucher(packed(INVOICE.decode().replace("UTF-8", "UTF-16").encode("utf-16"))),
    "named in an object stream": in_object_stream(packed(INVOICE)),
    "without a type": in_object_stream(packed(INVOICE, b"")),
    "a list of no files": pdf(b"<</Names <</EmbeddedFiles <</Names []>> >> >>"),
    "a page to begin with and links": pdf(
        b"<</OpenAction [2 0 R /Fit] /A <</S /URI /URI (https://gov.example/)>> >>", b"null"
    ),
    "words that look like a script": pdf(b"<</Info <</Title (Course: /JavaScript /Launch /XFA)>> >>"),
    "a blend mode": pdf(b"<</ExtGState <</A <</BM /Screen>> >> >>"),
    "a broken table": pdf(b"<<>>").replace(b"startxref", b"startxxxx"),
    "restricted by its owner": locked(user=""),
    "an old revision before it": pdf(b"<<>>")
    + b"4 0 obj\n<</Title (2)>>\nendobj\ntrailer<</Root 1 0 R /Size 5>>\n%%EOF",
    "noise that looks packed": pdf(b"<<>>", plain(zlib.compress(b"1 0 <</S /JavaScript>>"))),
}


@pytest.mark.parametrize("case", GOOD)
def test_an_invoice_with_its_data_comes_in(case: str) -> None:
    assert filetypes.inspect(io.BytesIO(GOOD[case])) == "application/pdf"


DATA = {
    "a program": b"MZ\x90\0" + bytes(200),
    "an archive": zipped({"a.exe": b"MZ"})[:-30],
    "another pdf": b"%PDF-1.7 %%EOF",
    "words": b"powershell -enc AAAA",
    "a page": b"<html><body/></html>",
    "a program of windows": b"<hta><x:script xmlns:x='http://www.w3.org/1999/xhtml'/></hta>",
    "a drawing": b'<svg xmlns="http://www.w3.org/2000/svg" onload="x"/>',
    "a drawing in UTF-16": '<svg xmlns="http://www.w3.org/2000/svg" onload="x"/>'.encode("utf-16"),
    "an entity": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "a sheet of style": b'<?xml-stylesheet href="http://evil.example/x"?><a/>',
    "a document of office": b'<?mso-application progid="Word.Document"?><a/>',
    "half of it": INVOICE[:-20],
    "nothing": b"",
    "much": b"<a>" + b" " * (3 << 20) + b"</a>",
}


@pytest.mark.parametrize("case", DATA)
@pytest.mark.parametrize("way", [packed, plain])
def test_any_other_file_stays_outside(case: str, way: object) -> None:
    assert callable(way)
    for content in (voucher(way(DATA[case])), in_object_stream(way(DATA[case]))):
        with pytest.raises(Invalid) as said:
            filetypes.inspect(io.BytesIO(content))
        assert said.value.code == "file_unsafe"


JS = b"1 0 <</S /JavaScript /JS (app.alert(1))>>"
MZ = b"MZ" + bytes(60)


def _difference(content: bytes, width: int = 8) -> bytes:
    """Lines as PNG's filter 'up' writes them: no name stands there in one piece."""
    content = content.ljust(-(-len(content) // width) * width)
    lines, above = b"", bytes(width)
    for at in range(0, len(content), width):
        line = content[at : at + width]
        lines += b"\2" + bytes((one - up) % 256 for one, up in zip(line, above, strict=True))
        above = line
    return lines


HIDDEN = {
    "never defined": voucher(packed(INVOICE), spec=b"<</EF <</F 9 0 R>> >>"),
    "named elsewhere": voucher(packed(MZ), spec=b"<</EF 4 0 R>>"),
    "named behind a comment": voucher(packed(MZ, b""), spec=b"<</EF %x\n<</F 3 0 R>> >>"),
    "an escaped name": voucher(packed(MZ, b""), spec=b"<</#45#46 <</#46 3 0 R>> >>"),
    "fixed to a page": pdf(b"<</Subtype /FileAttachment /FS <</EF <</F 2 0 R>> >> >>", packed(MZ, b"")),
    "where two pieces meet": voucher(packed(MZ, b""), spec=b" " * ((1 << 20) - len(NAMES) - 48) + b"<</EF <</F 3 0 R>> >>"),
    "two behind one number": voucher(packed(INVOICE)) + b"3 0 obj\n" + packed(MZ, b"") + b"\nendobj\n%%EOF",
    "a script whose dictionary holds a comment": pdf(stream(b"/Type /ObjStm /N 1 /First 4 %obj\n", JS)),
    "a script where two objects meet": pdf(stream(b"/Type /ObjStm /N 2 /First 9", b"1 0 2 10 <</S /JavaScript /JS (x)>>")),
    "a script called a picture in a comment": pdf(stream(b"/Type /ObjStm %obj\n/Subtype /Image /N 1 /First 4", JS)),
    "a script behind the owner's password": locked(user="", script=True),
    "a script that an earlier revision opens": pdf(b"<</OpenAction 2 0 R>>", JS[4:]) + b"9 0 obj 1 endobj\ntrailer<</Root 5 0 R>>\n%%EOF",
    "a script behind a long dictionary": pdf(stream(b"/Type /ObjStm /N 1 /First 4" + b" " * 5000, JS)),
    "a script as differences": pdf(stream(b"/Type /ObjStm /N 1 /First 4 /DecodeParms <</Predictor 12 /Columns 8>>", _difference(JS))),
}  # fmt: skip


@pytest.mark.parametrize("case", HIDDEN)
def test_what_hides_is_refused_too(case: str) -> None:
    with pytest.raises(Invalid) as said:
        filetypes.inspect(io.BytesIO(HIDDEN[case]))
    assert said.value.code == "file_unsafe"


def test_a_pdf_that_is_locked_is_refused_with_a_way_out() -> None:
    with pytest.raises(Invalid) as said:
        filetypes.inspect(io.BytesIO(locked(user="geheim")))
    assert said.value.code == "file_locked"
    assert "打印为 PDF" in said.value.message


def test_a_file_that_names_objects_outside_the_table_of_an_encrypted_one_is_not_believed() -> None:
    hidden = locked(user="").replace(b"startxref", b"99 0 obj\n" + JS[4:] + b"\nendobj\nstartxref")
    with pytest.raises(Invalid) as said:
        filetypes.inspect(io.BytesIO(hidden))
    assert said.value.code in {"file_locked", "file_unsafe"}


def test_a_reader_that_dies_has_not_found_the_file_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfs, "SECONDS", 0.001)
    with pytest.raises(Invalid) as said:
        filetypes.inspect(io.BytesIO(pdf(b"<<>>")))
    assert said.value.code == "file_bomb"
    monkeypatch.undo()
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(Unavailable):
        filetypes.inspect(io.BytesIO(pdf(b"<<>>")))
