"""A new data key, and everything sealed anew with it: in the background, in small transactions, resumable.

Progress stands in the database (`Rotation`, `RotationPart`); a process that is killed loses one batch, another goes on.
Readers wait for nothing; a writer of a row waits at most for one batch, and rows somebody else holds are passed by and
met again in the next pass.
"""

from __future__ import annotations

import base64
import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.db import transaction

from minhu.directory.access import as_system
from minhu.directory.models import Proposal, Rotation, RotationPart
from minhu.directory.services.changes import record
from minhu.engines import files, lookup, sealed, secrets
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Unavailable

BATCH: Final = 500
FILES: Final = "files"
FILES_BATCH: Final = 20
SETTLED: Final = timedelta(seconds=10)
"""So long after its start a rotation goes on looking: other processes learn of a new key within five seconds."""
log = logging.getLogger(__name__)


def start(*, new_key: bool = True) -> int:
    """Begin to seal everything anew, usually with a new data key; returns the version. An unfinished round is replaced.

    Without a new key values of older formats, ciphers and keys are brought to today's, and indexes to today's key.
    """
    version = secrets.rotate() if new_key else secrets.versions()[0]
    _begin(version, ("data_key", version), new_key=new_key)
    return version


def start_index() -> int:
    """Begin to find persons by a new index key; returns its version. An unfinished round is replaced by one with both."""
    version = lookup.rotate()
    _begin(secrets.versions()[0], ("index_key", version), new_key=True)
    return version


def _begin(version: int, subject: tuple[str, int], *, new_key: bool) -> None:
    with transaction.atomic(), as_system():
        RotationPart.objects.filter(finished_at=None).update(finished_at=now())
        Rotation.objects.filter(finished_at=None).update(finished_at=now())
        rotation = Rotation.objects.create(version=version, started_at=now(), started_by=current_actor().id[:64])
        names = [
            *(table.name for table in sealed.tables()),
            *(one.label for one in lookup.columns() if one.sealed),
            FILES,
        ]
        RotationPart.objects.bulk_create(RotationPart(rotation=rotation, name=name) for name in names)
        record("keys_rotated", subject, new_key=new_key)


def is_under_way() -> bool:
    """Whether something is still to be sealed anew."""
    return RotationPart.objects.filter(finished_at=None).exists()


def reseal_tick() -> int:
    """The background's share: one batch, then as long a rest as it took."""
    began = time.perf_counter()
    done = reseal_some()
    if done:
        time.sleep(min(time.perf_counter() - began, 1.0))
    return done


def reseal_some(limit: int = BATCH) -> int:
    """Seal one batch of one table (or of the files) anew; returns the values treated, 0 when nothing is to do now."""
    if not is_under_way():
        return 0
    with transaction.atomic(), as_system():
        part = (
            RotationPart.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(finished_at=None)
            .select_related("rotation")
            .first()
        )
        if part is None:
            return 0
        began = time.perf_counter()
        batch, left = _batch(part, limit)
        part.seconds += time.perf_counter() - began
        _note(part, batch, left)
        return batch.resealed


def _batch(part: RotationPart, limit: int) -> tuple[sealed.Batch, Callable[[], int]]:
    """One batch of a part, and what counts how much of it is left."""
    table = next((one for one in sealed.tables() if one.name == part.name), None)
    if table is not None:
        return sealed.reseal_batch(table, part.cursor, limit), _left_in(table)
    column = next((one for one in lookup.columns() if one.label == part.name), None)
    if column is None:
        return _files_batch(part.cursor), lambda: 0
    if part.rotation.started_at > now() - SETTLED:
        # a process that does not know the new key yet would no longer find what is brought under it
        return sealed.Batch(0, 0, ""), lambda: 1
    return lookup.reindex_batch(column, part.cursor, limit), lambda: lookup.stale(column)


def _left_in(table: sealed.SealedTable) -> Callable[[], int]:
    return lambda: sealed.stale_fields(table)


def _files_batch(after: str) -> sealed.Batch:
    done = failed = 0
    names = files.kept_after(after, FILES_BATCH)
    for name in names:
        try:
            done += files.reseal(name)
        except Unavailable:
            failed += 1
            log.warning("a file could not be sealed anew: %s", name[:12])
    return sealed.Batch(done, failed, names[-1] if names else "")


def _note(part: RotationPart, batch: sealed.Batch, left: Callable[[], int]) -> None:
    """Write down how far the part is; at the end of a pass look whether anything was passed by."""
    part.resealed += batch.resealed
    part.failed += batch.failed
    part.cursor = batch.last
    if not batch.last:
        if left() <= part.failed and part.rotation.started_at <= now() - SETTLED:
            part.finished_at = now()
        else:
            part.failed = 0
    part.save()
    if part.finished_at and not part.rotation.parts.filter(finished_at=None).exists():
        part.rotation.finished_at = now()
        part.rotation.save(update_fields=["finished_at"])
        total = sum(part.rotation.parts.values_list("resealed", flat=True))
        record("keys_resealed", ("data_key", part.rotation.version), values=total)


def uses_of(version: int) -> dict[str, int]:
    """Where values of a data key still lie, with their number; empty when nothing uses it (reads all tables)."""
    found: dict[str, int] = {}
    with transaction.atomic(), as_system():
        for table in sealed.tables():
            found[table.name] = sum(n for (_, used), n in sealed.versions_in(table).items() if used == version)
        halves = Proposal.objects.filter(content__has_key="half").values_list("content__half", flat=True)
        found["directory_proposal"] = sum(_version_of(base64.b64decode(half)) == version for half in halves)
    found[FILES] = _files_of(version)
    return {name: count for name, count in found.items() if count}


def index_uses_of(version: int) -> dict[str, int]:
    """Where indexes of an index key still lie, with their number (reads the tables)."""
    with transaction.atomic(), as_system():
        found = {one.label: lookup.versions_in(one).get(version, 0) for one in lookup.columns()}
    return {name: count for name, count in found.items() if count}


def _version_of(blob: bytes) -> int:
    return int.from_bytes(blob[1:3], "big")


def _files_of(version: int) -> int:
    count, after = 0, ""
    while names := files.kept_after(after, 1000):
        count += sum(files.version_of(name) == version for name in names)
        after = names[-1]
    return count


def retire(version: int) -> None:
    """Forget an old data key for good, when nothing uses it any more.

    Raises Conflict when it is the current key, when a round is under way, or where values of it still lie.
    """
    _may_retire(version, secrets.versions(), uses_of)
    with transaction.atomic(), as_system():
        record("key_retired", ("data_key", version))
        secrets.retire(version)


def retire_index(version: int) -> None:
    """The same for an old index key."""
    _may_retire(version, lookup.versions(), index_uses_of)
    with transaction.atomic(), as_system():
        record("key_retired", ("index_key", version))
        lookup.retire(version)


def _may_retire(version: int, known: tuple[int, tuple[int, ...]], uses_of: Callable[[int], dict[str, int]]) -> None:
    if version == known[0] or version not in known[1]:
        raise Conflict(f"第 {version} 版不是可以停用的旧密钥（现用第 {known[0]} 版）。", code="key_in_use")
    last = Rotation.objects.first()
    if last is None or last.finished_at is None:
        raise Conflict(
            "换钥重封还没有完成，请等 minhu keys status 显示完成后再停用旧密钥。", code="rotation_unfinished"
        )
    if uses := uses_of(version):
        places = "、".join(f"{name} {count} 项" for name, count in uses.items())
        raise Conflict(f"第 {version} 版密钥仍在使用：{places}。请先执行 minhu keys reseal。", code="key_in_use")
