"""Comparing checkpoints kept elsewhere with the ledger as it stands, and looking closely at a stretch of entries."""

from collections.abc import Mapping
from typing import Final

from minhu.kernel.errors import Invalid
from minhu.ledger import signing, witness
from minhu.ledger.database import everything_visible
from minhu.ledger.domain import notes
from minhu.ledger.domain.merkle import leaf_hash
from minhu.ledger.models import Checkpoint, Entry
from minhu.ledger.queries import checkpoint_view, view_of
from minhu.ledger.services.prove import roots_at
from minhu.ledger.services.walk import record_of
from minhu.ledger.types import Comparison, InspectedEntry, Inspection, Line

ALL_OF: Final = 200
"""So many lines are compared one by one; of more the first that differs is looked for by halving."""
MOST: Final = 200


def compare_kept(content: bytes | None = None) -> Comparison:
    """Compare checkpoints kept elsewhere (default: the file of this home) with the ledger.

    `content` holds lines as in checkpoints.jsonl or signed notes one after the other. Raises Invalid when nothing in it
    is a checkpoint.
    """
    lines, bad = witness.read() if content is None else witness.parse(content)
    if not lines and content is not None:
        raise Invalid(
            "文件里没有检查点。请上传 checkpoints.jsonl 的副本，或见证方保存的检查点文本。", code="no_checkpoints"
        )
    with everything_visible():
        last = Checkpoint.objects.order_by("-size").first()
    size = last.size if last else 0
    within = [line for at, line in sorted(lines.items()) if at <= size]
    differing = _differing(within)
    first = differing[0].size if differing else None
    agreeing = max((line.size for line in within if first is None or line.size < first), default=0)
    forged = sum(
        1 for line in list(lines.values())[-ALL_OF:] if line.note and not signing.is_genuine(notes.parse(line.note))
    )
    return Comparison(
        lines=len(lines),
        signed=sum(1 for line in lines.values() if line.note),
        forged=forged,
        size=size,
        theirs=max(lines, default=0),
        agreeing=agreeing,
        differing=tuple(line.size for line in differing[:MOST]),
        bad_lines=tuple(bad[:MOST]),
    )


def _differing(lines: list[Line]) -> list[Line]:
    """The lines whose root is not that of the entries: once a tree differs, all larger ones do."""
    if len(lines) <= ALL_OF:
        ours = roots_at([line.size for line in lines])
        return [line for line in lines if ours[line.size] != line.root]
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high) // 2
        if _agrees(lines[middle]):
            low = middle + 1
        else:
            high = middle
    return lines[low:]


def _agrees(line: Line) -> bool:
    ours: Mapping[int, str] = roots_at([line.size])
    return ours[line.size] == line.root


def inspect(first: int, last: int, limit: int = MOST) -> Inspection:
    """Look at the entries of a stretch, each against its own hash, with the checkpoints before and after it.

    At most `limit` entries; positions without an entry are named.
    """
    first, last = max(first, 0), max(last, first, 0)
    with everything_visible():
        rows = list(Entry.objects.filter(position__gte=first, position__lte=last).order_by("position")[:limit])
        before = Checkpoint.objects.filter(size__lte=first).order_by("-size").first()
        after = Checkpoint.objects.filter(size__gt=last).order_by("size").first()
    there = {row.position for row in rows}
    end = rows[-1].position if len(rows) == limit and rows[-1].position is not None else last
    missing = [position for position in range(first, min(end, first + limit) + 1) if position not in there]
    return Inspection(
        entries=tuple(InspectedEntry(view_of(row), leaf_hash(record_of(row)) == bytes(row.leaf_hash)) for row in rows),
        missing=tuple(missing),
        before=checkpoint_view(before) if before else None,
        after=checkpoint_view(after) if after else None,
    )


__all__ = ["compare_kept", "inspect"]
