"""The WSGI application for the layout of several processes: pages and API; streams live in an ASGI process."""

from __future__ import annotations

from minhu.server import bootstrap

bootstrap.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402 - needs Django

application = WSGIHandler()
