"""JPEG, PNG and WebP that may be kept: small enough to open, whole, and nothing but a picture.

Sizes, blocks and passes are counted from the raw bytes before a decoder sees them: a picture of a few kilobytes may
ask for gigabytes, or for hours.
"""

import io
import struct
import zlib
from typing import BinaryIO, Final

from PIL import Image

from minhu.engines.archives import BOMB, CHUNK, DAMAGED
from minhu.kernel.errors import Invalid

# what a decoder holds at once stays below 140 MB: WebP 13 bytes a pixel, JPEG see `_held`, PNG see `_check_rows`
MAX_PIXELS: Final = {"image/jpeg": 60_000_000, "image/png": 40_000_000, "image/webp": 10_000_000}
MAX_HELD: Final = 120_000_000
MAX_BLOCKS: Final = 20_000
MAX_PASSES: Final = 100
FORMATS: Final = {"image/jpeg": ("JPEG", "MPO"), "image/png": ("PNG",), "image/webp": ("WEBP",)}
# what the decoders raise on damaged content, besides their own errors
_BROKEN: Final = (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, struct.error, zlib.error)
_SCAN: Final = b"\xff\xda"
_SAMPLES: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples of a pixel by the colour type of PNG."""
_PASSES: Final = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Adam7: first column, first row, step of columns, step of rows."""
_STANDALONE: Final = frozenset({0x01, 0xFF, *range(0xD0, 0xD9)})


def check(file: BinaryIO, media_type: str) -> None:
    """Raise Invalid (`file_bomb`, `file_damaged`) unless the picture opens within bounds."""
    file.seek(0)
    content = file.read()
    if media_type == "image/jpeg":
        _count_segments(content)
    elif media_type == "image/png":
        _count_chunks(content)
    formats = FORMATS[media_type]
    try:
        with Image.open(io.BytesIO(content), formats=formats) as image:
            width, height = image.size
            frames = int(getattr(image, "n_frames", 1))
            pixels = width * height * (1 if image.format == "MPO" else frames)
            if pixels > MAX_PIXELS[media_type] or _held(image, pixels) > MAX_HELD:
                raise Invalid(BOMB, code="file_bomb")
            image.verify()
        if media_type == "image/png":
            _check_rows(content)
            return
        with Image.open(io.BytesIO(content), formats=formats) as image:
            image.draft("RGB", (64, 64))
            image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Invalid(BOMB, code="file_bomb") from error
    except _BROKEN as error:
        raise Invalid(DAMAGED, code="file_damaged") from error


def _held(image: Image.Image, pixels: int) -> int:
    """Bytes that the decoder keeps for a progressive JPEG: two for each sample of each component."""
    layers: list[tuple[int, int, int, int]] | None = getattr(image, "layer", None)
    if not layers or not image.info.get("progressive"):
        return 0
    finest = max(layer[1] for layer in layers) * max(layer[2] for layer in layers)
    return pixels * 2 * sum(layer[1] * layer[2] for layer in layers) // max(finest, 1)


def _count_segments(content: bytes) -> None:
    """Few segments before the first scan, few scans: each costs a step of Python or a walk over all pixels."""
    if content.count(_SCAN) > MAX_PASSES:
        raise Invalid(BOMB, code="file_bomb")
    place = 2
    for _ in range(MAX_BLOCKS):
        head = content[place : place + 4]
        if len(head) < 4 or head[0] != 0xFF:
            raise Invalid(DAMAGED, code="file_damaged")
        if head[1] == _SCAN[1]:
            return
        place += (1 if head[1] == 0xFF else 2) if head[1] in _STANDALONE else 2 + int.from_bytes(head[2:], "big")
    raise Invalid(BOMB, code="file_bomb")


def _count_chunks(content: bytes) -> None:
    place = 8
    for _ in range(MAX_BLOCKS):
        head = content[place : place + 8]
        if len(head) < 8:
            raise Invalid(DAMAGED, code="file_damaged")
        if head[4:] == b"IEND":
            return
        place += 12 + int.from_bytes(head[:4], "big")
    raise Invalid(BOMB, code="file_bomb")


def _check_rows(content: bytes) -> None:
    """Raise an error of zlib or ValueError unless the rows of a PNG unpack to what its header says.

    They are thrown away piece by piece: decoding would hold four bytes for each pixel.
    """
    width, height, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", content, 16)
    expected = _rows_length(width, height, depth * _SAMPLES[colour], interlaced=bool(interlaced))
    engine, place, total = zlib.decompressobj(), 8, 0
    while (name := content[place + 4 : place + 8]) != b"IEND":
        length = int.from_bytes(content[place : place + 4], "big")
        waiting = content[place + 8 : place + 8 + length] if name == b"IDAT" else b""
        while waiting and not engine.eof:
            total += len(engine.decompress(waiting, CHUNK))
            waiting = engine.unconsumed_tail
            if total > expected + CHUNK:
                raise Invalid(BOMB, code="file_bomb")
        place += 12 + length
    if total < expected:
        raise ValueError("rows are missing")


def _rows_length(width: int, height: int, bits: int, *, interlaced: bool) -> int:
    """Bytes of all rows, each with the byte that names its filter."""
    if not interlaced:
        return height * (1 + (width * bits + 7) // 8)
    total = 0
    for first, top, step, down in _PASSES:
        columns, rows = max(0, -((first - width) // step)), max(0, -((top - height) // down))
        total += rows * (1 + (columns * bits + 7) // 8) if columns else 0
    return total
