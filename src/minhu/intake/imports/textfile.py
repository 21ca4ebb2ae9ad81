"""CSV and tab-separated text: encodings of several offices, delimiters by what fits, damage named by its line."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable
from typing import Final

_DELIMITERS: Final = (",", "\t", ";", "|", "，")
_SAMPLE: Final = 64 * 1024
_PIECE: Final = 1 << 20
_NUL: Final = "第 {line} 行含有空字符（NUL），文件已损坏或不是文本表格，请用原系统重新导出。"
_TOO_MANY: Final = "的行数过多，一次最多 {most} 行，请按月份拆分。"
_BEFORE_HEADER: Final = 15
_BLANK: Final[list[str]] = []
LONGEST_CELL: Final = 1_000_000
LONGEST_LINE: Final = 8_000_000
MAX_LINES: Final = 8_000_000
MAX_CELLS: Final = 10_000_000
WIDEST: Final = 4
"""How many times the allowed number of columns a row may have before reading stops; the header is judged later."""


class UndecodableError(ValueError):
    """These bytes are not in this encoding; `line` is the first that is not."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class NotText(ValueError):
    """Why these bytes are no table; a Chinese clause that follows the file's name."""


def read_text(content: bytes, most_columns: int, most_rows: int) -> list[list[str]]:
    """All rows of a text table, blank ones empty. Raises NotText.

    The text is decoded piece by piece and never held as a whole beside its bytes.
    """
    if content.count(b"\n") + content.count(b"\r") > 2 * MAX_LINES:
        raise NotText(_TOO_MANY.format(most=most_rows))
    if (
        b'"' not in content
        and content.count(b"\n") - content.count(b"\n\n") - content.count(b"\n\r\n") > most_rows + _BEFORE_HEADER
    ):
        raise NotText(_TOO_MANY.format(most=most_rows))  # without quotes each line is a row
    _refuse_long_lines(content)
    encoding = _encoding(content)
    csv.field_size_limit(LONGEST_CELL)
    with io.TextIOWrapper(io.BytesIO(content), encoding, newline="") as text:
        delimiter = _delimiter(text.read(_SAMPLE))
        text.seek(0)
        try:
            return _rows(csv.reader(text, delimiter=delimiter, strict=False), most_columns, most_rows)
        except csv.Error as error:
            raise NotText("的单元格过长或引号没有配对，请检查后重新导出。") from error


def _rows(reader: Iterable[list[str]], most_columns: int, most_rows: int) -> list[list[str]]:
    rows: list[list[str]] = []
    filled = cells = 0
    for row in reader:
        if len(row) > WIDEST * most_columns:
            raise NotText(
                f"第 {len(rows) + 1} 行有 {len(row)} 列，最多 {most_columns} 列，请检查分隔符和引号后重新导出。"
            )
        kept = row if any(row) else _BLANK
        filled += bool(kept)
        cells += len(kept)
        if filled > most_rows + _BEFORE_HEADER or len(rows) >= MAX_LINES or cells > MAX_CELLS:
            raise NotText(_TOO_MANY.format(most=most_rows))
        rows.append(kept)
    return rows


def _refuse_long_lines(content: bytes) -> None:
    """A line that no spreadsheet writes is refused before anything is decoded."""
    at = 0
    while at + LONGEST_LINE < len(content):
        end = content.rfind(b"\n", at, at + LONGEST_LINE)
        end = content.rfind(b"\r", at, at + LONGEST_LINE) if end < at else end
        if end < at:
            raise NotText("的单元格过长或引号没有配对，请检查后重新导出。")
        at = end + 1


def _encoding(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strict(content, "utf-16")
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise NotText(_NUL.format(line=line))
    try:
        return _decodes(content, "utf-8-sig")
    except UndecodableError:
        if content.startswith(codecs.BOM_UTF8):
            return _strict(content, "utf-8-sig")
        _refuse_mixture(content)
        return _strict(content, "gb18030")


def _decodes(content: bytes, encoding: str) -> str:
    """The encoding again when every piece can be decoded; raises UndecodableError, NotText for NUL."""
    decoder, before = codecs.getincrementaldecoder(encoding)(), 0
    for start in range(0, len(content), _PIECE):
        try:
            text = decoder.decode(content[start : start + _PIECE], final=start + _PIECE >= len(content))
        except UnicodeDecodeError as error:
            raise UndecodableError(before + error.object[: error.start].count(b"\n") + 1) from error
        if "\0" in text:
            raise NotText(_NUL.format(line=before + text.count("\n", 0, text.index("\0")) + 1))
        before += text.count("\n")
    return encoding


def _strict(content: bytes, encoding: str) -> str:
    try:
        return _decodes(content, encoding)
    except UndecodableError as error:
        raise NotText(f"第 {error.line} 行的编码无法识别。请另存为“CSV UTF-8（逗号分隔）”后重新上传。") from error


def _refuse_mixture(content: bytes) -> None:
    """Some lines UTF-8, others not: read as either, half of the words would be wrong without anyone noticing."""
    utf8 = other = first_other = 0
    for number, line in enumerate(io.BytesIO(content), 1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            utf8 += 1
        except UnicodeDecodeError:
            other += 1
            first_other = first_other or number
    if other and utf8 * 10 >= utf8 + other and utf8 > 0:
        raise NotText(f"混用了两种编码：大部分是 UTF-8，第 {first_other} 行不是。请统一另存为“CSV UTF-8”后重新上传。")


def _delimiter(sample: str) -> str:
    """The mark that splits the first lines into the same, largest number of columns."""
    lines = [line for line in sample.splitlines() if line.strip()][:20]
    best, most = ",", (0, 0)
    for mark in _DELIMITERS:
        widths = [len(row) for row in csv.reader(lines, delimiter=mark)]
        if not widths or widths[0] < 2:
            continue
        score = (sum(width == widths[0] for width in widths) * widths[0], widths[0])
        if score > most:
            best, most = mark, score
    return best
