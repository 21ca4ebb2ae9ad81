"""Is this process alive, and can it serve? For load balancers and operators."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from minhu.engines.keyring import open_keyring
from minhu.kernel.errors import Unavailable

LEAST_FREE_BYTES = 256 * 1024 * 1024
RETRY_SECONDS = "10"
_seen: set[str] = set()


def alive(_request: HttpRequest) -> HttpResponse:
    """`/healthz`: the process answers; touches nothing."""
    return HttpResponse("ok", content_type="text/plain")


def ready(_request: HttpRequest) -> HttpResponse:
    """`/readyz`: what serving needs, each 'ok' or a word that says what is wrong; 503 with Retry-After then.

    A database that is away becomes the same 503 on the way out (see `problems.py`).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    found = {
        "database": "ok",
        "migrations": _once("migrations", _migrated),
        "keys": _once("keys", _keys),
        "disk": _disk(),
    }
    good = all(word == "ok" for word in found.values())
    response = JsonResponse(found, status=200 if good else 503)
    if not good:
        response["Retry-After"] = RETRY_SECONDS
    return response


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
    return "ok" if shutil.disk_usage(settings.MINHU_HOME).free >= LEAST_FREE_BYTES else "full"
