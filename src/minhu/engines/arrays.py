"""Whole columns as parameters: a list as PostgreSQL writes an array, several times cheaper than the driver's own way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any


def array(values: Iterable[Any]) -> str:
    """None, str, bytes, bool, numbers, dates and UUIDs as the text of an array; the statement casts it (`%s::text[]`)."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: Any) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    if isinstance(value, bool):
        return "t" if value else "f"
    return f'"{value.isoformat()}"' if isinstance(value, date) else f'"{value}"'
