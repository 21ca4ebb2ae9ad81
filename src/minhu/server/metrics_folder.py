"""Where the processes of one house share their figures; importing it imports nothing else.

prometheus_client reads the variable when it is first imported, so `minhu serve` calls `prepare` before all else.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
FILE_BYTES = 1 << 20


def prepare(folder: Path) -> None:
    """Empty `folder` and name it to this process and those it starts; a folder named already stays."""
    if VARIABLE in os.environ:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[VARIABLE] = str(folder)


def reserve(file: Path) -> None:
    """Take the room of a file of figures from the disk at once; raises OSError when there is none.

    prometheus_client maps it into memory as a file with holes: the first figure that falls into a hole on a full disk
    would end the process (SIGBUS) in the middle of somebody's request.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if os.fstat(descriptor).st_size < FILE_BYTES:
            os.posix_fallocate(descriptor, 0, FILE_BYTES)
    finally:
        os.close(descriptor)
