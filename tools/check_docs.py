"""Documents say what is there: commands and targets exist, paths and links resolve, the reference is current."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import write_reference
from common import ROOT, report, shown, tracked, use_house

CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
MINHU = re.compile(r"(?:^|[\s`(/])minhu((?: [a-z][a-z-]+)+)")
MAKE = re.compile(r"(?:^|[\s`])make ([a-z][a-z0-9-]*)")
PATH = re.compile(r"`((?:src|tests|docs|tools|benchmarks|requirements|\.ci)/[\w./-]*[\w/])`")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)\s#]+)")
NEEDED = ("README.md", "README.zh-CN.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE")


def command_names() -> set[str]:
    """`migrate`, `ledger verify` … and the groups themselves."""
    import typer.main

    from minhu.server.cli import build

    names: set[str] = set()

    def walk(command: object, prefix: str) -> None:
        for name, child in getattr(command, "commands", {}).items():
            names.add(f"{prefix}{name}")
            walk(child, f"{prefix}{name} ")

    walk(typer.main.get_command(build()), "")
    return names


def targets() -> set[str]:
    """What `make` knows."""
    return set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def in_document(path: Path, known: set[str], made: set[str]) -> Iterator[str]:
    """Findings in one Markdown file."""
    text = path.read_text(encoding="utf-8")
    code = "\n".join(CODE.findall(text))
    for words in MINHU.findall(code):
        first, *rest = words.split()
        group = any(name.startswith(f"{first} ") for name in known)
        if first not in known or (group and rest and f"{first} {rest[0]}" not in known):
            yield f"{shown(path)}: there is no command 'minhu{words}'"
    for target in MAKE.findall(code):
        if target not in made:
            yield f"{shown(path)}: there is no 'make {target}'"
    for name in PATH.findall(text):
        if not (ROOT / name).exists() and not any(ROOT.glob(name)):
            yield f"{shown(path)}: `{name}` does not exist"
    for link in LINK.findall(text):
        if not (path.parent / link).exists():
            yield f"{shown(path)}: the link {link} leads nowhere"


def findings() -> Iterator[str]:
    """All of them."""
    use_house()
    known, made = command_names(), targets()
    for name in NEEDED:
        if not (ROOT / name).exists():
            yield f"{name} is missing"
    for path in sorted(tracked()):
        if path.suffix == ".md":
            yield from in_document(path, known, made)
    yield from write_reference.stale()


if __name__ == "__main__":
    sys.exit(report("documents", findings()))
