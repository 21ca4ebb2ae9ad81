"""PDFs that may be kept: nothing that runs, starts, sends or carries other files, also not inside compressed parts."""

import re
import zlib
from typing import BinaryIO, Final

from minhu.engines.archives import BOMB, DAMAGED, LOCKED, UNSAFE
from minhu.kernel.errors import Invalid

MAX_UNPACKED: Final = 200 * 1024 * 1024
MAX_STREAMS: Final = 20_000
MAX_PIXELS: Final = 400_000_000
_STEP: Final = 1 << 20
_OVERLAP: Final = 64
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTIVE: Final = re.compile(
    rb"/(?:JavaScript|Launch|RichMedia|EmbeddedFile|ImportData|SubmitForm|GoToE|GoToR|Movie\s*/A|XFA\s*[\[\d])"
)
_STREAM: Final = re.compile(rb"stream\r?\n")
_FILTERS: Final = re.compile(rb"/Filter\s*(\[[^\]]{0,400}\]|/\w{1,40})")
_FLATE_ONLY: Final = re.compile(rb"\[?\s*/(?:FlateDecode|Fl)\s*\]?")
_SIDE: Final = re.compile(rb"/(?:Width|Height)\s+(\d{1,12})")
_UNKNOWN_TYPE: Final = re.compile(rb"/Type\s+\d")


def check(file: BinaryIO) -> None:
    """Raise Invalid (`file_unsafe`, `file_locked`, `file_bomb`, `file_damaged`) for a PDF that is not plain paper."""
    file.seek(0)
    content = file.read()
    if b"%%EOF" not in content:
        raise Invalid(DAMAGED, code="file_damaged")
    for start in range(0, len(content), _STEP):
        part = _plain(content[max(0, start - _OVERLAP) : start + _STEP])
        if b"/Encrypt" in part:
            raise Invalid(LOCKED, code="file_locked")
        if _ACTIVE.search(part):
            raise Invalid(UNSAFE, code="file_unsafe")
    _check_streams(content)


def _plain(part: bytes) -> bytes:
    """The names of a part without their escapes: '/J#61vaScript' is '/JavaScript'."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part) if b"#" in part else part


def _check_streams(content: bytes) -> None:
    unpacked = 0
    for number, found in enumerate(_STREAM.finditer(content)):
        if number >= MAX_STREAMS:
            raise Invalid(BOMB, code="file_bomb")
        if content[found.start() - 3 : found.start()] == b"end":
            continue
        before = content[max(0, found.start() - 2048) : found.start()]
        told = _plain(before[max(0, before.rfind(b"obj")) :])
        if _is_picture(told):
            continue
        filters = _FILTERS.search(told)
        if filters is None:
            continue
        if _FLATE_ONLY.fullmatch(filters[1]):
            unpacked += _scan(content, found.end(), MAX_UNPACKED - unpacked)
        elif b"ObjStm" in told or _UNKNOWN_TYPE.search(told):
            raise Invalid(UNSAFE, code="file_unsafe")  # objects behind a filter that no program writes for them


def _is_picture(told: bytes) -> bool:
    """Whether a stream holds pixels, which are no objects; raises Invalid for a flood of them."""
    if b"/Image" not in told or b"ObjStm" in told or _UNKNOWN_TYPE.search(told):
        return False
    sides = [int(side) for side in _SIDE.findall(told)]
    if len(sides) >= 2 and sides[0] * sides[1] > MAX_PIXELS:
        raise Invalid(BOMB, code="file_bomb")
    return True


def _scan(content: bytes, at: int, most: int) -> int:
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
        if _ACTIVE.search(_plain(tail + chunk)):
            raise Invalid(UNSAFE, code="file_unsafe")
        tail = chunk[-_OVERLAP:]
        waiting = engine.unconsumed_tail
        if not waiting and not engine.eof:
            waiting, at = view[at : at + _STEP], at + _STEP
    return total
