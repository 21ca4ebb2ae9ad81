"""`minhu ledger verify` and `minhu ledger status`: is the ledger whole, and how does it stand?"""

from __future__ import annotations

import json
from dataclasses import asdict

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
    ledger = typer.Typer(help="账本：检查是否完整，查看登记情况。", no_args_is_help=True)
    ledger.command("verify")(verify)
    ledger.command("status")(status)
    ledger.command("prove")(prove)
    app.add_typer(ledger, name="ledger")


def verify(
    integrate: bool = typer.Option(True, help="Integrate what waits before checking."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print only the last line, which is JSON."),
) -> None:
    """Recompute the whole ledger; exit code 1 when anything was changed, deleted, moved or rolled back."""
    from minhu.server.bootstrap import setup

    setup()
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from minhu.kernel.errors import Conflict
    from minhu.ledger import services

    if integrate:
        try:
            services.sequencer_tick()
        except Conflict as error:
            typer.echo(f"! {error.message}", err=True)
    console = Console(stderr=True, quiet=quiet)
    columns = (TextColumn("核对账本"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)
        result = services.verify(lambda done, total: progress.update(task, completed=done, total=total))
    if not quiet:
        for finding in result.findings:
            typer.echo(f"✗ {finding.detail}")
        verdict = "完整，未发现问题" if result.ok else f"发现 {len(result.findings)} 个问题"
        typer.echo(f"账本共 {result.size} 条，检查点 {result.checkpoints} 个，待登记 {result.pending} 条：{verdict}。")
    typer.echo(json.dumps({"ok": result.ok, **asdict(result)}, ensure_ascii=False))
    if not result.ok:
        raise typer.Exit(1)


def status() -> None:
    """Show how many entries are integrated, how many wait and since when; the last line is JSON."""
    from minhu.server.bootstrap import setup

    setup()
    from minhu.ledger import queries

    now = queries.status()
    typer.echo(f"已登记 {now.size} 条，检查点 {now.checkpoints} 个，待登记 {now.pending} 条。")
    typer.echo(f"库外检查点：{now.witness}")
    typer.echo(json.dumps(asdict(now), ensure_ascii=False, default=str))


def prove(uid: str = typer.Argument(help="The entry's uid.")) -> None:
    """Print the inclusion proof (RFC 9162) of one entry as JSON."""
    from minhu.server.bootstrap import setup

    setup()
    from minhu.ledger import services

    typer.echo(json.dumps(asdict(services.prove(uid))))
