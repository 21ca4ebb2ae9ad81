"""Processes die at the worst moment: what a citizen was told is kept, once, and the house comes back by itself.

MINHU_FAULTS=ci plays 50 kills and 5 restarts of the database (part of `.ci/run`), MINHU_FAULTS=bench 1,000 and 400.
Without it they are left out: `make test` has to end within minutes.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.faults.house import Citizens, Cluster, losses
from tests.server.test_running_house import minhu

ROUNDS = {"ci": (50, 5), "bench": (1000, 400)}
KILLS, RESTARTS = ROUNDS.get(os.environ.get("MINHU_FAULTS", ""), (0, 0))
READY_SECONDS = 10.0
pytestmark = pytest.mark.skipif(not KILLS, reason="minutes of kills: MINHU_FAULTS=ci, which .ci/run sets")


@pytest.fixture(scope="module")
def cluster(new_home: Callable[[], Path]) -> Iterator[Cluster]:
    cluster = Cluster.open(new_home())
    yield cluster
    cluster.close()


def sound(cluster: Cluster, citizens: Citizens) -> None:
    assert citizens.wrong == []
    found = losses(cluster, citizens)
    assert not any(found.values()), found
    verified = minhu(cluster.home, "ledger", "verify", "--quiet")
    assert verified.returncode == 0, verified.stdout
    assert json.loads(verified.stdout.strip().splitlines()[-1])["pending"] == 0


def test_killed_webs_and_workers_lose_nothing_that_was_acknowledged(cluster: Cluster) -> None:
    kills = 0
    with Citizens(cluster) as citizens:
        while kills < KILLS:
            turn = kills // 2 % 2
            web, worker = cluster.webs[turn], cluster.workers[turn]
            web.kill()
            worker.kill()
            kills += 2
            web.start()
            worker.start()
            web.ready()
    assert len(citizens.acknowledged) >= KILLS // 2
    sound(cluster, citizens)


def test_a_killed_database_is_back_within_ten_seconds(cluster: Cluster) -> None:
    slowest = 0.0
    with Citizens(cluster) as citizens:
        for _ in range(RESTARTS):
            time.sleep(0.3)
            postmaster = int((cluster.home / "db" / "data" / "postmaster.pid").read_text().splitlines()[0])
            os.kill(postmaster, signal.SIGKILL)
            slowest = max(slowest, cluster.webs[0].ready(), cluster.webs[1].ready())
    assert slowest <= READY_SECONDS
    assert len(citizens.acknowledged) >= RESTARTS
    sound(cluster, citizens)
