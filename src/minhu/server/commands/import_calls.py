"""`minhu import-calls FILE`: the log of an exchange's queues becomes calls with figures."""

from __future__ import annotations

import json
from pathlib import Path

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import-calls")(import_calls)


def import_calls(
    file: Path = typer.Argument(exists=True, dir_okay=False, help="Asterisk's queue_log."),
    source: str = typer.Option(..., "--source", help="The exchange: the name of its access token."),
    line: str = typer.Option("", "--line", help="Code of the line of business that was called."),
) -> None:
    """Import former calls. Safe to repeat; lines that are none are counted and shown. The last line is JSON."""
    from minhu.server.bootstrap import setup

    setup()
    from django.db import transaction

    from minhu.directory.access import as_system
    from minhu.intake.services.call_logs import import_queue_log

    with transaction.atomic(), as_system(), file.open(encoding="utf-8", errors="replace") as lines:
        report = import_queue_log(lines, source, line=line)
    for number, why in report.refused[:20]:
        typer.echo(f"{number}: {why}", err=True)
    found = {"lines": report.lines, "calls": report.calls, "new_events": report.new_events}
    typer.echo(json.dumps({**found, "refused": len(report.refused)}, ensure_ascii=False))
