"""Reads of imports for the page and the command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.intake.imports import uploads
from minhu.intake.models import ImportBatch, ImportReject
from minhu.kernel.clock import now
from minhu.kernel.errors import NotFound

State = ImportBatch.State
SILENT = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class ImportView:
    """One run as pages show it."""

    id: int
    file_name: str
    sheet: str
    state: str
    label: str
    rows: int
    done: int
    stored: int
    unchanged: int
    rejected: int
    understood: int
    seconds: float
    understand_seconds: float
    unknown: dict[str, dict[str, int]]
    message: str
    started_at: datetime
    finished_at: datetime | None
    started_by: str
    stop_asked: bool
    may_resume: bool
    silent: bool
    """Runs, but has given no sign of life for a while: its process is gone."""

    @property
    def waiting(self) -> bool:
        """The columns are not confirmed yet."""
        return self.state == State.WAITING

    @property
    def running(self) -> bool:
        """Queued or at work."""
        return self.state in (State.QUEUED, State.STORING, State.UNDERSTANDING)

    @property
    def stored_per_second(self) -> int:
        """Rows stored in a second."""
        return round(self.stored / self.seconds) if self.seconds and self.stored else 0

    @property
    def understood_per_second(self) -> int:
        """Requests understood in a second."""
        return round(self.understood / self.understand_seconds) if self.understand_seconds and self.understood else 0


def history(limit: int = 50) -> tuple[ImportView, ...]:
    """The latest runs. Raises NotAllowed."""
    require(Action.IMPORT)
    return tuple(_view(batch) for batch in ImportBatch.objects.all()[:limit])


def import_view(batch_id: int) -> ImportView:
    """One run. Raises NotFound, NotAllowed."""
    require(Action.IMPORT)
    batch = ImportBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        raise NotFound("没有这次导入记录，可能已被清理。", code="not_found")
    return _view(batch)


def rejects(batch_id: int, limit: int | None = None) -> list[tuple[int, str]]:
    """Row numbers and reasons of a run, by row. Raises NotAllowed."""
    require(Action.IMPORT)
    return list(ImportReject.objects.filter(batch_id=batch_id).values_list("row", "reason")[:limit])


def _view(batch: ImportBatch) -> ImportView:
    active = batch.state in (State.STORING, State.UNDERSTANDING)
    silent = active and (batch.touched_at or batch.started_at) < now() - SILENT
    return ImportView(
        id=batch.pk, file_name=batch.file_name, sheet=batch.sheet, state=batch.state, label=State(batch.state).label,
        rows=batch.rows, done=batch.done, stored=batch.stored, unchanged=batch.unchanged, rejected=batch.rejected,
        understood=batch.understood, seconds=batch.seconds, understand_seconds=batch.understand_seconds,
        unknown=batch.unknown, message=batch.message, started_at=batch.started_at, finished_at=batch.finished_at,
        started_by=batch.started_by, stop_asked=batch.stop_asked, silent=silent,
        may_resume=(silent or batch.state in (State.STOPPED, State.FAILED)) and uploads.kept(batch.file_digest),
    )  # fmt: skip
