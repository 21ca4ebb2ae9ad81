"""Service offices in the tables of papers: a row with an address is a place to go to, with telephone and hours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from minhu.kernel.patterns import regex
from minhu.language.papers.hours import read_hours
from minhu.language.papers.types import Passage, PassageKind

_ADDRESS: Final = regex(r"地址|位置|接待地点|办公地点|窗口地点")
_PHONE_HEAD: Final = regex(r"电话|热线|联系方式")
_PHONE: Final = regex(r"0\d{2,3}-?\d{7,8}|(?<!\d)1\d{4}(?!\d)|(?<!\d)400\d{7}(?!\d)")
_HOURS_HEAD: Final = regex(r"时间|时段|值班|24\s?小时|午餐|晚餐|早餐|周[一二三四五六日至]|工作日")
_LINK: Final = regex(r"、|，|；")
_ANY_DAY: Final = regex(r"^\d{1,2}[:：]\d{2}")
_YES: Final = regex(r"^(?:是|有|可以|全天)$")
_NO: Final = regex(r"^(?:否|无|不供应|不办公|不开放)[，、]?")
_NOWHERE: Final = regex(r"^(?:就近|各|任一|[—\-\s]*)$")


@dataclass(frozen=True, slots=True)
class Office:
    """A place to go to; what a paper does not say is empty. ``also``: the other cells of the row, header and value."""

    name: str
    address: str
    telephone: str
    hours: str
    also: tuple[tuple[str, str], ...]
    passage: int


def office_of(passage: Passage) -> Office | None:
    """The office of a table row; None for a row without an address."""
    if passage.kind is not PassageKind.ROW or len(passage.cells) < 2:
        return None
    at = next((number for number, (head, _) in enumerate(passage.cells) if number and _ADDRESS.search(head)), 0)
    if not at or _NOWHERE.match(passage.cells[at][1]):
        return None
    name, head = passage.cells[0][1].strip(), passage.cells[at][0]
    kind = _ADDRESS.split(head)[0].strip("的（(")
    telephone, hours, also = "", list[str](), list[tuple[str, str]]()
    if "24小时" in head:
        hours.append("24小时")
    for header, value in passage.cells[1:]:
        if header == head:
            continue
        if _PHONE_HEAD.search(header) and (found := _PHONE.search(value)):
            telephone = found[0]
        elif _HOURS_HEAD.search(header) or read_hours(value) is not None:
            hours.append(_hours(header, value))
        else:
            also.append((header, value))
    address = passage.cells[at][1].strip()
    telephone = telephone or next(iter(_PHONE.findall(address)), "")
    whole = f"{name}{kind}" if kind and kind not in name and kind != name else name
    return Office(whole, address, telephone, "；".join(filter(None, hours)), tuple(also), passage.number)


def _hours(header: str, value: str) -> str:
    """A cell of hours as a sentence: 是否24小时 | 是 → 24小时; 周六 | 9:00—12:00 → 周六9:00—12:00."""
    if "24小时" in header:
        return "24小时" if _YES.match(value) else _NO.sub("", value)
    if _NO.match(value) and not _NO.sub("", value):
        return ""
    day = re.search(r"(?:周|星期)[一二三四五六日至—-]+|工作日", header)
    if day and _ANY_DAY.match(value):
        return f"{day[0]}{value}"
    return value.strip()
