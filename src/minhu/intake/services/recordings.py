"""The sound of calls: kept in pieces in the sealed file store while a call runs, so that no break takes it all.

A piece is a WAV file of 8 kHz A-law: the citizen left, the agent or the bot right. Whoever may hear it: `queries.recordings`.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction

from minhu.directory.access import elevated
from minhu.engines import files
from minhu.engines.expiry import Removed, digest_of
from minhu.intake.models import Call, Recording
from minhu.intake.services.calling import locked
from minhu.kernel.clock import now

WHY: Final = "the sound of a call belongs to a citizen without an account"
RATE: Final = 8000


def keep(uid: UUID, began_ms: int, citizen: bytes, house: bytes) -> None:
    """Keep a piece of a call: two legs of A-law and the same length, beginning ``began_ms`` after its arrival.

    Nothing is kept of a call whose caller has been forgotten. Raises NotFound for no such call, Unavailable when the
    disk is full.
    """
    from minhu.engines.speech.codecs import Encoding  # heavy to load, and only the gateway keeps sound
    from minhu.engines.speech.framing import wav_head

    if not citizen:
        return
    body = bytearray(2 * len(citizen))
    body[::2], body[1::2] = citizen, house
    kept = files.save(wav_head(RATE, 2, len(body), Encoding.ALAW) + body, inspect=lambda _file: "audio/wav")
    with transaction.atomic(), elevated(WHY):
        call = locked(uid)
        if call.forgotten_at is not None:  # while it runs: what is said since is not kept either
            _unless_kept({kept.sha256})
            return
        last = call.recordings.order_by("-number").values_list("number", flat=True).first() or 0
        Recording.objects.create(
            call=call, number=last + 1, began_ms=max(began_ms, 0), milliseconds=len(citizen) * 1000 // RATE, rate=RATE,
            digest=kept.sha256, size=kept.size, at=now(),
        )  # fmt: skip


def drop(call: Call) -> None:
    """Remove all sound of a call, files too. Needs an elevated scope."""
    _drop(list(call.recordings.all()))


def due(before: datetime) -> int:
    """How many pieces are older than ``before``."""
    return Recording.objects.filter(at__lt=before).count()


def drop_old(before: datetime, limit: int) -> Removed:
    """Remove up to ``limit`` pieces older than ``before``; those that somebody holds are left for later."""
    rows = list(Recording.objects.select_for_update(skip_locked=True).filter(at__lt=before).order_by("pk")[:limit])
    lines = sorted(f"{row.pk} {row.call_id} {row.number} {row.digest}" for row in rows)
    _drop(rows)
    return Removed(len(lines), digest_of(lines))


def _drop(rows: list[Recording]) -> None:
    """Rows now, files when that is sure; the same sound in another call keeps its file."""
    digests = {row.digest for row in rows}
    Recording.objects.filter(pk__in=[row.pk for row in rows]).delete()
    _unless_kept(digests)


def _unless_kept(digests: set[str]) -> None:
    still = set(Recording.objects.filter(digest__in=digests).values_list("digest", flat=True))
    for digest in digests - still:
        transaction.on_commit(partial(files.delete, digest))
