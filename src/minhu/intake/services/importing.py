"""Import files of historic requests: look at a file, keep its mapping, run it, stop it. The door for command and pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.engines.expiry import Removed, digest_of
from minhu.intake.imports import running, uploads
from minhu.intake.imports.cells import line_of
from minhu.intake.imports.detecting import Guess, as_mapping, checked_mapping, columns_digest, detect
from minhu.intake.imports.fields import LABELS, NEEDED, PERSONAL, Field, plain_name
from minhu.intake.imports.reading import BadTable, Table, read_table
from minhu.intake.imports.running import Report
from minhu.intake.models import ImportBatch, ImportMapping
from minhu.kernel import masks
from minhu.kernel.actors import current_actor
from minhu.kernel.cells import harmless
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, MinhuError, NotFound
from minhu.ledger import services as ledger

JOB = "minhu.intake.import_file"
SAMPLES = 3
SILENT = timedelta(minutes=2)
State = ImportBatch.State

__all__ = [
    "LABELS", "NEEDED", "PERSONAL", "BadTable", "Field", "Preview", "Report", "Table", "ask_stop", "inspect", "mapping_for",
    "open_run", "preview_of", "read_table", "rejects_csv", "resume", "run_in_background", "run_now", "start", "trial",
    "upload",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file looks like before anything is stored: a guess and some cells for each column."""

    columns: tuple[Guess, ...]
    samples: tuple[tuple[str, ...], ...]
    rows: int
    sheet: str
    sheets: tuple[str, ...]
    remembered: bool


def inspect(table: Table) -> Preview:
    """Detect the columns of a table, or recall how a file with the same columns was mapped."""
    saved = _saved(table.columns)
    guesses = detect(table)
    if saved is not None:
        guesses = [Guess(g.column, saved.get(g.column), "saved" if g.column in saved else "") for g in guesses]
    field_of = {guess.column: guess.field for guess in guesses}
    samples = tuple(
        tuple(
            _shown(field_of[column], line_of(cells[at]) if at < len(cells) else "")
            for at, column in enumerate(table.columns)
        )
        for _, cells in table.rows[:SAMPLES]
    )
    return Preview(tuple(guesses), samples, len(table.rows), table.sheet, table.sheets, saved is not None)


def mapping_for(table: Table, chosen: Mapping[str, str] | None = None) -> dict[str, Field]:
    """The mapping to use: as chosen, as remembered, or as detected. Raises BadTable when it cannot work."""
    if chosen is None:
        saved = _saved(table.columns)
        found = saved if saved is not None else as_mapping(detect(table))
        chosen = {column: field.value for column, field in found.items()}
    return checked_mapping(table.columns, chosen)


def open_run(
    content: bytes,
    name: str,
    table: Table,
    mapping: Mapping[str, Field],
    *,
    source_name: str = "",
    understand: bool = True,
) -> ImportBatch:
    """Note a new run and remember its mapping. Raises NotAllowed."""
    require(Action.IMPORT)
    with transaction.atomic():
        _remember(table.columns, mapping)
        batch = ImportBatch.objects.create(
            file_digest=uploads.digest_of(content),
            file_name=name[-200:],
            sheet=table.sheet[:100],
            source_name=source_name_of(mapping, source_name),
            mapping={column: field.value for column, field in mapping.items()},
            state=State.QUEUED,
            started_at=now(),
            started_by=current_actor().id,
            understand=understand,
            rows=len(table.rows),
        )
        ledger.append("import.started", ("import", batch.pk), {"file": batch.file_digest, "rows": batch.rows})
    return batch


def source_name_of(mapping: Mapping[str, Field], given: str = "") -> str:
    """What keeps the numbers of two systems apart: the given name, else the name of the column of numbers."""
    column = next((column for column, field in mapping.items() if field is Field.KEY), "行")
    return (line_of(given) or plain_name(column))[:30]


def run_now(
    batch: ImportBatch, table: Table, progress: running.Progress, stop: Callable[[], bool], processes: int = 0
) -> Report:
    """Do a run to its end, or until `stop`; a failure leaves whole batches and says so in the history."""
    try:
        report = running.run(batch, table, progress, stop, processes)
    except (MinhuError, DatabaseError) as error:
        _failed(batch, error)
        raise
    with transaction.atomic():
        counts = {
            "stored": report.counted.stored,
            "unchanged": report.counted.unchanged,
            "rejected": report.counted.rejected,
        }
        ledger.append("import.finished", ("import", batch.pk), {**counts, "stopped": report.stopped})
    return report


def trial(table: Table, mapping: dict[str, Field], source_name: str, progress: running.Progress) -> Report:
    """What a run would do, without writing anything."""
    return running.trial(mapping, source_name_of(mapping, source_name), table, progress)


def upload(content: bytes, name: str, sheet: str = "") -> int:
    """Keep a file that was sent to the page, sealed, until its columns are confirmed; return the run's id.

    Raises NotAllowed, BadTable (nothing is kept then), Unavailable.
    """
    require(Action.IMPORT)
    table = read_table(content, name, sheet)
    digest = uploads.keep(content)
    batch = ImportBatch.objects.create(
        file_digest=digest, file_name=name[-200:], sheet=table.sheet[:100], state=State.WAITING, started_at=now(),
        started_by=current_actor().id, rows=len(table.rows),
    )  # fmt: skip
    return int(batch.pk)


def table_of(batch_id: int) -> Table:
    """The uploaded file of a run as a table. Raises NotFound."""
    batch = _batch(batch_id)
    return read_table(uploads.fetch(batch.file_digest), batch.file_name, batch.sheet)


def preview_of(batch_id: int) -> Preview:
    """What the uploaded file of a run looks like. Raises NotFound, NotAllowed."""
    require(Action.IMPORT)
    return inspect(table_of(batch_id))


def start(batch_id: int, chosen: Mapping[str, str], *, source_name: str = "", understand: bool = True) -> None:
    """Confirm the columns and queue the run. Raises BadTable, Conflict, NotFound, NotAllowed."""
    require(Action.IMPORT)
    table = table_of(batch_id)
    mapping = checked_mapping(table.columns, chosen)
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
        if batch.state != State.WAITING:
            raise Conflict("这次导入已经开始，请刷新页面查看进度。", code="already_started")
        _remember(table.columns, mapping)
        batch.mapping = {column: field.value for column, field in mapping.items()}
        batch.source_name, batch.understand = source_name_of(mapping, source_name), understand
        batch.state = State.QUEUED
        batch.save()
        ledger.append("import.started", ("import", batch.pk), {"file": batch.file_digest, "rows": batch.rows})
        _defer(batch.pk)


def resume(batch_id: int) -> None:
    """Go on with a stopped or failed run; rows that are in count as unchanged. Raises Conflict, NotFound."""
    require(Action.IMPORT)
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().filter(pk=batch_id).first()
        silent = (batch.touched_at or batch.started_at) < now() - SILENT if batch else False
        if batch is None or not (silent or batch.state in (State.STOPPED, State.FAILED)):
            raise Conflict("这次导入不在可继续的状态，请刷新页面查看。", code="not_stopped")
        if not uploads.kept(batch.file_digest):
            raise NotFound("导入文件已清理，请重新上传同一个文件，已登记的行不会重复。", code="file_gone")
        batch.state, batch.stop_asked = State.QUEUED, False
        batch.save(update_fields=["state", "stop_asked"])
        _defer(batch.pk)


def ask_stop(batch_id: int) -> None:
    """Let a run end after its present batch. Raises NotFound, NotAllowed."""
    require(Action.IMPORT)
    if not ImportBatch.objects.filter(pk=batch_id).update(stop_asked=True):
        raise NotFound("没有这次导入记录。", code="not_found")


def run_in_background(batch_id: int) -> None:
    """The background job: run an uploaded file in this thread; the history says how it ended."""
    batch = _batch(batch_id)
    # a job that is delivered twice runs once; a run that died is gone on with by hand (`resume`)
    claimed = ImportBatch.objects.filter(pk=batch_id, state=State.QUEUED)
    if not claimed.update(state=State.STORING, touched_at=now()):
        return

    def stop() -> bool:
        return bool(ImportBatch.objects.filter(pk=batch_id).values_list("stop_asked", flat=True).first())

    try:
        table = table_of(batch_id)
    except MinhuError as error:
        _failed(batch, error)
        return
    report = run_now(batch, table, lambda *_: None, stop)
    others = ImportBatch.objects.filter(file_digest=batch.file_digest, state__in=[State.WAITING, State.QUEUED])
    if not report.stopped and not others.exists():
        uploads.remove(batch.file_digest)


def waiting_files(before: datetime) -> list[ImportBatch]:
    """Uploads from before a moment that nobody has started and whose files still lie here."""
    newer = ImportBatch.objects.filter(started_at__gte=before).values("file_digest")
    rows = ImportBatch.objects.filter(state=State.WAITING, started_at__lt=before).exclude(file_digest__in=newer)
    return [row for row in rows.order_by("id") if uploads.kept(row.file_digest)]


def drop_waiting_files(before: datetime) -> Removed:
    """Remove such files; the runs stay and say so when somebody starts them."""
    found = waiting_files(before)
    for row in found:
        uploads.remove(row.file_digest)
    return Removed(len(found), digest_of([f"{row.pk} {row.file_digest}" for row in found]))


def rejects_csv(rejects: Sequence[tuple[int, str]]) -> bytes:
    """Row numbers and reasons as a CSV file that Excel opens without asking."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["行号", "原因"])
    writer.writerows((row, harmless(why)) for row, why in rejects)
    return out.getvalue().encode("utf-8-sig")


def _batch(batch_id: int) -> ImportBatch:
    batch = ImportBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        raise NotFound("没有这次导入记录。", code="not_found")
    return batch


def _shown(field: Field | None, said: str) -> str:
    """A sample cell: shortened, personal values masked."""
    if field is Field.NAME:
        return masks.name(said) if said else ""
    if field in PERSONAL:
        return f"{said[:3]}****" if said else ""
    return masks.free_text(said[:80])


def _saved(columns: Sequence[str]) -> dict[str, Field] | None:
    row = ImportMapping.objects.filter(columns_digest=columns_digest(columns)).first()
    known = set(Field)
    return {c: Field(name) for c, name in row.mapping.items() if name in known} if row else None


def _remember(columns: Sequence[str], mapping: Mapping[str, Field]) -> None:
    ImportMapping.objects.update_or_create(
        columns_digest=columns_digest(columns),
        defaults={
            "columns": list(columns),
            "mapping": {column: field.value for column, field in mapping.items()},
            "saved_at": now(),
            "saved_by": current_actor().id,
        },
    )


def _defer(batch_id: int) -> None:
    from procrastinate.contrib.django import app

    app.configure_task(JOB, lock="import").defer(batch_id=batch_id)


def _failed(batch: ImportBatch, error: Exception) -> None:
    message = error.message if isinstance(error, MinhuError) else "数据库暂时不可用。已登记的行不受影响，稍后可以继续。"
    ImportBatch.objects.filter(pk=batch.pk).update(state=State.FAILED, message=message[:500], finished_at=now())
