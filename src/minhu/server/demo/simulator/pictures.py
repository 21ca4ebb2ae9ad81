"""Small drawn pictures in place of photographs; every one says in its corner that it belongs to the demonstration."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 480, 320
VARIANTS = 24
_SKIES = ((176, 204, 226), (205, 214, 220), (150, 176, 205), (226, 210, 190), (60, 70, 96))


@lru_cache(maxsize=VARIANTS)
def picture(variant: int) -> bytes:
    """A JPEG of a street with houses and something on the road, about 10 kB."""
    rng = Random(variant)
    image = Image.new("RGB", (WIDTH, HEIGHT), rng.choice(_SKIES))
    draw = ImageDraw.Draw(image)
    _houses(rng, draw)
    draw.polygon([(0, HEIGHT), (WIDTH, HEIGHT), (WIDTH - 110, 200), (110, 200)], fill=(112, 112, 114))
    for step in range(6):
        y = 208 + step * 19
        draw.rectangle((WIDTH // 2 - 2 - step, y, WIDTH // 2 + 2 + step, y + 9), fill=(226, 226, 214))
    (_puddle, _pit, _rubbish)[variant % 3](rng, draw)
    draw.rectangle((0, HEIGHT - 22, WIDTH, HEIGHT), fill=(24, 28, 34))
    _label(draw)
    out = BytesIO()
    image.save(out, "JPEG", quality=72)
    return out.getvalue()


def _houses(rng: Random, draw: ImageDraw.ImageDraw) -> None:
    x = 0
    while x < WIDTH:
        width, top = rng.randint(50, 100), rng.randint(40, 130)
        shade = rng.randint(135, 205)
        draw.rectangle((x, top, x + width, 205), fill=(shade, shade - rng.randint(5, 30), shade - rng.randint(15, 50)))
        for window_x in range(x + 8, x + width - 12, 20):
            for window_y in range(top + 10, 190, 24):
                lit = rng.random() < 0.25
                draw.rectangle(
                    (window_x, window_y, window_x + 10, window_y + 13), fill=(250, 226, 140) if lit else (86, 104, 124)
                )
        x += width + rng.randint(2, 14)


def _puddle(rng: Random, draw: ImageDraw.ImageDraw) -> None:
    x, y = rng.randint(130, 300), rng.randint(230, 260)
    draw.ellipse(
        (x, y, x + rng.randint(90, 150), y + rng.randint(24, 40)), fill=(120, 146, 166), outline=(92, 112, 130)
    )


def _pit(rng: Random, draw: ImageDraw.ImageDraw) -> None:
    x, y = rng.randint(150, 290), rng.randint(230, 255)
    draw.ellipse((x, y, x + 84, y + 34), fill=(62, 58, 54), outline=(40, 38, 36), width=3)
    draw.polygon([(x + 100, y + 36), (x + 112, y), (x + 124, y + 36)], fill=(226, 106, 40))


def _rubbish(rng: Random, draw: ImageDraw.ImageDraw) -> None:
    for _ in range(26):
        x, y, size = rng.randint(120, 260), rng.randint(222, 272), rng.randint(5, 17)
        draw.rectangle((x, y, x + size, y + size // 2 + 3), fill=tuple(rng.randint(60, 220) for _ in range(3)))


def _label(draw: ImageDraw.ImageDraw) -> None:
    """Pillow brings no Chinese glyphs: Latin letters always, Chinese where the machine has a font."""
    draw.text((8, HEIGHT - 17), "DEMO  Minhu  (drawn, not a photograph)", fill=(235, 235, 235))
