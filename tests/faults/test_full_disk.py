"""A disk that is full: said in words, nothing acknowledged is lost, nothing half-written stays, and work goes on by itself.

The house lives on a small file system of its own (tmpfs, so root is needed) that a ballast file fills.
Played with MINHU_FAULTS=ci (part of `.ci/run`) or bench.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest
from tests.faults.hostile.blocks import picture
from tests.faults.house import Citizens, Cluster, losses
from tests.server.test_running_house import minhu

MEGABYTE = 1024 * 1024
BACK_SECONDS = 60.0
pytestmark = pytest.mark.skipif(
    os.environ.get("MINHU_FAULTS", "") not in {"ci", "bench"} or os.geteuid() != 0,
    reason="mounts a file system: MINHU_FAULTS=ci (which .ci/run sets) under root",
)
PAGES = (
    "/",
    "/healthz",
    "/follow/",
    "/submit/",
    "/login/",
    "/orders/",
    "/desk/",
    "/unit/",
    "/import/",
    "/leader/",
    "/audit/",
    "/none",
)
COUNTS = "SELECT (SELECT count(*) FROM intake_request), (SELECT count(*) FROM intake_attachment)"


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "none", str(folder)], check=False
    )
    if done.returncode:
        pytest.skip("this machine does not let root mount a file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="minhu-small-disk-"))
    with small_disk(folder, 700):
        cluster = Cluster.open(folder)
        yield cluster
        cluster.close()
    folder.rmdir()


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Not a byte is left on the file system of `folder`."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (MEGABYTE, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    try:
        yield
    finally:
        ballast.unlink()


def send(cluster: Cluster, key: str, *photos: bytes) -> httpx.Response:
    return httpx.post(
        f"http://127.0.0.1:{cluster.webs[0].port}/api/v1/requests", timeout=30,
        headers={"Authorization": f"Bearer {cluster.token}", "Idempotency-Key": key},
        data={"request": json.dumps({"title": "路灯不亮", "text": "幸福路三号门前的路灯坏了，晚上看不清路。"})},
        files=[("files", ("photo.jpg", photo, "image/jpeg")) for photo in photos] or [("none", ("", b""))],
    )  # fmt: skip


def counts(cluster: Cluster) -> tuple[int, int]:
    with psycopg.connect(host=str(cluster.home / "db"), dbname="minhu", user="postgres") as connection:
        found: tuple[int, int] = connection.execute(COUNTS).fetchone()  # type: ignore[assignment]
        return found


def stored(cluster: Cluster) -> list[str]:
    return sorted(
        path.name for path in (cluster.home / "files").rglob("*") if path.is_file() and path.name != "ballast"
    )


def test_attachments_that_do_not_fit_leave_nothing_and_fit_later(cluster: Cluster) -> None:
    photos = [picture("JPEG", (900, 700), quality=quality) for quality in (90, 95)]
    folder = cluster.home / "files"
    folder.mkdir(exist_ok=True)
    with small_disk(folder, 2):
        before = counts(cluster)
        with filled(folder):
            refused = send(cluster, "attachments", *photos)
            assert (refused.status_code, refused.json()["code"]) == (503, "disk_full")
            assert "存储空间不足" in refused.json()["detail"]
            assert int(refused.headers["Retry-After"]) > 0
            assert counts(cluster) == before
            assert stored(cluster) == []
            words = {"title": "路灯不亮", "text": "幸福路四号门前的路灯坏了，晚上看不清路。"}
            plain = httpx.post(
                f"http://127.0.0.1:{cluster.webs[0].port}/api/v1/requests", json=words, timeout=30,
                headers={"Authorization": f"Bearer {cluster.token}", "Idempotency-Key": "words"},
            )  # fmt: skip
            assert plain.status_code == 201
        kept = send(cluster, "attachments", *photos)
        assert kept.status_code == 201, kept.text
        assert counts(cluster) == (before[0] + 2, before[1] + 2)
        assert len(stored(cluster)) == 2


def test_a_database_without_room_says_so_loses_nothing_and_comes_back(cluster: Cluster) -> None:
    address = f"http://127.0.0.1:{cluster.webs[0].port}"
    told: set[str] = set()
    with Citizens(cluster) as citizens:
        time.sleep(2)
        with filled(cluster.home):
            before = len(citizens.acknowledged)
            end = time.monotonic() + 8
            panicked = False
            while time.monotonic() < end:
                answer = send(cluster, f"full-{time.monotonic_ns()}")
                assert answer.status_code in {201, 503}, answer.text
                if answer.status_code == 503:
                    told.add(answer.json()["code"])
                    assert any("一" <= sign <= "鿿" for sign in answer.json()["detail"])
                if not panicked and time.monotonic() > end - 5:
                    panicked = new_piece_of_log(cluster)
                time.sleep(0.2)
            ready = httpx.get(f"{address}/readyz", timeout=10)
            assert (ready.status_code, ready.json()["disk"]) == (503, "full")
            for path in PAGES:  # each a figure of its own in a file that is mapped into memory
                for web in cluster.webs:
                    assert httpx.get(f"http://127.0.0.1:{web.port}{path}", timeout=10).status_code < 504
            page = httpx.get(f"{address}/follow/", timeout=10, headers={"Accept": "text/html"})
            assert page.status_code in {200, 503}
        freed = time.monotonic()
        slowest = max(web.ready(BACK_SECONDS) for web in cluster.webs)
        after = len(citizens.acknowledged)
        while len(citizens.acknowledged) < after + 20 and time.monotonic() - freed < BACK_SECONDS:
            time.sleep(0.1)
        back = time.monotonic() - freed
    print(
        f"\nready again {slowest:.1f} s, working {back:.1f} s after room came back; answers while full: {sorted(told)}"
    )
    assert "disk_full" in told
    assert len(citizens.acknowledged) >= max(before, after) + 20
    assert citizens.wrong == []
    found = losses(cluster, citizens)
    assert not any(found.values()), found
    verified = minhu(cluster.home, "ledger", "verify", "--quiet")
    assert verified.returncode == 0, verified.stdout
    logs = "".join(part.log.read_text(errors="replace") for part in cluster.webs)
    assert "disk_full" in logs
    assert "nexpected exit" not in logs  # a web process that died and was started again
    assert "free room where MINHU_HOME lies" in logs
    assert all(part.process is not None and part.process.poll() is None for part in [*cluster.webs, *cluster.workers])


def new_piece_of_log(cluster: Cluster) -> bool:
    """Ask PostgreSQL for a new piece of its log, for which there is no room: it stops at once."""
    try:
        with psycopg.connect(
            host=str(cluster.home / "db"), dbname="minhu", user="postgres", autocommit=True
        ) as connection:
            for _ in range(4):
                connection.execute("SELECT txid_current(), pg_switch_wal()")
        return False
    except psycopg.OperationalError:
        return True
