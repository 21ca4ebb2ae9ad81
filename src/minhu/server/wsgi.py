"""The WSGI application for the layout of several processes: pages and API; streams live in an ASGI process."""

from __future__ import annotations

from typing import Any

from minhu.server import bootstrap

bootstrap.setup()

from django.conf import settings  # noqa: E402 - needs Django
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.http import HttpResponseBase  # noqa: E402

from minhu.server import traces  # noqa: E402

traces.start()
PIECE = 64 * 1024


class HouseHandler(WSGIHandler):
    """Django's handler; what a caller sends is taken in to its end, also where the answer did not depend on it.

    A connection that closes with words still on the way loses the answer: behind nginx a refused upload (no sign-in,
    no right) would become 'bad gateway' instead of the reason.
    """

    def __call__(self, environ: dict[str, Any], start_response: Any) -> HttpResponseBase:
        """Answer; a body above the limit is not read on, which nginx refuses before us."""
        response = super().__call__(environ, start_response)
        declared = environ.get("CONTENT_LENGTH") or ""
        if declared.isdigit() and int(declared) <= settings.UPLOAD_LIMIT_BYTES:
            while environ["wsgi.input"].read(PIECE):
                pass
        return response


application = HouseHandler()
