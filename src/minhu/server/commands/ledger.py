"""`minhu ledger …`: is the ledger whole, how does it stand, its key, its checkpoints, its witnesses, proofs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
    ledger = typer.Typer(help="账本：检查是否完整，签名密钥、检查点与见证，证明。", no_args_is_help=True)
    for command in (verify, status, key, checkpoint, witness, prove, resume):
        ledger.command()(command)
    app.add_typer(ledger, name="ledger")


def _ready() -> None:
    from minhu.server.bootstrap import setup

    setup()


def _print(body: Any) -> None:
    typer.echo(json.dumps(body, ensure_ascii=False, default=str))


def verify(
    integrate: bool = typer.Option(True, help="Integrate what waits before checking."),
    across: bool = typer.Option(True, help="Also compare the history of orders with the entries."),
    key: list[str] = typer.Option([], help="Believe only this public key (as `minhu ledger key` prints it)."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print only the last line, which is JSON."),
) -> None:
    """Recompute the whole ledger; exit code 1 when anything was changed, deleted, moved or rolled back."""
    _ready()
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from minhu.kernel.errors import Conflict
    from minhu.ledger import services

    trusted = services.parse_verifiers(key) if key else None
    if integrate:
        try:
            services.sequencer_tick()
        except Conflict as error:
            typer.echo(f"! {error.message}", err=True)
    console = Console(stderr=True, quiet=quiet)
    columns = (TextColumn("核对账本"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)
        result = services.verify(
            lambda done, total: progress.update(task, completed=done, total=total), trusted=trusted, across=across
        )
    if not quiet:
        for finding in result.findings:
            typer.echo(f"✗ {finding.detail}")
        if not result.ok and result.good_at:
            typer.echo(f"  截至 {result.good_at.isoformat()}（前 {result.good_size} 条）没有发现问题。")
        verdict = "完整，未发现问题" if result.ok else f"发现 {len(result.findings)} 个问题"
        typer.echo(
            f"账本共 {result.size} 条，检查点 {result.checkpoints} 个，签名担保到 {result.signed_size} 条，"
            f"待登记 {result.pending} 条：{verdict}。"
        )
    _print({"ok": result.ok, **asdict(result)})
    if not result.ok:
        raise typer.Exit(1)


def status() -> None:
    """Show how many entries are integrated, how many wait and since when; the last line is JSON."""
    _ready()
    from minhu.ledger import queries

    now = queries.status()
    typer.echo(f"已登记 {now.size} 条，检查点 {now.checkpoints} 个，待登记 {now.pending} 条。")
    typer.echo(f"库外检查点：{now.witness}")
    _print(asdict(now))


def key(
    new: bool = typer.Option(False, "--new", help="Make a new key that signs from now on."),
    name: str = typer.Option(
        "", help="The ledger's name, best a domain name of your own, for instance 12345.example/ledger."
    ),
) -> None:
    """Print the public keys of the ledger's signatures, newest last: hand them to auditors and partners."""
    _ready()
    from minhu.ledger import services

    for line in services.keys(new=new or bool(name), name=name):
        typer.echo(line)


def checkpoint() -> None:
    """Integrate what waits and print the newest checkpoint as a signed note."""
    _ready()
    from minhu.ledger import queries, services

    services.sequencer_tick()
    note = queries.last_note()
    typer.echo(note or "还没有签名的检查点。", nl=not note)
    if not note:
        raise typer.Exit(1)


def witness() -> None:
    """Bring the newest checkpoint to all witnesses (MINHU_WITNESSES) and show how they stand; the last line is JSON."""
    _ready()
    from minhu.ledger import services

    services.sequencer_tick()
    services.deliver()
    states = services.witness_states()
    if not states:
        typer.echo("没有设置外部见证。请在 MINHU_WITNESSES 中写明文件、https 地址或 mailto 邮箱。")
    for state in states:
        words = f"失败 {state.failures} 次：{state.error}" if state.error else "正常"
        typer.echo(f"{state.address}：已有 {state.size} 条，{words}")
    _print([asdict(state) for state in states])
    if any(state.error for state in states):
        raise typer.Exit(1)


def prove(
    uid: str = typer.Argument("", help="The entry's uid."),
    old: int = typer.Option(0, help="Instead: prove that the ledger of so many entries is the beginning of today's."),
) -> None:
    """Print the inclusion proof of one entry, or the consistency proof since a size (RFC 9162), as JSON."""
    _ready()
    from minhu.ledger import services

    if bool(uid) == bool(old):
        raise typer.BadParameter("give an entry's uid or --old SIZE")
    _print(asdict(services.prove(uid) if uid else services.prove_growth(old)))


def resume(
    reason: str = typer.Option(..., help="Why the ledger may go on as the database has it; it is entered."),
) -> None:
    """Go on after a restored backup: keep the old file of checkpoints aside and sign again."""
    _ready()
    from minhu.ledger import services

    kept = services.resume(reason)
    typer.echo(f"已恢复签名。原检查点文件另存为 {kept}，请保管好。" if kept else "已恢复签名。")
