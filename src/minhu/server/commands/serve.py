"""`minhu serve`, `minhu worker`, `minhu stop`: the running house."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from minhu.server.config import Config

STOP_SECONDS = 20.0


class Layout(StrEnum):
    """How the house is spread over processes."""

    ONE = "one"
    PROCESSES = "processes"
    WSGI = "wsgi"
    STREAMS = "streams"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("serve")(serve)
    app.command("worker")(worker)
    app.command("stop")(stop)


def serve(
    listen: str = typer.Option("", "--listen", help="Address and port; default MINHU_LISTEN."),
    layout: Layout = typer.Option(
        Layout.ONE,
        "--layout",
        help="one: everything in one web process. processes: WSGI workers on the port, streams on the next port, "
        "a worker; put nginx in front. wsgi, streams: only that part.",
    ),
    workers: int = typer.Option(2, "--workers", min=1, max=64, help="WSGI processes."),
) -> None:
    """Serve pages, API and live updates until stopped."""
    if listen:
        os.environ["MINHU_LISTEN"] = listen
    from minhu.server import metrics_folder
    from minhu.server.config import Config

    config = Config.read()
    host, port = config.address()
    metrics_folder.prepare(config.home / "run" / f"metrics-{port}")
    _prepare()
    if config.demo and host not in {"127.0.0.1", "::1", "localhost"}:
        raise typer.BadParameter("the demo's one-click login is for this machine only: listen on 127.0.0.1")
    whole = "-house" if layout is Layout.PROCESSES else ""  # its parts write files of their own
    pid_file = config.home / "run" / f"serve-{port}{whole}.pid"
    pid_file.parent.mkdir(parents=True, exist_ok=True)
    pid_file.write_text(str(os.getpid()))
    typer.echo(f"Minhu 民呼 → http://{host if ':' not in host else f'[{host}]'}:{port}/", err=True)
    try:
        if layout is Layout.PROCESSES:
            _processes(host, port, workers)
        else:
            _granian(host, port, layout, workers)
    finally:
        pid_file.unlink(missing_ok=True)


def worker() -> None:
    """Run the background loops alone, beside web processes that were started with MINHU_WORKER=none."""
    from minhu.server.bootstrap import setup

    setup()
    from minhu.server import traces
    from minhu.server.background import Runner

    traces.start()
    runner = Runner()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: runner.ask())
    runner.start()
    runner.wait()
    runner.stop()


def stop() -> None:
    """Stop the web server of this home and its embedded database."""
    from minhu.engines.database import home_folder, is_embedded, server_of

    home = home_folder()
    stopped = [pid for path in sorted((home / "run").glob("serve-*.pid")) if (pid := _end(path))]
    if is_embedded() and (home / "db").exists() and server_of(home).stop():
        typer.echo("the embedded database is stopped")
    typer.echo(f"{len(stopped)} web server{'s' if len(stopped) != 1 else ''} stopped")


def _end(path: Path) -> int | None:
    """End the process named in a pid file; None when it is gone already."""
    try:
        pid = int(path.read_text())
        os.kill(pid, signal.SIGTERM)
    except (OSError, ValueError):
        path.unlink(missing_ok=True)
        return None
    end = time.monotonic() + STOP_SECONDS
    while path.exists() and time.monotonic() < end:
        time.sleep(0.1)
    return pid


def _prepare() -> None:
    """Static files in place, database running, no migration missing; a sentence otherwise."""
    os.environ["MINHU_COLLECTING"] = "1"
    from minhu.server.bootstrap import setup

    setup()
    del os.environ["MINHU_COLLECTING"]
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from minhu.engines.database import DatabaseError
    from minhu.server import static_files, traces

    traces.check()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise DatabaseError("the database is not at this version yet: run `minhu migrate`")
    connection.close()
    static_files.collect()


def _granian(host: str, port: int, layout: Layout, workers: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from minhu.server.config import Config

    config = Config.read()
    wsgi = layout is Layout.WSGI
    threads = _shared(config, workers) if wsgi else None
    Granian(
        target="minhu.server.wsgi:application" if wsgi else "minhu.server.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI if wsgi else Interfaces.ASGI,
        workers=workers if wsgi else 1,
        blocking_threads=threads,
        websockets=not wsgi,
        respawn_failed_workers=True,
        workers_kill_timeout=int(STOP_SECONDS),
        log_level=LogLevels.warning,
    ).serve()


def _shared(config: Config, workers: int) -> int:
    """Share MINHU_THREADS among the WSGI processes; return how many threads each needs to work, wait and refuse."""
    from minhu.server.admission import REFUSERS, Gate

    slots = max(2, config.threads // workers)
    os.environ["MINHU_THREADS"] = str(slots)  # what each of them reads
    return Gate(slots, config.queue, config.queue_seconds).most + REFUSERS


def _processes(host: str, port: int, workers: int) -> None:
    """WSGI workers on the port, an ASGI process for `/events/` on the next one, and a worker; one falls, all fall."""
    command = [sys.executable, "-m", "minhu"]
    environment = {**os.environ, "MINHU_WORKER": "none"}
    parts = [
        [*command, "serve", "--layout", "wsgi", "--workers", str(workers), "--listen", f"{host}:{port}"],
        [*command, "serve", "--layout", "streams", "--listen", f"{host}:{port + 1}"],
        [*command, "worker"],
    ]
    children = [subprocess.Popen(part, env=environment) for part in parts]
    stopping = False

    def leave(*_: object) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    _until(lambda: stopping or any(child.poll() is not None for child in children))
    for child in children:
        child.terminate()
    for child in children:
        child.wait(STOP_SECONDS)
    if not stopping:
        raise typer.Exit(1)


def _until(condition: Callable[[], bool]) -> None:
    while not condition():
        time.sleep(0.2)
