"""CSV files given on the command line, read at the edge: encodings of several offices, clear messages for bad files."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

Row = dict[str, str]
_ENCODINGS = ("utf-8-sig", "gb18030", "utf-16")
csv.field_size_limit(16_000_000)


class BadFile(ValueError):
    """The file cannot be used; the message says in Chinese which file and what to change."""


def read_table(file: Path) -> list[Row]:
    """All rows as dictionaries with stripped column names; missing cells are empty. Raises ``BadFile``."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise BadFile(f"无法打开文件 {file.name}：{error.strerror or error}") from error
    if not raw.strip():
        raise BadFile(f"文件 {file.name} 是空的")
    text = _decode(raw, file.name)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""))
        rows = [{(key or "").strip(): value or "" for key, value in row.items() if key is not None} for row in reader]
    except csv.Error as error:
        raise BadFile(f"文件 {file.name} 不是有效的 CSV：{error}") from error
    if not rows:
        raise BadFile(f"文件 {file.name} 只有表头，没有数据行")
    return rows


def wanted_columns(file: Path, rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Raise ``BadFile`` naming the columns that are missing."""
    missing = [column for column in columns if column not in rows[0]]
    if missing:
        found = "、".join(rows[0]) or "无"
        raise BadFile(f"文件 {file.name} 缺少列 {'、'.join(missing)}（现有列：{found[:200]}）")


def row_text(row: Row) -> str:
    """The text of a labelled row: segmented words, or title and body."""
    from minhu.language.features import join_title

    words = row.get("words", "")
    return words if words.strip() else join_title(row.get("title", ""), row.get("body", ""))


def _decode(raw: bytes, name: str) -> str:
    for encoding in _ENCODINGS:
        try:
            text = raw.decode(encoding)
        except UnicodeError:
            continue
        if "\x00" not in text:
            return text
    raise BadFile(f"文件 {name} 不是文本文件，或编码无法识别（请存为 UTF-8 的 CSV）")
