"""`minhu rules`: the versioned rule sets, out to a file and back in."""

from __future__ import annotations

import json
from pathlib import Path

import typer

rules = typer.Typer(help="Rule sets: deadlines, intake, reasons, supervision, automation, calendar, rates.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(rules, name="rules")


@rules.command("list")
def list_rules() -> None:
    """Which version of each rule set is in force."""
    from minhu.server.bootstrap import setup

    setup()
    from minhu.directory.queries.rules import published
    from minhu.directory.types import RuleKind

    for kind in RuleKind:
        typer.echo(f"{kind.value}\t{published(kind)[1]}")


@rules.command("export")
def export(
    kind: str = typer.Argument(help="deadlines, intake, reasons, supervision, automation, calendar or rates."),
    file: Path = typer.Argument(help="Where to write the JSON."),
) -> None:
    """Write the rules in force as JSON, to be edited and imported again."""
    from minhu.server.bootstrap import setup

    setup()
    from minhu.directory.queries.rules import published
    from minhu.directory.services.rule_sets import kind_of

    content, version = published(kind_of(kind))
    file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    typer.echo(f"已导出 {kind} 第 {version} 版到 {file}。")


@rules.command("import")
def import_rules(
    kind: str = typer.Argument(help="deadlines, intake, reasons, supervision, automation, calendar or rates."),
    file: Path = typer.Argument(help="JSON as written by `export`."),
    note: str = typer.Option("", help="Why the rules change; kept with the version."),
) -> None:
    """Check every line and publish as a new version; the rules in force publish nothing anew."""
    from minhu.server.bootstrap import setup

    setup()
    from minhu.directory.services import rule_sets
    from minhu.directory.services.loading import read_json

    chosen = rule_sets.kind_of(kind)
    version, new = rule_sets.put(chosen, read_json(file), note)
    typer.echo(f"{kind} 第 {version} 版已发布。" if new else f"内容与现行的第 {version} 版相同，没有发布新版本。")
