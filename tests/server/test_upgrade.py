"""An office that installed an earlier release loses nothing when it installs this one."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from tests.conftest import _server_conninfo
from tests.server.test_running_house import minhu

from minhu.engines.backup.programs import program

RELEASES = sorted((Path(__file__).parent / "released").glob("*.sql.gz"))
WORDS = "SELECT number, title, text FROM intake_request ORDER BY number"


@pytest.fixture(params=RELEASES, ids=lambda path: path.name.removesuffix(".sql.gz"))
def earlier(request: pytest.FixtureRequest, database_template: str) -> Iterator[str]:
    """Address of a database as an earlier release left it."""
    server = _server_conninfo()
    name = f"minhu_upgrade_{os.getpid()}"
    with psycopg.connect(**{**server, "dbname": "postgres"}, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name)))
        url = make_conninfo(**{**server, "dbname": name})
        script = b"\n".join(
            line for line in gzip.decompress(request.param.read_bytes()).splitlines() if not _newer(line)
        )
        done = subprocess.run(
            [program("psql"), "-d", url, "-qX", "-v", "ON_ERROR_STOP=1"], input=script, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        yield url
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _newer(line: bytes) -> bool:
    return line.startswith((b"SET transaction_timeout", b"CREATE EXTENSION"))


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchall()


def test_an_earlier_release_is_brought_here_with_its_words_and_ledger(
    earlier: str, tmp_path: Path, home: Path, request: pytest.FixtureRequest
) -> None:
    (home / "ledger").mkdir()
    for file in Path(__file__).parent.glob(f"released/{request.node.callspec.id}.checkpoints.jsonl"):
        shutil.copy(file, home / "ledger" / "checkpoints.jsonl")
    before = rows(earlier, WORDS)
    assert before
    done = minhu(home, "upgrade", "--backup-to", str(tmp_path / "backups"), MINHU_DATABASE_URL=earlier)
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout.strip().splitlines()[-1])
    assert body["applied"] > 0
    assert (Path(body["backup"]) / "manifest.json").exists()
    assert rows(earlier, WORDS) == before
    verified = minhu(home, "ledger", "verify", "--quiet", MINHU_DATABASE_URL=earlier)
    assert verified.returncode == 0, verified.stdout
    assert rows(earlier, "SELECT count(*) FROM handling_order") == [(len(before),)]
