"""Scans and photographs: pages as pictures, their lines recognised by RapidOCR (weights in its package), then laid out.

Loaded only in the reading process; nothing is fetched.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from statistics import median
from typing import Any, Final

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from minhu.engines.archives import DAMAGED
from minhu.engines.readers import bounds, columns, gaps, kinds, layout, pdf, ruling, straightening
from minhu.engines.readers.straightening import Pixels
from minhu.kernel.errors import Invalid
from minhu.language.papers.types import Block

RESOLUTION: Final = 200
"""Dots to the inch at which pages are drawn."""
LONGEST: Final = 3600
"""Pixels of the longer side; a larger picture is made smaller."""
LEAST_SURE: Final = 0.5
READABLE: Final = 0.8
"""Of a page's lines together; below it other sides are tried as the top."""
_WIDE: Final = dict(zip("(),;:?!", "（），；：？！", strict=True))
_FULL: Final = re.compile(r"(?<=[\u4e00-\u9fff”》〕）])[(),;:?!]|[()](?=[\u4e00-\u9fff“《])")
"""Signs beside Chinese characters are as wide as these; the engine reads some of them as narrow ones."""
PAPER: Final = 595.0
"""Points of the width of A4."""


def blocks(content: bytes, kind: str) -> Iterator[Block]:
    """The blocks of a picture, or of a PDF some of whose pages are pictures."""
    if kind != kinds.PDF:
        try:
            with Image.open(io.BytesIO(content)) as picture:
                upright = ImageOps.exif_transpose(picture).convert("RGB")
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
            raise Invalid(DAMAGED, code="file_damaged") from error
        yield from layout.blocks([recognised(upright, 1)])
        return
    document = pdf.opened(content)
    pages, scanned = [], 0
    for number in range(len(document)):
        page = document[number]
        made = pdf.page_of(page, number + 1)
        if not made.pieces and not made.tables and pdf.is_picture(page):
            scanned += 1
            if scanned > bounds.MAX_SCANNED:
                raise bounds.TooMuchError(f"扫描的页面超过 {bounds.MAX_SCANNED} 页，请拆分后分别上传。")
            made = recognised(page.render(scale=RESOLUTION / 72).to_pil().convert("RGB"), number + 1)
        pages.append(made)
        page.close()
    yield from ruling.joined_tables(layout.blocks(pages))


def recognised(picture: Image.Image, number: int) -> layout.Page:
    """A picture as a page of text with its ruled tables; what is read with too little certainty is left out.

    Places are told as if the page were as wide as A4 paper.
    """
    picture.thumbnail((LONGEST, LONGEST))
    pixels, found = _upright(straightening.without_stamps(np.asarray(picture)[:, :, ::-1]))
    height, width = pixels.shape[:2]
    scale = PAPER / width
    page = layout.Page(number, PAPER, height * scale)
    lean = straightening.lean_of([box for box, _, _ in found])
    if lean:
        pixels = straightening.levelled(pixels, lean)
    pieces = []
    for box, text, sure in found:
        if sure >= LEAST_SURE and text.strip():
            corners = straightening.level_box(box, lean, width, height)
            xs, ys = [x * scale for x, _ in corners], [y * scale for _, y in corners]
            words = _FULL.sub(lambda sign: _WIDE[sign[0]], text.strip())
            pieces.append(layout.Piece(words, min(xs), min(ys), max(xs), max(ys)))
    pieces = _even(pieces)
    lines = _lines(pixels, scale, pieces)
    grids = ruling.tables_of(lines, page.width, page.height)
    for table in (one for one in grids if not one.framed):
        inside = [one for one in pieces if table.holds(one)]
        if block := table.block(inside, number):
            page.tables.append((table.top, block))
            pieces = [one for one in pieces if not table.holds(one)]
    page.pieces = pieces
    if not columns.has_columns(pieces, page.width):
        gaps.take_tables(page, lines.horizontal, [one for one in grids if one.framed])
    return page


_Said = list[tuple[Any, str, float]]


def _upright(pixels: Pixels) -> tuple[Pixels, _Said]:
    """A page as its lines are read best, and its lines: a sideways or upturned one is turned until they are.

    The engine's own judgement, line by line, turns some lines of upright pages on their heads and is not asked.
    """
    found = _read(pixels)
    if _sure(found) >= READABLE and not _stands(found):
        return pixels, found
    turns = [np.ascontiguousarray(np.rot90(pixels, turn)) for turn in ((1, 3) if _stands(found) else (2,))]
    tried = [(pixels, found), *((turned, _read(turned)) for turned in turns)]
    return max(tried, key=lambda one: _sure(one[1]))


def _read(pixels: Pixels) -> _Said:
    """The lines of a page: corners, words, how sure they are."""
    found = _engine()(pixels)
    return [] if found.boxes is None else list(zip(found.boxes, found.txts, found.scores, strict=True))


def _sure(found: _Said) -> float:
    """How sure the lines of a page are, longer ones counting more."""
    weights = [len(text) for _, text, _ in found]
    return sum(sure * weight for (_, _, sure), weight in zip(found, weights, strict=True)) / max(sum(weights), 1)


def _stands(found: _Said) -> bool:
    """Whether most lines go up and down: the page lies on its side."""
    tall = sum(abs(box[3][1] - box[0][1]) > 2 * abs(box[1][0] - box[0][0]) for box, text, _ in found if len(text) > 1)
    return bool(tall > 0.6 * max(sum(len(text) > 1 for _, text, _ in found), 3))


def _even(pieces: list[layout.Piece]) -> list[layout.Piece]:
    """Boxes of one kind of type differ by a pixel or two; those near the usual height get it."""
    usual = median(one.size for one in pieces) if pieces else 0.0
    found = []
    for one in pieces:
        if 0.75 * usual < one.size < 1.25 * usual:
            middle = (one.top + one.bottom) / 2
            found.append(replace(one, top=middle - usual / 2, bottom=middle + usual / 2))
        else:
            found.append(one)
    return found


def _lines(pixels: Pixels, scale: float, pieces: list[layout.Piece]) -> ruling.Segments:
    """The level and upright lines of a picture: runs of dark pixels longer than the strokes of its letters."""
    import cv2  # noqa: PLC0415 - with the engine

    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    dark = cv2.adaptiveThreshold(255 - grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 15, -2)
    found = ruling.Segments()
    stroke = int(1.4 * median(one.size for one in pieces) / scale) if pieces else 0
    for size in ((max(pixels.shape[1] // 40, 2 * stroke), 1), (1, max(pixels.shape[1] // 60, stroke))):
        runs = cv2.morphologyEx(dark, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, size))
        for outline in cv2.findContours(runs, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]:
            x, y, width, height = (value * scale for value in cv2.boundingRect(outline))
            middle_x, middle_y = x + width / 2, y + height / 2
            level = size[1] == 1
            found.add(*((x, middle_y, x + width, middle_y) if level else (middle_x, y, middle_x, y + height)))
    return found


@lru_cache(maxsize=1)
def _engine() -> Any:
    from rapidocr import RapidOCR  # noqa: PLC0415 - seconds and hundreds of megabytes that other readers do not need

    threads = {"EngineConfig.onnxruntime.intra_op_num_threads": 1, "EngineConfig.onnxruntime.inter_op_num_threads": 1}
    return RapidOCR(params={"Global.log_level": "error", "Global.use_cls": False, **threads})
