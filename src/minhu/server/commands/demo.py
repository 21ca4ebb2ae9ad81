"""`minhu demo`: the fictional city 云溪市, loaded once and served for this machine only."""

from __future__ import annotations

import os
import subprocess
import sys

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    listen: str = typer.Option("", "--listen", help="Address and port on this machine; default MINHU_LISTEN."),
    load_only: bool = typer.Option(False, "--load-only", help="Load the city if it is not there, serve nothing."),
) -> None:
    """Open the fictional city: migrate, load it if it is not there, serve with one-click login."""
    os.environ["MINHU_DEMO"] = "1"
    if load_only:
        from minhu.server.bootstrap import setup

        setup()
        from minhu.server.demo import load as city

        city.load()
        return
    _minhu("migrate", "--quiet")
    _minhu("demo", "--load-only")
    from minhu.server.commands.serve import Layout, serve
    from minhu.server.config import Config
    from minhu.server.demo.accounts import introduce

    host, port = listen.rsplit(":", 1) if listen else map(str, Config.read().address())
    typer.echo(introduce(f"http://{host}:{port}/"), err=True)
    serve(listen=listen, layout=Layout.ONE, workers=1)


def _minhu(*arguments: str) -> None:
    """Another `minhu` process: migrating and serving need different database roles and settings."""
    done = subprocess.run([sys.executable, "-m", "minhu", *arguments], check=False)
    if done.returncode:
        raise typer.Exit(done.returncode)
