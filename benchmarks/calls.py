"""Calls at once against a house of its own: `python benchmarks/calls.py --calls 20 --for 45`.

Starts a house with the fictional city and plays `minhu simulate-calls` against it, whose endpoint hears (after
``--ear-seconds``) and speaks sound that was made before. The last line is JSON: what the callers met with, and the
processor seconds of the house's process, its database and the callers. Ends with 1 if a call, a frame or an answer is lost.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from parts.own_home import a_home

TICKS = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Start the house, play the callers, tell what they met with."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--for", dest="lasts", type=float, default=45.0, help="seconds of calls")
    parser.add_argument("--seconds", type=float, default=10.0, help="over which the callers begin")
    parser.add_argument("--step", type=int, default=20)
    parser.add_argument("--ear-seconds", type=float, default=0.3)
    parser.add_argument("--home", help="keep the house in this folder")
    given = parser.parse_args()
    port, ear = _free_port(), _free_port()
    speech = f"http://127.0.0.1:{ear}/v1"
    wanted = {
        "MINHU_SPEECH_URL": speech, "MINHU_SPEECH_MODEL": "rehearsal", "MINHU_SPEECH_OUT": "remote",
        "MINHU_SPEECH_OUT_URL": speech, "MINHU_SPEECH_OUT_MODEL": "rehearsal", "MINHU_SPEECH_SECONDS": "10",
        "MINHU_CALLS": str(given.calls + 50), "MINHU_METRICS_TOKEN": "rehearsal",
    }  # fmt: skip
    with a_home(given.home, "minhu-calls-", **wanted) as home:
        from django.db import transaction

        from minhu.directory.access import as_system
        from minhu.directory.services.tokens import issue_token

        with transaction.atomic(), as_system():
            token = issue_token(f"rehearsal-{time.time_ns()}", ["telephone"])
        house = subprocess.Popen([sys.executable, "-m", "minhu", "serve", "--listen", f"127.0.0.1:{port}"])
        try:
            _ready(port)
            found, code = _played(given, home, house.pid, port, ear, token)
            print(json.dumps(found, ensure_ascii=False))
        finally:
            house.terminate()
            house.wait(30)
    return code


def _played(
    given: argparse.Namespace, home: Path, house: int, port: int, ear: int, token: str
) -> tuple[dict[str, object], int]:
    """What the callers measured, what the house spent on it, and the callers' exit code."""
    before, load = _spent(home, house), os.getloadavg()[0]
    callers = subprocess.run(
        [sys.executable, "-m", "minhu", "simulate-calls", "--url", f"ws://127.0.0.1:{port}", "--calls", str(given.calls),
         "--seconds", str(given.seconds), "--for", str(given.lasts), "--step", str(given.step), "--ear", str(ear),
         "--ear-seconds", str(given.ear_seconds)],
        env={**os.environ, "MINHU_TOKEN": token}, stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    after = _spent(home, house)
    found = json.loads(callers.stdout.splitlines()[-1])
    spent = {name: round(after[name] - before[name], 1) for name in after}
    return {**found, "load_before": load, "processor_seconds": spent, "steps": _steps(port)}, callers.returncode


def _spent(home: Path, house: int) -> dict[str, float]:
    """Processor seconds of the house's processes and of its database's, with those of theirs that have ended."""
    postmaster = int(next(home.rglob("postmaster.pid")).read_text().split()[0])
    return {"house": _of_tree(house), "database": _of_tree(postmaster)}


def _of_tree(root: int) -> float:
    rows = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            values = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        rows[int(path.parent.name)] = (int(values[1]), sum(map(int, values[11:15])))
    mine, total = {root}, 0
    for _ in range(4):
        mine |= {pid for pid, (parent, _) in rows.items() if parent in mine}
    for pid in mine & rows.keys():
        total += rows[pid][1]
    return total / TICKS


def _steps(port: int) -> dict[str, float]:
    """Mean seconds of the calls' steps, by pool: waiting for a thread, working."""
    try:
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/metrics", headers={"Authorization": "Bearer rehearsal"}
        )
        text = urllib.request.urlopen(asked, timeout=10).read().decode()
    except OSError:
        return {}
    found: dict[str, dict[str, float]] = {}
    for what, labels, value in re.findall(r"^minhu_call_step_seconds_(sum|count)\{(.*?)\} (\S+)", text, re.MULTILINE):
        found.setdefault(labels, {})[what] = float(value)
    return {
        "_".join(re.findall(r'part="(\w+)"|pool="(\w+)"', labels)[0]).strip("_") + " " + labels: round(one["sum"] / one["count"], 4)
        for labels, one in found.items() if one.get("count")
    }  # fmt: skip


def _ready(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2)
        except OSError:
            time.sleep(0.3)
        else:
            return
    raise TimeoutError("the house did not start")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
