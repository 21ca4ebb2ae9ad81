"""Sound of phrases that are always the same, in the house's data folder: made once, read in a millisecond.

Nothing that a caller said or that is about somebody comes here; `Speaker.prepare` alone writes.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np

from minhu.engines.speech.codecs import Samples

MOST_FILES: Final = 2_000
IN_MEMORY: Final = 64


@dataclass
class PhraseStore:
    """One file of raw PCM for each phrase, named by the digest of its key. ``folder`` None: nothing is kept."""

    folder: Path | None
    _kept: OrderedDict[str, Samples] = field(default_factory=OrderedDict, init=False)
    _guard: Lock = field(default_factory=Lock, init=False)

    def get(self, key: str) -> Samples | None:
        """The sound kept under a key; None when there is none that can be read."""
        if self.folder is None:
            return None
        name = _name(key)
        with self._guard:
            if name in self._kept:
                self._kept.move_to_end(name)
                return self._kept[name]
        try:
            data = (self.folder / name).read_bytes()
        except OSError:
            return None
        sound = np.frombuffer(data, dtype="<i2", count=len(data) // 2).astype(np.int16)
        with self._guard:
            self._kept[name] = sound
            while len(self._kept) > IN_MEMORY:
                self._kept.popitem(last=False)
        return sound

    def has(self, key: str) -> bool:
        """Whether a sound is kept under a key."""
        return self.folder is not None and (_name(key) in self._kept or (self.folder / _name(key)).exists())

    def put(self, key: str, sound: Samples) -> None:
        """Keep it; the file appears whole or not at all, and the oldest go when there are too many. Raises OSError."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / _name(key)
        half = path.with_suffix(f".{os.getpid()}")
        half.write_bytes(sound.astype("<i2").tobytes())
        half.replace(path)
        files = sorted(self.folder.glob("*.pcm"), key=lambda one: one.stat().st_mtime)
        for old in files[: max(0, len(files) - MOST_FILES)]:
            old.unlink(missing_ok=True)


def _name(key: str) -> str:
    return f"{hashlib.sha256(key.encode()).hexdigest()[:40]}.pcm"
