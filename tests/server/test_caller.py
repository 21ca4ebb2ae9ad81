"""Whose address is counted: one citizen behind a proxy must not lock out the whole city, nor invent an address."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings

from minhu.server.middleware import CallerMiddleware


@pytest.mark.parametrize(
    ("proxies", "header", "expected"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.2.3.4, 203.0.113.9", "203.0.113.9"),
        (2, "1.2.3.4, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
    ids=["no proxy", "one", "invented entry", "two", "header too short", "no header"],
)
def test_the_caller_is_the_one_the_own_proxy_saw(proxies: int, header: str, expected: str) -> None:
    seen: list[str] = []

    def answer(request: HttpRequest) -> HttpResponse:
        seen.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=header)
    with override_settings(TRUSTED_PROXIES=proxies):
        CallerMiddleware(answer)(request)
    assert seen == [expected]
