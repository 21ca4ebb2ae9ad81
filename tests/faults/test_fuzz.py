"""Hostile callers of every address: no answer is ever a crash, and nobody gets past a door without the right key.

MINHU_FAULTS=bench tries twenty times as many.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as plan
from tests.factories import make_city, make_order

from minhu.directory.access import as_system
from minhu.directory.models import Staff
from minhu.directory.services.tokens import SCOPES, issue_token
from minhu.server.api import api

if TYPE_CHECKING:
    import schemathesis

pytestmark = pytest.mark.django_db

BENCH = os.environ.get("MINHU_FAULTS") == "bench"
EXAMPLES = 200 if BENCH else 6
CALLERS = ("none", "invented", "garbled", "read", "write", "every")
OPEN = {
    "/api/v1/ask", "/api/v1/knowledge/search", "/api/v1/knowledge/graph", "/api/v1/knowledge/trees",
    "/api/v1/knowledge/trees/{tree}", "/api/v1/tools", "/api/v1/tools/{name}",
}  # fmt: skip
"""What anybody may ask without a key: the papers that are public, within a quota."""
STRANGERS = ("none", "invented", "garbled")
NUMBERS = (
    "",
    "0",
    "-1",
    "9" * 25,
    "2611230000017",
    "%00",
    "..%2f..%2fetc%2fpasswd",
    "1'--",
    "<script>",
    "０１２",
    "a" * 3000,
)
QUERIES = (
    {},
    {"page": "-1", "sort": "'; DROP TABLE handling_order; --", "state": "nonsense", "unit": "x", "category": "\x00"},
    {"page": "9" * 30, "q": "%_\\'\"<script>alert(1)</script>", "start": "0000-00-00", "end": "99999-12-31", "days": "-5"},
    {"q": "水" * 5000, "tab": "../../x", "list": "[]", "area": "${7*7}{{7*7}}", "next": "//evil.example/", "lang": "xx"},
)  # fmt: skip


@pytest.fixture(autouse=True)
def one_transaction() -> Iterator[None]:
    """Requests that do not come through Django's own test client leave the test's transaction open too."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def headers(db: None) -> dict[str, dict[str, str]]:
    """Headers by the kind of caller."""
    with as_system():
        tokens = {
            "read": issue_token("fuzz-read", ["requests:read"], per_minute=1_000_000),
            "write": issue_token("fuzz-write", ["requests:write"], per_minute=1_000_000),
            "every": issue_token("fuzz-every", list(SCOPES), per_minute=1_000_000),
            "invented": "mh_" + "x" * 43,
            "garbled": "' OR 1=1 --",
        }
    return {"none": {}} | {kind: {"Authorization": f"Bearer {token}"} for kind, token in tokens.items()}


@pytest.mark.parametrize("caller", CALLERS)
def test_the_api_never_crashes_and_never_opens_without_a_key(headers: dict[str, dict[str, str]], caller: str) -> None:
    import schemathesis  # a second of imports, that every test process would pay while it collects

    schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
    schema.app = WSGIHandler()
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @plan(max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
        def play(case: schemathesis.Case) -> None:
            nonlocal tried
            tried += 1
            response = case.call(headers={**(case.headers or {}), "Host": "localhost", **headers[caller]})
            assert response.status_code < 500, response.text[:500]
            if caller in STRANGERS and not (caller == "none" and case.path in OPEN):
                assert response.status_code >= 400, (case.method, case.path, response.text[:200])

        play()
    assert tried >= 6


def addresses(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every address of the house as a template with the converters of its parts."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        else:
            yield route, pattern.pattern.converters


def filled(route: str, number: str, at: int) -> Iterator[str]:
    """Addresses with hostile values in each part."""
    head, *parts = route.split("<")
    values = (number, *(NUMBERS if BENCH else (NUMBERS[at % len(NUMBERS)],))) if parts else ("",)
    for value in values:
        yield head + "".join(quote(value, safe="%") + part.split(">", 1)[1] for part in parts)


STAFF = ("dispatcher", "water_head", "supervisor", "system_admin") if not BENCH else (
    "agent", "dispatcher", "supervisor", "leader", "inspector", "system_admin", "water_handler", "water_head", "grid_worker",
)  # fmt: skip


@pytest.mark.parametrize("who", ["", *STAFF])
def test_no_page_crashes_on_hostile_addresses(who: str, settings: Any) -> None:
    settings.DEBUG = False
    city = make_city()
    order = make_order(city, upto="in_progress")
    client = Client(raise_request_exception=False)
    if who:
        with as_system():
            client.force_login(Staff.objects.get(username=who))
    crashed = []
    seen = 0
    turn = 2 * (*STAFF, "").index(who)  # each of these people tries other values at the same address
    for at, (route, _converters) in enumerate(addresses(get_resolver().url_patterns), turn):
        if route.startswith(("/events", "/i18n", "/static")) or "^" in route:
            continue
        for address, query in itertools.product(
            filled(route, order.number, at), QUERIES if BENCH else (QUERIES[at % len(QUERIES)],)
        ):
            response = client.get(address, query, headers={"accept": "text/html"})
            seen += 1
            if response.status_code >= 500:
                crashed.append(f"{response.status_code} {address[:120]} {sorted(query)}")
    assert seen > 100
    assert not crashed, "\n".join(crashed)
