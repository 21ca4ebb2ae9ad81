"""Pictures for the README, taken on the way when MINHU_SCREENSHOTS=1; small, because they live in the repository."""

from __future__ import annotations

import io
import os

from PIL import Image
from playwright.sync_api import Page

from e2e.house import ROOT

FOLDER = ROOT / "docs" / "images"
MOST_BYTES = 250_000
WANTED = os.environ.get("MINHU_SCREENSHOTS") == "1"


def take(page: Page, name: str) -> None:
    """Write docs/images/NAME.png when pictures are wanted: at most 1,440 points wide, at most 250 KB."""
    if not WANTED:
        return
    page.mouse.move(0, 0)
    page.evaluate("document.querySelectorAll('.toast-note').forEach((one) => one.remove())")
    page.wait_for_timeout(600)
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for colours in (192, 128, 64, 32):
        stream = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(stream, "PNG", optimize=True)
        if stream.tell() <= MOST_BYTES:
            break
    (FOLDER / f"{name}.png").write_bytes(stream.getvalue())
