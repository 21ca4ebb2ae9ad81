"""`minhu backup`, `minhu restore`, `minhu upgrade`: keeping the house for years."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("upgrade")(upgrade)


def backup(
    target: Path = typer.Argument(help="Folder that collects the backups, best on another machine or disk."),
    keep: int = typer.Option(0, "--keep", min=0, help="Delete all but the newest N backups afterwards; 0 keeps all."),
    with_master_key: bool = typer.Option(
        False, "--with-master-key", help="Put the master key beside the data: whoever has the backup can read it all."
    ),
) -> None:
    """Back up database, attachments, keys and ledger checkpoints while the house works; the last line is JSON."""
    began = time.monotonic()
    folder, rows, size = _back_up(target, with_master_key)
    gone: list[Path] = []
    if keep:
        from minhu.engines.backup.making import prune

        gone = prune(target, keep)
    typer.echo(f"备份完成：{folder}（{rows} 行，{size / 1048576:.1f} MB）。")
    if not with_master_key:
        typer.echo("备份里没有主密钥：请确认主密钥另有保管，丢了它，备份中的个人信息谁也读不出来。", err=True)
    result = {"backup": str(folder), "rows": rows, "bytes": size, "removed": [str(path) for path in gone],
              "seconds": round(time.monotonic() - began, 1)}  # fmt: skip
    typer.echo(json.dumps(result, ensure_ascii=False))


def restore(
    folder: Path = typer.Argument(help="A backup's folder, or a folder of backups: then the newest."),
    replace: bool = typer.Option(False, "--replace", help="There is data here already: rename that database, keep it."),
    check_only: bool = typer.Option(False, "--check", help="Only read the backup and say whether it is whole."),
) -> None:
    """Restore a backup into this home and compare every table with it; the last line is JSON."""
    from minhu.engines.backup import making, restoring

    began = time.monotonic()
    if not (folder / "manifest.json").exists():
        folder = making.latest(folder) or folder
    with _spinner("核对备份") as say:
        if check_only:
            manifest = restoring.check(folder, say)
            body = {"whole": True, "rows": manifest.rows, "bytes": manifest.size, "made_at": manifest.created_at}
        else:
            done = restoring.restore(folder, known_migrations=_known_migrations, replace=replace, progress=say)
            body = asdict(done)
    if check_only:
        typer.echo(f"备份完好：{folder}。")
    else:
        typer.echo(f"恢复完成：{body['tables']} 张表、{body['rows']} 行，逐表核对一致。")
        typer.echo("请接着运行 minhu migrate，再运行 minhu ledger verify。", err=True)
    typer.echo(json.dumps({**body, "seconds": round(time.monotonic() - began, 1)}, ensure_ascii=False))


def upgrade(
    target: Path = typer.Option(Path("backups"), "--backup-to", help="Folder for the backup that is made first."),
    no_backup: bool = typer.Option(False, "--no-backup", help="There is a backup already; do not make another."),
) -> None:
    """Bring the data of an earlier version to this one: back up, migrate, check; says how to go back."""
    waiting = _waiting_migrations()
    if not waiting:
        typer.echo("数据库已是当前版本，无需升级。")
        typer.echo(json.dumps({"applied": 0, "backup": None}))
        return
    made = None if no_backup else _back_up(target, with_master_key=False)[0]
    from minhu.server.commands.migrate import migrate

    try:
        migrate(quiet=True)
    except Exception:
        if made:
            typer.echo(f"升级没有完成，数据仍在备份中：minhu restore {made} --replace（用升级前的程序运行）", err=True)
        raise
    typer.echo(f"升级完成：{len(waiting)} 项变更。" + (f"升级前的备份：{made}" if made else ""))
    typer.echo(json.dumps({"applied": len(waiting), "backup": str(made) if made else None}, ensure_ascii=False))


def _back_up(target: Path, with_master_key: bool) -> tuple[Path, int, int]:
    from minhu.engines import database
    from minhu.engines.backup.making import make

    database.ensure_running()
    with _spinner("备份") as say:
        folder, manifest = make(target.resolve(), with_master_key=with_master_key, progress=say)
    return folder, manifest.rows, manifest.size


def _waiting_migrations() -> list[str]:
    """Names of the migrations that this database lacks."""
    from minhu.server.bootstrap import setup

    setup(owner=True)
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def _known_migrations() -> frozenset[str]:
    """Every migration that this version of the program ships."""
    import django

    django.setup()
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None)
    return frozenset(f"{app}.{name}" for app, name in [*loader.disk_migrations, *loader.replacements])


class _spinner:  # noqa: N801 - used as a block, like a function
    """A line that says what is being worked on, on terminals only."""

    def __init__(self, title: str) -> None:
        from rich.console import Console

        self._title = title
        self._status = Console(stderr=True).status(title)

    def __enter__(self) -> _spinner:
        self._status.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._status.stop()

    def __call__(self, what: str) -> None:
        """Say what is being worked on."""
        self._status.update(f"{self._title}：{what}")
