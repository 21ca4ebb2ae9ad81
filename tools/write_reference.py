"""Writes docs/reference/ from the code: settings, commands, permissions, events. `--check` only compares."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from common import ROOT, SOURCE, report, shown, use_house

FOLDER = ROOT / "docs" / "reference"
NOTE = "<!-- written by `make docs`; edit the code, not this file -->\n\n"


def row(*cells: str) -> str:
    """One line of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ").strip() for cell in cells) + " |\n"


def first_line(text: str | None) -> str:
    """The first paragraph of a docstring or help, on one line."""
    return " ".join((text or "").strip().split("\n\n")[0].split())


def settings() -> str:
    """Every environment variable."""
    from minhu.server.config import AccountConfig, Config

    text = f"# Settings\n\n{NOTE}Environment variables; read once when a process starts.\n\n"
    text += row("variable", "default", "meaning") + row("---", "---", "---")
    for field in (*fields(Config), *fields(AccountConfig)):
        data = field.metadata
        text += row(f"`{data['variable']}`", f"`{data['default']}`" if data["default"] else "", data["meaning"])
    return text


def commands() -> str:
    """Every command with its options."""
    import typer.main

    from minhu.server.cli import build

    text = f"# Commands\n\n{NOTE}`minhu COMMAND --help` says the same.\n\n"
    return text + "".join(_command(typer.main.get_command(build()), "minhu"))


def _command(command: Any, name: str) -> Iterator[str]:
    children = getattr(command, "commands", {})
    if not children:
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        usage = " ".join(
            (f"[{p.name.upper()}]" if not p.required else p.name.upper()) + ("…" if p.nargs != 1 else "")
            for p in arguments
        )
        yield f"## `{f'{name} {usage}'.strip()}`\n\n{first_line(command.help)}\n\n"
        options = [p for p in command.params if p.param_type_name == "option" and "--help" not in p.opts]
        yield "".join(f"- `{', '.join(p.opts)}` {first_line(p.help)}\n" for p in options) + ("\n" if options else "")
    for child in sorted(children):
        if not children[child].hidden:
            yield from _command(children[child], f"{name} {child}")


def permissions() -> str:
    """Who may do what."""
    from minhu.directory.policy import POLICY, Action, Purpose

    text = f"# Permissions\n\n{NOTE}From `minhu.directory.policy`. own: the requester; unit: a unit that has or had "
    text += "the matter; area: the matter lies in the area of a unit of theirs and the rules of sharing show it there; "
    text += (
        "any: no relation needed. After the dash the purposes a right is given for. What is not listed is refused.\n\n"
    )
    text += row("action", "roles") + row("---", "---")
    for action in Action:
        holders = [
            f"{rule.role.value} ({rule.relation.name.lower()} – {_purposes(rule.purposes, len(Purpose))})"
            for rule in POLICY
            if action in rule.actions
        ]
        text += row(f"`{action.value}`", ", ".join(holders))
    return text


def _purposes(given: frozenset[str], all_of_them: int) -> str:
    return "all" if len(given) == all_of_them else ", ".join(sorted(given))


def events() -> str:
    """What rooms announce."""
    from minhu.kernel.events import Event

    text = f"# Events\n\n{NOTE}Synchronous, inside the transaction of whoever publishes them.\n\n"
    text += row("event", "room", "fields", "meaning") + row("---", "---", "---", "---")
    for path in sorted(SOURCE.glob("*/events.py")):
        if path.parent.name == "kernel":
            continue
        module = importlib.import_module(f"minhu.{path.parent.name}.events")
        for name, kind in sorted(vars(module).items()):
            if isinstance(kind, type) and issubclass(kind, Event) and kind.__module__ == module.__name__:
                names = ", ".join(f"`{field.name}`" for field in fields(kind))
                text += row(f"`{name}`", path.parent.name, names, first_line(kind.__doc__))
    return text


def api() -> str:
    """What programs may call."""
    from minhu.server.api import api as house

    text = f"# JSON API\n\n{NOTE}Under `/api/v1`; the whole description is at `/api/v1/openapi.json`. "
    text += "A token comes as `Authorization: Bearer mh_…`; errors are problem details (RFC 9457).\n\n"
    text += row("operation", "scope", "meaning") + row("---", "---", "---")
    lines = set()
    for prefix, router in house._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                scopes = {getattr(one, "scope", "") for one in operation.auth_callbacks} or {"—"}
                names = ", ".join(
                    f"`{scope}`" if scope not in ("", "—") else scope or "any" for scope in sorted(scopes)
                )
                call = f"`{'/'.join(operation.methods)} {prefix}{path}`"
                lines.add((f"{prefix}{path}", row(call, names, operation.summary or "")))
    return text + "".join(line for _, line in sorted(lines))


PAGES = {
    "api.md": api,
    "settings.md": settings,
    "commands.md": commands,
    "permissions.md": permissions,
    "events.md": events,
}


def stale() -> Iterator[str]:
    """A sentence for each page that the code has left behind."""
    for name, make in PAGES.items():
        path = FOLDER / name
        if not path.exists() or path.read_text(encoding="utf-8") != make():
            yield f"{shown(path)}: not what the code says; run `make docs`"


def write() -> list[Path]:
    """Write all pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        (FOLDER / name).write_text(make(), encoding="utf-8")
    return [FOLDER / name for name in PAGES]


if __name__ == "__main__":
    use_house()
    if "--check" in sys.argv:
        sys.exit(report("reference", stale()))
    print("\n".join(shown(path) for path in write()))
