"""The `minhu` command: every module in `commands/` adds its own sub-commands."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys

import typer

from minhu.kernel.errors import MinhuError
from minhu.server import commands

EXIT_FAILED = 1
EXIT_BAD_INPUT = 2


def build() -> typer.Typer:
    """The application with all commands registered; imports neither Django nor a model."""
    app = typer.Typer(
        name="minhu",
        help="Minhu 民呼: the open platform for government service hotlines (12345).",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for module in sorted(pkgutil.iter_modules(commands.__path__), key=lambda found: found.name):
        register = getattr(importlib.import_module(f"{commands.__name__}.{module.name}"), "register", None)
        if register is not None:  # a module without it is a helper of its neighbours
            register(app)
    return app


def explain(error: Exception) -> str | None:
    """One line for an error that a person can act on; None for a defect, which keeps its traceback."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import OperationalError

    from minhu.engines.database import DatabaseError
    from minhu.server.config import ConfigError

    if isinstance(error, MinhuError):
        fields = "".join(f"；{name}：{text}" for name, text in (error.fields or {}).items())
        return f"{error.message}{fields}"
    if isinstance(error, (DatabaseError, ConfigError, ImproperlyConfigured, FileNotFoundError, PermissionError)):
        return str(error)
    if isinstance(error, OperationalError) and "does not exist" in str(error):
        return "the database is not set up yet: run `minhu migrate`"
    if isinstance(error, OperationalError):
        return f"the database does not answer: {str(error).strip().splitlines()[0]}"
    return None


def main() -> None:
    """Entry point. Exit code 0: done, 1: failed, 2: bad input; expected errors are one line, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minhu.server.settings")
    try:
        build()()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FAILED)
    except Exception as error:
        line = explain(error)
        if line is None:
            raise
        typer.echo(f"minhu: {line}", err=True)
        sys.exit(EXIT_BAD_INPUT if isinstance(error, MinhuError) and error.status < 500 else EXIT_FAILED)


if __name__ == "__main__":
    main()
