"""A run from the first row to the last: store, then understand; stoppable after every batch, safe to repeat."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection

from minhu.directory.services.crosswalks import note_gap
from minhu.intake.imports.catching_up import catch_up, unread_rows
from minhu.intake.imports.fields import Field
from minhu.intake.imports.matching import Found, Matcher
from minhu.intake.imports.processes import Workers, likeness_marks, workers
from minhu.intake.imports.reading import Table
from minhu.intake.imports.rows import Draft, RejectedRow, RowReader
from minhu.intake.imports.storing import CHANGED, Counted, Marked, known_rows, store_batch
from minhu.intake.models import ImportBatch
from minhu.kernel.clock import now

BATCH: Final = 500
MOST_UNKNOWN: Final = 50
DOOR: Final = "历史导入"
Stage = ImportBatch.State
Progress = Callable[[str, int, int], None]
"""Told the stage, how many rows are done and of how many."""


@dataclass
class Report:
    """What a run did. `seconds` is the time of storing; understanding has its own."""

    rows: int = 0
    counted: Counted = field(default_factory=Counted)
    seconds: float = 0.0
    understood: int = 0
    understand_seconds: float = 0.0
    stopped: bool = False
    unknown: dict[str, dict[str, int]] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)
    """Only of a trial run; a real run keeps them in the database."""

    def figures(self) -> dict[str, Any]:
        """The last line of the command."""
        return {
            "rows": self.rows,
            "stored": self.counted.stored,
            "unchanged": self.counted.unchanged,
            "rejected": self.counted.rejected,
            "seconds": round(self.seconds, 3),
            "stored_per_second": _rate(self.counted.stored, self.seconds),
            "understood": self.understood,
            "understand_seconds": round(self.understand_seconds, 3),
            "understood_per_second": _rate(self.understood, self.understand_seconds),
            "stopped": self.stopped,
        }


@dataclass(frozen=True, slots=True)
class _Part:
    """A batch made ready: what to store with its likeness marks still being computed."""

    fresh: list[tuple[Draft, Found]]
    marks: Callable[[], list[tuple[int, tuple[int, ...]]]]
    changed: list[tuple[Draft, Found]]
    refused: list[tuple[int, str]]
    unchanged: int


def run(batch: ImportBatch, table: Table, progress: Progress, stop: Callable[[], bool], processes: int = 0) -> Report:
    """Store the table row by row and read its words afterwards; the batch row always says how far it is.

    `processes` below two: everything in this thread. Errors of the database leave whole batches behind, never a half.
    """
    mapping = {column: Field(name) for column, name in batch.mapping.items()}
    report, matcher = Report(rows=len(table.rows)), Matcher()
    _begin(batch, len(table.rows))
    with workers(processes) as pool:
        began = time.perf_counter()
        parts = _ahead(table, RowReader(mapping, batch.source_name, now()), matcher, pool)
        for counted in _stored(batch, parts, apart=processes > 1):
            report.counted += counted
            _touch(batch, seconds=time.perf_counter() - began)
            progress("store", _done(report.counted), report.rows)
            if stop():
                break
        batch.refresh_from_db()  # after a stop one more part may have been on its way
        report.counted = Counted(batch.stored, batch.unchanged, batch.rejected)
        report.stopped = _done(report.counted) < report.rows
        report.seconds = time.perf_counter() - began
        report.unknown = _commonest(matcher.unknown)
        if batch.understand and not stop():
            _understand(batch, pool, progress, stop, report)
    _finish(batch, report, stopped=report.stopped or stop())
    return report


def _stored(batch: ImportBatch, parts: Iterator[_Part], *, apart: bool) -> Iterator[Counted]:
    """Store part after part; `apart` writes in a thread of its own while the next part is made ready."""

    def store(part: _Part) -> Counted:
        marks = part.marks()
        marked = [Marked(draft, found, *mark) for (draft, found), mark in zip(part.fresh, marks, strict=True)]
        marked += [Marked(draft, found, 0, ()) for draft, found in part.changed]
        return store_batch(batch.pk, marked, part.refused, part.unchanged)

    if not apart:
        yield from map(store, parts)
        return
    with ThreadPoolExecutor(1, thread_name_prefix="import") as writer:
        try:
            before: Future[Counted] | None = None
            for part in parts:
                if before:
                    yield before.result()
                before = writer.submit(copy_context().run, store, part)
            if before:
                yield before.result()
        finally:
            writer.submit(connection.close)


def trial(mapping: dict[str, Field], source_name: str, table: Table, progress: Progress) -> Report:
    """What a run would do; nothing is written."""
    report, matcher = Report(rows=len(table.rows)), Matcher()
    began = time.perf_counter()
    for part in _ahead(table, RowReader(mapping, source_name, now()), matcher, None):
        refused = [*part.refused, *((draft.row, CHANGED) for draft, _ in part.changed)]
        report.problems += refused
        report.counted += Counted(len(part.fresh), part.unchanged, len(refused))
        progress("store", _done(report.counted), report.rows)
    report.seconds = time.perf_counter() - began
    report.unknown = _commonest(matcher.unknown)
    return report


def _ahead(table: Table, reader: RowReader, matcher: Matcher, pool: Workers | None) -> Iterator[_Part]:
    """Make one batch ready ahead of the one that is being stored."""
    ready: _Part | None = None
    records = list(table.records())
    for at in range(0, len(records), BATCH):
        following = _prepare(records[at : at + BATCH], reader, matcher, pool)
        if ready:
            yield ready
        ready = following
    if ready:
        yield ready


def _prepare(records: list[tuple[int, Any]], reader: RowReader, matcher: Matcher, pool: Workers | None) -> _Part:
    drafts: list[Draft] = []
    refused: list[tuple[int, str]] = []
    for row, cells in records:
        try:
            drafts.append(reader.read(row, cells))
        except RejectedRow as error:
            refused.append((row, str(error)))
    known = known_rows([draft.source_key for draft in drafts])
    same = [draft for draft in drafts if known.get(draft.source_key) == draft.digest]
    others = [draft for draft in drafts if known.get(draft.source_key) != draft.digest]
    fresh = [(draft, matcher.match(draft)) for draft in others if draft.source_key not in known]
    changed = [(draft, Found(None, None, "", None)) for draft in others if draft.source_key in known]
    texts = [(draft.title, draft.text) for draft, _ in fresh]
    marks = pool.start(likeness_marks, texts) if pool else list
    return _Part(fresh, marks, changed, refused, len(same))


def _understand(
    batch: ImportBatch, pool: Workers, progress: Progress, stop: Callable[[], bool], report: Report
) -> None:
    total = unread_rows(batch).count()
    if not total:
        return
    ImportBatch.objects.filter(pk=batch.pk).update(state=Stage.UNDERSTANDING, touched_at=now())
    began, done = time.perf_counter(), 0

    def on_done(count: int) -> None:
        nonlocal done
        done += count
        _touch(batch, understand_seconds=time.perf_counter() - began)
        progress("understand", done, total)

    progress("understand", 0, total)
    report.understood = catch_up(batch, pool, on_done, stop)
    report.understand_seconds = time.perf_counter() - began
    report.stopped = report.stopped or report.understood < total


def _begin(batch: ImportBatch, rows: int) -> None:
    """Counters begin anew: what an earlier run stored is then counted as unchanged."""
    batch.rejects.all().delete()
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=Stage.STORING, rows=rows, done=0, stored=0, unchanged=0, rejected=0, understood=0, seconds=0,
        understand_seconds=0, message="", finished_at=None, touched_at=now(), unknown={},
    )  # fmt: skip


def _touch(batch: ImportBatch, **fields: float) -> None:
    ImportBatch.objects.filter(pk=batch.pk).update(touched_at=now(), **fields)


def _finish(batch: ImportBatch, report: Report, *, stopped: bool) -> None:
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=Stage.STOPPED if stopped else Stage.DONE,
        finished_at=now(),
        seconds=report.seconds,
        understand_seconds=report.understand_seconds,
        unknown=report.unknown,
        stop_asked=False,
    )
    for said, count in report.unknown.get("category", {}).items():
        note_gap(DOOR, said, count, whole=True)  # a batch that is run again is not told twice


def _commonest(unknown: dict[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {kind: dict(names.most_common(MOST_UNKNOWN)) for kind, names in unknown.items() if names}


def _done(counted: Counted) -> int:
    return counted.stored + counted.unchanged + counted.rejected


def _rate(count: int, seconds: float) -> int:
    return round(count / seconds) if seconds > 0 and count else 0
