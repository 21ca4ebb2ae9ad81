"""Makes a process ready for the database and Django: commands and servers call `setup` first."""

from __future__ import annotations

import os


def setup(*, owner: bool = False) -> None:
    """Start (or join) the embedded database where it is in use, then load Django.

    With `owner` the process works as the owner of the tables, past row security: only for migrations and grants.
    Raises DatabaseError or ConfigError with a sentence for the operator.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minhu.server.settings")
    if owner:
        os.environ["MINHU_DB_OWNER"] = "1"
    import django

    from minhu.engines.database import ensure_running

    ensure_running()
    django.setup()
