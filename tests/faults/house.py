"""A house of several processes to break: two web servers and two workers on one database, and clients that never rest."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import httpx
from tests.server.test_running_house import free_port, minhu, own_environment

from homes import migrated

PREPARE = """
from minhu.server.bootstrap import setup
setup()
from django.db import transaction
from minhu.directory.access import as_system
from minhu.directory.services.tokens import issue_token
with transaction.atomic(), as_system():
    print(issue_token("faults", ["requests:write"], per_minute=1_000_000))
"""


@dataclass
class Part:
    """One process of the house with all its children."""

    arguments: list[str]
    environment: dict[str, str]
    log: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    """What a proxy in front would add."""

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "minhu", *self.arguments], env=self.environment, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """Without a word of warning, children included."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def ready(self, seconds: float = 60.0) -> float:
        """Wait until it can serve; how many seconds that took. AssertionError when it never does."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            try:
                if (
                    httpx.get(f"http://127.0.0.1:{self.port}/readyz", headers=self.headers, timeout=5).status_code
                    == 200
                ):
                    return time.monotonic() - began
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(self.log.read_text(errors="replace")[-3000:])


@dataclass
class Cluster:
    """Two web servers, two workers, one database."""

    home: Path
    webs: list[Part]
    workers: list[Part]
    token: str

    @classmethod
    def open(cls, home: Path, **more: str) -> Cluster:
        migrated(home)
        environment = own_environment(home, MINHU_WORKER="none", MINHU_LOG_LEVEL="ERROR", **more)
        made = subprocess.run(
            [sys.executable, "-c", PREPARE], env=environment, capture_output=True, text=True, check=True
        )
        ports = [free_port(), free_port()]
        webs = [
            Part(
                ["serve", "--layout", "wsgi", "--workers", "1", "--listen", f"127.0.0.1:{port}"],
                environment, home / f"web-{port}.log", port,
            )
            for port in ports
        ]  # fmt: skip
        workers = [Part(["worker"], environment, home / f"worker-{number}.log") for number in (1, 2)]
        for part in [*webs, *workers]:
            part.start()
        for web in webs:
            web.ready()
        return cls(home, webs, workers, made.stdout.strip().splitlines()[-1])

    def close(self) -> None:
        for part in [*self.webs, *self.workers]:
            if part.process is not None and part.process.poll() is None:
                part.kill()
        minhu(self.home, "stop")


@dataclass
class Citizens:
    """Clients that submit until told to stop; a request that got no answer is sent again under the same key."""

    cluster: Cluster
    hands: int = 3
    front: str = ""
    """The one address where they submit; empty: at the web servers themselves in turn."""
    verify: ssl.SSLContext | bool = True
    acknowledged: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Citizens:
        for hand in range(self.hands):
            thread = threading.Thread(target=self._work, args=(hand,), daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _work(self, hand: int) -> None:
        count = 0
        while not self._stop.is_set():
            count += 1
            key = f"{os.getpid()}-{id(self)}-{hand}-{count}"
            body = {"title": "路灯不亮", "text": f"幸福路{count}号门前的路灯坏了，晚上看不清路，第{hand}次反映。"}
            number = self._until_answered(key, body, count)
            if number:
                self.acknowledged[key] = number

    def _until_answered(self, key: str, body: dict[str, str], count: int) -> str:
        headers = {"Authorization": f"Bearer {self.cluster.token}", "Idempotency-Key": key}
        headers |= self.cluster.webs[0].headers if self.front else {}
        attempt = count
        while True:
            web = self.cluster.webs[attempt % len(self.cluster.webs)]
            base = self.front or f"http://127.0.0.1:{web.port}"
            attempt += 1
            try:
                response = httpx.post(
                    f"{base}/api/v1/requests", json=body, headers=headers, timeout=20, verify=self.verify
                )
            except httpx.TransportError:
                response = None
            if response is not None and response.status_code in {200, 201}:
                return str(response.json()["number"])
            if response is not None and response.status_code not in {502, 503}:
                self.wrong.append(f"{response.status_code} {response.text[:200]}")
                return ""
            if self._stop.is_set() and attempt > count + 200:
                return ""
            time.sleep(0.05)


CHECK = """
import json, sys
from minhu.server.bootstrap import setup
setup()
from django.db import connection, transaction
from minhu.directory.access import as_system
numbers = json.load(open(sys.argv[1]))
QUESTIONS = {
    "requests lost": "SELECT count(*) FROM unnest(%s::text[]) n WHERE NOT EXISTS (SELECT 1 FROM intake_request r WHERE r.number = n)",
    "orders lost": "SELECT count(*) FROM unnest(%s::text[]) n WHERE NOT EXISTS (SELECT 1 FROM handling_order o WHERE o.number = n)",
    "entries lost": "SELECT count(*) FROM unnest(%s::text[]) n JOIN intake_request r ON r.number = n WHERE NOT EXISTS"
    " (SELECT 1 FROM ledger_entry e WHERE e.subject_type = 'request' AND e.subject_id = r.id::text AND e.kind = 'request.received')",
    "keys used twice": "SELECT count(*) FROM (SELECT idempotency_key FROM intake_request WHERE %s::text[] IS NOT NULL AND"
    " idempotency_key <> '' GROUP BY channel, idempotency_key HAVING count(*) > 1) twice",
    "requests without an order": "SELECT count(*) FROM intake_request r WHERE %s::text[] IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM handling_order o WHERE o.number = r.number)",
}
found = {}
with transaction.atomic(), as_system(), connection.cursor() as cursor:
    for name, query in QUESTIONS.items():
        cursor.execute(query, [numbers])
        found[name] = cursor.fetchone()[0]
print(json.dumps(found))
"""


class Acknowledged(Protocol):
    """Whoever submitted: key → number of everything that the house said it had."""

    acknowledged: dict[str, str]


def losses(cluster: Cluster, citizens: Acknowledged) -> dict[str, int]:
    """What is missing of everything that was acknowledged; all zero in a sound house."""
    listed = cluster.home / "acknowledged.json"
    listed.write_text(json.dumps(list(citizens.acknowledged.values())))
    done = subprocess.run(
        [sys.executable, "-c", CHECK, str(listed)], env=own_environment(cluster.home), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, int] = json.loads(done.stdout.strip().splitlines()[-1])
    return found
