"""`minhu mcp`: read-only tools for programs that speak the Model Context Protocol, on standard input and output."""

from __future__ import annotations

import os
import sys
from functools import partial

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("mcp")(serve_tools)


def serve_tools() -> None:
    """Serve read-only tools (orders, figures, catalogue) as the owner of MINHU_MCP_TOKEN or MINHU_MCP_SESSION.

    The token needs the scope mcp; the session is the cookie minhu_session of somebody who has signed in. Neither is
    taken from the command line, where other users of the machine could read it.
    """
    from minhu.server.bootstrap import setup

    token, session = os.environ.pop("MINHU_MCP_TOKEN", ""), os.environ.pop("MINHU_MCP_SESSION", "")
    if not token and not session:
        typer.echo("set MINHU_MCP_TOKEN (a token with the scope mcp) or MINHU_MCP_SESSION (a session key)", err=True)
        raise typer.Exit(2)
    setup()
    from importlib.metadata import PackageNotFoundError, version

    from minhu.server.mcp import callers, protocol, tools

    try:
        number = version("minhu")
    except PackageNotFoundError:
        number = "0"
    answer = partial(tools.call, lambda: callers.caller(token, session))
    protocol.serve(sys.stdin, sys.stdout, tools.TOOLS, answer, tools.INSTRUCTIONS, number)
