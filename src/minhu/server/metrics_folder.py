"""Where the processes of one house share their figures; importing it imports nothing else.

prometheus_client reads the variable when it is first imported, so `minhu serve` calls `prepare` before all else.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def prepare(folder: Path) -> None:
    """Empty `folder` and name it to this process and those it starts; a folder named already stays."""
    if VARIABLE in os.environ:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[VARIABLE] = str(folder)
