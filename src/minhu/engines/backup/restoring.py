"""Restoring a backup into an empty place, and proving that it is the same."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from minhu.engines import database, master
from minhu.engines.backup.digests import differences, table_digests, table_names
from minhu.engines.backup.making import DUMP, FILES, KEYS, LEDGER
from minhu.engines.backup.manifest import Manifest, measure
from minhu.engines.backup.programs import load, opened
from minhu.engines.keyring import keys_directory, master_path, open_keyring
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound, Unavailable

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Restored:
    """What came back. `kept_database` is the name under which the former database remains, '' when there was none."""

    tables: int
    rows: int
    files: int
    kept_database: str


def check(folder: Path, progress: Progress = lambda _what: None) -> Manifest:
    """Read every piece of a backup and compare it with the manifest; raises Invalid naming the damaged ones."""
    manifest = Manifest.read(folder)
    damaged = []
    for name, piece in manifest.pieces.items():
        path = folder / name
        if ".." in Path(name).parts or Path(name).is_absolute():
            raise Invalid(f"备份清单中的路径 {name} 不合法，备份可能被改动过。", code="backup_path")
        progress(name)
        try:
            if path.is_symlink() or measure(path) != piece:
                damaged.append(f"{name}（内容不一致）")
        except OSError:
            damaged.append(f"{name}（缺失或无法读取）")
    if damaged:
        listed = "、".join(damaged[:5]) + (f" 等 {len(damaged)} 个文件" if len(damaged) > 5 else "")
        raise Invalid(f"备份已损坏：{listed}。什么都没有恢复，请换一份备份。", code="backup_damaged")
    return manifest


def restore(
    folder: Path,
    *,
    known_migrations: Callable[[], frozenset[str]],
    replace: bool = False,
    progress: Progress = lambda _what: None,
) -> Restored:
    """Restore a checked backup into the home and database of this environment.

    A place that already holds data is refused (Conflict) unless `replace`: then the embedded database is renamed
    and kept. `known_migrations` gives the names that this program ships. Raises Invalid for a damaged backup or one made by a newer version, Unavailable when the keys do not
    fit or the database refuses. Digests of all tables are compared at the end: a difference raises Unavailable.
    """
    manifest = check(folder, progress)
    _restore_keys(folder / KEYS)  # before anything loads the settings: they would make a new signing key
    if newer := sorted(set(manifest.migrations) - known_migrations()):
        raise Invalid(
            f"备份由更新的版本制作（{manifest.version}，含 {newer[0]}），请先把程序升级到同一版本再恢复。",
            code="backup_newer",
        )
    progress("数据库")
    database.ensure_running()
    kept = _make_room(replace)
    database.prepare()
    target = database.conninfo()
    load(folder / DUMP, target)
    _compare(manifest, target, kept, progress)
    progress("附件")
    _copy_missing(folder / FILES, database.home_folder() / FILES)
    _copy_missing(folder / LEDGER, database.home_folder() / LEDGER)
    files = sum(1 for name in manifest.pieces if name.startswith(f"{FILES}/"))
    return Restored(len(manifest.tables), manifest.rows, files, kept)


def _restore_keys(saved: Path) -> None:
    """Put the keys in place, unless others are there: a keyring is never written over."""
    target = keys_directory()
    ring, ring_saved = target / "data.json", saved / "data.json"
    if not ring_saved.exists():
        return
    if ring.exists():
        if not _is_later(ring, ring_saved):
            raise Conflict(
                f"{target} 中已有另一套密钥，恢复会使其中一套数据无法读取。请换一个空的 MINHU_HOME 再恢复。",
                code="other_keys",
            )
        return
    in_backup = {"file": "master.key", "kms": "root.kms"}.get(master.source(), "")
    if not master.is_there() and not (in_backup and (saved / in_backup).exists()):
        raise Unavailable(
            f"备份中没有主密钥（应当如此）。请先把单独保管的主密钥放到 {master_path()}，再重新恢复。",
            code="master_key_missing",
        )
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in sorted(saved.iterdir()):
        place = master_path() if path.name == "master.key" else target / path.name
        if not place.exists():
            shutil.copy2(path, place)
            place.chmod(0o600)
    open_keyring()


def _is_later(ring: Path, saved: Path) -> bool:
    """The keyring in place is the saved one, or the same with newer data keys."""
    here, there = json.loads(ring.read_bytes()), json.loads(saved.read_bytes())
    return here.get("index") == there.get("index") or set(here["data"].values()) >= set(there["data"].values())


def _make_room(replace: bool) -> str:
    """Leave an empty database; the name under which the former one is kept, '' when there was none.

    Raises Conflict when there is data and `replace` is off, or when somebody works with it.
    """
    target = database.conninfo()
    if not _holds_tables(target):
        return ""
    if not replace:
        raise Conflict(
            "这里已有数据，没有改动任何内容。确实要换成备份里的数据，请加 --replace（原数据库会改名保留）。",
            code="not_empty",
        )
    if not database.is_embedded():
        raise Conflict(
            "自备的 PostgreSQL 不会由本命令改名或清空。请新建一个空数据库，并把 MINHU_DATABASE_URL 指向它。",
            code="own_server",
        )
    kept = f"{target['dbname']}_before_{now():%Y%m%d%H%M%S}"
    with psycopg.connect(make_conninfo(**{**target, "dbname": "postgres"}), autocommit=True) as connection:
        try:
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(target["dbname"]), sql.Identifier(kept))
            )
        except psycopg.errors.ObjectInUse as error:
            raise Conflict("还有程序在使用数据库，请先运行 minhu stop，再恢复。", code="database_in_use") from error
    return kept


def _holds_tables(target: Mapping[str, str]) -> bool:
    try:
        with opened(target) as connection:
            return bool(table_names(connection))
    except NotFound:
        return False


def _compare(manifest: Manifest, target: Mapping[str, str], kept: str, progress: Progress) -> None:
    with opened(target) as connection:
        found = table_digests(connection, progress)
    if wrong := differences(manifest.tables, found):
        hint = f"原数据库保留为 {kept}。" if kept else ""
        raise Unavailable(
            f"恢复后的数据与备份不一致：{'；'.join(wrong[:5])}。请不要启用，换一份备份。{hint}", code="not_equal"
        )


def _copy_missing(source: Path, target: Path) -> None:
    if not source.exists():
        return
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_file() and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copy2(path, place)
