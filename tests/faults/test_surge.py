"""Twenty times as many people as on an ordinary day: the house refuses in words, loses nothing and recovers.

MINHU_FAULTS=ci plays twenty seconds of it (part of `.ci/run`), MINHU_FAULTS=bench ten minutes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.faults.crowd import Answer, Call, Crowd, call, counted, p95
from tests.faults.house import Cluster, losses
from tests.server.test_running_house import SOURCE, minhu, own_environment

SECONDS = {"ci": 20, "bench": 600}.get(os.environ.get("MINHU_FAULTS", ""), 0)
pytestmark = pytest.mark.skipif(not SECONDS, reason="a surge of twenty seconds: MINHU_FAULTS=ci, which .ci/run sets")
RATED = {"program": 7.0, "citizen": 8.0, "staff": 2.0}
"""Arrivals a second on an ordinary day: 25,000 requests an hour by programs, 29,000 pages of citizens."""
SURGE = {"program": 140.0, "citizen": 160.0, "staff": 2.0}
"""Citizens and programs come twenty times as often; there are not more staff."""
RECOVERED_SECONDS = 60.0
STAFF_SECONDS = 30.0
"""Pages of the staff are slower, as all is where processors are short, and are answered before a browser gives up."""
PREPARE = """
from minhu.server.bootstrap import setup
setup()
from django.db import transaction
from django.test import Client
from factories import make_city
from minhu.directory.access import as_system
with transaction.atomic(), as_system():
    city = make_city()
client = Client(headers={"host": "localhost"})
with transaction.atomic(), as_system():
    client.force_login(city.staff["dispatcher"])
client.get("/desk/")
print("; ".join(f"{name}={client.cookies[name].value}" for name in ("minhu_session", "minhu_staff")))
"""


@pytest.fixture
def cluster(new_home: Callable[[], Path]) -> Iterator[Cluster]:
    cluster = Cluster.open(new_home(), MINHU_SECOND_FACTOR="optional", MINHU_METRICS_TOKEN="surge")
    yield cluster
    cluster.close()


def session_of_staff(cluster: Cluster) -> str:
    environment = own_environment(cluster.home, MINHU_SECOND_FACTOR="optional")
    environment["PYTHONPATH"] = f"{SOURCE}{os.pathsep}{SOURCE.parent / 'tests'}"
    done = subprocess.run([sys.executable, "-c", PREPARE], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


def crowd_at(cluster: Cluster) -> Crowd:
    session = session_of_staff(cluster)

    def program(number: int) -> Call:
        text = f"幸福路{number}号门前的路灯坏了，晚上看不清路。"
        headers = {
            "Authorization": f"Bearer {cluster.token}", "Idempotency-Key": f"surge-{number}",
            "Content-Type": "application/json",
        }  # fmt: skip
        body = json.dumps({"title": "路灯不亮", "text": text}).encode()
        return call("program", "POST", "/api/v1/requests", headers, body, f"surge-{number}")

    def citizen(number: int) -> Call:
        return call("citizen", "GET", ("/", "/submit/", "/follow/")[number % 3], {"Accept": "text/html"})

    def staff(number: int) -> Call:
        cookies = {"Cookie": session, "Accept": "text/html"}
        return call("staff", "GET", ("/desk/", "/orders/")[number % 2], cookies)

    makers = {"program": program, "citizen": citizen, "staff": staff}
    return Crowd([web.port for web in cluster.webs], makers)


def of(answers: list[Answer], kind: str) -> list[Answer]:
    return [one for one in answers if one.call.kind == kind]


def recovery(crowd: Crowd, before: float) -> tuple[float, list[Answer]]:
    """How long after the surge the house serves everybody as quickly as before (or nearly), and the last answers."""
    began = time.monotonic()
    while True:
        answers = crowd.play(RATED, 2.0)
        found = counted(answers)
        if found["served"] == found["arrivals"] and p95(answers) <= max(3 * before, 0.5):
            return time.monotonic() - began, answers
        assert time.monotonic() - began < RECOVERED_SECONDS, (found, p95(answers))


def test_a_surge_is_refused_in_words_and_loses_nothing(cluster: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    crowd = crowd_at(cluster)
    crowd.play(RATED, 3.0)  # models are read, connections are open
    before = crowd.play(RATED, 5.0)
    during = crowd.play(SURGE, SECONDS)
    seconds, after = recovery(crowd, p95(before))
    with capsys.disabled():
        print(f"\nsurge of {SECONDS} s, {sum(SURGE.values()):.0f} arrivals/s; recovered after {seconds:.1f} s")
        for name, answers in (("before", before), ("during", during), ("after", after)):
            for kind in RATED:
                told = dict(counted(of(answers, kind)))
                print(f"  {name:6} {kind:8} p95 {p95(of(answers, kind)) * 1000:6.0f} ms  {told}")
    assert counted(before)["served"] == counted(before)["arrivals"], counted(before)
    found = counted(during)
    assert found["failed"] == found["unanswered"] == found["other"] == 0, found
    assert found["refused"] > 0, "this was no surge for this house: nothing was proved"
    refused = [one for one in during if one.status == 429]
    assert all(one.retry_after.isdigit() and int(one.retry_after) > 0 for one in refused)
    assert all("请稍后再试" in one.body.decode() for one in refused if one.call.kind == "program")
    served = of(during, "program")
    assert counted(served)["served"] >= SECONDS * RATED["program"], "handing in went on as on an ordinary day, at least"
    staff = of(during, "staff")
    assert counted(staff)["served"] == len(staff), "the staff was shut out"
    assert p95(staff) <= STAFF_SECONDS
    assert not any(losses(cluster, crowd).values()), losses(cluster, crowd)
    verified = minhu(cluster.home, "ledger", "verify", "--quiet")
    assert verified.returncode == 0, verified.stdout
