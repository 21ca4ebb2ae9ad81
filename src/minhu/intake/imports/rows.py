"""A row of cells becomes a draft of a request, or a sentence that says why it cannot."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from minhu.engines.secrets import normalise_phone
from minhu.intake.domain.people import phone_problem
from minhu.intake.domain.words import clean_json, plain
from minhu.intake.imports.cells import Cell, has_clock_time, line_of, moment_of, path_of, text_of
from minhu.intake.imports.fields import LEVELS, Field
from minhu.intake.types import MAX_TEXT
from minhu.kernel import masks
from minhu.kernel.calendar import CHINA_TIME
from minhu.language.titles import make_title

EARLIEST_YEAR: Final = 2000
LONGEST_KEY: Final = 60
LONGEST_EXTRA: Final = 2000
_LONG: Final = frozenset({Field.TEXT, Field.REPLY, Field.RECEIVED_AT, Field.REPLIED_AT, Field.HAPPENED_AT})
TYPES: Final = {
    "咨询": "consultation", "求助": "help", "求决": "help", "投诉": "complaint", "举报": "report", "建议": "suggestion",
    "意见": "suggestion", "表扬": "praise", "感谢": "praise",
}  # fmt: skip

GRADES: Final = (
    ("不满意", "dissatisfied"), ("基本满意", "mostly"), ("较满意", "mostly"), ("比较满意", "mostly"), ("一般", "so_so"), ("满意", "satisfied"),
)  # fmt: skip
"""The first word that stands in the cell; 'dissatisfied' before 'satisfied', which it holds."""
SOLVED: Final = {
    "是": True, "已解决": True, "解决": True, "y": True, "yes": True, "1": True, "true": True,
    "否": False, "未解决": False, "没有解决": False, "没解决": False, "n": False, "no": False, "0": False, "false": False,
}  # fmt: skip


class RejectedRow(ValueError):
    """Why a row is not taken, in Chinese; holds no personal value."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A row, understood cell by cell; names of categories, areas and units are not looked up yet."""

    row: int
    source_key: str
    digest: str
    title: str
    text: str
    request_type: str
    received_at: datetime
    happened_at: datetime | None
    name: str
    phone: str
    phone2: str
    id_number: str
    address: str
    place: str
    area: str
    category: tuple[str, ...]
    unit: str
    reply: str
    replied_at: datetime | None
    satisfaction: str
    solved: bool | None
    source: dict[str, object]


class RowReader:
    """Reads rows by one mapping. `source_name` keeps the numbers of different systems apart."""

    def __init__(self, mapping: Mapping[str, Field], source_name: str, now: datetime) -> None:
        self._column = {field: column for column, field in mapping.items()}
        self._lines = [(field, column) for field, column in self._column.items() if field not in _LONG]
        self._extra_ok = frozenset(mapping)
        self._source_name, self._latest = source_name, now + timedelta(days=1)

    def read(self, row: int, cells: Mapping[str, Cell]) -> Draft:
        """The draft of a row; raises RejectedRow."""
        line = {field: line_of(cells.get(column)) for field, column in self._lines}
        received = self._moment(Field.RECEIVED_AT, cells, "受理时间")
        if received is None:
            raise RejectedRow("缺少受理时间。")
        said = self._words(Field.TEXT, cells)
        title, text = line.get(Field.TITLE, ""), said or line.get(Field.TITLE, "")
        if len(text) < 2:
            raise RejectedRow("缺少诉求内容。")
        if len(text) > MAX_TEXT:
            raise RejectedRow(f"诉求内容有 {len(text)} 个字，超过 {MAX_TEXT} 个字的上限。")
        reply = answer = self._words(Field.REPLY, cells)
        replied = self._replied(received, reply, cells)
        extra = self._extra(cells, line)
        satisfaction, solved = self._rating(line) if replied else ("", None)
        if replied is None and reply:
            extra[self._column[Field.REPLY]] = reply[:LONGEST_EXTRA]
            reply = ""
        phone, phone2 = plain(line.get(Field.PHONE, "")), plain(line.get(Field.PHONE2, ""))
        return Draft(
            row=row,
            source_key=self._key(line.get(Field.KEY, ""), received, title, text, line.get(Field.NAME, "")),
            digest=self._digest(cells, {**line, Field.TEXT: said, Field.REPLY: answer}),
            title=(title or make_title(text[:2000]))[:200],
            text=text,
            request_type=next((code for word, code in TYPES.items() if word in line.get(Field.TYPE, "")), ""),
            received_at=received,
            happened_at=self._happened(cells),
            name=line.get(Field.NAME, "")[:50],
            phone=phone[:32],
            phone2=phone2[:32],
            id_number=plain(line.get(Field.ID_NUMBER, "")).replace(" ", "").upper()[:32],
            address=line.get(Field.ADDRESS, "")[:200],
            place=line.get(Field.PLACE, "")[:200],
            area=line.get(Field.AREA, "")[:100],
            category=self._category(cells),
            unit=line.get(Field.UNIT, "")[:120],
            reply=reply,
            replied_at=replied,
            satisfaction=satisfaction,
            solved=solved,
            source=extra,
        )

    def _words(self, field: Field, cells: Mapping[str, Cell]) -> str:
        column = self._column.get(field)
        return text_of(cells.get(column)) if column else ""

    def _moment(self, field: Field, cells: Mapping[str, Cell], label: str) -> datetime | None:
        cell = cells.get(self._column.get(field, ""))
        said = line_of(cell)
        if not said:
            return None
        found = moment_of(cell)
        if found is None:
            raise RejectedRow(f"{label}“{said[:30]}”无法识别，请改为“2019-01-08 10:20:00”的形式。")
        if found.astimezone(CHINA_TIME).year < EARLIEST_YEAR:
            raise RejectedRow(f"{label}“{said[:30]}”早于 {EARLIEST_YEAR} 年，请核对。")
        if found > self._latest:
            raise RejectedRow(f"{label}“{said[:30]}”在将来，请核对。")
        return found

    def _happened(self, cells: Mapping[str, Cell]) -> datetime | None:
        """An unreadable time of the event loses nothing: the row's other words stay, so the row is taken."""
        found = moment_of(cells.get(self._column.get(Field.HAPPENED_AT, "")))
        return found if found and found.year >= 1949 and found <= self._latest else None

    def _replied(self, received: datetime, reply: str, cells: Mapping[str, Cell]) -> datetime | None:
        if Field.REPLIED_AT not in self._column:
            return None
        replied = self._moment(Field.REPLIED_AT, cells, "答复时间")
        if replied is None:
            if reply:
                raise RejectedRow("有答复内容，但缺少答复时间。")
            return None
        if replied >= received:
            return replied
        day = received.astimezone(CHINA_TIME).date()
        if replied.astimezone(CHINA_TIME).date() == day and not has_clock_time(
            cells.get(self._column[Field.REPLIED_AT])
        ):
            return received
        raise RejectedRow("答复时间早于受理时间，请核对。")

    def _rating(self, line: Mapping[Field, str]) -> tuple[str, bool | None]:
        """What the citizen said of the answer; words that mean no grade say nothing (they stay in `source`)."""
        said = line.get(Field.SATISFACTION, "")
        grade = next((grade for word, grade in GRADES if word in said), "")
        return grade, SOLVED.get(line.get(Field.SOLVED, "").lower())

    def _category(self, cells: Mapping[str, Cell]) -> tuple[str, ...]:
        if column := self._column.get(Field.CATEGORY_PATH):
            return path_of(cells.get(column))
        levels = (line_of(cells.get(self._column[level])) for level in LEVELS if level in self._column)
        return tuple(level for level in levels if level)

    def _extra(self, cells: Mapping[str, Cell], line: Mapping[Field, str]) -> dict[str, object]:
        """Columns without a meaning and names of the source; telephone and identity numbers in them are masked."""
        kept = {column: text_of(cell)[:LONGEST_EXTRA] for column, cell in cells.items() if column not in self._extra_ok}
        for field in (
            Field.KEY,
            Field.TYPE,
            Field.AREA,
            Field.CATEGORY_PATH,
            *LEVELS,
            Field.UNIT,
            Field.SATISFACTION,
            Field.SOLVED,
        ):
            if said := line.get(field, ""):
                kept[self._column[field]] = said[:LONGEST_EXTRA]
        safe = {column: masks.free_text(said) for column, said in kept.items() if said}
        cleaned = clean_json(safe)
        return cleaned if isinstance(cleaned, dict) else {}

    def _key(self, key: str, received: datetime, title: str, text: str, name: str) -> str:
        """The number in the source; without one, a digest of moment, person and words."""
        if key and len(key) <= LONGEST_KEY:
            return f"{self._source_name}:{key}"
        words = "\x1f".join((key, received.isoformat(), name, title, text))
        return f"{self._source_name}:#{hashlib.sha256(words.encode()).hexdigest()[:32]}"

    def _digest(self, cells: Mapping[str, Cell], read: Mapping[Field, str]) -> str:
        """Of everything that has a meaning; empty cells do not count, so a new empty column changes nothing."""
        said = sorted(
            (field.value, read[field] if field in read else text_of(cells.get(column)))
            for field, column in self._column.items()
        )
        return hashlib.sha256("\x1f".join(f"{field}={words}" for field, words in said if words).encode()).hexdigest()


def index_phone(draft: Draft) -> str:
    """The number to index, empty when what stands there is none."""
    return normalise_phone(draft.phone) if draft.phone and phone_problem(draft.phone) is None else ""
