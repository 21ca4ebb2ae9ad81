"""The demonstration city as an operator starts it, for people in browsers: own home, own port, real server."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from homes import migrated

ROOT = Path(__file__).resolve().parents[2]
STAGE = Path(__file__).with_name("stage.py")
WEEKS = ("simulate", "--days", "30", "--rate", "4", "--seed", "7", "--workers", "1")
"""Some weeks of a small city: enough for figures, short enough for a test."""
MONTHS = ("simulate", "--days", "60", "--rate", "8", "--seed", "7")
"""More of it, for the pictures."""
START_SECONDS = 60.0


@dataclass(frozen=True)
class House:
    """A running server: where it lives, where it answers, how long each part of its start took."""

    home: str
    address: str
    process: int
    seconds: dict[str, float]

    def save(self, path: Path) -> None:
        """Let the other test processes find it."""
        path.write_text(json.dumps(asdict(self)))

    def log(self) -> str:
        """The last words of the server."""
        return (Path(self.home) / "serve.log").read_text(errors="replace")[-3000:]


def read(path: Path) -> House:
    """The house that another test process opened."""
    return House(**json.loads(path.read_text()))


def environment(home: Path) -> dict[str, str]:
    """Nothing of the tests' own database reaches the house."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MINHU_", "DJANGO_"))}
    return {**kept, "MINHU_HOME": str(home), "MINHU_DEMO": "1", "PYTHONPATH": str(ROOT / "src"), "TZ": "Asia/Shanghai"}


def minhu(home: Path, *arguments: str) -> None:
    """Run one command of the house; its words are shown when it fails."""
    run([sys.executable, "-m", "minhu", *arguments], home)


def run(command: list[str], home: Path) -> None:
    """Run a program in the house's environment."""
    done = subprocess.run(command, env=environment(home), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{command[1:]}: {done.stdout[-1500:]}{done.stderr[-1500:]}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def open_house() -> House:
    """Migrate, load the city, play some weeks, serve."""
    home = Path(tempfile.mkdtemp(prefix="minhu-e2e-"))
    seconds: dict[str, float] = {}

    def timed(name: str, began: float) -> None:
        seconds[name] = round(time.monotonic() - began, 1)

    began = time.monotonic()
    migrated(home)
    timed("migrate", began)
    began = time.monotonic()
    minhu(home, *(MONTHS if os.environ.get("MINHU_SCREENSHOTS") == "1" else WEEKS))
    run([sys.executable, str(STAGE)], home)
    timed("city", began)
    began = time.monotonic()
    house = _serve(home, seconds)
    timed("serve", began)
    return house


def _serve(home: Path, seconds: dict[str, float]) -> House:
    port = _free_port()
    with (home / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "minhu", "serve", "--listen", f"127.0.0.1:{port}"],
            env=environment(home), stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    house = House(str(home), f"http://127.0.0.1:{port}", process.pid, seconds)
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{house.address}/readyz", timeout=5).status_code == 200:
                return house
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the server does not answer:\n{house.log()}")


def close_house(house: House) -> None:
    """Stop server and database, leave nothing behind."""
    home = Path(house.home)
    minhu(home, "stop")
    shutil.rmtree(home, ignore_errors=True)
