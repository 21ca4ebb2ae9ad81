"""Calls that the house forbids, each with its reason."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from common import SOURCE, python_files, report, shown

CLOCK = "time comes from minhu.kernel.clock.now(), so that tests and the simulator can set it"
FORBIDDEN: dict[str, str] = {
    "datetime.now": CLOCK,
    "datetime.utcnow": CLOCK,
    "datetime.today": CLOCK,
    "date.today": CLOCK,
    "timezone.now": CLOCK,
    "timezone.localdate": CLOCK,
    "time.time": f"{CLOCK}; for durations use time.monotonic()",
    "mark_safe": "text of citizens reaches pages; use format_html",
    "csrf_exempt": "every form carries its token; the API has tokens of its own",
    "eval": "text is data, never a program",
    "exec": "text is data, never a program",
    "pickle.loads": "a pickle is a program",
    "pickle.load": "a pickle is a program",
    "breakpoint": "left from debugging",
}
ALLOWED: dict[str, frozenset[str]] = {
    "src/minhu/kernel/clock.py": frozenset({"datetime.now"}),
    # asked and answered as nobody in particular, without a cookie: a forged post could do no more than its sender
    "src/minhu/portals/ask/views.py": frozenset({"csrf_exempt"}),
    # the same window on its way to a person: it notes that once for an asking whose token it names, and goes to a form
    "src/minhu/portals/ask/person.py": frozenset({"csrf_exempt"}),
}


def dotted(node: ast.expr) -> str:
    """`a.b.c` for a chain of names, '' for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


def in_file(path: Path) -> Iterator[str]:
    """One sentence for each forbidden call or decorator in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        expression = node.func if isinstance(node, ast.Call) else node
        if not isinstance(expression, (ast.Name, ast.Attribute)):
            continue
        if isinstance(expression, ast.Name) and not isinstance(node, ast.Call) and expression.id != "csrf_exempt":
            continue
        name = dotted(expression)
        for forbidden, reason in FORBIDDEN.items():
            full = name == forbidden or ("." in forbidden and name.endswith(f".{forbidden}"))
            if full and forbidden not in ALLOWED.get(shown(path), frozenset()):
                yield f"{shown(path)}:{expression.lineno}: {name}: {reason}"


def findings() -> Iterator[str]:
    """All of them, each once."""
    for path in python_files("src"):
        if SOURCE in path.parents:
            yield from sorted(set(in_file(path)))


if __name__ == "__main__":
    sys.exit(report("calls", findings()))
