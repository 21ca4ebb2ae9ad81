"""What every load shares: reading the file, collecting problems row by row, writing only what differs."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar

from django.db import models

from minhu.directory.types import LoadReport, RowProblem
from minhu.kernel.errors import Invalid

M = TypeVar("M", bound=models.Model)
LARGEST_FILE: Final = 64 * 1024 * 1024
MOST_PARTS: Final = 1_000_000
MOST_VALUES: Final = 8_000_000
MOST_COLUMNS: Final = 200
MOST_SHOWN: Final = 50
_PIECE: Final = 1 << 20
BATCH: Final = 2000


class RowProblems:
    """Problems found so far; the load stops when there are any, before anything is written."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.found: list[RowProblem] = []

    def add(self, row: int, what: object, text: str) -> None:
        """Remember a problem of a row."""
        self.found.append(RowProblem(row, str(what), text))

    def raise_if_any(self) -> None:
        """Raise Invalid that lists the rows."""
        if self.found:
            shown = {f"第 {problem.row} 行 {problem.what}".strip(): problem.text for problem in self.found[:MOST_SHOWN]}
            raise Invalid(f"{self.what}有 {len(self.found)} 处错误，没有保存任何内容。", code="bad_rows", fields=shown)


def read_json(path: Path) -> Any:
    """The JSON in a file; raises Invalid with a sentence for missing, empty, huge or broken files."""
    return parse_json(_bytes_of(path), path.name)


def parse_json(content: bytes, name: str) -> Any:
    """The JSON in uploaded bytes; raises Invalid with a sentence."""
    if content.count(b"[") + content.count(b"{") > MOST_PARTS or content.count(b",") > MOST_VALUES:
        raise Invalid(f"文件“{name}”里的内容过多，请拆分后分次载入。", code="bad_file")
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Invalid(f"文件“{name}”不是 UTF-8 编码，请另存为 UTF-8 后重试。", code="bad_file") from error
    except json.JSONDecodeError as error:
        raise Invalid(f"文件“{name}”不是有效的 JSON（第 {error.lineno} 行附近）。", code="bad_file") from error
    except RecursionError as error:
        raise Invalid(f"文件“{name}”嵌套层数过多，不是需要的格式。", code="bad_file") from error
    except ValueError as error:  # a number of thousands of digits
        raise Invalid(f"文件“{name}”里有无法使用的数字。", code="bad_file") from error


def read_rows(path: Path, key: str) -> list[dict[str, Any]]:
    """Rows of a file: CSV with a header line, or JSON (a list, or an object with the list under ``key``)."""
    if path.suffix.lower() == ".csv":
        return parse_csv(_bytes_of(path), path.name)
    return rows_of(read_json(path), key, path.name)


def parse_csv(content: bytes, name: str) -> list[dict[str, Any]]:
    """The rows of a CSV with a header line in bytes; raises Invalid with a sentence."""
    if content.count(b",") > MOST_VALUES or content.count(b"\n") > MOST_PARTS:
        raise Invalid(f"文件“{name}”里的内容过多，请拆分后分次载入。", code="bad_file")
    if b"\0" in content:
        raise Invalid(f"文件“{name}”含有空字符，已损坏或不是文本表格。", code="bad_file")
    try:
        reader = csv.DictReader(io.TextIOWrapper(io.BytesIO(content), _encoding_of(content, name), newline=""))
        if len(reader.fieldnames or ()) > MOST_COLUMNS:
            raise Invalid(f"文件“{name}”的列过多，不是需要的格式。", code="bad_file")
        rows = [dict(row) for row in reader]
    except csv.Error as error:
        raise Invalid(f"文件“{name}”的单元格过长或引号没有配对。", code="bad_file") from error
    if any(any(row.get(None) or ()) for row in rows):
        raise Invalid(f"文件“{name}”有的行比表头多列，请检查逗号和引号。", code="bad_file")
    return rows


def rows_of(body: object, key: str, name: str) -> list[dict[str, Any]]:
    """The list of objects in a JSON document; raises Invalid when it is something else."""
    rows = body.get(key) if isinstance(body, Mapping) else body
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Invalid(f"文件“{name}”里没有“{key}”列表，不是需要的格式。", code="bad_file")
    return rows


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise Invalid(f"文件“{path.name}”超过 {LARGEST_FILE // 1024**2} MB，不是需要的格式。", code="bad_file")
        content = path.read_bytes()
    except OSError as error:
        raise Invalid(f"无法读取文件“{path}”：{error.strerror or error}。", code="bad_file") from error
    if not content.strip():
        raise Invalid(f"文件“{path.name}”是空的。", code="bad_file")
    return content


def _encoding_of(content: bytes, name: str) -> str:
    """The encoding that every piece of a file is in; the text as a whole is never held beside its bytes."""
    pieces = [memoryview(content)[start : start + _PIECE] for start in range(0, len(content), _PIECE)]
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            for _text in codecs.iterdecode(map(bytes, pieces), encoding):
                pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise Invalid(f"文件“{name}”的编码无法识别，请另存为 UTF-8 后重试。", code="bad_file")


def texts(value: object) -> list[str]:
    """A list of words from JSON (a list) or CSV ('a、b;c'), each once, in order."""
    if value is None or value == "":
        return []
    parts = value if isinstance(value, list) else str(value).replace("；", ";").replace("、", ";").split(";")
    return list(dict.fromkeys(word for part in parts if (word := str(part).strip())))


def yes(value: object, default: bool = True) -> bool:
    """A truth value from JSON or CSV ('是', '否', '0', 'false' …); empty means the default."""
    if value is None or value == "":
        return default
    return str(value).strip().lower() not in ("false", "0", "否", "no", "n")


def decimal(value: object) -> float | None:
    """A number or None; raises ValueError for anything else."""
    return float(str(value)) if value not in (None, "") else None


def day(value: object) -> date | None:
    """An ISO date or None; raises ValueError for anything else."""
    return date.fromisoformat(str(value)) if value not in (None, "") else None


def upsert(model: type[M], key: str, wanted: Mapping[Any, Mapping[str, Any]]) -> LoadReport:
    """Insert rows that are missing and update those that differ; ``wanted`` maps key values to field values.

    All rows must name the same fields (attribute names, so ``parent_id``). What is there but not wanted stays.
    """
    fields: Sequence[str] = list(next(iter(wanted.values()), {}))
    manager = model._default_manager
    present = {getattr(row, key): row for row in manager.filter(**{f"{key}__in": list(wanted)})}
    new, changed = [], []
    for value, row in wanted.items():
        there = present.get(value)
        if there is None:
            new.append(model(**{key: value, **row}))
        elif any(getattr(there, name) != row[name] for name in fields):
            for name in fields:
                setattr(there, name, row[name])
            changed.append(there)
    manager.bulk_create(new, batch_size=BATCH)
    if changed:
        names = [name.removesuffix("_id") for name in fields]
        manager.bulk_update(changed, names, batch_size=BATCH)
    return LoadReport(len(wanted), len(new), len(changed), len(wanted) - len(new) - len(changed))


def together(reports: Iterable[LoadReport]) -> LoadReport:
    """The sum of several reports."""
    every = list(reports)
    return LoadReport(
        sum(r.rows for r in every),
        sum(r.created for r in every),
        sum(r.changed for r in every),
        sum(r.unchanged for r in every),
    )
