"""Lines of business (业务线): what each old hotline has become, who speaks first on it, and how far the machine goes.

Source: 国办发〔2020〕53号 (one number 12345, old hotlines as seats, two numbers or branches of it).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from minhu.directory.domain.reading import Problems, Reader
from minhu.kernel.patterns import regex
from minhu.language.dialogue.types import Mode, Policy

HOUSE: Final = Policy()
"""How the bot works where a line says nothing; no line is less careful about danger."""
MOST_LINES: Final = 200
MOST_NUMBERS: Final = 5_000
LANGUAGES: Final = ("zh", "yue", "en", "ja", "ko", "ru", "ug", "bo", "mn", "kk")
_CODE: Final = regex(r"[a-z0-9][a-z0-9_-]{0,31}", re.ASCII)
_NUMBER: Final = regex(r"\d{3,16}", re.ASCII)
_AREA_CODE: Final = regex(r"(?:0086|86)?(?:0\d{2,3})?", re.ASCII)
_LENGTHS: Final = {"name": 40, "short": 10, "queue": 32, "category": 32, "unit": 32, "greeting": 200, "closed": 200}


@dataclass(frozen=True, slots=True)
class OldNumber:
    """A telephone number and the line it leads to; empty days: from ever, for ever. Queue and category may be its own."""

    number: str
    line: str
    first: date | None = None
    last: date | None = None
    queue: str = ""
    category: str = ""
    note: str = ""

    def holds(self, day: date) -> bool:
        """Whether the number leads there on ``day``."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of business. ``hours``: a profile of the working calendar, empty for day and night."""

    code: str
    name: str
    short: str
    queue: str
    hours: str = ""
    closed: str = ""
    """What is said outside the hours."""
    outside: Mode = Mode.MACHINE_FIRST
    """Who speaks outside the hours."""
    category: str = ""
    """The branch of the category tree that its matters mostly belong to."""
    hints: tuple[str, ...] = ()
    """Categories that are the most likely of all."""
    unit: str = ""
    """Who is proposed where the catalogue names nobody."""
    languages: tuple[str, ...] = ("zh",)
    offered: bool = True
    """Whether citizens may choose it where they write."""
    quiet_hours: int = 24
    """Hours of silence after which words on WeChat open a new talk."""
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True)
class Lines:
    """A version of all lines; ``main`` takes whatever no line is known for."""

    version: str
    main: Line
    by_code: Mapping[str, Line]
    numbers: Mapping[str, tuple[OldNumber, ...]]

    def line(self, code: str) -> Line:
        """The line with a code, else the main one."""
        return self.by_code.get(code, self.main)

    def queue_name(self, code: str) -> str:
        """A queue as people know it: by the line of that code, else by the lines that stand in it; else its code."""
        if code in self.by_code:
            return self.by_code[code].name
        return "、".join(one.name for one in self.by_code.values() if one.queue == code) or code

    def numbered(self, number: str, day: date) -> OldNumber | None:
        """What a telephone number leads to on ``day``, also dialled with country or area code; None for no such number."""
        digits = "".join(sign for sign in number if sign.isascii() and sign.isdigit())
        for at in range(min(len(digits), 8)):
            if _AREA_CODE.fullmatch(digits[:at]):
                for one in self.numbers.get(digits[at:], ()):
                    if one.holds(day):
                        return one
        return None

    def line_of(self, number: str, day: date) -> Line:
        """The line that a telephone number leads to on ``day``, with the number's own queue and category."""
        found = self.numbered(number, day)
        if found is None:
            return self.main
        line = self.line(found.line)
        return replace(line, queue=found.queue or line.queue, category=found.category or line.category)


def parse_lines(content: Mapping[str, Any], version: str) -> Lines:
    """Read the lines and their old numbers; raises Invalid naming each wrong row."""
    problems = Problems()
    body = Reader(content, problems)
    found: dict[str, Line] = {}
    for reader in body.children("lines")[:MOST_LINES]:
        line = _line(reader)
        if line.code in found:
            problems.add(reader.at("code"), f"“{line.code}”重复。")
        found[line.code] = line
    main = body.text("main", required=True)
    if main not in found:
        problems.add("main", "总线应是下面列出的一条业务线的代码。")
    numbers: dict[str, list[OldNumber]] = {}
    for reader in body.children("numbers")[:MOST_NUMBERS]:
        one = _number(reader, found)
        before = numbers.setdefault(one.number, [])
        if any(_overlap(one, other) for other in before):
            problems.add(reader.at("number"), f"“{one.number}”在同一段时间已有去向，请写明起止日期。")
        before.append(one)
    for key, most in (("lines", MOST_LINES), ("numbers", MOST_NUMBERS)):
        if len(body.body.get(key) or ()) > most:
            problems.add(key, f"最多 {most} 条。")
    body.no_other_keys()
    problems.raise_if_any("业务线")
    return Lines(version, found[main], found, {key: tuple(value) for key, value in numbers.items()})


def _line(reader: Reader) -> Line:
    texts = {key: reader.text(key, required=key == "name") for key in _LENGTHS}
    for key, most in _LENGTHS.items():
        if len(texts[key]) > most or "\n" in texts[key]:
            reader.problems.add(reader.at(key), f"最多 {most} 个字，写在一行内。")
    code = reader.text("code", required=True)
    if not _CODE.fullmatch(code):
        reader.problems.add(reader.at("code"), "代码用小写字母、数字、- 或 _，最多 32 个字符。")
    modes = [mode.value for mode in Mode]
    policy = Policy(
        mode=Mode(_one_of(reader, "mode", HOUSE.mode.value, modes)),
        strength=reader.number("strength", HOUSE.strength, 0.3, 1.0),
        angry_turns=reader.count("angry_turns", HOUSE.angry_turns, 1, 5),
        questions=reader.count("questions", HOUSE.questions, 0, 8),
        danger_sure=_as_careful(reader), called=texts["name"], welcome=texts["greeting"],
    )  # fmt: skip
    line = Line(
        code=code, name=texts["name"], short=texts["short"] or texts["name"][:10], queue=texts["queue"] or code,
        hours=reader.text("hours"), closed=texts["closed"], category=texts["category"], unit=texts["unit"],
        outside=Mode(_one_of(reader, "outside", Mode.MACHINE_FIRST.value, modes)), hints=_several(reader, "hints"),
        languages=_several(reader, "languages", LANGUAGES) or ("zh",), offered=reader.flag("offered", True),
        quiet_hours=reader.count("quiet_hours", 24, 1, 720), policy=policy,
    )  # fmt: skip
    reader.no_other_keys()
    return line


def _as_careful(reader: Reader) -> float:
    """The limit of danger: lower brings a person sooner; higher than the house's is refused."""
    value = reader.number("danger_sure", HOUSE.danger_sure, 0.0, 1.0)
    if value > HOUSE.danger_sure:
        reader.problems.add(
            reader.at("danger_sure"), f"不能高于全市的 {HOUSE.danger_sure:g}：任何业务线对危险的判断都不能放松。"
        )
    return value


def _number(reader: Reader, lines: Mapping[str, Line]) -> OldNumber:
    number, line = reader.text("number", required=True), reader.text("line", required=True)
    if not _NUMBER.fullmatch(number):
        reader.problems.add(reader.at("number"), "号码只写数字，3 至 16 位。")
    if line not in lines:
        reader.problems.add(reader.at("line"), f"没有代码为“{line}”的业务线。")
    first, last = (_day(reader, key) for key in ("from", "to"))
    if first and last and last < first:
        reader.problems.add(reader.at("to"), "失效日期早于生效日期。")
    own = {key: reader.text(key)[:most] for key, most in (("queue", 32), ("category", 32), ("note", 100))}
    reader.no_other_keys()
    return OldNumber(number, line, first, last, **own)


def _overlap(one: OldNumber, other: OldNumber) -> bool:
    return (one.first or date.min) <= (other.last or date.max) and (other.first or date.min) <= (one.last or date.max)


def _day(reader: Reader, key: str) -> date | None:
    text = reader.text(key)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        reader.problems.add(reader.at(key), "日期按“年-月-日”填写，例如 2021-07-01。")
        return None


def _one_of(reader: Reader, key: str, default: str, choices: list[str]) -> str:
    value = reader.text(key, default, choices=choices)
    return value if value in choices else default


def _several(reader: Reader, key: str, choices: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Words with commas between them."""
    words = tuple(dict.fromkeys(one.strip() for one in re.split(r"[,，、;；\s]+", reader.text(key)) if one.strip()))
    for one in words:
        if choices and one not in choices:
            reader.problems.add(reader.at(key), f"“{one}”不在可选范围内：{'、'.join(choices)}。")
    return words
