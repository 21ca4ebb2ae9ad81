"""Recordings and videos that are what their first bytes say: WAV, MP3 and MP4 walked from block to block."""

import io
from typing import BinaryIO, Final

from minhu.engines.archives import DAMAGED
from minhu.kernel.errors import Invalid

MAX_BLOCKS: Final = 10_000
MAX_PADDING: Final = 64 * 1024
_KILOBITS: Final = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES: Final = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def check(file: BinaryIO, media_type: str) -> None:
    """Raise Invalid (`file_damaged`) unless the blocks of the format follow each other to the end."""
    size = file.seek(0, io.SEEK_END)
    walk = {"audio/wav": _wav, "audio/mpeg": _mp3, "video/mp4": _mp4}[media_type]
    if not walk(file, size):
        raise Invalid(DAMAGED, code="file_damaged")


def _at(file: BinaryIO, place: int, length: int) -> bytes:
    file.seek(place)
    return file.read(length)


def _wav(file: BinaryIO, size: int) -> bool:
    """`fmt ` before `data`; recorders that lost power leave a wrong length in the last chunk, nothing behind it."""
    place, described, sound = 12, False, False
    for _ in range(MAX_BLOCKS):
        head = _at(file, place, 8)
        if len(head) < 8:
            return described and sound and not head.strip(b"\0")
        name, length = head[:4], int.from_bytes(head[4:], "little")
        if not (name.isascii() and name.decode("ascii", "replace").isprintable()):
            return False
        described = described or (name == b"fmt " and 16 <= length <= 64)
        sound = sound or (name == b"data" and described)
        if name != b"data" and place + 8 + length > size:
            return False
        place += 8 + length + length % 2
    return False


def _mp3(file: BinaryIO, size: int) -> bool:
    """Tags in front, then two frames in a row whose lengths agree."""
    place = 0
    for _ in range(8):
        head = _at(file, place, 10)
        if not head.startswith(b"ID3"):
            break
        if len(head) < 10 or any(byte & 0x80 for byte in head[6:]):
            return False
        place += 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]) + (10 if head[5] & 0x10 else 0)
    padding = _at(file, place, MAX_PADDING)
    place += len(padding) - len(padding.lstrip(b"\0"))
    length = frame_length(_at(file, place, 4))
    return bool(length and (place + length == size or frame_length(_at(file, place + length, 4))))


def frame_length(head: bytes) -> int:
    """Bytes of the MPEG layer III frame that begins here, its header included; 0 where none does."""
    if len(head) < 4:
        return 0
    word = int.from_bytes(head[:4], "big")
    version, rate, kilobits = word >> 19 & 3, word >> 10 & 3, word >> 12 & 15
    if word >> 21 != 0x7FF or version == 1 or word >> 17 & 3 != 1 or rate == 3 or kilobits in (0, 15):
        return 0
    full = version == 3
    return (144_000 if full else 72_000) * _KILOBITS[full][kilobits] // _RATES[version][rate] + (word >> 9 & 1)


def _mp4(file: BinaryIO, size: int) -> bool:
    """Boxes that fill the file exactly, with an index and content among them."""
    place, found = 0, set[bytes]()
    for _ in range(MAX_BLOCKS):
        if place == size:
            return b"moov" in found and bool(found & {b"mdat", b"moof"})
        head = _at(file, place, 16)
        if len(head) < 8:
            return False
        length, name = int.from_bytes(head[:4], "big"), head[4:8]
        least = 8
        if length == 1:
            length, least = int.from_bytes(head[8:16], "big"), 16
        elif length == 0:
            length = size - place
        if length < least or place + length > size or not all(32 <= byte < 127 or byte == 0xA9 for byte in name):
            return False
        found.add(name)
        place += length
    return False
