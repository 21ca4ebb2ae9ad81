"""`minhu migrate` and `minhu django`: the two commands that may work as the owner of the tables."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("migrate")(migrate)
    app.command(
        "django", context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False
    )(django_admin)


def migrate(quiet: bool = typer.Option(False, "--quiet", "-q", help="Say nothing when all is well.")) -> None:
    """Bring the database to this version: role, extensions, tables, rights. Safe to repeat."""
    from minhu.engines import database
    from minhu.server.bootstrap import setup

    setup(owner=True)
    for sentence in database.prepare():
        typer.echo(sentence, err=True)
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0 if quiet else 1)
    grant()


def grant() -> None:
    """Give the application's roles their rights on every table; only as owner."""
    from django.db import connection

    from minhu.engines import database

    connection.ensure_connection()
    database.grant_to_app(connection.connection)


def django_admin(context: typer.Context) -> None:
    """Django's own management commands, for developers (makemigrations, shell …); MINHU_DB_OWNER=1 for the owner."""
    from django.core.management import execute_from_command_line

    from minhu.engines.database import ensure_running

    ensure_running()
    execute_from_command_line(["minhu django", *context.args])
