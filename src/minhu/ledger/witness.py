"""Checkpoints outside the database: one JSON line each in MINHU_HOME/ledger/checkpoints.jsonl.

Who can rewrite the whole database, checkpoints and all, still cannot make it agree with this file. Copy
it away from the machine regularly: the copy is worth more than the file.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from minhu.engines.database import home_folder
from minhu.kernel.errors import Unavailable
from minhu.ledger.database import everything_visible
from minhu.ledger.models import Checkpoint

_TAIL = 4096


def witness_path() -> Path:
    """Return where the file lies."""
    return home_folder() / "ledger" / "checkpoints.jsonl"


def catch_up() -> int:
    """Write the committed checkpoints that the file lacks, synced to disk; return how many.

    Called after each commit of the sequencer; a crash in between is made good by the next call. A line
    torn by a crash is removed first. Raises Unavailable when the disk refuses.
    """
    try:
        with _locked() as file:
            known = _last_size(file)
            with everything_visible():
                missing = list(Checkpoint.objects.filter(size__gt=known).order_by("size"))
            file.write(b"".join(map(_line, missing)))
            file.flush()
            os.fsync(file.fileno())
            return len(missing)
    except OSError as error:
        raise Unavailable("账本检查点文件无法写入，请检查磁盘空间和目录权限。", code="witness_unavailable") from error


def read() -> tuple[dict[int, str], list[int]]:
    """Return size → root of every good line, and the numbers of lines that cannot be read or contradict."""
    roots: dict[int, str] = {}
    bad: list[int] = []
    last = 0
    if not witness_path().exists():
        return roots, bad
    with witness_path().open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                body = json.loads(line)
                size, root = int(body["size"]), str(body["root"])
            except (ValueError, KeyError, TypeError):
                bad.append(number)
                continue
            if size <= last:
                bad.append(number)
                continue
            roots[size], last = root, size
    return roots, bad


def _line(checkpoint: Checkpoint) -> bytes:
    body = {"size": checkpoint.size, "root": bytes(checkpoint.root).hex(), "at": checkpoint.at.isoformat()}
    return json.dumps(body).encode() + b"\n"


@contextmanager
def _locked() -> Iterator[BinaryIO]:
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
    for line in reversed(whole.splitlines()):
        try:
            return int(json.loads(line)["size"])
        except (ValueError, KeyError, TypeError):
            continue
    return 0
