"""The sound of a call for whoever watches talks; every hearing is entered in the log of readings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.engines import files
from minhu.intake.models import Recording
from minhu.kernel.errors import NotFound
from minhu.ledger import services as ledger

_RATE: Final = 8000
_BYTES_IN_MS: Final = _RATE // 1000 * 2 * 2
"""Two channels of two bytes."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A call's sound as a WAV file of two channels (citizen left): its size and its bytes in pieces."""

    size: int
    pieces: Iterator[bytes]


def sound_of(call: UUID, purpose: str = "") -> Sound:
    """The whole sound of a call that is kept so far; entered in the log of readings with its purpose.

    Raises NotAllowed for who does not watch talks, NotFound without sound, Unavailable for a damaged file.
    """
    require(Action.WATCH_TALKS)
    rows = list(Recording.objects.filter(call__uid=call).order_by("number"))
    if not rows:
        raise NotFound("这通电话没有录音：可能没有经过媒体网关，或保存期已满。", code="no_recording")
    ledger.record_access(
        ("call", rows[0].call_id),
        f"回放录音：{purpose}" if purpose else "回放录音",
        [f"recording:{row.pk}" for row in rows[:50]],
    )
    from minhu.engines.speech.framing import wav_head  # heavy to load, and seldom needed

    head = wav_head(_RATE, 2, sum(map(_bytes_of, rows)))
    return Sound(len(head) + sum(map(_bytes_of, rows)), _pieces(head, rows))


def _pieces(head: bytes, rows: list[Recording]) -> Iterator[bytes]:
    import numpy as np

    from minhu.engines.speech.codecs import Encoding, encode
    from minhu.engines.speech.framing import read_wav

    yield head
    for row in rows:
        found = read_wav(files.read(row.digest))
        body = encode(np.stack(found.channels, axis=1).reshape(-1), Encoding.PCM16)
        yield body[: _bytes_of(row)].ljust(_bytes_of(row), b"\0")


def _bytes_of(row: Recording) -> int:
    return row.milliseconds * _BYTES_IN_MS
