"""Files of the store that no row names (the process fell between file and row, or a removal between row and file).

A file is abandoned only when it is old, and `files.save` makes a kept file young again whenever somebody keeps the same
content: whoever is about to write a row owns a young file. Removal takes two steps that both survive a break: the file is
set aside under another name, looked at once more, and goes when the caller's record of it is sure. What a break leaves set
aside, or half written, is itself found as abandoned.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from minhu.engines.database import home_folder
from minhu.kernel import clock

YOUNGEST: Final = 24 * 3600.0
"""Seconds: a younger file is nobody's to remove, by the machine's own clock and whatever date the house goes by."""
_BATCH: Final = 500


def abandoned(before: datetime, named: Callable[[list[str]], set[str]], most: int | None = None) -> list[str]:
    """Names of up to ``most`` files last written or kept before ``before`` that ``named`` does not give back.

    ``named`` is asked for addresses (64 hexadecimal digits) in batches; a name that begins with a dot is what is left of
    a broken writing or removal, and nobody's. Changes nothing.
    """
    found: list[str] = []
    limit, old = _limit(before), []
    for place in _places():
        if _age_of(place) < limit:
            old.append(place.name)
        if len(old) >= _BATCH:
            found += _unnamed(old, named)
            old = []
        if most is not None and len(found) >= most:
            return found[:most]
    found += _unnamed(old, named)
    return found[:most]


def set_aside(name: str, before: datetime) -> Path | None:
    """Take an abandoned file out of the store; the path under which it waits for its removal.

    None where it is gone, or was kept again since it was looked at: then it is where it was.
    """
    place = home_folder() / "files" / (name.lstrip(".")[:2]) / name
    aside = place if name.startswith(".") else place.with_name(f".{name}.{secrets.token_hex(6)}")
    try:
        if aside != place:
            place.rename(aside)
        if _age_of(aside) < _limit(before):
            return aside
        if aside != place:
            os.replace(aside, place)
    except FileNotFoundError:
        pass
    return None


def _unnamed(names: list[str], named: Callable[[list[str]], set[str]]) -> list[str]:
    addresses = [name for name in names if not name.startswith(".")]
    held = named(addresses) if addresses else set()
    return [name for name in names if name not in held]


def _places() -> Iterator[Path]:
    for folder in sorted((home_folder() / "files").glob("[0-9a-f][0-9a-f]")):
        for place in sorted(folder.iterdir()):
            digits = place.name.lstrip(".")[:64]
            if len(digits) == 64 and not set(digits) - set("0123456789abcdef") and place.is_file():
                yield place


def _age_of(place: Path) -> float:
    """When it was last written or kept; now for a file that is just going."""
    try:
        return place.stat().st_mtime
    except FileNotFoundError:
        return clock.of_files()


def _limit(before: datetime) -> float:
    return min(before.timestamp(), clock.of_files() - YOUNGEST)
