"""`minhu simulate` as an operator runs it: its last line tells what happened, and the same seed tells the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from homes import migrated

SOURCE = Path(__file__).resolve().parents[2] / "src"
RUN = ("simulate", "--days", "1", "--rate", "6", "--seed", "9", "--until", "2026-03-20T15:00")


def minhu(home: Path, *arguments: str) -> str:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MINHU_")}
    environment = {**kept, "MINHU_HOME": str(home), "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-m", "minhu", *arguments]
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, timeout=240, check=True).stdout


def figures(home: Path, *more: str) -> dict[str, object]:
    told: dict[str, object] = json.loads(minhu(home, *RUN, *more).splitlines()[-1])
    return told


def test_the_figures_of_a_run_its_repetition_and_the_same_seed_elsewhere() -> None:
    whole = Path(tempfile.mkdtemp(prefix="mh-simulate-"))
    whole.chmod(0o755)  # the embedded server runs as a user of its own
    homes = whole / "one", whole / "two"
    try:
        for home in homes:
            home.mkdir()
            migrated(home)
        first = figures(homes[0], "--workers", "2")
        assert isinstance(first["orders"], int)
        assert isinstance(first["steps"], int)
        assert isinstance(first["entries"], int)
        assert 3 <= first["orders"] <= 20
        assert first["steps"] > first["orders"]
        assert first["entries"] >= first["orders"] + first["steps"]
        assert first["stopped"] is False
        again = figures(homes[0])
        assert (again["orders"], again["steps"], again["states"]) == (0, 0, first["states"])
        if os.environ.get("MINHU_FAULTS") == "bench":  # the same seed in a second house with one worker
            elsewhere = figures(homes[1], "--workers", "1")
            for name in ("orders", "steps", "refused", "entries", "states", "counts"):
                assert elsewhere[name] == first[name], name
    finally:
        for home in homes:
            minhu(home, "stop")
        shutil.rmtree(whole, ignore_errors=True)
