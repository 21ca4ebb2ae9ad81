"""Scans are made fit before they are read: stamps off, letters under them kept, leaning lines level."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from minhu.engines.readers import columns, layout, straightening
from minhu.engines.readers.layout import Piece


def page() -> Image.Image:
    return Image.new("RGB", (1654, 2339), "white")


def bgr(picture: Image.Image) -> straightening.Pixels:
    return np.asarray(picture)[:, :, ::-1]


def test_a_stamp_is_taken_off_and_the_letters_under_it_stay() -> None:
    picture = page()
    ImageDraw.Draw(picture).rectangle((800, 800, 1300, 820), fill=(20, 20, 20))
    ImageDraw.Draw(picture, "RGBA").ellipse((850, 650, 1180, 980), outline=(220, 30, 30, 200), width=14)
    made = straightening.without_stamps(bgr(picture))
    assert (made[660, 1015] == 255).all(), "ink of the stamp"
    assert (made[810, 857] == 0).all(), "a letter under its ring"
    assert made[810, 1250].tolist() == [20, 20, 20]


def test_a_red_heading_is_no_stamp() -> None:
    picture = page()
    for at in range(6):
        ImageDraw.Draw(picture).rectangle((300 + 170 * at, 300, 420 + 170 * at, 420), fill=(210, 20, 20))
    assert straightening.without_stamps(bgr(picture)) is not None
    assert (straightening.without_stamps(bgr(picture)) == bgr(picture)).all()


def test_lines_that_lean_are_set_level() -> None:
    boxes = [[(100, y), (900, y + 14), (900, y + 44), (100, y + 30)] for y in range(200, 1000, 100)]
    lean = straightening.lean_of(boxes)
    assert 0.9 < lean < 1.1
    level = straightening.level_box(boxes[0], lean, 1654, 2339)
    assert abs(level[0][1] - level[1][1]) < 0.5
    assert straightening.lean_of([[(100, 200), (900, 201), (900, 231), (100, 230)]] * 5) == 0.0
    assert straightening.lean_of(boxes[:2]) == 0.0, "two lines tell nothing"


def two_columns(aside: float = 0.0) -> list[Piece]:
    """A page as recognition gives it: a heading over it, two columns, a heading over it again, two columns, a number."""
    found = [
        Piece("供水办法", 240 + aside, 40, 360 + aside, 60),
        Piece("第二章计价规则", 200 + aside, 280, 400 + aside, 292),
    ]
    found.append(Piece("- 3 -", 280 + aside, 530, 320 + aside, 542))
    for half, top in enumerate((80, 310)):
        for side, left in enumerate((60, 310)):
            for row in range(9):
                first, last = row % 3 == 0, row % 3 == 2
                text = f"第{'一二三四五六七八九十'[half * 6 + side * 3 + row // 3] if half == 0 else 'abcdef'[side * 3 + row // 3]}条起" if first else "尾。" if last else "中间的话"  # fmt: skip
                start = left + aside + (24 if first else 0)
                found.append(
                    Piece(text, start, top + 20 * row, left + aside + (60 if last else 230), top + 12 + 20 * row)
                )
    return found


def test_two_columns_are_read_one_after_the_other_between_headings_over_both() -> None:
    for aside in (0.0, 25.0, -25.0):
        page = layout.Page(1, 595.0, 842.0, two_columns(aside)[::-1])
        told = [block.text for block in layout.blocks([page])]
        articles = [f"第{number}条起中间的话尾。" for number in "一二三四五六"]
        rules = [f"第{number}条起中间的话尾。" for number in "abcdef"]
        assert told == ["供水办法", *articles, "第二章计价规则", *rules], aside


def test_a_table_or_a_single_column_is_no_page_of_two_columns() -> None:
    rows = range(12)
    table = [Piece("事项", 60, 20.0 * at, 60 + 20 * (at % 4 + 1), 20.0 * at + 12) for at in rows]
    table += [Piece("办理条件", 310, 20.0 * at, 350 + 15 * (at % 7), 20.0 * at + 12) for at in rows]
    single = [Piece("一整行的话", 60, 20.0 * at, 535, 20.0 * at + 12) for at in range(30)]
    for pieces in (table, single, [], two_columns()[:5]):
        assert columns.ordered(pieces, 595.0) == [(columns.WHOLE, pieces)]
