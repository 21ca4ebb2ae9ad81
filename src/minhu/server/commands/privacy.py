"""`minhu privacy …`: hand out what is kept about a person, forget it, anonymise what is old."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
    privacy = typer.Typer(help="个人信息：按本人申请导出、删除，保存期满后去标识、清理记录。", no_args_is_help=True)
    for command in (export, erase, anonymise, retention):
        privacy.command()(command)
    app.add_typer(privacy, name="privacy")


@contextmanager
def _as(username: str) -> Iterator[None]:
    """Work as a security administrator, by the account's name; exit 2 when it is nobody's."""
    from django.db import transaction

    from minhu.directory.access import acting_as, as_system
    from minhu.directory.queries.actors import actor_named

    with transaction.atomic():
        with as_system():
            actor = actor_named(username)
        if actor is None:
            typer.echo(f"没有名为 {username} 的在用账号。", err=True)
            raise typer.Exit(2)
        with acting_as(actor):
            yield


def export(
    phone: str = typer.Option(..., help="The person's telephone number."),
    reason: str = typer.Option(..., help="Why; entered in the reading log."),
    by: str = typer.Option(..., help="Account of the security administrator who hands it out."),
    out: Path = typer.Option(..., help="File to write (JSON, mode 0600); must not exist."),
) -> None:
    """Write everything kept about the person with a telephone number into a file."""
    from minhu.server.bootstrap import setup

    setup()
    from minhu.engines.keyring import write_private
    from minhu.intake.services.own_data import own_data

    if out.exists():
        typer.echo(f"{out} 已存在，没有覆盖。", err=True)
        raise typer.Exit(2)
    with _as(by):
        found = own_data(phone, reason)
        write_private(out, json.dumps(found, ensure_ascii=False, indent=1).encode())
    typer.echo(f"已导出 {len(found)} 件诉求。文件含个人信息，请当面交给本人后删除。")


def erase(
    phone: str = typer.Option(..., help="The person's telephone number."),
    reason: str = typer.Option(..., help="Why, as the person said."),
    by: str = typer.Option(..., help="Account of the security administrator who asks."),
    confirmed_by: str = typer.Option(..., help="Account of another one who has checked the person's identity."),
) -> None:
    """Forget the person with a telephone number: two security administrators stand for it; prints the certificate."""
    from minhu.server.bootstrap import setup

    setup()
    from minhu.intake.services import forgetting

    with _as(by):
        case_id = forgetting.ask(phone, reason)
    with _as(confirmed_by):
        case = forgetting.confirm(case_id)
    body = {"case": str(case.uid), "requests": case.requests, "done_at": case.done_at, "certificate": case.digest,
            "asked_by": case.asked_by, "confirmed_by": case.confirmed_by}  # fmt: skip
    typer.echo(f"已删除 {case.requests} 件诉求中的个人信息。删除凭证：{case.digest}")
    typer.echo(json.dumps(body, ensure_ascii=False, default=str))


def anonymise(
    years: int = typer.Option(..., min=1, help="Requests older than so many years."),
    limit: int = typer.Option(100_000, min=1, help="At most so many."),
) -> None:
    """Strike personal data out of requests whose time is over; the last line is JSON."""
    from minhu.server.bootstrap import setup

    setup()
    from django.db import transaction

    from minhu.directory.access import as_system
    from minhu.intake.services import forgetting

    total = 0
    while total < limit:
        with transaction.atomic(), as_system():
            done = forgetting.forget_old(years, min(200, limit - total))
        if not done:
            break
        total += done
    typer.echo(f"已对 {total} 件保存期满的诉求去除个人信息。")
    typer.echo(json.dumps({"requests": total}))


def retention(
    run: bool = typer.Option(False, "--run", help="Remove now; without it nothing is changed (dry run)."),
) -> None:
    """Show how long each kind of record is kept and what is over; the last line is JSON."""
    from minhu.server.bootstrap import setup

    setup()
    from minhu.server import retention as records

    lines = records.overview()
    for line in lines:
        typer.echo(
            f"{line.label}：保存 {line.days} 天（至少 {line.least} 天，{line.ground}），{line.before:%Y-%m-%d} 以前的 {line.due} 条已满期"
        )
    gone = dict.fromkeys((line.name for line in lines), 0)
    if run:
        for name in gone:
            while done := records.expire(name):
                gone[name] += done
        typer.echo(f"已清理 {sum(gone.values())} 条，每次清理都已记入账本。")
    else:
        typer.echo("没有改动。后台每天自动清理；现在就清理请加 --run。")
    typer.echo(json.dumps({"due": {line.name: line.due for line in lines}, "removed": gone}))
