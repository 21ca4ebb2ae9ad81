"""What kind of file this really is, and whether it may come in: judged by content, never by name.

Allowed: jpeg, png, webp, pdf, docx, xlsx, mp3, wav, mp4. Refused with a Chinese message: everything
else, macros, entity declarations, paths that leave the archive, files that unpack to far more than they
are (pictures by pixels, office files by bytes), and files that are something else at the same time.
"""

import zipfile
from typing import BinaryIO, Final

from minhu.engines import office, pdfs, pictures, sounds
from minhu.engines.archives import CHUNK, UNSAFE
from minhu.kernel.errors import Invalid

ALLOWED: Final = "JPG、PNG、WEBP 图片，PDF、DOCX、XLSX 文档，MP3、WAV 录音，MP4 视频"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SUFFIXES: Final = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
    DOCX: ".docx",
    XLSX: ".xlsx",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "video/mp4": ".mp4",
    "application/vnd.ms-excel": ".xls",
    "text/html": ".html",
    "text/csv": ".csv",
    "text/markdown": ".md",
    "text/plain": ".txt",
}
"""The usual ending of each kind that some door keeps; the last five come in as documents of knowledge only."""
_OFFICE: Final = {"docx": DOCX, "xlsx": XLSX}
_MP4_BRANDS: Final = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"MSNV", b"M4V ")
_UNKNOWN: Final = f"不支持这种文件。可上传：{ALLOWED}。"
_SCRIPTS: Final = (b"<?php", b"<script", b"<!doctype html", b"<html")
_COMMENT: Final = b"/*"


def inspect(file: BinaryIO) -> str:
    """Return the media type of a seekable file after checking that it is safe to keep.

    Raises Invalid (code `file_type`, `file_damaged`, `file_unsafe`, `file_locked` or `file_bomb`).
    """
    file.seek(0)
    media_type = _sniff(file.read(64))
    if media_type == "application/zip":
        media_type = _OFFICE.get(office.check(file), "")
        if not media_type:
            raise Invalid(_UNKNOWN, code="file_type")
    else:
        _check_alone(file, media_type)
        if media_type in pictures.FORMATS:
            pictures.check(file, media_type)
        elif media_type == "application/pdf":
            pdfs.check(file)
        else:
            sounds.check(file, media_type)
    file.seek(0)
    return media_type


def _sniff(head: bytes) -> str:
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"PK\x03\x04"):
        return "application/zip"
    if head.startswith(b"ID3") or sounds.frame_length(head[:4]):
        return "audio/mpeg"
    if head[4:8] == b"ftyp" and head[8:12] in _MP4_BRANDS:
        return "video/mp4"
    raise Invalid(_UNKNOWN, code="file_type")


def _check_alone(file: BinaryIO, media_type: str) -> None:
    """Refuse what another program would take for an archive, a page, a script or a document."""
    if zipfile.is_zipfile(file):
        raise Invalid(UNSAFE, code="file_unsafe")
    file.seek(0)
    head = file.read(1024)
    if media_type != "application/pdf" and b"%PDF-" in head:
        raise Invalid(UNSAFE, code="file_unsafe")
    if media_type == "image/jpeg" and head[4:6] == _COMMENT:
        raise Invalid(UNSAFE, code="file_unsafe")  # a first segment whose length opens a comment of a script
    part = head.lower()
    while part:
        if any(mark in part for mark in _SCRIPTS):
            raise Invalid(UNSAFE, code="file_unsafe")
        chunk = file.read(CHUNK)
        part = part[-16:] + chunk.lower() if chunk else b""
