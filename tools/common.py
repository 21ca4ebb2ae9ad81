"""What the check scripts share: which files count, and how a finding is reported."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "minhu"
SKIPPED = {".git", ".venv", "build", "node_modules", "__pycache__", ".minhu", ".minhu-test"}


def tracked() -> Iterator[Path]:
    """Files under version control or about to be; every file outside build folders when git is not there."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        yield from (ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file())
        return
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in SKIPPED]
        yield from (Path(folder) / name for name in names)


def python_files(*folders: str) -> list[Path]:
    """Python files of the named top folders, migrations left out."""
    return sorted(
        path
        for path in tracked()
        if path.suffix == ".py"
        and path.relative_to(ROOT).parts[0] in folders
        and "migrations" not in path.relative_to(ROOT).parts
    )


def shown(path: Path) -> str:
    """The path as people name it."""
    return path.relative_to(ROOT).as_posix()


def use_house() -> None:
    """Load Django for a check, with a home of its own; no database is started."""
    os.environ["MINHU_HOME"] = str(ROOT / "build" / "check-home")
    os.environ["DJANGO_SETTINGS_MODULE"] = "minhu.server.settings"
    sys.path.insert(0, str(ROOT / "src"))
    import django

    django.setup()


def report(name: str, findings: Iterable[str]) -> int:
    """Print the findings; exit code 1 when there is one."""
    found = list(findings)
    for line in found:
        print(line)
    print(f"{name}: {len(found)} finding{'s' if len(found) != 1 else ''}")
    return 1 if found else 0
