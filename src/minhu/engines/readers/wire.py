"""Blocks on their way from the reading process: one JSON line each, so that what is too much is noticed early."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from minhu.language.papers.types import Block, BlockKind


def line_of(block: Block) -> str:
    """One block as a line without its end."""
    told: dict[str, Any] = {"k": block.kind.value}
    parts = {"t": block.text, "l": block.level, "r": block.rows, "h": block.headers, "p": block.page, "m": block.mark}
    told |= {key: value for key, value in parts.items() if value}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def blocks_of(lines: Iterable[str]) -> Iterator[Block]:
    """The blocks of lines; raises ValueError, KeyError or TypeError for what the reading process cannot have written."""
    for line in lines:
        told = json.loads(line)
        rows = tuple(tuple(str(cell) for cell in row) for row in told.get("r", ()))
        yield Block(BlockKind(told["k"]), str(told.get("t", "")), int(told.get("l", 0)), rows, int(told.get("h", 0)), int(told.get("p", 0)), str(told.get("m", "")))  # fmt: skip
