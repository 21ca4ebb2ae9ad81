"""Is this process alive, and can it serve? For load balancers and operators."""

from __future__ import annotations

from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from minhu.engines.keyring import open_keyring
from minhu.kernel.errors import Unavailable
from minhu.server import disk

RETRY_SECONDS = "10"
_seen: set[str] = set()


def alive(_request: HttpRequest) -> HttpResponse:
    """`/healthz`: the process answers; touches nothing."""
    return HttpResponse("ok", content_type="text/plain")


def ready(_request: HttpRequest) -> HttpResponse:
    """`/readyz`: what serving needs, each 'ok' or a word that says what is wrong; 503 with Retry-After then.

    The disk is looked at whether or not the database answers: a full one is the usual reason why it does not.
    """
    database = _database()
    found = {
        "database": database,
        "migrations": _once("migrations", _migrated) if database == "ok" else "unknown",
        "keys": _once("keys", _keys),
        "disk": _disk(),
    }
    good = all(word == "ok" for word in found.values())
    response = JsonResponse(found, status=200 if good else 503)
    if not good:
        response["Retry-After"] = RETRY_SECONDS
    return response


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (OperationalError, InterfaceError):
        connection.close()
        return "away"
    return "ok"


def _once(name: str, examine: Callable[[], str]) -> str:
    """What was well once stays well while the process lives; only then is it not asked again."""
    if name in _seen:
        return "ok"
    word = examine()
    if word == "ok":
        _seen.add(name)
    return word


def _migrated() -> str:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return "waiting" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"


def _keys() -> str:
    try:
        open_keyring()
    except Unavailable as error:
        return error.code
    return "ok"


def _disk() -> str:
    return "ok" if disk.free_bytes() >= disk.LEAST_FREE_BYTES else "full"
