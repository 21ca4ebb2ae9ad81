"""How many characters of scanned pages and how many cells of tables the readers of documents get right.

Run: .venv/bin/python benchmarks/readers.py [tables] [papers] [scans]
Tables: own ones of twelve kinds (`parts/tables.py`) as Word, Excel, web page and as PDF printed by a browser with and
without lines, then the tables of the demo city's papers without lines amid their text; a cell is right when the same words stand at the same place, merged ones in each place that they cover.
Scans: pages of the demo city's papers drawn in four faces and three sizes at 200 dpi, with noise, lean and a stamp;
a character is wrong when it has to be changed, added or taken away (edit distance), spaces left aside.
Needs the browser of the tests and Chinese fonts of the system. Prints tables and one JSON line.
"""

from __future__ import annotations

import html
import io
import json
import random
import re
import shutil
import sys
import time
from pathlib import Path

import numpy as np
from parts.tables import STYLES, Table, tables
from PIL import Image, ImageDraw, ImageFont

from minhu.engines.readers.reading import read
from minhu.kernel import clock
from minhu.language.papers.types import Block, BlockKind
from minhu.server.demo import papers as city

BROWSER = next(
    (found for name in ("chromium-headless-shell", "chromium", "google-chrome") if (found := shutil.which(name))), None
)
FOLDER = Path("/usr/share/fonts")
FACES = {
    "sans": ("opentype/noto/NotoSansCJK-Regular.ttc", 2), "sans bold": ("opentype/noto/NotoSansCJK-Bold.ttc", 2),
    "serif": ("opentype/noto/NotoSerifCJK-Regular.ttc", 2), "serif bold": ("opentype/noto/NotoSerifCJK-Bold.ttc", 2),
}  # fmt: skip
SIZES = (10.5, 12.0, 16.0)
WIDTH, HEIGHT, MARGIN = 1654, 2339, 180
WEAR = (
    ("clean", 0.0, 0.0, False), ("noise", 10.0, 0.0, False), ("lean", 0.0, 0.8, False), ("lean and noise", 8.0, -1.5, False),
    ("stamp", 0.0, 0.0, True),
)  # fmt: skip


def plain(text: str) -> str:
    """Without spaces."""
    return re.sub(r"\s+", "", text)


# -- tables


def right_cells(table: Table, blocks: tuple[Block, ...]) -> tuple[int, int]:
    """Cells found at their place, and cells that there are."""
    wanted = table.grid
    found = max((block.rows for block in blocks if block.kind is BlockKind.TABLE), key=len, default=())
    good = sum(
        plain(text) == plain(found[y][x])
        for y, row in enumerate(wanted)
        for x, text in enumerate(row)
        if y < len(found) and x < len(found[y])
    )
    return good, sum(map(len, wanted))


def printed(pages: list[tuple[str, str]]) -> dict[str, bytes]:
    """Web pages as PDF, printed by the tests' browser."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only for tables

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = browser.new_page()
        made = {}
        for name, content in pages:
            page.set_content(content)
            made[name] = page.pdf(
                format="A4", margin={"top": "20mm", "bottom": "20mm", "left": "22mm", "right": "22mm"}
            )
        browser.close()
    return made


def measure_tables() -> dict[str, float]:
    """Shares of right cells by format."""
    cases: list[tuple[str, Table, bytes, str]] = []
    own = tables()
    for one in own:
        cases += [
            ("word", one, one.docx(), "a.docx"),
            ("excel", one, one.xlsx(), "a.xlsx"),
            ("web page", one, one.html().encode(), "a.html"),
        ]
    pdfs = printed([(f"{style}:{at}", one.html(style)) for style in STYLES for at, one in enumerate(own)])
    cases += [(f"pdf {style}", one, pdfs[f"{style}:{at}"], "a.pdf") for style in STYLES for at, one in enumerate(own)]
    counts: dict[str, list[int]] = {}
    for kind, table, content, name in cases:
        good, every = right_cells(table, read(content, name).blocks)
        whole = counts.setdefault(kind, [0, 0, 0, 0])
        for at, value in enumerate((good, every, 1, good == every)):
            whole[at] += value
        if good < every and "-v" in sys.argv:
            print(f"  {kind}, {table.name}: {good} of {every}")
    for kind, (good, every, number, perfect) in counts.items():
        print(f"{kind:18} {number:3} tables, {perfect:3} without a mistake, cells right {good / every:.4f} of {every}")
    good, every = sum(one[0] for one in counts.values()), sum(one[1] for one in counts.values())
    print(f"{'all':18} {len(cases):3} tables, cells right {good / every:.4f} of {every}")
    return {
        **{kind: round(one[0] / one[1], 4) for kind, one in counts.items()},
        "all": round(good / every, 4),
        "tables": len(cases),
    }


def as_page(blocks: list[Block]) -> str:
    """A paper as a plain web page, its tables without lines."""
    parts = []
    for block in blocks:
        if block.kind is BlockKind.TABLE:
            rows = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in block.rows)
            parts.append(f"<table cellpadding=4 width=100%>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>")
        elif block.kind is BlockKind.HEADING:
            parts.append(f"<h{block.level}>{html.escape(block.text)}</h{block.level}>")
        else:
            parts.append(f"<p style='text-indent:2em'>{html.escape(block.text)}</p>")
    return f"<meta charset=utf-8><body style=\"font:12pt/1.6 'Noto Serif CJK SC'\">{''.join(parts)}"


def measure_papers() -> dict[str, float]:
    """Tables of the demo city's papers, printed without lines amid their text: found, wrongly found, cells right."""
    papers = [list(city.blocks(one)) for one in city.papers(clock.now().date())]
    pdfs = printed([(str(at), as_page(blocks)) for at, blocks in enumerate(papers)])
    wanted = wrong = good = every = 0
    for at, blocks in enumerate(papers):
        there = [block.rows for block in blocks if block.kind is BlockKind.TABLE]
        found = [block.rows for block in read(pdfs[str(at)], "a.pdf").blocks if block.kind is BlockKind.TABLE]
        wanted, wrong = wanted + len(there), wrong + abs(len(found) - len(there))
        every += sum(len(rows) * len(rows[0]) for rows in there)
        good += sum(
            plain(cell) == plain(mine)
            for rows, made in zip(there, found, strict=False)
            for row, line in zip(rows, made, strict=False)
            for cell, mine in zip(row, line, strict=False)
        )
    print(
        f"{len(papers)} papers with {wanted} tables, {wrong} too many or too few, cells right {good / every:.4f} of {every}"
    )
    return {"papers": len(papers), "tables": wanted, "wrong": wrong, "cells": round(good / every, 4)}


# -- scans


def drawn(lines: list[str], face: str, size: float) -> Image.Image:
    """A page of lines in a face at so many points, 200 dpi."""
    path, index = FACES[face]
    pixels = round(size * 200 / 72)
    font = ImageFont.truetype(str(FOLDER / path), pixels, index=index)
    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(picture)
    for at, line in enumerate(lines):
        draw.text((MARGIN, MARGIN + at * round(1.8 * pixels)), line, font=font, fill=(20, 20, 20))
    return picture


def worn(picture: Image.Image, noise: float, lean: float, stamp: bool, seed: int) -> Image.Image:
    """The page as a scanner gives it."""
    if stamp:
        draw, x, y = ImageDraw.Draw(picture, "RGBA"), 900, 700
        draw.ellipse((x, y, x + 330, y + 330), outline=(220, 30, 30, 200), width=12)
        draw.regular_polygon((x + 165, y + 165, 60), 5, fill=(220, 30, 30, 200))
    if lean:
        picture = picture.rotate(lean, resample=Image.Resampling.BICUBIC, fillcolor="white")
    if noise:
        dice = np.random.default_rng(seed)
        pixels = np.asarray(picture).astype(np.float32) + dice.normal(0, noise, (HEIGHT, WIDTH, 1))
        picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return picture


def text_lines(dice: random.Random, size: float) -> list[str]:
    """Lines of a page out of the demo city's papers, as wide and as many as fit."""
    across = int((WIDTH - 2 * MARGIN) / (size * 200 / 72))
    down = int((HEIGHT - 2 * MARGIN) / (1.8 * size * 200 / 72))
    paragraphs = [
        block.text
        for one in city.papers(clock.now().date())
        for block in city.blocks(one)
        if block.kind is BlockKind.PARAGRAPH and len(block.text) > 40
    ]
    lines: list[str] = []
    while len(lines) < down:
        text = plain(dice.choice(paragraphs))
        lines += [text[at : at + across] for at in range(0, len(text), across)]
    return lines[:down]


def distance(wanted: str, found: str) -> int:
    """Levenshtein's distance."""
    row = np.arange(len(found) + 1)
    signs = np.array([ord(sign) for sign in found] or [0])[: len(found)]
    for number, sign in enumerate(wanted, 1):
        change = row[:-1] + (signs != ord(sign))
        best = np.minimum(change, row[1:] + 1)
        steps = np.arange(1, len(found) + 1)
        row = np.concatenate(([number], np.minimum.accumulate(np.concatenate(([number], best - steps)))[1:] + steps))
    return int(row[-1])


def measure_scans() -> dict[str, float]:
    """Shares of right characters by wear."""
    counts: dict[str, list[int]] = {}
    pages, begun = 0, time.process_time()
    for at, (face, (path, _index)) in enumerate(FACES.items()):
        if not (FOLDER / path).exists():
            print(f"no such face here: {face}")
            continue
        for number, (wear, noise, lean, stamp) in enumerate(WEAR):
            size = SIZES[(at + number) % len(SIZES)]
            lines = text_lines(random.Random(100 * at + number), size)
            kept = io.BytesIO()
            worn(drawn(lines, face, size), noise, lean, stamp, number).save(kept, "PNG")
            wanted = "".join(lines)
            found = plain(
                "".join(
                    block.text or "".join(map("".join, block.rows)) for block in read(kept.getvalue(), "a.png").blocks
                )
            )
            wrong = distance(wanted, found)
            pages += 1
            for name in (wear, face, "all"):
                one = counts.setdefault(name, [0, 0])
                one[0] += wrong
                one[1] += len(wanted)
            print(f"{face:10} {size:4} pt {wear:14} {len(wanted):4} characters, {wrong:3} wrong", flush=True)
    for name, (wrong, every) in counts.items():
        print(f"{name:16} characters right {1 - wrong / every:.4f} of {every}")
    print(f"{pages} pages, {time.process_time() - begun:.0f} s besides the reading processes")
    return {**{name: round(1 - one[0] / one[1], 4) for name, one in counts.items()}, "pages": pages}


MEASURES = {"tables": measure_tables, "papers": measure_papers, "scans": measure_scans}


def main() -> None:
    """Measure what was asked for, or both."""
    wanted = [name for name in sys.argv[1:] if not name.startswith("-")] or list(MEASURES)
    told = {name: MEASURES[name]() for name in wanted}
    print(json.dumps(told, ensure_ascii=False))


if __name__ == "__main__":
    main()
