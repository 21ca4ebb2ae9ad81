"""Making a backup while the house works on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from minhu import __version__
from minhu.engines.backup.digests import Connection, table_digests, table_names
from minhu.engines.backup.manifest import Manifest, Piece, measure
from minhu.engines.backup.programs import opened, run
from minhu.engines.database import conninfo, home_folder
from minhu.engines.keyring import keys_directory, master_path
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, NotFound, Unavailable

DUMP: Final = "database.dump"
FILES: Final = "files"
KEYS: Final = "keys"
LEDGER: Final = "ledger"
PREFIX: Final = "minhu-"
_PARTIAL: Final = ".partial"

Progress = Callable[[str], None]


def make(
    target: Path, *, with_master_key: bool = False, progress: Progress = lambda _what: None
) -> tuple[Path, Manifest]:
    """Make a backup as a new folder inside `target`; return it and its manifest.

    The database is read in one snapshot; the house may work on meanwhile. Attachments that an earlier backup in
    `target` holds are linked, not copied. Raises Conflict when the folder exists, Unavailable when the disk or the
    database refuses; then nothing that looks like a backup is left.
    """
    folder = target / f"{PREFIX}{now():%Y%m%d-%H%M%S}"
    partial = folder.with_name(folder.name + _PARTIAL)
    if folder.exists() or partial.exists():
        raise Conflict(f"{folder} 已存在，请过一秒再试。", code="backup_exists")
    earlier = latest(target)
    try:
        partial.mkdir(parents=True, mode=0o700)
        manifest = _fill(partial, earlier, with_master_key, progress)
        manifest.write(partial)
        _sync(partial)
        partial.rename(folder)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise Unavailable(
            f"备份没有完成：{error.strerror or error}。请检查磁盘空间和目录权限。", code="backup_failed"
        ) from error
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return folder, manifest


def latest(target: Path) -> Path | None:
    """The newest complete backup in `target`; None without one."""
    found = sorted(path for path in target.glob(f"{PREFIX}*") if path.is_dir() and path.suffix != _PARTIAL)
    return found[-1] if found else None


def prune(target: Path, keep: int) -> list[Path]:
    """Delete all but the newest `keep` (at least one) complete backups in `target`; return what went."""
    found = sorted(path for path in target.glob(f"{PREFIX}*") if (path / "manifest.json").exists())
    gone = found[: -max(1, keep)]
    for path in gone:
        shutil.rmtree(path)
    return gone


def _fill(folder: Path, earlier: Path | None, with_master_key: bool, progress: Progress) -> Manifest:
    home = home_folder()
    # Before the snapshot: the checkpoints may lag behind the database (they catch up) but never be ahead of it.
    _copy_tree(home / LEDGER, folder / LEDGER)
    _copy_keys(folder / KEYS, with_master_key)
    target = conninfo()
    with opened(target) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        if not table_names(connection):
            raise NotFound("这里还没有数据，没有可备份的内容。请先运行 minhu migrate。", code="no_database")
        snapshot = _text(connection, "SELECT pg_export_snapshot()")
        progress("数据库")
        run(
            "pg_dump",
            target,
            "--format=custom",
            f"--snapshot={snapshot}",
            "--no-owner",
            output=folder / DUMP,
        )
        tables = table_digests(connection, progress)
        migrations = _migrations(connection)
        server = connection.info.server_version
    progress("附件")
    _copy_tree(home / FILES, folder / FILES, earlier / FILES if earlier else None)
    return Manifest(
        version=__version__,
        created_at=now().astimezone().isoformat(timespec="seconds"),
        server_version=server,
        migrations=migrations,
        tables=tables,
        pieces=dict(_pieces(folder, earlier)),
        has_master_key=with_master_key,
    )


def _text(connection: Connection, statement: str) -> str:
    row = connection.execute(statement).fetchone()
    return str(row[0]) if row else ""


def _migrations(connection: Connection) -> tuple[str, ...]:
    rows = connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1").fetchall()
    return tuple(str(name) for (name,) in rows)


def _copy_keys(target: Path, with_master_key: bool) -> None:
    if not keys_directory().exists():
        return
    target.mkdir(mode=0o700)
    for path in sorted(keys_directory().iterdir()):
        if path.is_file() and not path.name.startswith(".") and path != master_path():
            shutil.copy2(path, target / path.name)
    if with_master_key and master_path().exists():
        shutil.copy2(master_path(), target / "master.key")


def _copy_tree(source: Path, target: Path, earlier: Path | None = None) -> None:
    """Copy the files under `source`; one that lies unchanged (size, time of change) in `earlier` is linked instead."""
    if not source.exists():
        return
    for path in _files(source):
        inside = path.relative_to(source)
        place = target / inside
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = earlier / inside if earlier else None
        if known is not None and known.exists() and _same(path, known):
            os.link(known, place)
        else:
            shutil.copy2(path, place)


def _same(one: Path, other: Path) -> bool:
    a, b = one.stat(), other.stat()
    return (a.st_size, a.st_mtime_ns) == (b.st_size, b.st_mtime_ns)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
            yield path


def _pieces(folder: Path, earlier: Path | None) -> Iterator[tuple[str, Piece]]:
    """Every file of the backup but the manifest; what was linked keeps the digest measured then."""
    known = Manifest.read(earlier).pieces if earlier else {}
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        before = known.get(name)
        linked = earlier is not None and (earlier / name).exists() and path.samefile(earlier / name)
        yield name, before if before is not None and linked else measure(path)


def _sync(folder: Path) -> None:
    """Ask the disk to hold everything before the folder gets its final name."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
