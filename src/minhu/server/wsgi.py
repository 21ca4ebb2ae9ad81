"""The WSGI application for the layout of several processes: pages and API; streams live in an ASGI process.

Many threads of the server come in; so many as MINHU_THREADS says go on to Django in a pool of their own, each with its
database connection. The others wait at the gate or are refused there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from minhu.server import bootstrap

bootstrap.setup()

from django.conf import settings  # noqa: E402 - they need Django
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.http import HttpResponse  # noqa: E402

from minhu.kernel.errors import TooMany  # noqa: E402
from minhu.server import problems, traces  # noqa: E402
from minhu.server.admission import Gate, kind_of  # noqa: E402

traces.start()
PIECE = 64 * 1024
StartResponse = Callable[..., Any]


class Application:
    """The gate, then Django; what a caller sends is taken in to its end, also where the answer did not depend on it.

    A connection that closes with words still on the way loses the answer: behind nginx a refused upload (no sign-in,
    no right, no room) would become 'bad gateway' instead of the reason.
    """

    def __init__(self) -> None:
        config = settings.CONFIG
        self._handler = WSGIHandler()
        self._gate = Gate(config.threads, config.queue, config.queue_seconds)
        self._pool = ThreadPoolExecutor(config.threads, thread_name_prefix="request")

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """WSGI entry point; a body above the limit is not read on, which nginx refuses before us."""
        method, path = environ.get("REQUEST_METHOD", "GET"), environ.get("PATH_INFO", "/")
        response: Iterable[bytes]
        try:
            with self._gate.admitted(kind_of(method, path, environ.get("HTTP_COOKIE", ""))):
                response = self._pool.submit(self._handler, environ, start_response).result()
        except TooMany as error:
            response = _said(problems.refusal(method, path, environ, error), start_response)
        _read_on(environ)
        return response


def _said(response: HttpResponse, start_response: StartResponse) -> Iterable[bytes]:
    headers = [*response.items(), ("Content-Length", str(len(response.content)))]
    start_response(f"{response.status_code} {response.reason_phrase}", headers)
    return [response.content]


def _read_on(environ: dict[str, Any]) -> None:
    declared = environ.get("CONTENT_LENGTH") or ""
    if declared.isdigit() and int(declared) <= settings.UPLOAD_LIMIT_BYTES:
        while environ["wsgi.input"].read(PIECE):
            pass


application = Application()
