"""`make check`: all checks, each shown with its time; the exit code says whether all passed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from common import ROOT

BIN = Path(sys.executable).parent
MOST_LINES = 80
CODE = ("src", "tests", "tools", "benchmarks")
CHECKS: dict[str, list[str]] = {
    "style": [str(BIN / "ruff"), "check", "--quiet", *CODE],
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet", *CODE],
    "types": [str(BIN / "mypy"), "--no-error-summary"],
    "types of benchmarks": [str(BIN / "mypy"), "--no-error-summary", "--explicit-package-bases", "benchmarks"],
    "house plan": [str(BIN / "lint-imports"), "--no-logo"],
    "migrations": [sys.executable, "tools/check_migrations.py"],
    "sizes": [sys.executable, "tools/check_sizes.py"],
    "calls": [sys.executable, "tools/check_calls.py"],
    "texts": [sys.executable, "tools/check_texts.py"],
    "templates": [sys.executable, "tools/check_templates.py"],
    "translations": [sys.executable, "tools/messages.py"],
    "licences": [sys.executable, "tools/check_licences.py"],
    "secrets": [sys.executable, "tools/check_secrets.py"],
    "documents": [sys.executable, "tools/check_docs.py"],
}


def play(names: list[str]) -> list[str]:
    """Run checks one after the other, each with its time and its words; returns those that failed."""
    environment = {**os.environ, "MINHU_HOME": str(ROOT / "build" / "check-home"), "MYPYPATH": "benchmarks"}
    failed = []
    for name in names:
        began = time.monotonic()
        done = subprocess.run(
            CHECKS[name], cwd=ROOT, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL,
            check=False,
        )  # fmt: skip
        said = [f"{'ok    ' if not done.returncode else 'FAILED'} {name} ({time.monotonic() - began:.1f} s)"]
        if done.returncode:
            failed.append(name)
            lines = (done.stdout + done.stderr).splitlines()
            said += lines[:MOST_LINES]
            if len(lines) > MOST_LINES:
                more = f"… and {len(lines) - MOST_LINES} lines more: {' '.join(CHECKS[name])}"
                said.append(more.replace(str(ROOT), "."))
        print("\n".join(said), flush=True)
    return failed


def main() -> int:
    """Run the named checks (default: all), types beside all others; prints what failed at the end."""
    chosen = sys.argv[1:] or list(CHECKS)
    lanes = [[name for name in chosen if name.startswith("types") is typed] for typed in (True, False)]
    with ThreadPoolExecutor(len(lanes)) as beside:
        failed = [name for found in beside.map(play, lanes) for name in found]
    print(f"check: {'all passed' if not failed else 'failed: ' + ', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
