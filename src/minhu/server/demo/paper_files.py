"""The demo city's papers as the files that a city really has: Word, PDF, Excel, web page, scanned picture.

So the readers of files meet what they will meet in use. ``file_of`` is pure but for the fonts of the machine: the
scan needs a Chinese font, and without one the paper is handed out as text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import shake_256
from io import BytesIO
from pathlib import Path
from textwrap import wrap
from typing import Final

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from openpyxl import Workbook
from openpyxl.styles import Font
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from minhu.server.demo import world
from minhu.server.demo.paper_pdf import pdf
from minhu.server.demo.papers import DemoPaper

_FONTS: Final = (
    "NotoSerifCJK-Regular*", "NotoSansCJK-Regular*", "SourceHanSerif*", "SourceHanSans*", "wqy-*", "simsun*", "PingFang*",
)  # fmt: skip
_FOLDERS: Final = ("/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "C:/Windows/Fonts")
_MARKS: Final = re.compile(r"\*\*|^> ", re.MULTILINE)
_PAGE: Final = (1240, 1754)
_SIZE: Final = 26
_LINE: Final = 46
_MARGIN: Final = 110


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a paper in order: a heading (``level`` from 1), a paragraph (0), or the rows of a table."""

    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


def file_of(paper: DemoPaper) -> tuple[str, bytes]:
    """The file name (Chinese, with its suffix) and the bytes of a paper in the form that its head names."""
    form = paper.form
    if form == "png" and _font_file() is None:
        form = "md"
    return f"{paper.title}.{form}", _WRITERS[form](paper)


def parts(paper: DemoPaper) -> tuple[Part, ...]:
    """The whole paper as it is printed: title, 文号, body, the issuing unit's name and the day."""
    unit = next(row["name"] for row in world.load("units")["units"] if row["code"] == paper.unit)
    day = f"{paper.issued.year}年{paper.issued.month}月{paper.issued.day}日"
    top = [Part(paper.title, 1), *([Part(paper.number)] if paper.number else [])]
    return (*top, *_cut(paper.body), Part(unit), Part(day))


def _cut(body: str) -> list[Part]:
    found: list[Part] = []
    rows: list[tuple[str, ...]] = []
    for line in [*_MARKS.sub("", body).splitlines(), ""]:
        if line.startswith("|"):
            cells = tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
            if not all(set(cell) <= {"-"} and cell for cell in cells):
                rows.append(cells)
            continue
        if rows:
            found.append(Part(rows=tuple(rows)))
            rows = []
        if line.strip():
            level = len(line) - len(line.lstrip("#"))
            found.append(Part(line.lstrip("# ").strip(), level))
    return found


def _text(paper: DemoPaper) -> bytes:
    head = f"# {paper.title}\n\n" + (f"{paper.number}\n\n" if paper.number else "")
    tail = parts(paper)[-2:]
    return (head + paper.body + f"\n{tail[0].text}\n\n{tail[1].text}\n").encode()


def _word(paper: DemoPaper) -> bytes:
    document = docx.Document()
    for part in parts(paper):
        if part.rows:
            table = document.add_table(len(part.rows), max(map(len, part.rows)), style="Table Grid")
            for row, cells in zip(table.rows, part.rows, strict=True):
                for cell, value in zip(row.cells, cells, strict=False):
                    cell.text = value
        elif part.level:
            document.add_heading(part.text, part.level)
        else:
            document.add_paragraph(part.text)
    for paragraph in document.paragraphs[-2:]:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    return _saved(document.save)


def _sheets(paper: DemoPaper) -> bytes:
    """Words on the first sheet, then a sheet for each table with its caption above."""
    book = Workbook()
    words = book.worksheets[0]
    words.title = "说明"
    caption = ""
    for part in parts(paper):
        if not part.rows:
            words.append([part.text])
            caption = part.text
            continue
        sheet = book.create_sheet(f"表{len(book.worksheets)}")
        sheet.append([caption])
        for row in part.rows:
            sheet.append(row)
        for cell in sheet[2]:
            cell.font = Font(bold=True)
    return _saved(book.save)


def _page(paper: DemoPaper) -> bytes:
    """A web page with what stands around a text on a government's site, which a reader should leave out."""
    inner = []
    for part in parts(paper):
        if part.rows:
            head, *rest = part.rows
            cells = "".join(f"<th>{html.escape(x)}</th>" for x in head)
            lines = "".join("<tr>" + "".join(f"<td>{html.escape(x)}</td>" for x in row) + "</tr>" for row in rest)
            inner.append(f"<table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table>")
        else:
            tag = f"h{part.level}" if part.level else "p"
            inner.append(f"<{tag}>{html.escape(part.text)}</{tag}>")
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{html.escape(paper.title)}</title></head>'
        '<body><nav><a href="/">首页</a> <a href="/zwgk">政务公开</a> <a href="/bsfw">办事服务</a></nav>'
        f"<main><article>{''.join(inner)}</article></main>"
        "<footer>云溪市人民政府主办　网站地图　联系我们　无障碍浏览</footer></body></html>"
    ).encode()


def _print(paper: DemoPaper) -> bytes:
    return pdf([(part.text, part.level, part.rows) for part in parts(paper)])


def _scan(paper: DemoPaper) -> bytes:
    """A picture of the printed page: a little askew, a little grey, with the grain of a cheap scanner."""
    lines = [line for part in parts(paper) for line in _lines(part)]
    size = (_PAGE[0], max(_PAGE[1], 2 * _MARGIN + _LINE * len(lines)))
    image = Image.new("L", size, 250)
    draw = ImageDraw.Draw(image)
    for number, cells in enumerate(lines):
        _print_line(draw, _MARGIN + number * _LINE, cells)
    small = (size[0] // 4, size[1] // 4)
    grain = Image.frombytes("L", small, shake_256(paper.stem.encode()).digest(small[0] * small[1])).resize(size)
    image = Image.blend(image, grain, 0.06).rotate(0.35, fillcolor=245, resample=Image.Resampling.BICUBIC)
    return _saved(lambda out: image.filter(ImageFilter.GaussianBlur(0.4)).save(out, "PNG", optimize=True))


def _lines(part: Part) -> list[list[tuple[int, str]]]:
    """Lines of (width in dots, words); a table has a cell for each column, words are one cell as wide as the page."""
    whole = _PAGE[0] - 2 * _MARGIN
    if not part.rows:
        return [[(whole, line)] for line in wrap(part.text, whole // _SIZE - 1)]
    longest = [max(len(x) for x in column) + 1 for column in zip(*part.rows, strict=True)]
    widths = [whole * x // sum(longest) for x in longest]
    return [[(whole, "")], *(list(zip(widths, row, strict=True)) for row in part.rows), [(whole, "")]]


def _print_line(draw: ImageDraw.ImageDraw, top: int, cells: Sequence[tuple[int, str]]) -> None:
    font = ImageFont.truetype(str(_font_file()), _SIZE)
    left = _MARGIN
    for width, words in cells:
        if len(cells) > 1:
            draw.rectangle((left, top - 6, left + width, top - 6 + _LINE), outline=60, width=2)
        draw.text((left + 8, top), words, font=font, fill=25)
        left += width


@cache
def _font_file() -> Path | None:
    for folder in map(Path, _FOLDERS):
        for pattern in _FONTS:
            found = sorted(folder.rglob(pattern)) if folder.is_dir() else []
            if found:
                return found[0]
    return None


def _saved(save: Callable[[BytesIO], None]) -> bytes:
    out = BytesIO()
    save(out)
    return out.getvalue()


_WRITERS: Final[Mapping[str, Callable[[DemoPaper], bytes]]] = {
    "md": _text, "docx": _word, "xlsx": _sheets, "html": _page, "pdf": _print, "png": _scan,
}  # fmt: skip
