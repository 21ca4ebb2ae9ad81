"""The database server: without it nothing is accepted, so it must start, be shared, stop and come back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from costs import within
from minhu.engines import database
from minhu.engines.embedded import DatabaseError, EmbeddedServer

SOURCE = Path(__file__).resolve().parents[2] / "src"
HOLD = """
import sys, time
from pathlib import Path
from minhu.engines.embedded import EmbeddedServer
EmbeddedServer(Path(sys.argv[1])).ensure_running()
print("holding", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def server(new_home: Callable[[], Path]) -> Iterator[EmbeddedServer]:
    made = EmbeddedServer(new_home())
    yield made
    made.release()
    made.stop()


def connect(server: EmbeddedServer) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=str(server.socket_folder), user="postgres", dbname="postgres")


def hold(home: Path) -> subprocess.Popen[str]:
    """Another process that uses the server until its input closes."""
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )  # fmt: skip
    assert other.stdout is not None
    assert other.stdout.readline() == "holding\n"
    return other


def test_a_restart_takes_less_than_two_seconds(server: EmbeddedServer) -> None:
    server.ensure_running()

    def again() -> None:
        server.stop()
        server.ensure_running()

    within(2.0, again, clock=time.monotonic)
    with connect(server) as connection:
        durable = connection.execute(
            "SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('timezone')"
        ).fetchone()
    assert durable == ("on", "on", "UTC")


def test_last_user_stops_the_server_and_no_one_else(server: EmbeddedServer) -> None:
    other = hold(server.home)
    server.ensure_running()
    server.release()
    assert server.is_listening()
    other.communicate("\n", timeout=30)
    assert not server.is_listening()


def test_server_of_a_killed_process_is_found_again(server: EmbeddedServer) -> None:
    other = hold(server.home)
    other.kill()
    other.wait(timeout=10)
    server.ensure_running()
    with connect(server) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    server.release()
    assert not server.is_listening()


def test_killed_server_starts_again_with_its_data(server: EmbeddedServer) -> None:
    server.ensure_running()
    with connect(server) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS seven")
    postmaster = int((server.data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(postmaster, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while server.is_listening() and time.monotonic() < deadline:
        time.sleep(0.05)
    server.ensure_running()
    with connect(server) as connection:
        assert connection.execute("SELECT seven FROM kept").fetchone() == (7,)


def test_pid_file_left_behind_does_not_block_the_start(server: EmbeddedServer) -> None:
    server.ensure_running()
    server.stop()
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n0\n5432\n")
    server.ensure_running()
    assert server.is_listening()


def test_two_homes_live_side_by_side(server: EmbeddedServer, new_home: Callable[[], Path]) -> None:
    neighbour = EmbeddedServer(new_home())
    try:
        server.ensure_running()
        neighbour.ensure_running()
        with connect(neighbour) as connection:
            connection.execute("CREATE TABLE only_here ()")
        with connect(server) as connection:
            assert connection.execute("SELECT to_regclass('only_here')").fetchone() == (None,)
    finally:
        neighbour.stop()


def test_data_of_another_major_version_is_refused_with_the_way_out(server: EmbeddedServer) -> None:
    server.ensure_running()
    server.stop()
    (server.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(DatabaseError, match="written by PostgreSQL 12"):
        server.ensure_running()


def test_long_home_path_still_gets_a_socket(new_home: Callable[[], Path]) -> None:
    server = EmbeddedServer(new_home() / ("a-city-with-a-very-long-name-" * 4))
    try:
        server.ensure_running()
        assert server.is_listening()
        assert server.socket_folder.stat().st_mode & 0o077 == 0
    finally:
        server.stop()


def test_prepare_makes_database_role_and_extensions_and_may_be_repeated(server: EmbeddedServer) -> None:
    server.ensure_running()
    environment = {"MINHU_HOME": str(server.home)}
    assert database.prepare(environment) == []
    assert database.prepare(environment) == []
    with psycopg.connect(**database.conninfo(environment)) as connection:
        extensions = connection.execute("SELECT extname FROM pg_extension").fetchall()
        roles = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname LIKE 'minhu_%' ORDER BY 1"
        ).fetchall()
        word_parts = connection.execute("SELECT show_trgm('供水管道')").fetchone()
    assert {name for (name,) in extensions} >= {"vector", "pg_trgm", "ltree"}
    assert roles == [(name, False, False, False) for name in ("minhu_app", "minhu_area", "minhu_wide")]
    assert word_parts
    assert word_parts[0], "Chinese text must have trigrams, or no search finds it"


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("postgresql://[", "cannot be read"),
        ("postgresql://user@host", "names no database"),
        ("nonsense", "cannot be read"),
    ],
)
def test_wrong_address_of_a_server_is_said_in_a_sentence(url: str, complaint: str) -> None:
    with pytest.raises(DatabaseError, match=complaint):
        database.conninfo({"MINHU_DATABASE_URL": url})


def test_settings_are_computed_without_starting_anything(home: Path) -> None:
    given = database.conninfo({"MINHU_HOME": str(home)})
    assert given["dbname"] == "minhu"
    assert not (home / "db").exists()


def test_a_user_without_a_name_is_told_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers are often started under any id; initdb then fails with words about looking up a user."""
    from minhu.engines import embedded

    def nobody(uid: int) -> None:
        raise KeyError(uid)

    monkeypatch.setattr(embedded.pwd, "getpwuid", nobody)
    monkeypatch.setattr(embedded.EmbeddedServer, "_account", lambda self: None)
    with pytest.raises(embedded.DatabaseError, match="/etc/passwd") as caught:
        embedded.EmbeddedServer(tmp_path)._initdb()
    assert "\n" not in str(caught.value)
