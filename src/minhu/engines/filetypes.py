"""What kind of file this really is, and whether it may come in: judged by content, never by name.

Allowed: jpeg, png, webp, pdf, docx, xlsx, mp3, wav, mp4. Refused with a Chinese message: everything
else, macros, entity declarations, paths that leave the archive, and files that unpack to far more
than they are (images by pixels, office files by bytes).
"""

import struct
import zipfile
import zlib
from typing import BinaryIO, Final

from PIL import Image

from minhu.kernel.errors import Invalid

# decoding a progressive JPEG keeps 3 bytes a pixel, a PNG or WebP 4: both stay below 200 MB of memory
MAX_PIXELS: Final = {"image/jpeg": 60_000_000, "image/png": 40_000_000, "image/webp": 40_000_000}
MAX_UNPACKED: Final = 200 * 1024 * 1024
MAX_RATIO: Final = 200
MAX_MEMBERS: Final = 5_000
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
}
_IMAGE_FORMATS: Final = {"image/jpeg": ("JPEG", "MPO"), "image/png": ("PNG",), "image/webp": ("WEBP",)}
_MP4_BRANDS: Final = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"MSNV", b"M4V ")
# what the decoders raise on damaged content, besides their own errors
_BROKEN_IMAGE: Final = (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, struct.error, zlib.error)
_BROKEN_ARCHIVE: Final = (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError, struct.error, zlib.error)
_UNKNOWN: Final = f"不支持这种文件。可上传：{ALLOWED}。"
_DAMAGED: Final = "文件已损坏或内容不完整，请重新保存后上传。"
_UNSAFE: Final = "文件含有宏、脚本或其他不安全的内容，不能上传。请另存为普通文档或截图后上传。"
_BOMB: Final = "文件解开后过大，不能上传。请缩小图片尺寸或拆分文档后再试。"


def inspect(file: BinaryIO) -> str:
    """Return the media type of a seekable file after checking that it is safe to keep.

    Raises Invalid (code `file_type`, `file_damaged`, `file_unsafe` or `file_bomb`).
    """
    file.seek(0)
    media_type = _sniff(file.read(64))
    if media_type in _IMAGE_FORMATS:
        _check_image(file, media_type)
    elif media_type == "application/zip":
        media_type = _check_office(file)
    elif media_type == "application/pdf":
        _check_pdf(file)
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
    if head.startswith(b"ID3") or _is_mpeg_frame(head):
        return "audio/mpeg"
    if head[4:8] == b"ftyp" and head[8:12] in _MP4_BRANDS:
        return "video/mp4"
    raise Invalid(_UNKNOWN, code="file_type")


def _is_mpeg_frame(head: bytes) -> bool:
    """Tell whether an MPEG audio layer III frame header starts here (bit rate and rate not reserved)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False
    return head[1] & 0x18 != 0x08 and head[2] >> 4 not in (0, 15) and head[2] & 0x0C != 0x0C


def _check_image(file: BinaryIO, media_type: str) -> None:
    formats = _IMAGE_FORMATS[media_type]
    file.seek(0)
    try:
        with Image.open(file, formats=formats) as image:
            width, height = image.size
            frames = int(getattr(image, "n_frames", 1))
            if width * height * (1 if image.format == "MPO" else frames) > MAX_PIXELS[media_type]:
                raise Invalid(_BOMB, code="file_bomb")
            image.verify()
        file.seek(0)
        with Image.open(file, formats=formats) as image:
            image.draft("RGB", (64, 64))
            image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Invalid(_BOMB, code="file_bomb") from error
    except _BROKEN_IMAGE as error:
        raise Invalid(_DAMAGED, code="file_damaged") from error


def _check_office(file: BinaryIO) -> str:
    """Return DOCX or XLSX for an office file; refuse any other archive."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _check_members(members)
            names = {member.filename for member in members}
            if "[Content_Types].xml" not in names:
                raise Invalid(_UNKNOWN, code="file_type")
            for member in members:
                if member.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _check_markup(archive, member)
    except _BROKEN_ARCHIVE as error:
        raise Invalid(_DAMAGED, code="file_damaged") from error
    if "word/document.xml" in names:
        return DOCX
    if "xl/workbook.xml" in names:
        return XLSX
    raise Invalid(_UNKNOWN, code="file_type")


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    packed = sum(member.compress_size for member in members)
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, 4096):
        raise Invalid(_BOMB, code="file_bomb")
    for member in members:
        name = member.filename.replace("\\", "/").lower()
        if name.startswith("/") or ".." in name.split("/") or ":" in name:
            raise Invalid(_UNSAFE, code="file_unsafe")
        if name.endswith(("vbaproject.bin", ".exe", ".dll", ".js", ".vbs", ".bat", ".ps1")) or "activex" in name:
            raise Invalid(_UNSAFE, code="file_unsafe")


def _check_markup(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Refuse document type and entity declarations: no office program writes them."""
    with archive.open(member) as part:
        head = part.read(8192).replace(b"\0", b"").upper()
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise Invalid(_UNSAFE, code="file_unsafe")


def _check_pdf(file: BinaryIO) -> None:
    file.seek(0)
    tail = b""
    ended = False
    while chunk := file.read(1 << 20):
        window = tail + chunk
        if any(mark in window for mark in (b"/JavaScript", b"/Launch", b"/RichMedia")):
            raise Invalid(_UNSAFE, code="file_unsafe")
        ended = ended or b"%%EOF" in window
        tail = window[-16:]
    if not ended:
        raise Invalid(_DAMAGED, code="file_damaged")
