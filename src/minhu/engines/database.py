"""Which PostgreSQL Minhu talks to, and what must exist in it before the first migration.

With MINHU_DATABASE_URL that server is used; otherwise an embedded one keeps its data in MINHU_HOME/db (see
`embedded.py` for its life). `conninfo` only computes, `ensure_running` starts, `prepare` creates.

Invariant: the web and job processes work as the role `minhu_app` (or, for actors whose scope is everything,
`minhu_wide`; for what levels share `minhu_area`, which only reads); none is a superuser, owns anything or can bypass
row security.
Only `minhu migrate` and its like work as the owner.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from minhu.engines.embedded import PORT, SUPERUSER, DatabaseError, EmbeddedServer
from minhu.kernel.locks import Lock

__all__ = [
    "APP_ROLE",
    "EXTENSIONS",
    "WIDE_ROLE",
    "DatabaseError",
    "EmbeddedServer",
    "conninfo",
    "ensure_running",
    "grant_to_app",
    "home_folder",
    "is_embedded",
    "prepare",
    "server_of",
]

APP_ROLE = "minhu_app"
WIDE_ROLE = "minhu_wide"
DATABASE = "minhu"
OLDEST_SERVER = 150000
EXTENSIONS: tuple[LiteralString, ...] = ("vector", "pg_trgm", "ltree")
_servers: dict[Path, EmbeddedServer] = {}

_CREATE_ROLES: LiteralString = """
DO $$ DECLARE role_name text; BEGIN
    FOREACH role_name IN ARRAY ARRAY['minhu_app', 'minhu_wide', 'minhu_area'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', role_name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END LOOP;
END $$"""

# migrations and the schema stay with the owner; the application reads and writes rows, never TRUNCATE or DDL
_GRANTS: tuple[LiteralString, ...] = (
    "GRANT USAGE ON SCHEMA public TO minhu_app, minhu_wide, minhu_area",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO minhu_app, minhu_wide",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO minhu_app, minhu_wide",
    "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM minhu_app, minhu_wide",
)


def home_folder(environ: Mapping[str, str] | None = None) -> Path:
    """MINHU_HOME as an absolute path (default `.minhu` in the working folder)."""
    return Path((environ or os.environ).get("MINHU_HOME") or ".minhu").resolve()


def server_of(home: Path) -> EmbeddedServer:
    """The one handle of this process on the embedded server of `home`."""
    return _servers.setdefault(home.resolve(), EmbeddedServer(home))


def conninfo(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Connection parameters as libpq names them (host, dbname, user …); starts nothing.

    Raises DatabaseError when MINHU_DATABASE_URL cannot be read.
    """
    url = (environ or os.environ).get("MINHU_DATABASE_URL", "")
    if not url:
        folder = server_of(home_folder(environ)).socket_folder
        return {"host": str(folder), "port": str(PORT), "user": SUPERUSER, "dbname": DATABASE}
    try:
        parsed = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise DatabaseError(f"MINHU_DATABASE_URL cannot be read: {str(error).strip()}") from error
    if not parsed.get("dbname"):
        raise DatabaseError("MINHU_DATABASE_URL names no database: postgresql://user:password@host:5432/minhu")
    return {key: str(value) for key, value in parsed.items() if value is not None}


def is_embedded(environ: Mapping[str, str] | None = None) -> bool:
    """True when no MINHU_DATABASE_URL is set."""
    return not (environ or os.environ).get("MINHU_DATABASE_URL")


def ensure_running(environ: Mapping[str, str] | None = None) -> None:
    """Start and hold the embedded server where it is the one in use; a no-op for an external one."""
    if is_embedded(environ):
        server_of(home_folder(environ)).ensure_running()


def prepare(environ: Mapping[str, str] | None = None) -> list[str]:
    """Create database, role and extensions where missing; returns a sentence for each thing that could not be.

    Idempotent; safe when several processes do it at once. Raises DatabaseError when the server cannot be used.
    """
    target = conninfo(environ)
    if is_embedded(environ):
        _create_database(target)
    try:
        with psycopg.connect(make_conninfo(**target), autocommit=True, connect_timeout=10) as connection:
            if connection.info.server_version < OLDEST_SERVER:
                raise DatabaseError(f"PostgreSQL 15 or newer is needed, this is {connection.info.server_version}")
            connection.execute(f"SELECT pg_advisory_lock({Lock.SET_UP:d})")
            return [*_create_roles(connection), *_create_extensions(connection)]
    except psycopg.OperationalError as error:
        raise DatabaseError(f"the database does not answer: {str(error).strip().splitlines()[0]}") from error


def grant_to_app(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Give `minhu_app` its rights on everything that the migrations made; call after each migration, as owner."""
    for statement in _GRANTS:
        connection.execute(statement)


def _create_database(target: Mapping[str, str]) -> None:
    name = target["dbname"]
    with psycopg.connect(make_conninfo(**{**target, "dbname": "postgres"}), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        try:
            connection.execute(sql.SQL("CREATE DATABASE {} ENCODING 'UTF8'").format(sql.Identifier(name)))
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            return


def _create_roles(connection: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    try:
        connection.execute(_CREATE_ROLES)
        connection.execute("GRANT minhu_app, minhu_wide, minhu_area TO CURRENT_USER")
    except psycopg.errors.InsufficientPrivilege:
        row = connection.execute(
            "SELECT count(*) FROM pg_roles WHERE rolname IN ('minhu_app', 'minhu_wide', 'minhu_area')"
            " AND pg_has_role(current_user, oid, 'member')"
        ).fetchone()
        if row != (3,):
            roles = "; ".join(f"CREATE ROLE {name} NOLOGIN" for name in ("minhu_app", "minhu_wide", "minhu_area"))
            return [f"ask the database administrator: {roles}; GRANT minhu_app, minhu_wide, minhu_area TO <this user>"]
    return []


def _create_extensions(connection: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    missing = []
    for name in EXTENSIONS:
        try:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege:
            missing.append(f"ask the database administrator: CREATE EXTENSION {name}")
        except psycopg.Error:
            missing.append(f"the extension {name} is not on this server: what needs it works without, only slower")
    return missing
