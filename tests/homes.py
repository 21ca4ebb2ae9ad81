"""Homes of servers of their own: one is migrated for all test processes, the others are copies of its files."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "minhu"
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
BROWSER = next((found for name in BROWSERS if (found := shutil.which(name))), "")
"""Debian's Chromium for the tests that play people; the shell has no window of its own to draw and costs half."""
TEST_HOME = Path(os.environ.get("MINHU_TEST_HOME") or ROOT / ".minhu-test")


def schema_key(*more: str) -> str:
    """Changes whenever a migrated database must be built anew."""
    digest = hashlib.sha256("\n".join(more).encode())
    for path in sorted([*SOURCE.rglob("migrations/*.py"), *SOURCE.rglob("*.sql"), SOURCE / "engines/database.py"]):
        digest.update(str(path.relative_to(SOURCE)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Only one test process at a time makes what all share."""
    TEST_HOME.mkdir(parents=True, exist_ok=True)
    with (TEST_HOME / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def model() -> Path:
    """The files of a house right after `minhu migrate`, made once for all processes and sessions.

    A master key is not made by migrating and therefore not shared; the key of the sessions is, and is taken away.
    """
    # Not below the checkout: under root the server is another user, who may not pass a folder such as /root.
    folder = Path(tempfile.gettempdir()) / f"minhu-model-{os.getuid()}-{schema_key(str(SOURCE))}"
    with locked("model"):
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for command in (["migrate", "--quiet"], ["stop"]):
                done = _minhu(folder, *command)
                assert done.returncode == 0, f"minhu {command[0]} failed:\n{(done.stdout + done.stderr)[-2000:]}"
            shutil.rmtree(folder / "keys", ignore_errors=True)
            (folder / "done").touch()
    return folder


def migrated(home: Path) -> Path:
    """Fill a folder with the files of the model, and return it; the copied server never ran, so each house has its own."""
    # cp keeps owners, which shutil does not
    subprocess.run(["cp", "-a", f"{model()}/.", str(home)], check=True)
    return home


def _minhu(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MINHU_", "DJANGO_"))}
    environment = {**kept, "MINHU_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(
        [sys.executable, "-m", "minhu", *arguments], env=environment, capture_output=True, text=True, check=False
    )
