"""Figures for Prometheus: requests and their times, the background loops, what waits; no personal data in any label.

Several processes of one house write into shared files (see `metrics_folder`), so that whichever process is asked
answers for all.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    values,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

from minhu.intake import queries as intake
from minhu.intake.queries import exchange_links, learning
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.clock import now
from minhu.kernel.errors import NotFound
from minhu.ledger import queries as ledger
from minhu.server import metrics_folder
from minhu.server.metrics_folder import VARIABLE


class _WithRoom(MmapedDict):
    """A file of figures whose room on the disk is taken before it is used."""

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        if not read_mode:
            metrics_folder.reserve(Path(filename))
        super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]


values.MmapedDict = _WithRoom  # type: ignore[attr-defined]

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_JOBS = "SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1"

REQUESTS = Counter("minhu_http_requests", "Requests answered.", ["method", "view", "status"])
SECONDS = Histogram("minhu_http_request_seconds", "Time to an answer.", ["view"], buckets=_BUCKETS)
LOOP_DONE = Gauge(
    "minhu_loop_last_success_timestamp_seconds",
    "When a background loop last ended a round.",
    ["loop"],
    multiprocess_mode="max",
)
CLOCK_STEPS = Counter("minhu_clock_steps", "How often the clock of the house was set by over a minute.", ["way"])
LOOP_FAILED = Counter("minhu_loop_failures", "Rounds of background loops that failed.", ["loop"])


class MetricsMiddleware:
    """Counts every request by the name of its view; addresses and parameters never become labels."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer and count."""
        began = time.perf_counter()
        response = self.get_response(request)
        view = _view_name(request)
        method = request.method if request.method in METHODS else "other"
        with contextlib.suppress(OSError):  # no room for a figure is no reason to lose the answer
            REQUESTS.labels(method, view, str(response.status_code)).inc()
            if not response.streaming:
                SECONDS.labels(view).observe(time.perf_counter() - began)
        return response


def expose(request: HttpRequest) -> HttpResponse:
    """`/metrics` for whoever shows MINHU_METRICS_TOKEN as a bearer token; to others the page does not exist."""
    wanted = settings.CONFIG.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not wanted or not hmac.compare_digest(given.encode(), wanted.encode()):
        raise NotFound("没有找到这个页面。", code="not_found")
    registry: CollectorRegistry = REGISTRY
    if VARIABLE in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    house = CollectorRegistry()
    house.register(_House())
    return HttpResponse(generate_latest(registry) + generate_latest(house), content_type=CONTENT_TYPE_LATEST)


class _House:
    """What waits and how much room there is, asked of the database and the disk at each scrape."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges."""
        state = ledger.status()
        waited = (now() - state.oldest_pending).total_seconds() if state.oldest_pending else 0.0
        yield GaugeMetricFamily("minhu_ledger_entries", "Entries in the tree.", value=state.size)
        yield GaugeMetricFamily("minhu_ledger_pending", "Entries that wait for the sequencer.", value=state.pending)
        yield GaugeMetricFamily("minhu_ledger_oldest_pending_seconds", "Age of the oldest of them.", value=waited)
        jobs = GaugeMetricFamily("minhu_jobs", "Jobs in the queue by status.", labels=["status"])
        with connection.cursor() as cursor:
            cursor.execute(_JOBS)
            for status, count in cursor.fetchall():
                jobs.add_metric([status], count)
            cursor.execute("SELECT pg_database_size(current_database())")
            size = cursor.fetchone()[0]
        yield jobs
        yield GaugeMetricFamily("minhu_database_bytes", "Size of the database.", value=size)
        yield from _questions()
        yield from _learning()
        yield from _exchanges()
        free = shutil.disk_usage(settings.MINHU_HOME).free
        yield GaugeMetricFamily("minhu_disk_free_bytes", "Room left where MINHU_HOME is.", value=free)


def _questions() -> Iterator[GaugeMetricFamily]:
    """Today's questions to a chat model by how they ended, with their tokens and seconds."""
    day = now().astimezone(CHINA_TIME).date()
    asked = GaugeMetricFamily("minhu_chat_questions_today", "Questions to the chat model.", labels=["outcome"])
    tokens = GaugeMetricFamily("minhu_chat_tokens_today", "Tokens they took.", labels=["outcome"])
    seconds = GaugeMetricFamily("minhu_chat_seconds_today", "Seconds they took.", labels=["outcome"])
    for one in intake.chat_counts(day):
        asked.add_metric([one.outcome], one.questions)
        tokens.add_metric([one.outcome], one.tokens)
        seconds.add_metric([one.outcome], one.milliseconds / 1000)
    yield from (asked, tokens, seconds)


def _exchanges() -> Iterator[GaugeMetricFamily]:
    """How the house is connected to its telephone exchange."""
    up = GaugeMetricFamily("minhu_exchange_connected", "1: the exchange's events are read.", labels=["exchange"])
    events = GaugeMetricFamily("minhu_exchange_events", "Events of calls that it told.", labels=["exchange"])
    breaks = GaugeMetricFamily("minhu_exchange_breaks", "How often the connection broke.", labels=["exchange"])
    for one in exchange_links.links():
        up.add_metric([one.name], float(one.state is exchange_links.LinkState.CONNECTED))
        events.add_metric([one.name], one.events)
        breaks.add_metric([one.name], one.breaks)
    yield from (up, events, breaks)


def _learning() -> Iterator[GaugeMetricFamily]:
    """Cases that wait for a label, and what has drifted (docs/guide/learning.md says what to do)."""
    yield GaugeMetricFamily("minhu_label_cases", "Cases that wait for a label.", value=learning.waiting())
    drift = learning.latest_drift()
    figures = GaugeMetricFamily(
        "minhu_suggestion_drift", "Suggestions of two weeks beside the eight before.", labels=["figure"]
    )
    alarms = GaugeMetricFamily("minhu_suggestion_drift_alarm", "1: beyond its limit.", labels=["figure"])
    for name, value in (drift.figures if drift else {}).items():
        figures.add_metric([name], value)
    for name in ("unsure", "stability", "accepted"):
        alarms.add_metric([name], float(drift is not None and name in drift.alarms))
    yield from (figures, alarms)


def _view_name(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is None:
        return "program" if request.path_info.startswith("/api/") else "none"
    return match.view_name or getattr(match.func, "__name__", "unnamed")
