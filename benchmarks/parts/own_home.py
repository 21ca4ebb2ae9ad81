"""A house of a benchmark's own: database, keys and the fictional city, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def a_home(folder: str | None, prefix: str, **settings_of_it: str) -> Iterator[Path]:
    """A MINHU_HOME with a running, migrated database and the fictional city; removed unless it was named."""
    home = Path(folder or tempfile.mkdtemp(prefix=prefix)).absolute()
    os.environ.update(
        MINHU_HOME=str(home), MINHU_WORKER="none", MINHU_DEMO="0", MINHU_SECOND_FACTOR="optional", **settings_of_it
    )
    os.environ.pop("MINHU_DATABASE_URL", None)
    subprocess.run([sys.executable, "-m", "minhu", "migrate", "--quiet"], check=True)
    from minhu.server.bootstrap import setup

    setup()
    from django.conf import settings
    from django.db import connections

    from minhu.engines import database
    from minhu.server.demo.load import ensure_base

    settings.ALLOWED_HOSTS = ["*"]
    try:
        ensure_base()
        yield home
    finally:
        connections.close_all()
        database.server_of(home).stop()
        if not folder:
            shutil.rmtree(home, ignore_errors=True)
