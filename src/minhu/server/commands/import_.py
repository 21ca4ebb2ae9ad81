"""`minhu import FILE`: another system's export becomes requests and orders."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from minhu.intake.services.importing import Report, Table


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_file)


def import_file(
    file: Path = typer.Argument(exists=True, dir_okay=False, help="An .xlsx, .xls or .csv file."),
    mapping: Path | None = typer.Option(
        None, exists=True, dir_okay=False, help='JSON: {"column": "field"}; default: detected.'
    ),
    sheet: str = typer.Option("", help="Sheet of the workbook; default: the first with data."),
    source: str = typer.Option("", help="Name of the source system; keeps equal numbers of two systems apart."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Check every row, store nothing."),
    rejects: Path | None = typer.Option(
        None, help="Where refused rows go; default: FILE.rejects.csv beside the input."
    ),
    understand: bool = typer.Option(True, help="Read the words after storing: category, place, urgency."),
    processes: int = typer.Option(0, min=0, max=64, help="Processes that read; default: one for each core."),
) -> None:
    """Import historic requests. Safe to repeat, stoppable with Ctrl-C; the last line is JSON."""
    from minhu.server.bootstrap import setup

    setup()
    from minhu.intake.services import importing

    content = file.read_bytes()
    table = importing.read_table(content, file.name, sheet)
    fields = importing.mapping_for(table, _chosen(mapping))
    target = rejects or file.with_name(f"{file.name}.rejects.csv")
    with _Stopper() as stopper:
        _say_columns(table, fields)
        with _Bars() as bars:
            if dry_run:
                report = importing.trial(table, fields, source, bars.show)
                problems = report.problems
            else:
                batch = importing.open_run(content, file.name, table, fields, source_name=source, understand=understand)
                count = processes or min(os.cpu_count() or 1, max(1, len(table.rows) // 200))
                report = importing.run_now(batch, table, bars.show, stopper.asked, count)
                problems = _rejects_of(batch.pk)
        _finish(report, problems, target, dry_run=dry_run)
        if stopper.asked():
            raise typer.Exit(130)


def _rejects_of(batch_id: int) -> list[tuple[int, str]]:
    from minhu.intake.queries.imports import rejects

    return rejects(batch_id)


def _chosen(path: Path | None) -> dict[str, str] | None:
    if path is None:
        return None
    try:
        chosen = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{path.name} 不是有效的 JSON 文件：{error}") from error
    if not isinstance(chosen, dict) or not all(isinstance(value, str) for value in chosen.values()):
        raise typer.BadParameter(f'{path.name} 应为 {{"列名": "字段"}} 的形式')
    return chosen


def _say_columns(table: Table, fields: dict[str, Any]) -> None:
    from minhu.intake.services.importing import LABELS

    for column in table.columns:
        meaning = LABELS[fields[column]] if column in fields else "原样保留"
        typer.echo(f"  {column} → {meaning}", err=True)


def _finish(report: Report, problems: list[tuple[int, str]], target: Path, *, dry_run: bool) -> None:
    from minhu.intake.services.importing import rejects_csv

    words = {"category": "分类", "area": "区域", "unit": "单位"}
    for kind, names in report.unknown.items():
        shown = "、".join(list(names)[:5])
        typer.echo(f"未对应的{words[kind]} {len(names)} 种（{sum(names.values())} 行），原文已保留：{shown}", err=True)
    figures = report.figures()
    if problems:
        target.write_bytes(rejects_csv(problems))
        typer.echo(f"有 {len(problems)} 行未导入，原因见 {target}", err=True)
    elif target.exists() and not dry_run:
        target.unlink()  # of an earlier run; now nothing is refused
    typer.echo(
        f"登记 {figures['stored']} 行，每秒 {figures['stored_per_second']} 行；"
        f"理解 {figures['understood']} 件，每秒 {figures['understood_per_second']} 件。",
        err=True,
    )
    extra = {"rejects_file": str(target) if problems else "", "dry_run": dry_run}
    typer.echo(json.dumps({**figures, **extra}, ensure_ascii=False))


class _Bars:
    """Two progress bars on the terminal, one for each stage."""

    def __enter__(self) -> _Bars:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=Console(stderr=True))
        self._tasks: dict[str, Any] = {}
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, stage: str, done: int, total: int) -> None:
        """Move the bar of a stage."""
        if stage not in self._tasks:
            words = {"store": "登记", "understand": "理解"}
            self._tasks[stage] = self._progress.add_task(words[stage], total=total)
        self._progress.update(self._tasks[stage], completed=done, total=total)


class _Stopper:
    """Ctrl-C asks the run to end after its present batch; a second one is Python's own."""

    def __init__(self) -> None:
        self._asked = False

    def __enter__(self) -> _Stopper:
        self._before: dict[int, Any] = {}
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def asked(self) -> bool:
        """Whether somebody wants it to end."""
        return self._asked

    def _ask(self, number: int, _frame: object) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        typer.echo("正在停止：本批登记完后结束，再次运行同一命令即可继续。", err=True)
