"""`minhu demo`: the fictional city 云溪市, served for this machine only; its year is loaded while it is looked at."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final

import typer

FRONT_SECONDS: Final = 60.0
"""So long the address waits for the last days' orders at most; on a slow machine it is said without them."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    listen: str = typer.Option("", "--listen", help="Address and port on this machine; default MINHU_LISTEN."),
    load_only: bool = typer.Option(False, "--load-only", help="Load the city if it is not there, serve nothing."),
) -> None:
    """Open the fictional city: migrate, load the last days, serve with one-click login; the year before them follows."""
    os.environ["MINHU_DEMO"] = "1"
    if load_only:
        _load()
        return
    migrated = subprocess.run([sys.executable, "-m", "minhu", "migrate", "--quiet"], check=False)
    if migrated.returncode:
        raise typer.Exit(migrated.returncode)
    from minhu.server.commands.serve import Layout, serve
    from minhu.server.config import Config
    from minhu.server.demo.accounts import PLAN, introduce

    config = Config.read()
    host, port = listen.rsplit(":", 1) if listen else map(str, config.address())
    environment = {**os.environ, "MINHU_DEMO_GENTLE": "1"}
    loader = subprocess.Popen([sys.executable, "-m", "minhu", "demo", "--load-only"], env=environment)

    def say() -> None:
        if _ready(host, int(port), config.home / PLAN, loader):
            typer.echo(introduce(f"http://{host}:{port}/"), err=True)

    threading.Thread(target=say, name="introduce", daemon=True).start()
    try:
        serve(listen=listen, layout=Layout.ONE, workers=1)
    finally:
        if loader.poll() is None:  # what is loaded stays; the rest comes with the next start
            loader.send_signal(signal.SIGINT)
            loader.wait()


def _load() -> None:
    from minhu.server.bootstrap import setup

    setup()
    from minhu.server.demo import load as city

    city.load(gentle="MINHU_DEMO_GENTLE" in os.environ)


def _ready(host: str, port: int, plan: Path, loader: subprocess.Popen[bytes]) -> bool:
    """Wait until the door is open and the last days' orders are there (or their loader has ended)."""
    end = time.monotonic() + FRONT_SECONDS
    while time.monotonic() < end:
        if (_has_front(plan) or loader.poll() is not None) and _answers(host, port):
            return True
        time.sleep(0.1)
    return _answers(host, port)


def _has_front(plan: Path) -> bool:
    try:
        return bool(json.loads(plan.read_text("utf-8")).get("front", True))
    except (OSError, ValueError):
        return False


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
