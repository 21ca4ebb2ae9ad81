"""One cell at a time: words without the padding of the exporting system, dates in all their forms, numbers, paths."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from minhu.intake.domain.words import clean
from minhu.kernel.calendar import CHINA_TIME

Cell = str | float | int | bool | datetime | date | time | timedelta | None

_EXCEL_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel counts local days; the zone is added once
_SERIAL: Final = (32_874.0, 73_050.0)
"""Excel serial numbers of 1990 to 2099."""
_PADDING: Final = " \t\u3000\xa0\u200b\ufeff"
_BLANK_LINES: Final = re.compile(r"\n{2,}")
_DATE: Final = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[\sT]*(上午|下午|AM|PM|am|pm)?\s*(\d{1,2})\s*[:时点]\s*(?:(\d{1,2})\s*[:分]?)?\s*(?:(\d{1,2})(?:\.\d+)?\s*秒?)?)?"
    r"\s*(上午|下午|AM|PM|am|pm)?\s*(Z|[+-]\d{2}:?\d{2})?"
)
_DIGITS: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\D?(\d{2}):?(\d{2}):?(\d{2})?)?")
_SERIAL_TEXT: Final = re.compile(r"\d{5}(?:\.\d+)?")
_WEEKDAY: Final = re.compile(r"[(（]?(?:星期|周)[一二三四五六日天][)）]?")
_PATH: Final = re.compile(r"\s*(?:[/\\>＞→»|、]|--+|[-－—–_](?=\S))+\s*")
_NAMES: Final = {True: "是", False: "否"}
NOTHING: Final = frozenset({"", "-", "--", "—", "/", "无", "暂无", "null", "none", "nan", "n/a", "\\n"})


def text_of(cell: Cell) -> str:
    """The words of a cell, trimmed line by line, without runs of blank lines; the words themselves stay as they are."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        if cell.isalnum():
            return cell
        lines = (line.strip(_PADDING) for line in clean(cell).split("\n"))
        return _BLANK_LINES.sub("\n", "\n".join(lines)).strip()
    if isinstance(cell, bool):
        return _NAMES[cell]
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    return str(cell)


def line_of(cell: Cell) -> str:
    """The words of a cell as one line; a dash or 无 alone means nothing."""
    line = re.sub(r"\s+", " ", text_of(cell))
    return "" if line.lower() in NOTHING else line


def moment_of(cell: Cell) -> datetime | None:
    """The moment a cell means, as aware UTC; without a zone it is China time, without a clock time midnight.

    Understands Excel dates and serial numbers, '2019/1/8 10:20:00', '2019-01-08T10:20:00Z', '2019年1月8日 下午3时5分',
    '20190108', '20190108102000'. None when it is empty or no date.
    """
    try:
        found = _local(cell)
        return found.astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None


def has_clock_time(cell: Cell) -> bool:
    """Whether a cell says more than the day."""
    if isinstance(cell, datetime):
        return True
    if isinstance(cell, date):
        return False
    return not _midnight(cell)


def _midnight(cell: Cell) -> bool:
    found = moment_of(cell)
    if found is None:
        return False
    local = found.astimezone(CHINA_TIME)
    return (local.hour, local.minute, local.second) == (0, 0, 0)


def _local(cell: Cell) -> datetime | None:
    if isinstance(cell, datetime):
        return cell if cell.tzinfo else cell.replace(tzinfo=CHINA_TIME)
    if isinstance(cell, date):
        return datetime.combine(cell, time(), CHINA_TIME)
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, (int, float)):
        return _number(float(cell))
    return _words(unicodedata.normalize("NFKC", text_of(cell))) if isinstance(cell, str) else None


def _number(value: float) -> datetime | None:
    if not math.isfinite(value):
        return None
    if _SERIAL[0] <= value <= _SERIAL[1]:
        return (_EXCEL_ZERO + timedelta(seconds=round(value * 86_400))).replace(tzinfo=CHINA_TIME)
    return _digits(str(int(value))) if value == int(value) else None


def _digits(text: str) -> datetime | None:
    found = _DIGITS.fullmatch(text)
    if found is None:
        return None
    return datetime(*(int(part or 0) for part in found.groups()), tzinfo=CHINA_TIME)  # type: ignore[misc,arg-type]


def _words(text: str) -> datetime | None:
    text = _WEEKDAY.sub(" ", text).strip()
    if _SERIAL_TEXT.fullmatch(text):
        return _number(float(text))
    found = _DATE.fullmatch(text)
    if found is None:
        return _digits(text)
    year, month, day, before, hour, minute, second, after, zone = found.groups()
    at = int(hour or 0)
    half = (before or after or "").lower()
    if half in ("下午", "pm") and at < 12:
        at += 12
    elif half in ("上午", "am") and at == 12:
        at = 0
    naive = (int(year), int(month), int(day), at, int(minute or 0), int(second or 0))
    if zone:
        return datetime.fromisoformat(f"{datetime(*naive).isoformat()}{'+00:00' if zone == 'Z' else zone}")  # noqa: DTZ001
    return datetime(*naive, tzinfo=CHINA_TIME)


def path_of(cell: Cell) -> tuple[str, ...]:
    """The levels of a category written in one column: 'a-b-c', 'a/b/c', 'a>b>c'."""
    return tuple(part for part in (one.strip(_PADDING) for one in _PATH.split(line_of(cell))) if part)
