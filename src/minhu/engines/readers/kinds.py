"""What kind of document this is: content decides, and the ending of its name has to agree with it."""

from __future__ import annotations

import io
import re
from pathlib import PurePath
from typing import Final

from minhu.engines import filetypes, workbooks
from minhu.engines.archives import UNSAFE
from minhu.kernel.errors import Invalid

PDF: Final = "application/pdf"
DOCX: Final = filetypes.DOCX
XLSX: Final = filetypes.XLSX
XLS: Final = "application/vnd.ms-excel"
HTML: Final = "text/html"
CSV: Final = "text/csv"
MARKDOWN: Final = "text/markdown"
TEXT: Final = "text/plain"
SRT: Final = "application/x-subrip"
VTT: Final = "text/vtt"
PICTURES: Final = ("image/jpeg", "image/png", "image/webp")
ENDINGS: Final = {
    PDF: (".pdf",), DOCX: (".docx",), XLSX: (".xlsx",), XLS: (".xls",), HTML: (".html", ".htm"), CSV: (".csv",),
    MARKDOWN: (".md", ".markdown"), TEXT: (".txt",), SRT: (".srt",), VTT: (".vtt",), "image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",),
    "image/webp": (".webp",),
}  # fmt: skip
ALLOWED: Final = "PDF、Word（.docx）、Excel（.xlsx、.xls）、CSV、网页（.html）、文本（.txt、.md）、录音转写稿（.srt、.vtt 或文本）和 JPG、PNG、WEBP 图片"
MAX_TEXT: Final = 20 * 1024 * 1024
MAX_LINE: Final = 1_000_000
_BINARY: Final = (b"%PDF-", b"PK\x03\x04", b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"\xd0\xcf\x11\xe0")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
_MARKS: Final = re.compile(r"<!ENTITY|<\?php|<%@", re.IGNORECASE)
_PAGE: Final = re.compile(r"<!doctype html|<html[\s>]", re.IGNORECASE)
_TEXTUAL: Final = {ending: kind for kind in (HTML, CSV, MARKDOWN, TEXT, SRT, VTT) for ending in ENDINGS[kind]}
_OTHER: Final = f"不支持这种文件。可上传：{ALLOWED}。"
_SOUNDS: Final = frozenset(".mp3 .wav .m4a .aac .amr .wma .ogg .opus .flac .mp4 .mov .avi".split())
_NO_SOUND: Final = "录音、录像还不能直接识别。请用会议软件或语音平台转成文字，上传 .srt、.vtt 或“发言人：内容”的文本。"
_OLD_WORD: Final = "这是旧版 Word 文件（.doc），请在 Word 或 WPS 中另存为 .docx 后上传。"


def inspect(content: bytes, name: str) -> str:
    """The media type of a document after looking whether it is safe to keep and to read.

    Raises Invalid (`file_empty`, `file_type`, `file_name`, `file_unsafe`, `file_damaged`, `file_locked`, `file_bomb`).
    """
    if not content:
        raise Invalid("文件是空的，请重新选择。", code="file_empty")
    ending = PurePath(name.replace("\\", "/")).suffix.lower()
    if ending in _SOUNDS:
        raise Invalid(_NO_SOUND, code="file_type")
    if content.startswith(workbooks.OLE):
        kind = _old_office(content, ending)
    elif content.startswith(_BINARY):
        kind = filetypes.inspect(io.BytesIO(content))
        if kind == XLSX:
            _in_words(content)
    else:
        kind = _textual(content, ending)
    if kind not in ENDINGS:
        raise Invalid(_OTHER, code="file_type")
    if ending not in ENDINGS[kind]:
        usual = ENDINGS[kind][0]
        raise Invalid(
            f"文件名的后缀“{ending[:12]}”与内容不符（内容是 {usual}）。请核对来源，改名后再上传。", code="file_name"
        )
    return kind


def decoded(content: bytes) -> str:
    """Text as people read it: UTF-8, UTF-16 with its mark, or GB 18030; raises Invalid for what is none."""
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise Invalid(_OTHER, code="file_type")


def _textual(content: bytes, ending: str) -> str:
    if len(content) > MAX_TEXT:
        raise Invalid(f"文本超过 {MAX_TEXT >> 20} MB，请拆分后上传。", code="file_too_large")
    kind = _TEXTUAL.get(ending)
    text = decoded(content)
    if _MARKS.search(text):
        raise Invalid(UNSAFE, code="file_unsafe")
    if _PAGE.search(text[:2000]):
        kind = HTML
    if kind is None:
        raise Invalid(_OTHER, code="file_type")
    if max(map(len, text.split("\n"))) > MAX_LINE:
        raise Invalid("文件里有一行长得不合常理，请检查导出方式后重新上传。", code="file_bomb")
    if not text.strip():
        raise Invalid("文件里没有文字，请重新选择。", code="file_empty")
    return kind


def _old_office(content: bytes, ending: str) -> str:
    if ending == ".doc" or "WordDocument".encode("utf-16-le") in content:
        raise Invalid(_OLD_WORD, code="file_type")
    _in_words(content)
    return XLS


def _in_words(content: bytes) -> None:
    """The sentences of `workbooks` follow the name of a file."""
    try:
        workbooks.inspect(content)
    except Invalid as error:
        raise Invalid(f"表格{error.message}", code=error.code) from error
