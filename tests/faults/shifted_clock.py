"""A database whose clock can be set, for one test: `clock_timestamp()` and `now()` answer another time, as SQL sees it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection

from minhu.kernel import clock
from minhu.server.clock_watch import Watch

_FUNCTION = (
    "CREATE FUNCTION shifted.{name}() RETURNS timestamptz LANGUAGE sql AS"
    " $$ SELECT pg_catalog.{name}() + current_setting('minhu.shift')::interval $$"
)


@dataclass
class Shifted:
    """The clock of the database and of the machine it stands on; `watch` is what the worker does every two seconds."""

    by: timedelta = timedelta(0)
    watch: Watch = field(default_factory=Watch)

    @classmethod
    def install(cls) -> Shifted:
        """Shadow the functions for this session; a rolled back transaction takes them away again."""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE NONE")
            cursor.execute("SELECT set_config('minhu.shift', '0 s', true)")
            cursor.execute("CREATE SCHEMA shifted")
            for name in ("clock_timestamp", "now"):
                cursor.execute(_FUNCTION.format(name=name))
            cursor.execute("GRANT USAGE ON SCHEMA shifted TO public")
            cursor.execute("SET LOCAL search_path = shifted, pg_catalog, public")
            cursor.execute("SET LOCAL ROLE minhu_app")
        return cls()

    def jump(self, by: timedelta, *, looked: bool = True) -> None:
        """Set the clock; with `looked` the worker's loop has noticed."""
        self.by += by
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('minhu.shift', %s, true)", [f"{self.by.total_seconds()} s"])
            asked = time.monotonic()
            cursor.execute("SELECT clock_timestamp()")
            clock.follow(cursor.fetchone()[0], asked)
        if looked:
            self.watch.look()

    def restarted(self) -> None:
        """The process that watches is a new one: it knows only what the ledger says."""
        self.watch = Watch()
        self.watch.look()
