"""CSV and tab-separated text: encodings of several offices, delimiters by what fits, damage named by its line."""

from __future__ import annotations

import codecs
import csv
import io
from typing import Final

_DELIMITERS: Final = (",", "\t", ";", "|", "，")
_SAMPLE: Final = 64 * 1024
LONGEST_CELL: Final = 1_000_000


class NotText(ValueError):
    """Why these bytes are no table; a Chinese clause that follows the file's name."""


def read_text(content: bytes) -> list[list[str]]:
    """All rows of a text table. Raises NotText."""
    text = _decoded(content)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise NotText(f"第 {line} 行含有空字符（NUL），文件已损坏或不是文本表格，请用原系统重新导出。")
    csv.field_size_limit(LONGEST_CELL)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text[:_SAMPLE]), strict=False)
        return list(reader)
    except csv.Error as error:
        raise NotText("的单元格过长或引号没有配对，请检查后重新导出。") from error


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strict(content, "utf-16")
    if content.startswith(codecs.BOM_UTF8):
        return _strict(content[3:], "utf-8")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        _refuse_mixture(content)
        return _strict(content, "gb18030")


def _strict(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise NotText(f"第 {line} 行的编码无法识别。请另存为“CSV UTF-8（逗号分隔）”后重新上传。") from error


def _refuse_mixture(content: bytes) -> None:
    """Some lines UTF-8, others not: read as either, half of the words would be wrong without anyone noticing."""
    utf8 = other = first_other = 0
    for number, line in enumerate(content.split(b"\n"), 1):
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
