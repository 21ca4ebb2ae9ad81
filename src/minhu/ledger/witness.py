"""Checkpoints outside the database: one JSON line each in MINHU_HOME/ledger/checkpoints.jsonl.

Who can rewrite the whole database, checkpoints and all, still cannot make it agree with this file. `note` holds
the signed checkpoint; lines of the time before keys have none and stay readable. Copies on other machines are worth
more than the file: name them in MINHU_WITNESSES (`services/witnesses.py`).
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from minhu.engines.database import home_folder
from minhu.kernel.clock import now
from minhu.kernel.errors import Unavailable
from minhu.ledger import signing
from minhu.ledger.database import everything_visible
from minhu.ledger.domain import notes
from minhu.ledger.models import Checkpoint
from minhu.ledger.types import Line

_TAIL = 4096


def witness_path() -> Path:
    """Return where the file lies."""
    return home_folder() / "ledger" / "checkpoints.jsonl"


def catch_up(path: Path | None = None) -> int:
    """Write the committed checkpoints that the file lacks, synced to disk; return how many.

    Called after each commit of the sequencer; a crash in between is made good by the next call. A line
    torn by a crash is removed first. `path`: another file of the same kind, whose folder must exist. Raises
    Unavailable when the disk refuses.
    """
    try:
        with _locked(path) as file:
            known = _last_size(file)
            with everything_visible():
                missing = list(Checkpoint.objects.filter(size__gt=known).order_by("size"))
            file.write(b"".join(map(line_of, missing)))
            file.flush()
            os.fsync(file.fileno())
            return len(missing)
    except OSError as error:
        raise Unavailable("账本检查点文件无法写入，请检查磁盘空间和目录权限。", code="witness_unavailable") from error


def set_aside() -> Path | None:
    """Rename the file, so that the next checkpoint starts a new one; return where the old one lies now."""
    path = witness_path()
    if not path.exists():
        return None
    kept = path.with_name(f"checkpoints-{now():%Y%m%dT%H%M%S}.jsonl")
    path.rename(kept)
    return kept


def read() -> tuple[dict[int, Line], list[int]]:
    """Return size → line of every good line, and the numbers of lines that cannot be read or contradict."""
    path = witness_path()
    return parse(path.read_bytes()) if path.exists() else ({}, [])


def parse(content: bytes) -> tuple[dict[int, Line], list[int]]:
    """Read lines as `catch_up` writes them, or signed notes one after the other (as witnesses keep them)."""
    if content.lstrip()[:1] not in (b"{", b""):
        return _parse_notes(content)
    lines: dict[int, Line] = {}
    bad: list[int] = []
    last = 0
    for number, raw in enumerate(content.splitlines(), start=1):
        try:
            line = _read_line(json.loads(raw), number)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            bad.append(number)
            continue
        if line.size <= last:
            bad.append(number)
            continue
        lines[line.size], last = line, line.size
    return lines, bad


def last_known() -> int:
    """Return the size in the last good line of the file, 0 without one."""
    found = last_line(witness_path())
    return found.size if found else 0


def last_line(path: Path) -> Line | None:
    """Return the last good line of a file of checkpoints; None for an empty or missing one."""
    if not path.exists():
        return None
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            return _last_in(file.read())
    except OSError as error:
        raise Unavailable("账本检查点文件无法读取，请检查磁盘和目录权限。", code="witness_unavailable") from error


def line_of(checkpoint: Checkpoint) -> bytes:
    """Return the line of one checkpoint."""
    body = {"size": checkpoint.size, "root": bytes(checkpoint.root).hex(), "at": checkpoint.at.isoformat()}
    if note := signing.note_of(checkpoint):
        body["note"] = note
    return json.dumps(body, ensure_ascii=False).encode() + b"\n"


def _read_line(body: dict[str, Any], number: int) -> Line:
    size, root, note = int(body["size"]), str(body["root"]), str(body.get("note", ""))
    if note and ((told := notes.parse(note)).size, told.root.hex()) != (size, root):
        raise ValueError("the note is about another checkpoint")
    return Line(number, size, root, note)


def _parse_notes(content: bytes) -> tuple[dict[int, Line], list[int]]:
    """Signed notes, told apart by the empty line inside and the origin on top of each."""
    lines: dict[int, Line] = {}
    bad: list[int] = []
    rows = content.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
    start = 0
    for number, row in enumerate(rows):
        following = rows[number + 1] if number + 1 < len(rows) else ""
        if not row.startswith(f"{notes.DASH} ") or following.startswith(f"{notes.DASH} "):
            continue
        text = "\n".join(rows[start : number + 1]).lstrip("\n") + "\n"
        try:
            found = notes.parse(text)
            lines[found.size] = Line(start + 1, found.size, found.root.hex(), text)
        except (ValueError, TypeError):
            bad.append(start + 1)
        start = number + 1
    if any(row.strip() for row in rows[start:]):
        bad.append(start + 1)
    return dict(sorted(lines.items())), bad


@contextmanager
def _locked(path: Path | None) -> Iterator[BinaryIO]:
    if path is None:
        path = witness_path()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _last_size(file: BinaryIO) -> int:
    """Return the size in the last whole line (0 without one), cutting off what a crash left behind it."""
    end = file.seek(0, os.SEEK_END)
    start = max(0, end - _TAIL)
    file.seek(start)
    tail = file.read()
    whole = tail[: tail.rfind(b"\n") + 1]
    if len(whole) != len(tail):
        file.truncate(start + len(whole))
    found = _last_in(whole)
    return found.size if found else 0


def _last_in(tail: bytes) -> Line | None:
    """Return the last whole line that can be read of what a file ends with."""
    for line in reversed(tail[: tail.rfind(b"\n") + 1].splitlines()):
        try:
            return _read_line(json.loads(line), 0)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            continue
    return None
