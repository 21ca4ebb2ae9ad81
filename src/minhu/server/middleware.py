"""The edge: errors that a person must know become a page or problem JSON (RFC 9457)."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import get_resolver

from minhu.engines import prepared
from minhu.kernel.errors import Invalid, MinhuError
from minhu.server.api import direct
from minhu.server.callers import caller
from minhu.server.problems import answer, unavailable

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class CallerMiddleware:
    """Behind MINHU_PROXIES trusted proxies, `REMOTE_ADDR` becomes the address that the outermost of them saw (`callers`)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Set the caller's address, so that limits count people and not the proxy."""
        peer, forwarded = request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", "")
        request.META["REMOTE_ADDR"] = caller(peer, forwarded)
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", "microphone=()")  # a page that listens says so itself
        return response


class ProblemMiddleware:
    """Turns MinhuError into its page; refuses bodies above the limit before anything reads them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on unless its declared length is above the limit."""
        length = request.headers.get("Content-Length", "")
        if length.isdigit() and int(length) > settings.UPLOAD_LIMIT_BYTES:
            return answer(request, too_large())
        return _without_nul(request) or self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Answer for an error of the house or a database that is away; leave defects to Django."""
        if isinstance(exception, MinhuError):
            return answer(request, exception)
        away = unavailable(exception)
        return answer(request, away) if away else _without_nul(request, exception)


class ProgramMiddleware:
    """The short way for programs that come with a token: no session, cookie, language or page middleware.

    Stands first. The operations named in `PATHS` open their own transaction as the token's owner; everything else
    goes the long way.
    """

    PATHS = (
        "/api/v1/requests", "/api/v1/categories", "/api/v1/areas", "/api/v1/webhooks", "/api/v1/transfers", "/api/v1/talks", "/open311/",
        "/hooks/", "/api/v1/ask", "/api/v1/knowledge/",
    )  # fmt: skip

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self._short = convert_exception_to_response(ProblemMiddleware(self._view))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a program, or pass the request on."""
        if not request.path_info.startswith(self.PATHS):
            return self.get_response(request)
        response = cast(HttpResponseBase, self._short(request))
        if isinstance(response, HttpResponse):
            response["Content-Length"] = str(len(response.content))
        if (rate := getattr(request, "rate", None)) is not None:
            response["RateLimit-Limit"], response["RateLimit-Remaining"] = str(rate.limit), str(rate.remaining)
            response["RateLimit-Reset"] = str(rate.reset)
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
        if request.is_secure():
            response["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
        return response

    @staticmethod
    def _view(request: HttpRequest) -> HttpResponseBase:
        prepared.spare_health_check()
        request.get_host()  # refuses foreign host names
        try:
            operation = direct.get(request.path_info)
            if operation is not None and (found := operation(request)) is not None:
                return found
            match = get_resolver().resolve(request.path_info)
            request.resolver_match = match
            answered: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        except (MinhuError, DatabaseError, OSError) as error:
            away = error if isinstance(error, MinhuError) else unavailable(error)
            if away is None and (refused := _without_nul(request, error)) is not None:
                return refused
            if away is None:
                raise
            return answer(request, away)
        return answered


def _without_nul(request: HttpRequest, error: Exception | None = None) -> HttpResponse | None:
    """The refusal of NUL, which no page sends and no text column keeps: in an address, or met by the database (``error``)."""
    if error is None:
        met = "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", "")
    else:
        met = isinstance(error, (ValueError, DatabaseError)) and "NUL" in str(error)
    message = "地址或内容中含有无法识别的字符，请删除后重试。"
    return answer(request, Invalid(message, code="unusable_characters", status=400)) if met else None


def too_large() -> MinhuError:
    """The error for a request body above the limit."""
    megabytes = settings.UPLOAD_LIMIT_BYTES // 1024 // 1024
    return MinhuError(f"上传内容超过 {megabytes} MB，请压缩或分次上传。", code="too_large", status=413)
