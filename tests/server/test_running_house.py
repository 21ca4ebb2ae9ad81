"""The running house, started as an operator starts it: serves, survives a dead database, stops."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from homes import migrated

SOURCE = Path(__file__).resolve().parents[2] / "src"


def minhu(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "minhu", *arguments],
        env=own_environment(home, **environment), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def own_environment(home: Path, **more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MINHU_")}
    return {**kept, "MINHU_HOME": str(home), "PYTHONPATH": str(SOURCE), **more}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class House:
    home: Path
    process: subprocess.Popen[bytes]
    address: str

    def get(self, path: str) -> httpx.Response | None:
        try:
            return httpx.get(f"{self.address}{path}", timeout=10)
        except httpx.TransportError:
            return None

    def until(self, path: str, status: int, seconds: float = 30.0) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            response = self.get(path)
            if response is not None and response.status_code == status:
                return True
            time.sleep(0.1)
        return False


@pytest.fixture(scope="module")
def house(new_home: Callable[[], Path]) -> Iterator[House]:
    home = migrated(new_home())
    port = free_port()
    log = (home / "serve.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "minhu", "serve", "--listen", f"127.0.0.1:{port}"],
        env=own_environment(home, MINHU_UPLOAD_MB="1"), stdout=log, stderr=log,
    )  # fmt: skip
    house = House(home, process, f"http://127.0.0.1:{port}")
    assert house.until("/healthz", 200), (home / "serve.log").read_text()[-2000:]
    yield house
    process.terminate()
    process.wait(timeout=30)
    minhu(home, "stop")
    log.close()


def test_ready_and_well_dressed(house: House) -> None:
    response = house.get("/readyz")
    assert response is not None
    assert set(response.json().values()) == {"ok"}
    assert response.headers["x-content-type-options"] == "nosniff"


def test_body_above_the_limit_gets_413_even_when_its_length_is_not_declared(house: House) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 65536

    response = httpx.post(f"{house.address}/healthz", content=pieces(), timeout=30)
    assert response.status_code == 413
    assert "1 MB" in response.text


def test_dead_database_is_503_for_a_moment_and_comes_back_by_itself(house: House) -> None:
    postmaster = int((house.home / "db" / "data" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(postmaster, signal.SIGKILL)
    seen = {response.status_code for _ in range(20) if (response := house.get("/readyz"))}
    assert seen <= {200, 503}
    assert 503 in seen
    alive = house.get("/healthz")
    assert alive is not None
    assert alive.status_code == 200
    assert house.until("/readyz", 200), "the database must come back without a person"


def test_serve_refuses_a_database_that_was_never_migrated(new_home: Callable[[], Path]) -> None:
    done = minhu(new_home(), "serve", "--listen", f"127.0.0.1:{free_port()}")
    assert done.returncode == 1
    assert "minhu migrate" in done.stderr
    assert "Traceback" not in done.stderr


def test_demo_is_not_offered_to_the_network(house: House) -> None:
    done = minhu(house.home, "serve", "--listen", "0.0.0.0:18999", MINHU_DEMO="1")
    assert done.returncode == 2
    assert "127.0.0.1" in done.stderr


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"MINHU_THREADS": "none"}, "MINHU_THREADS"),
        ({"MINHU_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/minhu"}, "the database does not answer"),
        ({"MINHU_DATABASE_URL": "rubbish"}, "MINHU_DATABASE_URL"),
    ],
)
def test_expected_errors_are_one_line(new_home: Callable[[], Path], environment: dict[str, str], says: str) -> None:
    done = minhu(new_home(), "migrate", **environment)
    assert done.returncode in {1, 2}
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_ends_with_a_line_for_programs(house: House) -> None:
    done = minhu(house.home, "doctor")
    last = json.loads(done.stdout.strip().splitlines()[-1])
    assert last["database"] == "ok"
    assert done.returncode == (0 if last["ok"] else 1)


def test_stop_ends_server_and_database(new_home: Callable[[], Path]) -> None:
    home = migrated(new_home())
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "minhu", "serve", "--listen", f"127.0.0.1:{port}"], env=own_environment(home)
    )
    house = House(home, process, f"http://127.0.0.1:{port}")
    assert house.until("/healthz", 200)
    assert minhu(home, "stop").returncode == 0
    process.wait(timeout=20)
    assert not (home / "db" / "data" / "postmaster.pid").exists()
