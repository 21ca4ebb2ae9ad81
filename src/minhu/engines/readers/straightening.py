"""Scans made fit for recognition and layout: red stamps over text taken off, lines that lean set level."""

from __future__ import annotations

from collections.abc import Sequence
from math import atan2, cos, degrees, radians, sin
from statistics import median
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
LEAST_LEAN: Final = 0.15
"""Degrees that layout does not notice."""
MOST_LEAN: Final = 15.0
_STAMP: Final = 0.13
"""Of the width of a page: a stamp of 3 cm on A4, larger than the letters of a red heading."""
_RED: Final = 50
_UNDER: Final = 0.75
"""Of the usual brightness of a stamp's ink: what is darker is a letter under it."""


def without_stamps(pixels: Pixels) -> Pixels:
    """A page (blue, green, red) whose round red stamps are white, what is darker under their ink black.

    Red headings stay: a stamp is as high as it is wide and larger than a letter.
    """
    import cv2  # noqa: PLC0415 - only where pages are recognised

    blue, green, red = (pixels[:, :, at].astype(np.int16) for at in range(3))
    grey = 0.11 * blue + 0.59 * green + 0.3 * red
    reddish = ((red - np.maximum(blue, green) > _RED) & (red > 110)).astype(np.uint8)
    if not reddish.any():
        return pixels
    side = max(3, pixels.shape[1] // 110)
    closed = cv2.morphologyEx(reddish, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    count, _labels, stats, _centres = cv2.connectedComponentsWithStats(closed, connectivity=8)
    least, made = _STAMP * pixels.shape[1], pixels
    for at in range(1, count):
        x, y, width, height, _area = stats[at]
        if width < least or height < least or not 0.7 < width / height < 1.45:
            continue
        made = made.copy() if made is pixels else made
        window = (slice(y, y + height), slice(x, x + width))
        inked = reddish[window] == 1
        usual = float(np.median(grey[window][inked])) if inked.any() else 0.0
        made[window][inked] = 255
        made[window][inked & (grey[window] < _UNDER * usual)] = 0
    return made


def lean_of(boxes: Sequence[Any]) -> float:
    """By how many degrees the lines of a page lean, clockwise positive, from the corners of their boxes; long ones tell."""
    leans = []
    for box in boxes:
        (x0, y0), (x1, y1) = box[0], box[1]
        (x3, y3), (x2, y2) = box[3], box[2]
        width, height = ((x1 - x0) + (x2 - x3)) / 2, abs(y3 - y0)
        if width > 4 * max(height, 1.0):
            leans.append(degrees(atan2(((y1 - y0) + (y2 - y3)) / 2, width)))
    lean = median(leans) if len(leans) >= 3 else 0.0
    return lean if LEAST_LEAN <= abs(lean) <= MOST_LEAN else 0.0


def levelled(pixels: Pixels, lean: float) -> Pixels:
    """A page turned back by ``lean`` degrees around its middle, its corners white."""
    import cv2  # noqa: PLC0415 - only where pages are recognised

    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), lean, 1.0)
    made = cv2.warpAffine(pixels, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    return made.astype(np.uint8)


def level_box(box: Any, lean: float, width: float, height: float) -> list[tuple[float, float]]:
    """The corners of a box after its page was turned back by ``lean`` degrees around its middle."""
    turn, across, down = radians(-lean), width / 2, height / 2
    return [
        (
            across + (x - across) * cos(turn) - (y - down) * sin(turn),
            down + (x - across) * sin(turn) + (y - down) * cos(turn),
        )
        for x, y in ((float(x), float(y)) for x, y in box)
    ]
