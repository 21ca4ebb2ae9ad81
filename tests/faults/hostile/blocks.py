"""What hostile files are put together from: archives with any header, pictures with any size, sectors with any chain."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

import pikepdf
from PIL import Image

Make = Callable[[], bytes]
WORD, BOOK, SHEET = "word/document.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"
TYPES = "[Content_Types].xml"
_SPREAD = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def zipped(parts: Mapping[str, bytes], **told: int) -> bytes:
    """An archive; `told` are attributes for every member (compress_type, external_attr …)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            member = zipfile.ZipInfo(name)
            member.compress_type = told.get("compress_type", zipfile.ZIP_DEFLATED)
            member.external_attr = told.get("external_attr", 0o600 << 16)
            archive.writestr(member, content)
    return out.getvalue()


def docx(parts: Mapping[str, bytes] | None = None, **told: int) -> bytes:
    """A document of Word with further parts."""
    return zipped({TYPES: b"<Types/>", WORD: b"<document/>", **(parts or {})}, **told)


def xlsx(sheet: bytes = b"", parts: Mapping[str, bytes] | None = None, shared: bytes = b"") -> bytes:
    """A workbook that the reader opens, with these cells, shared texts and further parts."""
    kinds = f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    kinds += f'<Relationship Id="r2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    return zipped({
        TYPES: b"<Types/>",
        BOOK: f'<workbook xmlns="{_SPREAD}" xmlns:r="{_OFFICE}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">{kinds}</Relationships>'.encode(),
        "xl/sharedStrings.xml": f'<sst xmlns="{_SPREAD}">'.encode() + shared + b"</sst>",
        SHEET: f'<worksheet xmlns="{_SPREAD}"><sheetData>'.encode() + sheet + b"</sheetData></worksheet>",
        **(parts or {}),
    })  # fmt: skip


def relation(kind: str, target: str) -> bytes:
    """A part with one relationship to something outside."""
    return f'<Relationships xmlns="{RELATIONS}"><Relationship Id="x" Type="{_OFFICE}/{kind}" Target="{target}" TargetMode="External"/></Relationships>'.encode()


def patched(content: bytes, mark: bytes, offset: int, value: bytes) -> bytes:
    """Bytes written over every place `offset` behind `mark`."""
    out, at = bytearray(content), content.find(mark)
    while at >= 0:
        out[at + offset : at + offset + len(value)] = value
        at = content.find(mark, at + 4)
    return bytes(out)


def zeros(size: int) -> bytes:
    """Deflated zeros that unpack to `size` bytes, made without holding them."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = [engine.compress(bytes(1 << 20)) for _ in range(size >> 20)]
    return b"".join([*packed, engine.flush()])


def raw_zip(members: list[tuple[str, bytes, int, int]], places: list[int] | None = None) -> bytes:
    """Members as (name, deflated bytes, promised size, checksum); `places` are told instead of the true ones."""
    out, heads = io.BytesIO(), []
    for number, (name, body, size, checksum) in enumerate(members):
        place = places[number] if places else out.tell()
        common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, checksum, len(body), size, len(name), 0)
        if not places or place == out.tell():
            out.write(b"PK\x03\x04" + common + name.encode() + body)
        heads.append(
            b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, place) + name.encode()
        )
    start = out.tell()
    directory = b"".join(heads)
    end = struct.pack("<HHHHIIH", 0, 0, min(len(heads), 65_535), min(len(heads), 65_535), len(directory), start, 0)
    return out.getvalue() + directory + b"PK\x05\x06" + end


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = 8, height: int = 8, rows: bytes | None = None, extra: bytes = b"", colour: int = 2) -> bytes:
    """A PNG whose header says what it likes."""
    body = zlib.compress(rows if rows is not None else (b"\0" + bytes(width * 3)) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def picture(kind: str = "JPEG", size: tuple[int, int] = (16, 16), **more: object) -> bytes:
    """A real picture."""
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **more)
    return out.getvalue()


def pdf(*objects: bytes, end: bytes = b"%%EOF\n") -> bytes:
    """A PDF of numbered objects with a page and a table of objects; the first is the root when it is a dictionary."""
    page, pages = len(objects) + 1, len(objects) + 2
    told = b"/Type /Catalog /Pages %d 0 R" % pages
    root, numbered = 1, list(objects)
    if not objects or b"stream" in objects[0] or not objects[0].startswith(b"<<"):
        root = len(objects) + 3
    else:
        numbered[0] = b"<<" + told + objects[0][2:]
    numbered += [
        b"<</Type /Page /Parent %d 0 R /MediaBox [0 0 9 9] /Resources <<>> >>" % pages,
        b"<</Type /Pages /Kids [%d 0 R] /Count 1>>" % page,
        b"<<" + told + b">>",
    ]
    body, places = bytearray(b"%PDF-1.7\n"), []
    for number, one in enumerate(numbered, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(places) + 1
    tail = b"xref\n0 %d\n0000000000 65535 f \n%btrailer<</Root %d 0 R /Size %d>>\nstartxref\n%d\n" % (
        size, table, root, size, len(body),
    )  # fmt: skip
    return bytes(body) + tail + end


def locked(*, user: str, script: bool = False) -> bytes:
    """A PDF as a program writes it whose owner allows no changes; opened with the user's password ('': by anybody)."""
    out = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        if script:
            made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        rights = pikepdf.Permissions(extract=False, modify_other=False)
        made.save(
            out,
            encryption=pikepdf.Encryption(owner="owner", user=user, allow=rights),
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
    return out.getvalue()


def stream(told: bytes, content: bytes) -> bytes:
    """A stream of a PDF, packed."""
    packed = zlib.compress(content)
    return b"<<%b /Filter /FlateDecode /Length %d>>\nstream\n%b\nendstream" % (told, len(packed), packed)


def old_excel(stream_content: bytes, *, length: int | None = None, chain: dict[int, int] | None = None) -> bytes:
    """A compound file with one stream 'Workbook'; `length` and `chain` replace what is true."""
    body = stream_content.ljust(4096, b"\0")
    body += bytes(-len(body) % 512)
    number, free, end = len(body) // 512, 0xFFFFFFFF, 0xFFFFFFFE
    tables = (number + 2 + 127) // 127 + 1
    fat = [index + 1 for index in range(number)]
    fat[-1] = end
    fat += [end, *([0xFFFFFFFD] * tables)]
    for at, following in (chain or {}).items():
        fat[at] = following
    fat += [free] * (tables * 128 - len(fat))

    def entry(name: str, kind: int, start: int, size: int, child: int) -> bytes:
        told = name.encode("utf-16-le")
        head = told.ljust(64, b"\0") + struct.pack("<HBBIII", len(told) + 2, kind, 1, free, free, child)
        return head + bytes(36) + struct.pack("<IQ", start, size)

    directory = entry("Root Entry", 5, end, 0, 1) + entry("Workbook", 2, 0, length or len(body), free)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, tables, number, 0, 4096, end, 0, end, 0)
    places = [number + 1 + index for index in range(tables)]
    head += struct.pack("<109I", *(places + [free] * (109 - tables)))
    return head + body + directory.ljust(512, b"\0") + struct.pack(f"<{len(fat)}I", *fat)


def biff(*cells: tuple[int, int]) -> bytes:
    """Records of a workbook with one sheet that has a number in each of these (row, column)."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def begin(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 1997, 0, 6))

    head_length = len(begin(5)) + 4 + 9 + 4
    book = begin(5) + record(0x0085, struct.pack("<IBBBB", head_length, 0, 0, 1, 0) + b"a") + record(0x000A, b"")
    numbers = b"".join(record(0x0203, struct.pack("<HHHd", row, column, 0, 1.0)) for row, column in cells)
    return book + begin(0x10) + numbers + record(0x000A, b"")
