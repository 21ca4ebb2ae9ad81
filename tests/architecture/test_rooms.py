"""The house plan: what one room may know of another. Without it, a change anywhere could break anything."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "minhu"
ROOMS = ("ledger", "directory", "knowledge", "intake", "handling", "evaluation", "governance", "exchange", "documents")
DOORS = frozenset({"types", "events", "queries", "services"})
FURNITURE = {
    "types": 0, "events": 1, "domain": 1, "models": 2, "queries": 3, "services": 4,
    "forms": 5, "subscribers": 5, "tasks": 5, "views": 6, "api": 6, "admin": 6, "urls": 7, "apps": 8,
}  # fmt: skip
WITHOUT_DJANGO = ("kernel", "language")
BROAD = re.compile(r"except\s*(?::|\(?\s*(?:Base)?Exception)")


@dataclass(frozen=True)
class Import:
    """`where` (a file) imports `what` (a dotted name)."""

    where: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.where.relative_to(SOURCE)}:{self.line} imports {self.what}"


def imports_of(path: Path) -> Iterator[Import]:
    """All imports in a file, also those inside functions; names of `from x import a` as x.a."""
    package = ("minhu", *path.relative_to(SOURCE).parent.parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Import(path, node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (Import(path, node.lineno, f"{module}.{alias.name}") for alias in node.names)


@cache
def all_imports() -> tuple[Import, ...]:
    return tuple(found for path in sorted(SOURCE.rglob("*.py")) for found in imports_of(path))


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0]


def piece_of(path: Path) -> str:
    """The piece of furniture a file belongs to: `models` for both models.py and models/areas.py."""
    return path.relative_to(SOURCE).parts[1].removesuffix(".py")


def test_rooms_are_entered_by_their_doors_only() -> None:
    offences = [
        str(found)
        for found in all_imports()
        if (parts := found.what.split("."))[0] == "minhu"
        and len(parts) > 2
        and parts[1] in ROOMS
        and parts[1] != room_of(found.where)
        and parts[2] not in DOORS
        and not is_exception(found)
    ]
    assert offences == []


def is_exception(found: Import) -> bool:
    """Two doors more, each with its reason.

    `directory.access` and `directory.policy` are the house's lock: every room loads its objects through them.
    Migrations name the row-security helper of the directory, as they name tables of lower rooms.
    """
    if found.what.startswith(("minhu.directory.access", "minhu.directory.policy")):
        return True
    return "migrations" in found.where.parts and found.what.startswith("minhu.directory.row_security")


def test_furniture_of_a_room_stands_in_order() -> None:
    offences = []
    for found in all_imports():
        parts = found.what.split(".")
        if parts[0] != "minhu" or len(parts) < 3 or parts[1] not in ROOMS or parts[1] != room_of(found.where):
            continue
        if len(found.where.relative_to(SOURCE).parts) < 2 or found.where.name == "__init__.py":
            continue
        here, there = FURNITURE.get(piece_of(found.where)), FURNITURE.get(parts[2])
        if here is not None and there is not None and there > here:
            offences.append(str(found))
    assert offences == []


@pytest.mark.parametrize("package", WITHOUT_DJANGO)
def test_pure_packages_know_no_framework(package: str) -> None:
    offences = [
        str(found)
        for found in all_imports()
        if room_of(found.where) == package
        and found.what.split(".")[0] in {"django", "ninja", "psycopg", "procrastinate"}
    ]
    assert offences == []


def test_kernel_needs_the_standard_library_only() -> None:
    import sys

    offences = [
        str(found)
        for found in all_imports()
        if room_of(found.where) == "kernel"
        and (top := found.what.split(".")[0]) not in sys.stdlib_module_names
        and not found.what.startswith("minhu.kernel")
        and top != "__future__"
    ]
    assert offences == []


def test_nothing_imports_the_composition_root() -> None:
    offences = [
        str(found)
        for found in all_imports()
        if found.what.startswith("minhu.server") and room_of(found.where) not in {"server", "__main__.py"}
    ]
    assert offences == []


def test_every_room_says_what_it_owns() -> None:
    silent = [
        folder.name
        for folder in sorted(SOURCE.iterdir())
        if (folder / "__init__.py").exists() and not ast.get_docstring(ast.parse((folder / "__init__.py").read_text()))
    ]
    assert silent == []


def test_broad_excepts_stand_at_the_edges_only() -> None:
    """`except Exception` hides defects; only places that keep a process alive for everybody may have one."""
    edges = {"server/cli.py", "server/background.py", "server/asgi.py", "server/demo/simulator/child.py",
        "ledger/services/contracts.py", "knowledge/services/uploads.py",
        "knowledge/services/sources.py", "server/telephone/gateway.py", "server/telephone/life.py",
        "server/telephone/link.py", "server/telephone/switchboard.py"}  # fmt: skip
    offences = []
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if path.relative_to(SOURCE).as_posix() in edges or not BROAD.search(text):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ExceptHandler) and (
                node.type is None
                or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"})
            ):
                reraises = any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
                if not reraises:
                    offences.append(f"{path.relative_to(SOURCE)}:{node.lineno}")
    assert offences == []
