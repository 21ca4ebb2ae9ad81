"""PDFs that may be kept: nothing that runs, starts or sends, also not inside compressed parts, and no file but plain data.

This is no reader of PDF: it looks for names in the text and in every part that can be unpacked, and refuses forms in
which objects could hide from it and that no program writes.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from minhu.engines.archives import BOMB, DAMAGED, UNSAFE
from minhu.engines.pdf_attachments import AGAIN, MAX_FILES, Files, check_data, refused
from minhu.kernel.errors import Invalid

MAX_UNPACKED: Final = 200 * 1024 * 1024
MAX_STREAMS: Final = 20_000
MAX_PIXELS: Final = 400_000_000
LOCKED: Final = (
    "PDF 设有密码或限制，无法检查。能打开的，请用“打印为 PDF”另存一份或截图后上传；需要密码的，请先取消密码。"
)
_STEP: Final = 1 << 20
_LONGEST_DICTIONARY: Final = 8192
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTIVE: Final = re.compile(
    rb"/(?:JavaScript|Launch|RichMedia|ImportData|SubmitForm|GoToE|GoToR|Movie\s*/A|XFA\s*[\[\d])"
)
_STREAM: Final = re.compile(rb"stream\r?\n")
_FILTERS: Final = re.compile(rb"/Filter\s*(\[[^\]]{0,400}\]|/\w{1,40})")
_FLATE_ONLY: Final = re.compile(rb"\[?\s*/(?:FlateDecode|Fl)\s*\]?")
_SIDE: Final = re.compile(rb"/(?:Width|Height)\s+(\d{1,12})")
_UNKNOWN_TYPE: Final = re.compile(rb"/Type\s+\d")
_PREDICTED: Final = re.compile(rb"/Predictor\s+(?!1\b)\d")


def check(file: BinaryIO) -> None:
    """Raise Invalid (`file_unsafe`, `file_locked`, `file_bomb`, `file_damaged`) for a PDF that is not plain paper."""
    file.seek(0)
    content = file.read()
    if b"%%EOF" not in content:
        raise Invalid(DAMAGED, code="file_damaged")
    inside = Files()
    for start in range(0, len(content), _STEP):
        part = _plain(content[max(0, start - AGAIN) : start + _STEP])
        if b"/Encrypt" in part:
            raise Invalid(LOCKED, code="file_locked")
        _look(part, inside, last=start + _STEP >= len(content))
    carried = _check_streams(content, inside)
    if len(carried) > MAX_FILES:
        raise refused()
    for at, packed in carried:
        check_data(content, at, packed=packed)
    inside.check_found()


def _look(part: bytes, inside: Files, *, last: bool) -> None:
    if _ACTIVE.search(part):
        raise Invalid(UNSAFE, code="file_unsafe")
    inside.look(part, last=last)


def _plain(part: bytes) -> bytes:
    """The names of a part without their escapes: '/J#61vaScript' is '/JavaScript'."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part) if b"#" in part else part


@dataclass(frozen=True, slots=True)
class _Stream:
    """Where a stream begins, the text before it and, as the later part of that, what its dictionary says."""

    at: int
    before: bytes
    dictionary: int

    @property
    def told(self) -> bytes:
        return self.before[self.dictionary :]


def _streams(content: bytes) -> Iterator[_Stream]:
    for number, found in enumerate(_STREAM.finditer(content)):
        if number >= MAX_STREAMS:
            raise Invalid(BOMB, code="file_bomb")
        if content[found.start() - 3 : found.start()] != b"end":
            before = _plain(content[max(0, found.start() - _LONGEST_DICTIONARY) : found.start()])
            yield _Stream(found.end(), before, max(0, before.rfind(b"obj")))


def _check_streams(content: bytes, inside: Files) -> list[tuple[int, bool]]:
    """Look into every stream; return where the files inside begin, and whether they are packed."""
    unpacked = 0
    for one in _streams(content):
        if _is_picture(one):
            continue
        filters = _FILTERS.search(one.told)
        # a stream that looks packed is unpacked whatever is said about it: what is said may hide in a comment
        if (filters and _FLATE_ONLY.fullmatch(filters[1])) or _is_packed(content, one.at):
            unpacked += _scan(content, one.at, MAX_UNPACKED - unpacked, inside)
        elif filters and (b"ObjStm" in one.told or _UNKNOWN_TYPE.search(one.told)):
            raise Invalid(UNSAFE, code="file_unsafe")  # objects behind a filter that no program writes for them
        if b"ObjStm" in one.told and _PREDICTED.search(one.told):
            raise Invalid(UNSAFE, code="file_unsafe")  # objects as differences from line to line
    return [
        (one.at, _is_packed(content, one.at))
        for one in _streams(content)
        if inside.holds(one.before[: one.dictionary], one.told)
    ]


def _is_packed(content: bytes, at: int) -> bool:
    """Whether a header of zlib stands there (RFC 1950)."""
    head = content[at : at + 2]
    return len(head) == 2 and head[0] & 15 == 8 and head[0] >> 4 <= 7 and int.from_bytes(head, "big") % 31 == 0


def _is_picture(one: _Stream) -> bool:
    """Whether a stream holds pixels, which are no objects; raises Invalid for a flood of them."""
    if b"/Image" not in one.told or b"ObjStm" in one.before or _UNKNOWN_TYPE.search(one.told):
        return False
    sides = [int(side) for side in _SIDE.findall(one.told)]
    if len(sides) >= 2 and sides[0] * sides[1] > MAX_PIXELS:
        raise Invalid(BOMB, code="file_bomb")
    return True


def _scan(content: bytes, at: int, most: int, inside: Files) -> int:
    """Unpack a stream piece by piece and look into it; return its length. What is damaged is read as far as it goes."""
    engine = zlib.decompressobj()
    view, total, tail = memoryview(content), 0, b""
    waiting: bytes | memoryview = view[at : at + _STEP]
    at += _STEP
    while waiting and not engine.eof:
        try:
            chunk = engine.decompress(waiting, _STEP)
        except zlib.error:
            break
        total += len(chunk)
        if total > most:
            raise Invalid(BOMB, code="file_bomb")
        part = tail + chunk
        _look(_plain(part), inside, last=False)
        tail = part[-AGAIN:]
        waiting = engine.unconsumed_tail
        if not waiting and not engine.eof:
            waiting, at = view[at : at + _STEP], at + _STEP
    _look(_plain(tail), inside, last=True)
    return total
