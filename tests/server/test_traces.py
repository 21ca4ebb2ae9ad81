"""Traces by setting: whoever runs the house sees where time goes, nobody learns about a citizen, nobody waits for it."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import LazySettings
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from tests.exchange.listener import Listener, listening
from tests.faults.house import Part
from tests.server.test_running_house import free_port, minhu, own_environment

from homes import migrated
from minhu.engines import tracing
from minhu.server import traces
from minhu.server.config import Config, ConfigError

PHONE, NAME, IDENTITY = "13912340077", "欧阳晓明", "110101199003070230"
PREPARE = f"""
import sys
from minhu.server.bootstrap import setup
setup()
from django.db import transaction
from minhu.directory.access import as_system
from minhu.directory.services.tokens import issue_token
from minhu.exchange.services import partners
from minhu.exchange.types import EventKind, PartnerData
from minhu.intake.services import importing
with transaction.atomic(), as_system():
    print(issue_token("traces", ["requests:write"], per_minute=1_000_000))
    partners.add(PartnerData(label="甲", kind="platform", url=sys.argv[1] + "&tel={PHONE}",
        events=tuple(kind.value for kind in EventKind), reach="all"))
with transaction.atomic(), as_system():
    table = "标题,内容,联系电话,姓名,时间\\n路灯,柳湾路路灯不亮 {PHONE},{PHONE},{NAME},2026-03-02 09:00\\n".encode()
    batch = importing.upload(table, "{PHONE}.csv")
    importing.start(batch, {{"标题": "title", "内容": "text", "联系电话": "phone", "姓名": "name", "时间": "received_at"}})
"""


class Collector:
    """What arrived at the fake collector, as OpenTelemetry's own message types read it."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener

    @property
    def spans(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for body in list(self.listener.bodies):
            message = MessageToDict(ExportTraceServiceRequest.FromString(body))
            found += [
                span
                for resource in message["resourceSpans"]
                for scope in resource["scopeSpans"]
                for span in scope["spans"]
            ]
        return found

    def wait(self, *names: str, seconds: float = 60.0) -> dict[str, dict[str, Any]]:
        """One span of each name, as soon as all are there."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = {span["name"]: span for span in self.spans if span["name"] in names}
            if len(found) == len(names):
                return found
            time.sleep(0.2)
        raise AssertionError(f"missing: {set(names) - set(found)} among {sorted({s['name'] for s in self.spans})}")


def attributes(span: dict[str, Any]) -> dict[str, Any]:
    return {one["key"]: next(iter(one["value"].values())) for one in span.get("attributes", [])}


@pytest.fixture(scope="module")
def home(new_home: Callable[[], Path]) -> Iterator[Path]:
    made = migrated(new_home())
    yield made
    minhu(made, "stop")


@pytest.fixture
def parts() -> Iterator[list[Part]]:
    """Processes that end with the test, whatever it finds."""
    started: list[Part] = []
    yield started
    for part in started:
        if part.process is not None and part.process.poll() is None:
            part.kill()


def web(home: Path, parts: list[Part], endpoint: str, **more: str) -> Part:
    port = free_port()
    environment = own_environment(
        home, MINHU_WORKER="none", MINHU_OTLP_ENDPOINT=endpoint, OTEL_BSP_SCHEDULE_DELAY="200", **more
    )
    arguments = ["serve", "--layout", "wsgi", "--workers", "1", "--listen", f"127.0.0.1:{port}"]
    part = Part(arguments, environment, home / f"web-{port}.log", port)
    parts.append(part)
    part.start()
    part.ready()
    return part


def ended(part: Part) -> float:
    """Ask a process to end; how long that took."""
    began = time.monotonic()
    assert part.process is not None
    part.process.terminate()
    part.process.wait(30)
    return time.monotonic() - began


def test_the_four_kinds_arrive_joined_and_without_anything_of_a_person(home: Path, parts: list[Part]) -> None:
    with listening() as sink, listening() as partner:
        collector, endpoint = Collector(sink), sink.url.partition("/inbox")[0]
        environment = own_environment(
            home, MINHU_OTLP_ENDPOINT=endpoint, MINHU_OUTBOUND_NETWORKS="127.0.0.0/8", OTEL_BSP_SCHEDULE_DELAY="200"
        )
        made = subprocess.run(
            [sys.executable, "-c", PREPARE, partner.url], env=environment, capture_output=True, text=True, check=False
        )
        assert made.returncode == 0, made.stderr
        token = made.stdout.split()[0]
        front, worker = web(home, parts, endpoint), Part(["worker"], environment, home / "worker.log")
        parts.append(worker)
        worker.start()
        lost = play(f"http://127.0.0.1:{front.port}", token)
        try:
            found = collector.wait(
                "POST /api/v1/requests", "GET /orders/", "GET /…", "job minhu.intake.import_file",
                "loop messages to partners", "POST",
            )  # fmt: skip
        finally:
            assert ended(front) < 15
            ended(worker)
        assert partner.bodies
    everything = b"".join(sink.bodies)
    for planted in (PHONE, NAME, IDENTITY, "tel=", token, "inbox"):
        assert planted.encode() not in everything, planted
    belong_together(collector.spans, found)
    number = attributes(found["GET /…"])["minhu.request_id"]
    assert number.replace("-", "").upper().startswith(lost.headers["x-request-id"])
    assert "parentSpanId" not in found["GET /…"], "a trace from outside is not believed"
    lines = [json.loads(line) for line in front.log.read_text().splitlines() if line.startswith("{")]
    joined = {line["trace_id"] for line in lines if line.get("request_id") == number}
    assert joined == {base64.b64decode(found["GET /…"]["traceId"]).hex()}


def play(base: str, token: str) -> httpx.Response:
    """A citizen's words by every way that could end up in a trace; returns the answer for an address that is none."""
    body = {"title": "路灯", "text": f"我叫{NAME}，电话{PHONE}，路灯不亮", "phone": PHONE, "name": NAME}
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"key-{PHONE}"}
    assert httpx.post(f"{base}/api/v1/requests", json=body, headers=headers, timeout=30).status_code == 201
    wrong = httpx.post(f"{base}/api/v1/requests", json={"text": 5, IDENTITY: PHONE}, headers=headers, timeout=30)
    assert wrong.status_code == 422
    httpx.get(f"{base}/orders/?q={PHONE}", headers={"X-Forwarded-For": PHONE, "User-Agent": PHONE}, timeout=30)
    foreign = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
    return httpx.get(f"{base}/{PHONE}/{NAME}/?tel={PHONE}", headers=foreign, timeout=30)


def belong_together(spans: list[dict[str, Any]], found: dict[str, dict[str, Any]]) -> None:
    """Only what is allowed stands in them, and each hangs on the one that caused it."""
    assert {key for span in spans for key in attributes(span)} <= tracing.ALLOWED
    assert not [span for span in spans if span.get("events")], "events would carry texts of errors"
    assert not [span for span in spans if span.get("status", {}).get("message")]
    by_id = {span["spanId"]: span for span in spans}
    created = {span["traceId"] for span in spans if span["name"] == "POST /api/v1/requests"}
    inserts = [span for span in spans if attributes(span).get("db.collection.name") and span["traceId"] in created]
    assert inserts, "statements belong to their request"
    assert all(span["parentSpanId"] in by_id for span in inserts)
    assert found["POST"]["traceId"] == found["loop messages to partners"]["traceId"]
    assert attributes(found["POST"])["http.response.status_code"] == "200"


@pytest.mark.skipif(not os.environ.get("MINHU_FAULTS"), reason="played by .ci/run, which sets MINHU_FAULTS=ci")
@pytest.mark.parametrize("how", ["refuses", "hangs"])
def test_a_collector_that_is_away_holds_nobody_up(home: Path, parts: list[Part], how: str) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        if how == "hangs":
            mute.listen(64)
        part = web(home, parts, f"http://127.0.0.1:{mute.getsockname()[1]}")
        slowest = 0.0
        for _ in range(40):
            began = time.monotonic()
            assert httpx.get(f"http://127.0.0.1:{part.port}/readyz", timeout=10).status_code == 200
            slowest = max(slowest, time.monotonic() - began)
            time.sleep(0.02)
        assert slowest < 2.5, "an answer waited for the collector, whose limit is 3 s"
        assert ended(part) < 15


def test_without_the_setting_nothing_is_imported(home: Path) -> None:
    look = "import minhu.server.wsgi, minhu.server.background, sys; print([n for n in sys.modules if n.startswith('opentelemetry')])"
    environment = own_environment(home, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:4318")
    done = subprocess.run([sys.executable, "-c", look], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr
    assert tracing.here() is None
    assert tracing.ids() is None


def test_a_wanted_library_that_is_not_there_is_said_at_the_start(
    monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    settings.CONFIG = dataclasses.replace(settings.CONFIG, otlp_endpoint="http://127.0.0.1:4318")
    monkeypatch.setattr(traces, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"minhu\[otel\]"):
        traces.check()


@pytest.mark.parametrize(
    "text", ["collector:4318", "ftp://collector", "http://", "http://x:99999", "http://user:word@x", "http://x?token=1"]
)
def test_a_wrong_endpoint_names_its_variable(text: str) -> None:
    with pytest.raises(ConfigError, match="MINHU_OTLP_ENDPOINT"):
        Config.read({"MINHU_OTLP_ENDPOINT": text})


def test_no_span_takes_a_key_that_was_not_thought_over() -> None:
    with pytest.raises(KeyError):
        tracing.note(None, "url.full", "http://x/?tel=1")
