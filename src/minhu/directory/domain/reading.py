"""Reads the JSON of a rule set into types and collects every mistake with its line, in plain Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from minhu.kernel.calendar import Duration
from minhu.kernel.errors import Invalid

UNIT_WORDS: Mapping[str, str] = {
    "minutes": "分钟",
    "hours": "小时",
    "natural_days": "自然日",
    "working_days": "工作日",
}
MOST_SHOWN = 20


class Problems:
    """Mistakes found so far: place in the document → what is wrong with it."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def add(self, where: str, text: str) -> None:
        """Remember a mistake; the first one at a place is kept."""
        self.found.setdefault(where or "整体", text)

    def raise_if_any(self, what: str) -> None:
        """Raise Invalid with all mistakes (``fields``), if there are any."""
        if self.found:
            shown = dict(list(self.found.items())[:MOST_SHOWN])
            more = len(self.found) - len(shown)
            tail = f"（另有 {more} 处未列出）" if more else ""
            raise Invalid(f"{what}有 {len(self.found)} 处错误，未保存{tail}。", code="bad_rules", fields=shown)


class Reader:
    """One JSON object of a rule set; every getter notes a mistake and answers something harmless."""

    def __init__(self, body: object, problems: Problems, where: str = "") -> None:
        self.problems, self.where = problems, where
        self._seen: set[str] = set()
        if not isinstance(body, Mapping):
            problems.add(where, "这里应当是一个对象（{…}）。")
            body = {}
        self.body: Mapping[str, Any] = body

    def at(self, key: str) -> str:
        """The place of ``key`` in the document."""
        return f"{self.where}.{key}" if self.where else key

    def _get(self, key: str, default: Any, required: bool) -> Any:
        self._seen.add(key)
        if required and self.body.get(key) in (None, ""):
            self.problems.add(self.at(key), "这一项必须填写。")
        return self.body.get(key, default)

    def text(self, key: str, default: str = "", *, required: bool = False, choices: Iterable[str] = ()) -> str:
        """A string, one of ``choices`` if there are any (empty stays allowed unless required)."""
        value = self._get(key, default, required)
        if not isinstance(value, str):
            self.problems.add(self.at(key), "这里应当是文字。")
            return default
        allowed = tuple(choices)
        if allowed and value and value not in allowed:
            self.problems.add(self.at(key), f"“{value}”不在可选范围内：{'、'.join(allowed)}。")
        return value.strip()

    def number(self, key: str, default: float, low: float = 0.0, high: float = 1.0) -> float:
        """A number from ``low`` to ``high``."""
        value = self._get(key, default, False)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            self.problems.add(self.at(key), f"这里应当是 {low:g} 到 {high:g} 之间的数。")
            return default
        return float(value)

    def count(self, key: str, default: int, low: int = 0, high: int = 100_000) -> int:
        """A whole number from ``low`` to ``high``."""
        value = self._get(key, default, False)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.problems.add(self.at(key), f"这里应当是 {low} 到 {high} 之间的整数。")
            return default
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        """A truth value."""
        value = self._get(key, default, False)
        if not isinstance(value, bool):
            self.problems.add(self.at(key), "这里应当是 true（是）或 false（否）。")
            return default
        return value

    def duration(self, default: Duration) -> Duration:
        """``amount`` + ``unit`` (+ ``working_hours``) of this object."""
        amount = self.count("amount", default.amount, 1)
        unit = self.text("unit", default.unit, choices=UNIT_WORDS)
        try:
            return Duration(amount, unit, self.flag("working_hours"))  # type: ignore[arg-type]  # checked by Duration
        except ValueError:
            self.problems.add(self.at("amount"), f"时限 {amount} {UNIT_WORDS.get(unit, unit)} 超出允许范围。")
            return default

    def child(self, key: str) -> Reader:
        """The object under ``key`` (an empty one when it is missing)."""
        return Reader(self._get(key, {}, False), self.problems, self.at(key))

    def children(self, key: str) -> list[Reader]:
        """The objects of the list under ``key``; rows are numbered from 1, as people count."""
        rows = self._get(key, [], False)
        if not isinstance(rows, list):
            self.problems.add(self.at(key), "这里应当是一个列表（[…]）。")
            return []
        return [Reader(row, self.problems, f"{self.at(key)}[{number}]") for number, row in enumerate(rows, 1)]

    def names(self, key: str, choices: Iterable[str]) -> tuple[str, ...]:
        """A list of different names out of ``choices``."""
        rows, allowed = self._get(key, [], False), tuple(choices)
        if not isinstance(rows, list) or not all(isinstance(row, str) for row in rows):
            self.problems.add(self.at(key), "这里应当是文字的列表（[…]）。")
            return ()
        for number, row in enumerate(rows, 1):
            if row not in allowed:
                self.problems.add(f"{self.at(key)}[{number}]", f"“{row}”不在可选范围内：{'、'.join(allowed)}。")
            elif row in rows[: number - 1]:
                self.problems.add(f"{self.at(key)}[{number}]", f"“{row}”重复。")
        return tuple(rows)

    def named(self, key: str) -> dict[str, Any]:
        """The object under ``key`` as it is."""
        value = self._get(key, {}, False)
        if not isinstance(value, dict):
            self.problems.add(self.at(key), "这里应当是一个对象（{…}）。")
            return {}
        return value

    def no_other_keys(self) -> None:
        """Note every key that nobody asked for: most likely a slip of the pen."""
        for key in self.body:
            if key not in self._seen:
                self.problems.add(self.at(str(key)), "没有这一项，请检查拼写。")
