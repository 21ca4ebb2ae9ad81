"""`minhu doctor`: what this machine lacks, before somebody notices on a page."""

from __future__ import annotations

import importlib.util
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import typer

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
LEAST_DISK_GIB = 2.0
PACKAGES = ("django", "ninja", "psycopg", "procrastinate", "granian", "cryptography", "numpy", "sklearn", "jieba")


@dataclass(frozen=True)
class Finding:
    """One line of the table. `needed` is False for what only tests or comfort need."""

    what: str
    good: bool
    says: str
    needed: bool = True

    @property
    def word(self) -> str:
        """ok, missing (makes the exit code 1) or note."""
        return "ok" if self.good else "missing" if self.needed else "note"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor() -> None:
    """Check this machine; a table, then one JSON line. Exit code 1 when something needed is missing."""
    from rich.console import Console
    from rich.table import Table

    table = Table("what", "", "says")
    findings = []
    for examine in EXAMINATIONS:
        for finding in examine():
            findings.append(finding)
            table.add_row(finding.what, finding.word, finding.says)
    Console().print(table)
    good = all(finding.good or not finding.needed for finding in findings)
    typer.echo(json.dumps({"ok": good, **{f.what: f.word for f in findings}}, ensure_ascii=False))
    raise typer.Exit(0 if good else 1)


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("python", sys.version_info >= (3, 11), f"{version} (3.11 or newer)")
    absent = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    yield Finding("packages", not absent, f"missing: {', '.join(absent)}; run make setup" if absent else "all there")


def _pages() -> Iterator[Finding]:
    package = Path(__file__).resolve().parents[2]
    vendored = package.parent.parent / "build" / "static" / "vendor" / "tabler.css"
    yield Finding("browser libraries", vendored.exists(), "in build/static" if vendored.exists() else "run make setup")
    compiled = any((package / "locale").glob("*/LC_MESSAGES/*.mo"))
    yield Finding("translations", compiled, "compiled" if compiled else "English pages need make setup", needed=False)


def _tests() -> Iterator[Finding]:
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    yield Finding("chromium", browser is not None, browser or "only end-to-end tests need it", needed=False)
    listed = ""
    if shutil.which("fc-list"):
        done = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)
        listed = done.stdout
    says = f"{len(listed.splitlines())} found" if listed else "screenshots would show boxes"
    yield Finding("Chinese fonts", bool(listed), says, needed=False)


def _home() -> Iterator[Finding]:
    from minhu.engines.database import home_folder

    home = home_folder()
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / ".write").write_text("")
        (home / ".write").unlink()
    except OSError as error:
        yield Finding("home", False, f"{home} cannot be written: {error.strerror}")
        return
    yield Finding("home", True, str(home))
    free = shutil.disk_usage(home).free / 1024**3
    yield Finding("disk", free >= LEAST_DISK_GIB, f"{free:.1f} GiB free, at least {LEAST_DISK_GIB:.0f}")
    keys = home / "keys"
    private = not keys.exists() or all(
        path.stat().st_mode & 0o077 == 0 for path in keys.iterdir() if path.is_file() and path.name != ".lock"
    )
    yield Finding("keys", private, "readable by the owner only" if private else f"run chmod 600 {keys}/*")


def _database() -> Iterator[Finding]:
    import psycopg

    from minhu.engines import database

    began = time.monotonic()
    try:
        database.ensure_running()
        missing = database.prepare()
        with psycopg.connect(**database.conninfo()) as connection:  # type: ignore[arg-type]
            row = connection.execute("SHOW server_version").fetchone()
    except (database.DatabaseError, psycopg.Error) as error:
        yield Finding("database", False, str(error).strip().splitlines()[0])
        return
    kind = "embedded" if database.is_embedded() else "external"
    seconds = time.monotonic() - began
    yield Finding("database", True, f"{kind} PostgreSQL {row[0] if row else '?'}, ready in {seconds:.1f} s")
    yield Finding("extensions", not missing, "; ".join(missing) or "all there", needed=False)


def _chat() -> Iterator[Finding]:
    from minhu.engines.chat import house

    try:
        name = house.maker()
    except ValueError as error:
        yield Finding("chat model", False, str(error))
        return
    yield Finding("chat model", bool(name), name or "none set (MINHU_CHAT_URL); answers are extracted", needed=False)


def _recogniser() -> Iterator[Finding]:
    from minhu.engines.speech.choosing import house_recogniser

    try:
        found = house_recogniser()
    except ValueError as error:
        yield Finding("speech recogniser", False, str(error))
        return
    state = found.readiness()
    yield Finding("speech recogniser", state.ready, found.maker if state.ready else state.reason, needed=False)


def _synthesiser() -> Iterator[Finding]:
    from minhu.engines.speech.choosing import synthesiser

    try:
        found = synthesiser()
    except ValueError as error:
        yield Finding("speech out", False, str(error))
        return
    state = found.readiness()
    yield Finding("speech out", state.ready, found.maker if state.ready else state.reason, needed=False)


def _port() -> Iterator[Finding]:
    from minhu.server.config import Config, ConfigError

    try:
        config = Config.read()
        host, port = config.address()
    except ConfigError as error:
        yield Finding("settings", False, str(error))
        return
    own = (config.home / "run" / f"serve-{port}.pid").exists()
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            yield Finding("port", True, f"{host}:{port} is free")
        except OSError as error:
            says = "taken by this home's own server" if own else f"{error.strerror}; set MINHU_LISTEN"
            yield Finding("port", own, f"{host}:{port} {says}")


EXAMINATIONS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _python,
    _pages,
    _tests,
    _home,
    _database,
    _chat,
    _recogniser,
    _synthesiser,
    _port,
)
