"""Files up to 400 lines, functions up to 50: what is longer hides two things in one."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from common import ROOT, python_files, report, shown, tracked

LONGEST_FILE = 400
LONGEST_FUNCTION = 50
OTHER_TEXTS = {".html", ".css", ".js"}


def functions(tree: ast.AST) -> Iterator[tuple[str, int, int]]:
    """Name, line and length of each function, without its decorators and docstring."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            documented = ast.get_docstring(node, clean=False) is not None
            first = node.body[0]
            text = (first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0
            yield node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1 - text


def findings() -> Iterator[str]:
    """One sentence for each file or function that is too long."""
    for path in python_files("src", "tests", "tools", "benchmarks"):
        text = path.read_text(encoding="utf-8")
        lines = text.count("\n")
        if lines > LONGEST_FILE:
            yield f"{shown(path)}: {lines} lines, at most {LONGEST_FILE}"
        for name, line, length in functions(ast.parse(text)):
            if length > LONGEST_FUNCTION:
                yield f"{shown(path)}:{line}: {name} has {length} lines, at most {LONGEST_FUNCTION}"
    for path in tracked():
        if path.suffix in OTHER_TEXTS and Path("src") in path.relative_to(ROOT).parents:
            lines = path.read_text(encoding="utf-8").count("\n")
            if lines > LONGEST_FILE:
                yield f"{shown(path)}: {lines} lines, at most {LONGEST_FILE}"


if __name__ == "__main__":
    sys.exit(report("sizes", findings()))
