"""Scans and photographs: pages as pictures, their lines recognised by RapidOCR (weights in its package), then laid out.

Loaded only in the reading process; nothing is fetched.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from minhu.engines.archives import DAMAGED
from minhu.engines.readers import bounds, kinds, layout, pdf, ruling
from minhu.kernel.errors import Invalid
from minhu.language.papers.types import Block

RESOLUTION: Final = 200
"""Dots to the inch at which pages are drawn."""
LONGEST: Final = 3600
"""Pixels of the longer side; a larger picture is made smaller."""
LEAST_SURE: Final = 0.5


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
    """A picture as a page of text; what is read with too little certainty is left out."""
    picture.thumbnail((LONGEST, LONGEST))
    pixels: npt.NDArray[np.uint8] = np.asarray(picture)[:, :, ::-1]
    found = _engine()(pixels)
    page = layout.Page(number, float(picture.width), float(picture.height))
    if found.boxes is None:
        return page
    for box, text, sure in zip(found.boxes, found.txts, found.scores, strict=True):
        if sure >= LEAST_SURE and text.strip():
            xs, ys = [float(x) for x, _ in box], [float(y) for _, y in box]
            page.pieces.append(layout.Piece(text.strip(), min(xs), min(ys), max(xs), max(ys)))
    return page


@lru_cache(maxsize=1)
def _engine() -> Any:
    from rapidocr import RapidOCR  # noqa: PLC0415 - seconds and hundreds of megabytes that other readers do not need

    threads = {"EngineConfig.onnxruntime.intra_op_num_threads": 1, "EngineConfig.onnxruntime.inter_op_num_threads": 1}
    return RapidOCR(params={"Global.log_level": "error", **threads})
