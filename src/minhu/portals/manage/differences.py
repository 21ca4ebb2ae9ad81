"""What differs between two versions: rows by their key, and any two rule sets line by line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_KEYS: Final = ("key", "code", "category", "year", "words", "host")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is new, gone or other; ``before`` and ``after`` are in words, empty when not there."""

    what: str
    where: str
    before: str
    after: str


def of_rows(
    before: Iterable[Mapping[str, Any]],
    after: Iterable[Mapping[str, Any]],
    key: Sequence[str],
    labels: Mapping[str, str],
) -> list[Difference]:
    """Rows that were added, removed or changed; ``labels`` names the fields that are compared."""
    old = {tuple(str(row.get(k) or "") for k in key): row for row in before}
    new = {tuple(str(row.get(k) or "") for k in key): row for row in after}
    found = []
    for name in sorted(set(old) | set(new)):
        where = " · ".join(part for part in name if part)
        if name not in old:
            found.append(Difference("added", where, "", _words(new[name], labels)))
        elif name not in new:
            found.append(Difference("removed", where, _words(old[name], labels), ""))
        else:
            fields = [f for f in labels if _plain(old[name].get(f)) != _plain(new[name].get(f))]
            if fields:
                some = {f: labels[f] for f in fields}
                found.append(Difference("changed", where, _words(old[name], some), _words(new[name], some)))
    return found


def _words(row: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    return "；".join(f"{label} {_plain(row.get(field))}" for field, label in labels.items() if _plain(row.get(field)))


def _plain(value: Any) -> str:
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "、".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def of_rules(before: Any, after: Any, where: str = "") -> list[Difference]:
    """Whatever differs between two JSON documents; lists of objects are compared by their key."""
    if before == after:
        return []
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return [
            found
            for name in dict.fromkeys([*before, *after])
            for found in of_rules(before.get(name), after.get(name), f"{where}.{name}" if where else str(name))
        ]
    if _keyed(before) and _keyed(after) and (before or after):
        old, new = _by_key(before), _by_key(after)
        return [
            found
            for name in dict.fromkeys([*old, *new])
            for found in of_rules(old.get(name), new.get(name), f"{where} · {name}")
        ]
    what = "added" if before is None else "removed" if after is None else "changed"
    return [Difference(what, where, _shown(before), _shown(after))]


def _keyed(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, Mapping) and any(k in row for k in _KEYS) for row in value)


def _by_key(rows: list[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {str(next(row[k] for k in _KEYS if k in row)): row for row in rows}


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "；".join(f"{name}: {_plain(part)}" for name, part in value.items() if _plain(part))
    return _plain(value)
