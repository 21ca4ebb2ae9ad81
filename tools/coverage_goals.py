"""`make coverage`: which share of the lines the tests reach, area by area, against the goals; fails beneath one.

    python tools/coverage_goals.py [--data .coverage]

Reads what `pytest --cov` left. Lines are statements of `src/minhu` without migrations; programs that tests start
count as far as they end by themselves (what is killed writes nothing down).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from common import ROOT, SOURCE
from coverage import Coverage

AREAS: dict[str, tuple[float, tuple[str, ...]]] = {
    "everything": (90.0, ("",)),
    "rules": (
        98.0,
        (
            "directory/domain/decisions.py", "directory/domain/rights.py", "directory/domain/sharing.py",
            "directory/domain/watching.py", "directory/queries/rules.py", "directory/services/rule_sets.py",
            "handling/domain/states.py", "handling/domain/supervision.py",
        ),
    ),
    "deadlines": (98.0, ("kernel/calendar/", "directory/domain/deadlines.py", "handling/domain/deadlines.py")),
    "access": (98.0, ("directory/policy.py", "directory/access.py", "directory/row_security.py", "directory/middleware.py")),
    "ledger": (98.0, ("ledger/",)),
}  # fmt: skip
"""Goal in per cent, and what belongs to the area: files, or folders with their slash."""


def measured(data: Path) -> dict[str, tuple[int, int, list[int]]]:
    """For each file of the house: statements, those reached, the numbers of those that were not."""
    coverage = Coverage(data_file=str(data), config_file=str(ROOT / "pyproject.toml"))
    coverage.load()
    found: dict[str, tuple[int, int, list[int]]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        _name, statements, _excluded, missing, _text = coverage.analysis2(str(path))
        if statements:
            found[path.relative_to(SOURCE).as_posix()] = len(statements), len(statements) - len(missing), missing
    return found


def main() -> int:
    """Print the table and, for an area beneath its goal, where it misses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / ".coverage")
    files = measured(parser.parse_args().data)
    failed = 0
    for area, (goal, parts) in AREAS.items():
        inside = {name: found for name, found in files.items() if name.startswith(parts)}
        for part in parts:
            if not any(name.startswith(part) for name in inside):
                raise SystemExit(f"{area}: {part} is not there any more; say in {Path(__file__).name} what it became")
        lines = sum(count for count, _reached, _missing in inside.values())
        reached = sum(found for _count, found, _missing in inside.values())
        share = 100 * reached / lines
        missed = share < goal
        failed += missed
        print(f"{area:10} {share:6.2f} %  of {lines:6,} lines, goal {goal:.0f} %{'  MISSED' if missed else ''}")
        if missed and area != "everything":
            for name, (_count, _reached, missing) in inside.items():
                if missing:
                    print(f"    {name}: {', '.join(map(str, missing))}")
    worst = sorted(files.items(), key=lambda item: item[1][1] - item[1][0])[:10]
    print("most lines not reached: " + ", ".join(f"{name} {count - reached}" for name, (count, reached, _) in worst))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
