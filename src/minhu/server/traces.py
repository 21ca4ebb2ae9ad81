"""Traces by setting: begun for serving processes where MINHU_OTLP_ENDPOINT is set, and the span of each request."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django_structlog.signals import bind_extra_request_metadata

from minhu.engines import tracing
from minhu.server.config_errors import ConfigError
from minhu.server.metrics import METHODS


def check() -> None:
    """Raise ConfigError where traces are wanted and the library is not there."""
    if settings.CONFIG.otlp_endpoint and (find_spec("opentelemetry") is None or find_spec("opentelemetry.sdk") is None):
        raise ConfigError("MINHU_OTLP_ENDPOINT needs the libraries of OpenTelemetry: pip install 'minhu[otel]'")


def start() -> None:
    """Send traces from this process on when the operator wants that; raises ConfigError without the library."""
    check()
    if settings.CONFIG.otlp_endpoint:
        from minhu.server import otlp

        otlp.start(settings.CONFIG.otlp_endpoint)


class TraceMiddleware:
    """A span for each request, named by the pattern of its address; stands first.

    Traces begin here: a `traceparent` from outside is not believed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        bind_extra_request_metadata.connect(_join, dispatch_uid="minhu.traces")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer inside a span."""
        method = request.method if request.method in METHODS else "_OTHER"
        with tracing.span("request", "server", http__request__method=method) as span:
            response = self.get_response(request)
            if span is not None:
                route = _route(request)
                span.update_name(f"{method} {route}")
                tracing.note(span, "http.route", route)
                tracing.note(span, "http.response.status_code", response.status_code)
                if response.status_code >= 500:
                    tracing.failed(span, str(response.status_code))
            return response


def _route(request: HttpRequest) -> str:
    """The pattern of the address as the code has it; what no pattern knows has no name."""
    if request.resolver_match is not None:
        return f"/{request.resolver_match.route}"
    from minhu.server.api import direct  # a worker has no need of the API

    return request.path_info if request.path_info in direct else "/…"


def _join(**_signal: Any) -> None:
    """The number that logs give to a request (error pages show its start), in its span."""
    number = structlog.contextvars.get_contextvars().get("request_id")
    if isinstance(number, str):
        tracing.note(tracing.here(), "minhu.request_id", number)
