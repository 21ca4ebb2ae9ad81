"""The edge: errors that a person must know become a page or problem JSON (RFC 9457)."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from minhu.kernel.errors import MinhuError
from minhu.server.problems import answer, unavailable

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class ProblemMiddleware:
    """Turns MinhuError into its page; refuses bodies above the limit before anything reads them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on unless its declared length is above the limit."""
        length = request.headers.get("Content-Length", "")
        if length.isdigit() and int(length) > settings.UPLOAD_LIMIT_BYTES:
            return answer(request, too_large())
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Answer for an error of the house or a database that is away; leave defects to Django."""
        if isinstance(exception, MinhuError):
            return answer(request, exception)
        away = unavailable(exception)
        return answer(request, away) if away else None


def too_large() -> MinhuError:
    """The error for a request body above the limit."""
    megabytes = settings.UPLOAD_LIMIT_BYTES // 1024 // 1024
    return MinhuError(f"上传内容超过 {megabytes} MB，请压缩或分次上传。", code="too_large", status=413)
