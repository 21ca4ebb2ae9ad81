"""Files of a request: kept before the rows that name them, taken back when those rows never come."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, transaction

from minhu.directory.access import as_system
from minhu.engines import files
from minhu.intake import statements
from minhu.intake.domain.words import clean_line
from minhu.intake.models import Attachment
from minhu.intake.types import MAX_FILE_BYTES, UploadedFile
from minhu.kernel.actors import current_actor
from minhu.kernel.errors import Invalid, MinhuError
from minhu.kernel.locks import Lock
from minhu.knowledge.queries.documents import is_kept

log = logging.getLogger(__name__)
# Held to the end of the transaction: whoever keeps or removes the same content waits for the other.
_LOCK = f"SELECT pg_advisory_xact_lock({Lock.FILES:d}, hashtext(%s))"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that lies in the store and waits for its row."""

    name: str
    stored: files.StoredFile


class Keeper:
    """Keeps the files of one command and knows which of them are new, so that `undo` removes only those."""

    def __init__(self) -> None:
        self._fresh: list[str] = []

    def keep(self, uploaded: Sequence[UploadedFile]) -> list[Kept]:
        """Check and store each file; raises Invalid for the first that may not come in, Unavailable when full."""
        digests = sorted({hashlib.sha256(file.content).hexdigest() for file in uploaded})
        for digest in digests:
            statements.run(_LOCK, (digest,))
        self._fresh = [digest for digest in digests if not files.exists(digest)]
        return [_kept(file) for file in uploaded]

    def undo(self) -> None:
        """Remove what was kept for rows that were rolled back; content that others name stays."""
        for digest in self._fresh:
            try:
                with transaction.atomic(), as_system():
                    statements.run(_LOCK, (digest,))
                    if not Attachment.objects.filter(digest=digest).exists() and not is_kept(digest):
                        files.delete(digest)
            except (DatabaseError, MinhuError):
                # unnamed, sealed bytes harm nobody; the error that brought us here matters more
                log.warning("a file without a row was left in the store", extra={"digest": digest[:12]})
        self._fresh = []


def record(request_id: int, kept: Sequence[Kept], moment: datetime, *, kind: str) -> list[Attachment]:
    """Write the rows of kept files (`kind`: citizen, unit or reply)."""
    if not kept:
        return []
    return Attachment.objects.bulk_create(
        Attachment(
            request_id=request_id,
            kind=kind,
            name=one.name,
            media_type=one.stored.media_type,
            size=one.stored.size,
            digest=one.stored.sha256,
            added_at=moment,
            added_by=current_actor().id,
        )
        for one in kept
    )


def _kept(file: UploadedFile) -> Kept:
    """Store a file; its name ends like what it is, so that nothing saved from here starts as something else."""
    stored, name = _save(file), _name(file)
    endings = (".jpg", ".jpeg") if stored.suffix == ".jpg" else (stored.suffix,)
    return Kept(name if name.lower().endswith(endings) else f"{name}{stored.suffix}", stored)


def _save(file: UploadedFile) -> files.StoredFile:
    try:
        return files.save(file.content, max_bytes=MAX_FILE_BYTES)
    except Invalid as error:
        message = f"“{_name(file)}”：{error.message}"
        raise Invalid(message, code=error.code, fields={"files": message}) from error


def _name(file: UploadedFile) -> str:
    """The name a person gave it, without folders; only ever shown, never used as a path."""
    name = clean_line(file.name.replace("\\", "/").rpartition("/")[2])
    return (name if len(name) <= 152 else f"{name[:120]}…{name[-30:]}") or "附件"
