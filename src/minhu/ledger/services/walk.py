"""One pass over all entries in order: every leaf anew, every root against the table and the file outside."""

from collections.abc import Iterator
from typing import Final

import psycopg
from django.db import connection

from minhu.ledger import witness
from minhu.ledger.domain.merkle import Frontier, leaf_hash
from minhu.ledger.domain.record import RECORD_SQL, SEPARATOR, canonical_payload, microseconds
from minhu.ledger.models import Checkpoint, Entry
from minhu.ledger.services.subtrees import BITS, WIDTH
from minhu.ledger.types import Finding, FindingKind, Line

MAX_FINDINGS: Final = 100
_PAGE = (
    f"SELECT position, leaf_hash, {RECORD_SQL} FROM ledger_entry"
    " WHERE position >= %s AND position < %s ORDER BY position"
)


class Walk:
    """One pass over the entries in order, with what was found so far."""

    def __init__(self, inside: dict[int, Checkpoint], outside: dict[int, Line]) -> None:
        """Begin before the first entry, with the checkpoints of the table and of the file."""
        self.inside, self.outside = inside, outside
        self.tree = Frontier()
        self.findings: list[Finding] = []
        self._stops = sorted({*inside, *outside} - {0}, reverse=True)
        self._good_inside = self._good_outside = 0
        self._complete = True
        self._agrees = True
        self.good_size = 0
        self.blocks: list[bytes] = []

    def pages(self, end: int, page: int) -> Iterator[int]:
        """Walk over positions below `end`, yielding how many are done after each page."""
        expected = 0
        raw = psycopg.Cursor(connection.connection)
        for start in range(0, end, page):
            raw.execute(_PAGE, [start, min(start + page, end)], binary=True)
            for position, stored, record in raw:
                if position != expected:
                    self._missing(expected, position - 1)
                if leaf_hash(record) != stored:
                    self._recheck(position, stored)
                self._step(stored)
                expected = position + 1
            yield min(start + page, end)
        if expected < end:
            self._missing(expected, end - 1)

    def compare_ends(self, placed: int, size: int, bad_lines: list[int]) -> None:
        """Compare how far entries, checkpoints and the file reach."""
        if placed < size:
            self.add("ledger_truncated", f"账本末尾被截断：检查点登记了 {size} 条，只剩 {placed} 条", placed, size - 1)
        if placed > size:
            self.add("checkpoint_missing", f"第 {size} 至 {placed - 1} 条没有检查点", size, placed - 1)
        known = max(self.outside, default=0)
        if known > size:
            detail = f"数据库被回退：库外检查点已到 {known} 条，数据库只到 {size} 条"
            self.add("ledger_rolled_back", detail, size, known - 1)
        if self.inside and not self.outside:
            self.add("witness_missing", f"库外检查点文件缺失或为空：{witness.witness_path().name}")
        for number in bad_lines:
            self.add("witness_damaged", f"库外检查点文件第 {number} 行无法识别或顺序错误")
        for lost in sorted(size for size in set(self.inside) - set(self.outside) if size < known):
            self.add("witness_damaged", f"库外检查点文件缺少 {lost} 条处的检查点", last=lost - 1)
        last = self.inside.get(size)
        if last and self._intact(size) and bytes(last.frontier) != self.tree.pack():
            self.add("checkpoint_changed", f"{size} 条处的检查点被改动（续算数据不符）", last=size - 1)

    def _step(self, leaf: bytes) -> None:
        if self.tree.size % WIDTH == WIDTH - 1:
            self.blocks.append(self.tree.closed_by(leaf, BITS))
        self.tree.append(leaf)
        while self._stops and self._stops[-1] <= self.tree.size:
            size = self._stops.pop()
            if size == self.tree.size and self._intact(size):
                self._compare(size)

    def _intact(self, size: int) -> bool:
        return self._complete and self._agrees and self.tree.size == size

    def _compare(self, size: int) -> None:
        """Compare the root at `size` with the table and the file; the first contradiction ends it."""
        root = self.tree.root().hex()
        checkpoint, outside = self.inside.get(size), self.outside.get(size)
        line = outside.root if outside else None
        table_agrees = checkpoint is None or bytes(checkpoint.root).hex() == root
        file_agrees = line is None or line == root
        if line == root:
            self._good_outside = size
            if checkpoint is None:
                self.add("checkpoint_missing", f"数据库中缺少 {size} 条处的检查点", last=size - 1)
            elif not table_agrees:
                self.add("checkpoint_changed", f"数据库中 {size} 条处的检查点被改动", last=size - 1)
        if table_agrees and checkpoint is not None:
            self._good_inside = size
        if table_agrees and file_agrees:
            self.good_size = size
        if not file_agrees or (line is None and not table_agrees):
            self._agrees = False
            first = self._good_inside if file_agrees else self._good_outside
            where = "库外检查点" if table_agrees else ("数据库内外的检查点" if line else "检查点")
            detail = f"第 {first} 至 {size - 1} 条中有条目被替换、调换或增删（与{where}不符）"
            self.add("entries_replaced", detail, first, size - 1)

    @property
    def complete(self) -> bool:
        """Whether no entry is missing and no root contradicted so far."""
        return self._complete and self._agrees

    def add(self, kind: FindingKind, detail: str, first: int | None = None, last: int | None = None) -> None:
        """Note what is wrong, up to a hundred things."""
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(Finding(kind, detail, first, last))

    def _missing(self, first: int, last: int) -> None:
        self._complete = False
        self.add(
            "entries_missing", f"第 {first} 至 {last} 条缺失" if last > first else f"第 {first} 条缺失", first, last
        )

    def _recheck(self, position: int, stored: bytes) -> None:
        """Look again with the payload parsed: only a changed entry counts, not another way to write JSON."""
        entry = Entry.objects.get(position=position)
        if leaf_hash(record_of(entry)) != stored:
            what = f"{entry.kind}，{entry.subject_type} {entry.subject_id}，编号 {entry.uid}"
            self.add("entry_changed", f"第 {position} 条被改动（{what}）", position, position)


def record_of(entry: Entry) -> bytes:
    """Return the canonical record of an entry as the database holds it now."""
    fields = (
        str(entry.uid),
        str(microseconds(entry.occurred_at)),
        entry.actor_kind,
        entry.actor_id,
        ",".join(entry.roles),
        entry.kind,
        entry.subject_type,
        entry.subject_id,
        canonical_payload(entry.payload),
    )
    return SEPARATOR.join(fields).encode()
