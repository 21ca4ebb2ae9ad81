"""Which column means what: first by its name, then by what stands in it; a person may correct both."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Final

from minhu.intake.imports.cells import Cell, line_of, moment_of, path_of, text_of
from minhu.intake.imports.fields import EXACT, LEVELS, NAMES, NEEDED, Field, plain_name
from minhu.intake.imports.reading import BadTable, Table

SAMPLE: Final = 200
_PHONE: Final = re.compile(r"(?:\+?86)?1[3-9]\d{9}|0\d{2,3}-?\d{7,8}")
_UNIT: Final = re.compile(r".*(?:局|委|办|中心|街道|镇|乡|公司|政府|支队|大队)$")
Mapping_ = Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class Guess:
    """A column's meaning (None: kept as it is) and how we came to it: name, part, content or saved."""

    column: str
    field: Field | None
    by: str = ""


def columns_digest(columns: Sequence[str]) -> str:
    """The same for the same set of column names, in whatever order."""
    return hashlib.sha256("\x1f".join(sorted(columns)).encode()).hexdigest()


def detect(table: Table) -> list[Guess]:
    """A guess for each column; every field is given to one column only."""
    found: dict[str, tuple[Field, str]] = {}
    taken: set[Field] = set()

    def give(column: str, field: Field, by: str) -> None:
        if column not in found and field not in taken:
            found[column] = (field, by)
            taken.add(field)

    for field, names in NAMES.items():  # the commonest name of a field wins when two columns claim it
        for name in names:
            for column in table.columns:
                if plain_name(column) == plain_name(name):
                    give(column, field, "name")
    for column in table.columns:
        if column not in found and (part := _by_part(column)):
            give(column, part, "part")
    samples = _samples(table, [column for column in table.columns if column not in found])
    for column, field in _by_content(samples, taken):
        give(column, field, "content")
    return [Guess(column, *found.get(column, (None, ""))) for column in table.columns]


def as_mapping(guesses: Sequence[Guess]) -> dict[str, Field]:
    """The columns that mean something."""
    return {guess.column: guess.field for guess in guesses if guess.field is not None}


def checked_mapping(columns: Sequence[str], chosen: Mapping[str, str]) -> dict[str, Field]:
    """A mapping from outside (a form, a file), checked; raises BadTable naming what is missing or doubled."""
    mapping: dict[str, Field] = {}
    for column, name in chosen.items():
        if not name:
            continue
        if column not in columns:
            raise BadTable(f"列对应表里的“{column}”不在文件中。现有列：{'、'.join(columns)[:300]}", code="bad_mapping")
        try:
            field = Field(name)
        except ValueError as error:
            raise BadTable(f"列对应表里的“{name}”不是可用的字段：{'、'.join(Field)}", code="bad_mapping") from error
        if field in mapping.values():
            raise BadTable("同一个字段只能对应一列，请检查列对应设置。", code="bad_mapping", fields={column: name})
        mapping[column] = field
    missing = [field for field in NEEDED if field not in mapping.values()]
    if missing:
        from minhu.intake.imports.fields import LABELS

        words = "、".join(LABELS[field] for field in missing)
        raise BadTable(
            f"没有找到{words}所在的列，请在列对应设置中指定。现有列：{'、'.join(columns)[:300]}", code="columns_missing"
        )
    return mapping


def _by_part(column: str) -> Field | None:
    """'市民留言详情（全文）' contains 留言详情; the longest known name decides."""
    plain = plain_name(column)
    known = [name for name in EXACT if len(name) >= 3 and name in plain]
    return EXACT[max(known, key=len)] if known else None


def _samples(table: Table, columns: Sequence[str]) -> dict[str, list[Cell]]:
    at = {column: table.columns.index(column) for column in columns}
    rows = table.rows[:: max(1, len(table.rows) // SAMPLE)][:SAMPLE]
    cells = {column: [row[place] for _, row in rows if place < len(row)] for column, place in at.items()}
    return {column: [cell for cell in found if line_of(cell)] for column, found in cells.items()}


def _by_content(samples: Mapping[str, list[Cell]], taken: set[Field]) -> list[tuple[str, Field]]:
    found: list[tuple[str, Field]] = []
    moments: list[tuple[datetime, str]] = []
    lengths: list[tuple[float, str]] = []
    for column, cells in samples.items():
        if len(cells) < 3:
            continue
        dates = [moment for cell in cells if (moment := moment_of(cell))]
        words = [text_of(cell) for cell in cells]
        if len(dates) >= 0.9 * len(cells):
            moments.append((sorted(dates)[len(dates) // 2], column))
        elif _share(words, _PHONE) >= 0.8:
            found.append((column, Field.PHONE))
        elif _is_path(words):
            found.append((column, Field.CATEGORY_PATH))
        elif _share(words, _UNIT) >= 0.8 and median(map(len, words)) <= 24:
            found.append((column, Field.UNIT))
        else:
            lengths.append((median(map(len, words)), column))
    for (_, column), field in zip(sorted(moments), (Field.RECEIVED_AT, Field.REPLIED_AT), strict=False):
        first = Field.REPLIED_AT if field is Field.RECEIVED_AT and Field.RECEIVED_AT in taken else field
        found.append((column, first))
    longest = sorted((one for one in lengths if one[0] >= 20), reverse=True)
    if longest and Field.TEXT not in taken:
        found.append((longest[0][1], Field.TEXT))
    if taken.intersection(LEVELS):
        found = [(column, field) for column, field in found if field is not Field.CATEGORY_PATH]
    return found


def _share(words: Sequence[str], form: re.Pattern[str]) -> float:
    return sum(bool(form.fullmatch(word.replace(" ", ""))) for word in words) / len(words)


def _is_path(words: Sequence[str]) -> bool:
    parts = [path_of(word) for word in words]
    many = sum(2 <= len(path) <= 6 and all(1 < len(one) <= 16 for one in path) for path in parts)
    return many >= 0.8 * len(words) and len({path[0] for path in parts if path}) <= max(3, len(words) // 3)
