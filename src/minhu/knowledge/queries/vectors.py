"""Vectors of papers as answering reads them; whose they are the reader's keys say, as of the papers themselves."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from minhu.knowledge.models import VersionVectors

Halves = npt.NDArray[np.float16]
FORMAT: Final = "<f2"
_MOST_BYTES: Final = 64_000_000
# Those of a live version never change but with their maker, so a process keeps what it read last.
_kept: OrderedDict[tuple[int, str], Halves] = OrderedDict()
_bytes = [0]
_guard = threading.Lock()


def vectors_of(ids: Sequence[int], maker: str) -> dict[int, Halves]:
    """The vectors (passages + 1, dimension) of versions by one maker; only of versions that were read for this reader."""
    with _guard:
        found = {pk: _kept[pk, maker] for pk in ids if (pk, maker) in _kept}
        for pk in found:
            _kept.move_to_end((pk, maker))
    missing = [pk for pk in ids if pk not in found]
    if missing:
        rows = VersionVectors.objects.filter(version_id__in=missing, maker=maker)
        for pk, dimension, held in rows.values_list("version_id", "dimension", "rows"):
            found[pk] = np.frombuffer(bytes(held), FORMAT).reshape(-1, dimension)
            _keep((pk, maker), found[pk])
    return found


def _keep(key: tuple[int, str], rows: Halves) -> None:
    with _guard:
        if key in _kept:
            return
        _kept[key] = rows
        _bytes[0] += rows.nbytes
        while _bytes[0] > _MOST_BYTES and len(_kept) > 1:
            _bytes[0] -= _kept.popitem(last=False)[1].nbytes


def forget_vectors() -> None:
    """Drop what this process keeps (tests, whose databases number anew)."""
    with _guard:
        _kept.clear()
        _bytes[0] = 0
