"""Attachments: kept once, sealed, whole or not at all; dangerous ones stay outside."""

import errno
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from tests.faults.hostile.blocks import docx, pdf, relation

from minhu.engines import files, filetypes
from minhu.kernel.errors import Invalid, NotFound, Unavailable


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MINHU_HOME", str(tmp_path))
    return tmp_path


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return out.getvalue()


def office(parts: dict[str, bytes], main: str = "word/document.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"[Content_Types].xml": b"<Types/>", main: b"<document/>", **parts}.items():
            archive.writestr(name, content)
    return out.getvalue()


def wav(sound: bytes = bytes(64)) -> bytes:
    body = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8) + b"data" + struct.pack("<I", len(sound))
    return b"RIFF" + struct.pack("<I", len(body + sound)) + body + sound


FRAME = b"\xff\xfb\x90\x00" + bytes(413)
"""One frame of MPEG 1 layer III at 128 kbit/s and 44,100 Hz: 417 bytes."""


def mp4(*boxes: bytes) -> bytes:
    return b"".join(
        (8 + len(rest)).to_bytes(4, "big") + name + rest for name, rest in zip(boxes[::2], boxes[1::2], strict=True)
    )


def pixel_flood() -> bytes:
    """A PNG of a few bytes whose header promises 900 million pixels."""
    small = picture(size=(1, 1))
    header = b"IHDR" + struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]


GOOD = {
    "image/png": picture(),
    "image/jpeg": picture("JPEG"),
    "image/webp": picture("WEBP"),
    "application/pdf": pdf(b"<<>>"),
    filetypes.DOCX: office({}),
    filetypes.XLSX: office({}, "xl/workbook.xml"),
    "audio/wav": wav(),
    "audio/mpeg": b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + FRAME * 3,
    "video/mp4": mp4(b"ftyp", b"isom" + bytes(8), b"moov", bytes(20), b"mdat", b"x" * 50),
}
BAD = {
    "file_type": [b"MZ\x90\0", b"<html><script>", b"GIF89a", b"text", office({}, "other.txt"), b"\xff\xf0\0\0"],
    "file_damaged": [
        picture()[:-20],
        picture("JPEG")[:40],
        b"%PDF-1.7 no end",
        office({})[:60],
        b"PK\x03\x04" + b"\0" * 60,
    ],
    "file_unsafe": [
        office({"word/vbaProject.bin": b"x"}),
        office({"../../etc/passwd": b"x"}),
        office({"/abs.xml": b"x"}),
        office({"word/x.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///x">]>'}),
        office({"word/x.xml": '<!DOCTYPE a [<!ENTITY b "c">]>'.encode("utf-16")}),
        pdf(b"<</OpenAction <</S /JavaScript /JS (app.alert)>> >>"),
        pdf(b" " * (1 << 20) + b"<</A <</S /Launch>> >>"),
    ],
    "file_bomb": [
        lambda: office({"word/big.xml": b"\0" * 30_000_000}),  # large ones are made when their test runs
        pixel_flood(),
        lambda: picture(size=(9_000, 8_000)),
    ],
}


@pytest.mark.parametrize("media_type", GOOD)
def test_each_allowed_kind_is_recognised_and_comes_back_unchanged(home: Path, media_type: str) -> None:
    stored = files.save(GOOD[media_type])
    assert stored.media_type == media_type
    assert stored.suffix.startswith(".")
    assert files.read(stored.sha256) == GOOD[media_type]


CASES = [pytest.param(code, item, id=f"{code}-{i}") for code, items in BAD.items() for i, item in enumerate(items)]


@pytest.mark.parametrize(("code", "content"), CASES)
def test_dangerous_or_broken_files_stay_outside(home: Path, code: str, content: bytes | Callable[[], bytes]) -> None:
    with pytest.raises(Invalid) as refused:
        files.save(content() if callable(content) else content)
    assert refused.value.code == code
    assert not (home / "files").exists()


def test_empty_and_too_large_files_are_refused_before_anything_is_written(home: Path) -> None:
    with pytest.raises(Invalid, match="空"):
        files.save(b"")
    with pytest.raises(Invalid, match="太大"):
        files.save(GOOD["audio/mpeg"] + b"\0" * 100, max_bytes=100)


def test_content_is_sealed_private_and_stored_once(home: Path) -> None:
    body = wav(b"secret words" * 200_000)
    first = files.save(io.BytesIO(body))
    assert files.save(body) == first
    kept = [path for path in (home / "files").rglob("*") if path.is_file()]
    assert len(kept) == 1
    assert b"secret words" not in kept[0].read_bytes()
    assert kept[0].stat().st_mode & 0o077 == 0
    assert files.read(first.sha256) == body
    assert files.exists(first.sha256)
    files.delete(first.sha256)
    assert not files.exists(first.sha256)
    with pytest.raises(NotFound):
        files.read(first.sha256)
    with pytest.raises(NotFound):
        files.read("../../keys/master.key")


def test_a_changed_cut_or_reordered_file_does_not_open(home: Path) -> None:
    stored = files.save(wav(os.urandom(3 << 20)))
    place = next(path for path in (home / "files").rglob("*") if path.is_file())
    whole = place.read_bytes()
    frame = 4 + int.from_bytes(whole[20:24], "big")
    swapped = whole[:20] + whole[20 + frame : 20 + 2 * frame] + whole[20 : 20 + frame] + whole[20 + 2 * frame :]
    flipped = whole[:500] + bytes([whole[500] ^ 1]) + whole[501:]
    for damaged in (whole[: 20 + frame], whole[:-1], swapped, flipped, whole[:20], b"", whole[:22]):
        place.write_bytes(damaged)
        with pytest.raises(Unavailable, match="损坏"):
            files.read(stored.sha256)


@pytest.mark.parametrize(("number", "words"), [(errno.ENOSPC, "存储空间不足"), (errno.EIO, "无法读写")])
def test_a_failing_disk_is_said_and_leaves_no_half_file(
    home: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def failing(descriptor: int) -> None:
        raise OSError(number, "disk")

    files.save(GOOD["image/png"])
    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(Unavailable, match=words):
        files.save(GOOD["image/jpeg"])
    assert len([path for path in (home / "files").rglob("*") if path.is_file()]) == 1


PASTED = {
    "a picture of the web": {"word/_rels/document.xml.rels": relation("image", "https://news.example/a.png?w=1&amp;h=2")},
    "a field with a picture": {
        "word/footer1.xml": b'<w:p><w:instrText>INCLUDEPICTURE "https://news.example/a.png" \\* MERGEFORMATINET</w:instrText></w:p>'
    },
}  # fmt: skip


@pytest.mark.parametrize("case", PASTED)
def test_words_pasted_from_a_page_come_in_with_the_links_to_its_pictures(case: str) -> None:
    assert filetypes.inspect(io.BytesIO(docx(PASTED[case]))) == filetypes.DOCX


@pytest.mark.parametrize("kind", ["attachedTemplate", "oleObject", "frame", "subDocument", "aFChunk"])
def test_nothing_but_a_picture_may_lie_on_the_web(kind: str) -> None:
    with pytest.raises(Invalid) as refused:
        filetypes.inspect(
            io.BytesIO(docx({"word/_rels/document.xml.rels": relation(kind, "https://news.example/a.png")}))
        )
    assert refused.value.code == "file_unsafe"
