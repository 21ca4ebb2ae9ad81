"""Pictures, sounds and files of other kinds that a citizen, a unit or a program might attach."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zlib

from tests.faults.hostile.blocks import Make, chunk, docx, patched, picture, png, zipped

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SCRIPT = b"<html><script>fetch('//evil.example/')</script></html>"


def _flood(width: int, height: int) -> bytes:
    """A JPEG whose frame header promises this size."""
    return patched(picture(), b"\xff\xc0", 5, struct.pack(">HH", height, width))


def _comment(body: bytes) -> bytes:
    real = picture()
    return real[:2] + b"\xff\xfe" + struct.pack(">H", len(body) + 2) + body + real[2:]


def _scans() -> bytes:
    """A progressive JPEG of 16 megapixels with thousands of scans of a few bytes each."""
    real = picture("JPEG", (4000, 4000), progressive=True)
    at = real.rfind(b"\xff\xda")
    return real[:-2] + real[at : at + 40] * 4000 + b"\xff\xd9"


def _webp(width: int, height: int, frames: int) -> bytes:
    body = (
        b"VP8X" + struct.pack("<IB3x", 10, 2) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    )
    body += b"ANIM" + struct.pack("<IIH", 6, 0, 0)
    frame = picture("WEBP", (16, 16))[12:]
    one = bytes(6) + (15).to_bytes(3, "little") * 2 + (40).to_bytes(3, "little") + b"\0" + frame
    body += (b"ANMF" + struct.pack("<I", len(one)) + one + b"\0" * (len(one) % 2)) * frames
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/shadow"
        archive.addfile(link)
    return out.getvalue()


def _tiff() -> bytes:
    entries = [(256, 4, 1, 100_000), (257, 4, 1, 100_000), (258, 3, 1, 8), (259, 3, 1, 1)]
    return b"II*\0\x08\0\0\0" + struct.pack("<H", 4) + b"".join(struct.pack("<HHII", *e) for e in entries) + bytes(4)


FLOODS: dict[str, Make] = {
    **{f"png {w}x{h}": lambda w=w, h=h: png(w, h, b"\0" * 100) for w, h in ((30_000, 30_000), (2**31 - 1, 1), (1, 2**31 - 1), (65_535, 65_535), (200_000, 300), (2**31 - 1, 2**31 - 1))},
    **{f"jpeg {w}x{h}": lambda w=w, h=h: _flood(w, h) for w, h in ((65_500, 65_500), (65_535, 1000), (9000, 9000), (0, 0))},
    **{f"webp of {f} frames {w}x{h}": lambda w=w, h=h, f=f: _webp(w, h, f) for w, h, f in ((16_383, 16_383, 2), (8_000, 8_000, 50), (3_000, 3_000, 400), (1 << 24, 1 << 24, 1))},
    "png of 39 megapixels, rows missing": lambda: png(7800, 5000, bytes(7000 * 5000)),
    "png whose rows never end": lambda: png(8, 8, bytes(120 << 20)),
    "png of 100,000 chunks": lambda: png(extra=chunk(b"tEXt", b"a\0b") * 100_000),
    "png text bomb": lambda: png(extra=chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(100 << 20)))),
    "png profile bomb": lambda: png(extra=chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(80 << 20)))),
    "png international text bomb": lambda: png(extra=chunk(b"iTXt", b"a\0\1\0\0\0" + zlib.compress(bytes(80 << 20)))),
    "jpeg of 4,000 scans": _scans,
    "jpeg of 300,000 segments": lambda: picture()[:2] + b"\xff\xef\0\2" * 300_000 + picture()[2:],
    "progressive jpeg of 49 megapixels": lambda: picture("JPEG", (7000, 7000), progressive=True, subsampling=0),
    "webp of 16 megapixels": lambda: picture("WEBP", (4000, 4000)),
    "gif flood": lambda: b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\xf7\0\0" + bytes(768) + b";",
    "gif of many frames": lambda: picture("GIF") [:-1] * 5000,
    "tiff flood": _tiff,
    "bmp flood": lambda: b"BM" + struct.pack("<IIIIiiHHIIiiII", 54, 0, 54, 40, 2**31 - 1, 2**31 - 1, 1, 24, 0, 0, 0, 0, 0, 0),
}  # fmt: skip
BROKEN: dict[str, Make] = {
    **{f"{kind} cut at {part}/8": lambda kind=kind, part=part: (whole := picture(kind, (300, 200)))[: len(whole) * part // 8] for kind in ("PNG", "WEBP", "JPEG") for part in (2, 4, 7)},
    "png with a wrong checksum of its header": lambda: patched(png(), b"IHDR", 17, b"evil"),
    "png with a wrong checksum of its rows": lambda: png()[:-20] + b"evil" + png()[-16:],
    "png without rows": lambda: b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)) + chunk(b"IEND", b""),
    "png of no colour type": lambda: png(colour=5),
    "png whose rows are no zlib": lambda: png().replace(b"\x78\x9c", b"\x00\x00"),
    "jpeg with a segment beyond the end": lambda: picture()[:2] + b"\xff\xe1\xff\xff" + b"x" * 20,
    "jpeg header alone": lambda: b"\xff\xd8\xff\xe0",
    "webp with a wrong length": lambda: b"RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\x7f" + bytes(100),
    "mp4 with a box beyond the end": lambda: b"\0\0\0\x18ftypisom" + bytes(12) + b"\x7f\xff\xff\xffmoov" + bytes(20),
    "mp4 without an index": lambda: b"\0\0\0\x18ftypisom" + bytes(12) + b"\0\0\0\x10mdat" + bytes(8),
    "mp4 of a million empty boxes": lambda: b"\0\0\0\x18ftypisom" + bytes(12) + b"\0\0\0\x08free" * 1_000_000,
    "mp4 box of no length": lambda: b"\0\0\0\x18ftypisom" + bytes(12) + b"\0\0\0\x01moov" + bytes(8),
    "wav without sound": lambda: b"RIFF\x24\0\0\0WAVEfmt " + bytes(30),
    "wav of a million chunks": lambda: b"RIFF\0\0\0\0WAVE" + b"junk\0\0\0\0" * 1_000_000,
    "mp3 tag without sound": lambda: b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + b"no sound at all" * 20,
    "mp3 tag longer than the file": lambda: b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + bytes(50),
    "mp3 of one frame header": lambda: b"\xff\xfb\x90\x00" + b"MZ" * 400,
}  # fmt: skip
PRETENDING: dict[str, Make] = {
    "page named photo.jpg": lambda: SCRIPT,
    "drawing with a script": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
    "drawing with an entity": lambda: b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
    "gif that is a script": lambda: b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)",
    "jpeg that is a script": lambda: b"\xff\xd8\xff\xe0/*" + bytes(0x2F2A - 2) + b"\xff\xfe\0\x1c*/=alert(1)/*" + picture()[2:],
    "jpeg with a page in a comment": lambda: _comment(SCRIPT),
    "jpeg with php in a comment": lambda: _comment(b"<?php system($_GET['c']); ?>"),
    "jpeg with a pdf in front": lambda: _comment(b"%PDF-1.7 1 0 obj <</S /JavaScript>>"),
    "png with php behind it": lambda: png() + b"<?PHP echo 1;",
    "png with a page in a text": lambda: png(extra=chunk(b"tEXt", b"Comment\0" + SCRIPT)),
    "jpeg with an archive behind it": lambda: picture() + zipped({"evil.class": b"\xca\xfe\xba\xbe"}),
    "png with a document behind it": lambda: png() + docx(),
    "wav with an archive behind it": lambda: b"RIFF\x24\0\0\0WAVE" + zipped({"a.exe": b"MZ"}),
    "mp3 tag with a page": lambda: b"ID3\x04\0\0\0\0\x02\0" + SCRIPT + bytes(300),
    "mp4 that is a page": lambda: b"\0\0\0\x18ftypisom" + SCRIPT,
    "webp that is a page": lambda: b"RIFF\x40\0\0\0WEBP" + SCRIPT,
    "test virus": lambda: EICAR,
    "test virus in an archive": lambda: zipped({"eicar.com": EICAR}),
    "program of windows": lambda: b"MZ\x90\0" + bytes(200),
    "program of linux": lambda: b"\x7fELF\x02\x01\x01" + bytes(200),
    "program of mac": lambda: b"\xcf\xfa\xed\xfe" + bytes(200),
    "shell script": lambda: b"#!/bin/sh\nrm -rf /\n",
    "shortcut": lambda: b"\x4c\0\0\0\x01\x14\x02\0" + bytes(200),
    "registry file": lambda: b"Windows Registry Editor Version 5.00\r\n[HKEY_CURRENT_USER\\x]\r\n",
    "rtf with an object": lambda: b"{\\rtf1{\\object\\objemb{\\*\\objdata 0105}}}",
    "help file": lambda: b"ITSF\x03\0\0\0" + bytes(100),
    "java class": lambda: b"\xca\xfe\xba\xbe\0\0\0\x34",
    "flash": lambda: b"CWS\x0a" + bytes(100),
    "postscript": lambda: b"%!PS-Adobe-3.0\n(%pipe%id) (r) file\n",
    "gzip bomb": lambda: gzip.compress(bytes(50 << 20)),
    "tar with a link": _tar,
    "7z": lambda: b"7z\xbc\xaf\x27\x1c\0\4" + bytes(100),
    "rar": lambda: b"Rar!\x1a\x07\x01\0" + bytes(100),
    "xz": lambda: b"\xfd7zXZ\0" + bytes(100),
    "cabinet": lambda: b"MSCF" + bytes(100),
    "disk image": lambda: bytes(32_769) + b"CD001" + bytes(100),
    "old word document": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "heic": lambda: b"\0\0\0\x18ftypheic" + bytes(100),
    "nothing": lambda: b"",
    "one byte": lambda: b"\xff",
    "zeros": lambda: bytes(1 << 20),
}  # fmt: skip
CASES = FLOODS | BROKEN | PRETENDING
