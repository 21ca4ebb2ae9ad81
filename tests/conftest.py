"""One real PostgreSQL for the test session; each test process works in its own copy of a migrated template.

Connections run as the role `minhu_app`, so the tests meet row security exactly as the pages do. The template is
what the real `minhu migrate` made and kept until a migration or SQL file changes. MINHU_TEST_DATABASE_URL (a
superuser's address of a server) replaces the embedded server.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from homes import BROWSER, ROOT, SOURCE, TEST_HOME, locked, migrated, model, schema_key
from restoring import Original, original, restored

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
DATABASE = f"minhu_test_{WORKER}_{os.getpid()}"
SERVER_URL = os.environ.get("MINHU_TEST_DATABASE_URL", "")
MIGRATED = TEST_HOME / "migrated"
"""The schema that the tests' own server brought with it as the database of a house."""
sys.path[:0] = [str(ROOT / "src")]


def _server_conninfo() -> dict[str, str]:
    from minhu.engines.database import conninfo

    return conninfo({"MINHU_HOME": str(TEST_HOME), "MINHU_DATABASE_URL": SERVER_URL})


# pytest-django reads settings only after this file, because pyproject.toml does not name the settings module
os.environ["DJANGO_SETTINGS_MODULE"] = "minhu.server.settings"
os.environ["MINHU_HOME"] = str(TEST_HOME)
os.environ["MINHU_WORKER"] = "none"
os.environ["MINHU_SECOND_FACTOR"] = "optional"  # tests of other pages sign in without one
os.environ["MINHU_EMBEDDING_SECOND_LOOK"] = "0"  # a running house would load its model for every test
os.environ["MINHU_DIRECTORY_CHECK_SECONDS"] = "0"  # tests change the directory and roll it back
os.environ.pop("MINHU_DB_OWNER", None)
# container images forbid keeping compiled modules; every program that a test starts would compile all of them
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
from psycopg.conninfo import make_conninfo  # noqa: E402

os.environ["MINHU_DATABASE_URL"] = make_conninfo(**{**_server_conninfo(), "dbname": DATABASE})

import psycopg  # noqa: E402
import pytest  # noqa: E402
from psycopg import sql  # noqa: E402


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Load the house before pytest-django guards the database."""
    from hypothesis import settings

    # a busy machine is no defect, and in CI the same commit must give the same answer
    settings.register_profile("house", deadline=None, derandomize=bool(os.environ.get("CI")))
    settings.load_profile("house")
    import django

    django.setup()
    from django.conf import settings as chosen

    # a hash that is slow on purpose costs more than most tests; running houses keep Django's
    chosen.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # looking through all static files would be a tenth of a test's time for each client that it makes; tests of pages
    # in a browser get them from the live server
    chosen.WHITENOISE_USE_FINDERS = False


DATA_ROOMS = {"ledger", "directory", "knowledge", "intake", "handling", "evaluation", "governance"}
WHOLE_ROOMS = {"ledger", "governance", "evaluation"}
WALKED = {"e2e": {"e2e", "portals"}, "data_layer": DATA_ROOMS}
"""Where `make test` and `.ci/run` look for tests with these marks; collecting everything costs ten seconds a process."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of rooms that use the database are `data_layer`; browser tests need a browser, and CI must have one.

    On a second kind of server (MINHU_TEST_DATABASE_URL) every third test of the largest rooms is enough: what differs
    there is the server's SQL, which many tests share.
    """
    turn = 0
    browser = BROWSER or os.environ.get("MINHU_REQUIRE_E2E") == "1"
    for item in items:
        room = Path(item.path).relative_to(ROOT / "tests").parts[0]
        if room in DATA_ROOMS and (item.get_closest_marker("django_db") or "db" in getattr(item, "fixturenames", ())):
            turn += 1
            if not SERVER_URL or room in WHOLE_ROOMS or "row_security" in item.nodeid or turn % 3 == 0:
                item.add_marker(pytest.mark.data_layer)
        unseen = [mark for mark, rooms in WALKED.items() if room not in rooms and item.get_closest_marker(mark)]
        if unseen:
            raise pytest.UsageError(f"{item.nodeid}: nobody looks for {unseen} in tests/{room}")
        if not browser and item.get_closest_marker("e2e"):
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine; make setup installs it under root"))


@contextmanager
def _admin(database: str = "postgres") -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(**{**_server_conninfo(), "dbname": database}, autocommit=True) as connection:
        yield connection


def _run(connection: psycopg.Connection[Any], statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _build_template(name: str) -> None:
    with _admin() as admin:
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        for (old,) in admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 'minhu_draft_%%'").fetchall():
            _run(admin, "DROP DATABASE {} WITH (FORCE)", old)
        if not SERVER_URL and MIGRATED.exists() and MIGRATED.read_text() == schema_key(str(SOURCE)):
            _run(admin, "CREATE DATABASE {} TEMPLATE {}", name, "minhu")
            return
        draft = f"minhu_draft_{name}"
        _run(admin, "CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0", draft)
        url = make_conninfo(**{**_server_conninfo(), "dbname": draft})
        environment = {**os.environ, "MINHU_DATABASE_URL": url, "MINHU_DB_OWNER": "1", "PYTHONPATH": str(ROOT / "src")}
        command = [sys.executable, "-m", "minhu", "migrate", "--quiet"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            last = "\n".join((done.stdout + done.stderr).splitlines()[-12:])
            pytest.fail(f"minhu migrate failed:\n{last}", pytrace=False)
        _run(admin, "ALTER DATABASE {} RENAME TO {}", draft, name)


def _clone(template: str) -> Original:
    with _admin() as admin:
        _run(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", DATABASE)
        _run(admin, "CREATE DATABASE {} TEMPLATE {}", DATABASE, template)
    with _admin(DATABASE) as admin:
        return original(admin)


@pytest.fixture(scope="session")
def database_template() -> str:
    """Name of the migrated template database; built once for all processes and sessions."""
    from minhu.engines.embedded import EmbeddedServer

    if SERVER_URL and WORKER == "gw1":
        model()  # what the tests of servers need later; the other process makes the template meanwhile
    if not SERVER_URL:
        with locked("home"):
            if not (TEST_HOME / "db").exists():
                migrated(TEST_HOME)
                MIGRATED.write_text(schema_key(str(SOURCE)))
        EmbeddedServer(TEST_HOME, extra={"fsync": "off", "full_page_writes": "off"}).ensure_running()
    name = f"minhu_template_{schema_key(str(_server_conninfo()))}"
    with locked("template"):
        _build_template(name)
    return name


@pytest.fixture(scope="session")
def django_db_setup(database_template: str) -> Iterator[None]:
    """pytest-django's hook: instead of creating tables, copy the template."""
    from django.db import connections
    from django.test import TransactionTestCase

    def restore(_case: TransactionTestCase) -> None:
        """After a test that really commits: the database as it was, with what the migrations seeded."""
        nonlocal before_tests
        connections.close_all()
        with _admin(DATABASE) as admin:
            again = restored(admin, before_tests)
        before_tests = again or _clone(database_template)

    for connection in connections.all():  # an xdist worker read its settings with the controller's environment
        connection.settings_dict["NAME"] = DATABASE
    before_tests = _clone(database_template)
    before = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = restore  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = before  # type: ignore[method-assign]
    connections.close_all()
    with _admin() as admin:
        _run(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", DATABASE)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A MINHU_HOME of the test's own, for keys and files (the database stays the session's)."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("MINHU_HOME", str(folder))
    return folder


@pytest.fixture(scope="module")
def new_home() -> Iterator[Callable[[], Path]]:
    """Makes a MINHU_HOME for a server of the test's own; the servers are stopped after the module.

    Not below pytest's folder: under root the server is another user, and every pytest that starts on the machine
    shuts that folder to other users.
    """
    made: list[Path] = []

    def make() -> Path:
        made.append(Path(tempfile.mkdtemp(prefix="minhu-home-")))
        return made[-1]

    yield make
    from minhu.engines.embedded import EmbeddedServer

    for folder in made:
        EmbeddedServer(folder).stop()
        shutil.rmtree(folder, ignore_errors=True)
