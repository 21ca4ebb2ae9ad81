"""Blind indexes by which sealed values are found again, and how they come under a new index key.

Index keys have versions of their own. Version 1 makes 16 bytes; later versions put the number of the version (2 bytes)
in front. Whoever looks for a value asks for its index under every version, so that nothing is lost while rows of two
versions stand beside each other. The columns are found by themselves, like those of sealed text.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.db import connection, models
from psycopg import sql

from minhu.engines import keyring, secrets
from minhu.engines.sealed import Batch
from minhu.kernel.errors import Unavailable

VERSION_BYTES: Final = 2
if TYPE_CHECKING:
    _Binary = models.BinaryField[bytes | None, bytes | memoryview | None]
else:
    _Binary = models.BinaryField


class LookupIndexField(_Binary):
    """The blind index of the sealed column `of`, shared by all columns of the same `purpose`, for instance 'phone'.

    Without `of` the value was copied from another column of that purpose and follows it to a new key.
    """

    def __init__(self, *args: Any, of: str = "", purpose: str = "", **options: Any) -> None:
        self.of, self.purpose = of, purpose
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        """Describe the field for migrations."""
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "of": self.of, "purpose": self.purpose}


def index(value: str, purpose: str) -> bytes:
    """The index of a value under the current key; what is stored."""
    current, keys = secrets.lookup_keys()
    return _index(secrets.indexed_form(value, purpose), current, keys[current])


def indexes(value: str, purpose: str) -> list[bytes]:
    """The indexes of a value under all keys, the current one first; what is looked for."""
    current, keys = secrets.lookup_keys()
    plain = secrets.indexed_form(value, purpose)
    return [_index(plain, version, keys[version]) for version in sorted(keys, key=lambda v: (v != current, -v))]


def version_of(stored: bytes) -> int:
    """The version of the key that made an index."""
    return 1 if len(stored) == secrets.INDEX_BYTES else int.from_bytes(stored[:VERSION_BYTES], "big")


def versions() -> tuple[int, tuple[int, ...]]:
    """The version that new values are found by, and all versions."""
    current, keys = secrets.lookup_keys()
    return current, tuple(sorted(keys))


def rotate() -> int:
    """Start a new index key and return its version."""
    version = keyring.add_lookup_key()
    secrets.read_keys_again()
    return version


def retire(version: int) -> None:
    """Forget an old index key for good; whoever calls has made sure that nothing uses it."""
    keyring.drop_lookup_key(version)
    secrets.read_keys_again()


def _index(plain: bytes, version: int, key: bytes) -> bytes:
    found = hmac.digest(key, plain, "sha256")[: secrets.INDEX_BYTES]
    return found if version == 1 else version.to_bytes(VERSION_BYTES, "big") + found


# -- columns -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IndexColumn:
    """A column of indexes with the sealed column that it stands for ('' : copied from another column)."""

    table: str
    key: str
    key_type: str
    name: str
    purpose: str
    sealed: str
    context: str
    row: str

    @property
    def label(self) -> str:
        """How it is called in the list of parts."""
        return f"{self.table}.{self.name}"


def columns() -> tuple[IndexColumn, ...]:
    """All columns of blind indexes, by name."""
    found = (
        _column(model, one)
        for model in apps.get_models()
        for one in model._meta.local_fields
        if isinstance(one, LookupIndexField)
    )
    return tuple(sorted(found, key=lambda column: column.label))


def _column(model: Any, field: LookupIndexField) -> IndexColumn:
    key, text = model._meta.pk, model._meta.get_field(field.of) if field.of else None
    return IndexColumn(
        model._meta.db_table, str(key.column), str(key.rel_db_type(connection) or "text"), str(field.column),
        field.purpose, str(text.column) if text else "", text.sealing_context() if text else "",
        str(model._meta.get_field(text.row).column) if text and text.row else "",
    )  # fmt: skip


def _version(column: IndexColumn) -> sql.Composable:
    """The version of a stored index, as SQL; the same as `version_of`."""
    return sql.SQL("CASE WHEN octet_length({0}) = 16 THEN 1 ELSE get_byte({0}, 0) * 256 + get_byte({0}, 1) END").format(
        sql.Identifier(column.name)
    )


def versions_in(column: IndexColumn) -> dict[int, int]:
    """How many indexes a column holds of each version (reads the table)."""
    statement = sql.SQL("SELECT {}, count(*) FROM {} WHERE {} IS NOT NULL GROUP BY 1").format(
        _version(column), sql.Identifier(column.table), sql.Identifier(column.name)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return {int(version): int(count) for version, count in cursor.fetchall()}


def stale(column: IndexColumn) -> int:
    """How many indexes of a column are not of the current key (reads the table)."""
    current = versions()[0]
    return sum(count for version, count in versions_in(column).items() if version != current)


def reindex_batch(column: IndexColumn, after: str, limit: int) -> Batch:
    """Bring up to `limit` rows behind the key `after` under the current key, and whatever was copied from them.

    The value is opened, and must give the index that is stored under its old key; where it does not, the row stays as
    it is and is counted. Rows that somebody else holds are passed by. Needs a transaction that may see all rows.
    """
    if not column.sealed:
        return Batch(0, 0, "")
    found = _stale_rows(column, after, limit)
    moved = [(key, old, new) for key, old, new in found if new is not None]
    if moved:
        _write(column, moved)
    return Batch(len(moved), len(found) - len(moved), found[-1][0] if found else "")


def _stale_rows(column: IndexColumn, after: str, limit: int) -> list[tuple[str, bytes, bytes | None]]:
    name, key, table = (sql.Identifier(one) for one in (column.name, column.key, column.table))
    behind = sql.SQL("AND {} > %s::{}").format(key, sql.SQL(column.key_type)) if after else sql.SQL("")
    row = sql.SQL("{}::text").format(sql.Identifier(column.row)) if column.row else sql.SQL("''")
    statement = sql.SQL(
        "SELECT {0}::text, {1}, {2}, {3} FROM {4} WHERE {2} IS NOT NULL AND {5} <> %s {6}"
        " ORDER BY {0} LIMIT %s FOR NO KEY UPDATE SKIP LOCKED"
    ).format(key, row, name, sql.Identifier(column.sealed), table, _version(column), behind)
    with connection.cursor() as cursor:
        cursor.execute(statement, [versions()[0], *([after] if after else []), limit])
        return [
            (key, bytes(old), _renewed(column, str(named), bytes(old), sealed))
            for key, named, old, sealed in cursor.fetchall()
        ]


def _renewed(column: IndexColumn, row: str, old: bytes, sealed: Any) -> bytes | None:
    if sealed is None:
        return None
    try:
        text = secrets.unseal(sealed, column.context, row)
    except Unavailable:
        return None
    # an import finds a number by its digits, whatever was written around them
    for form in (text, secrets.normalise_phone(text)):
        if form and old in indexes(form, column.purpose):
            return index(form, column.purpose)
    return None


def _write(column: IndexColumn, moved: Sequence[tuple[str, bytes, bytes]]) -> None:
    """Write the new indexes; a table's guard lets them through only as such."""
    keys, olds, news = (list(part) for part in zip(*moved, strict=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('minhu.reindexing', 'on', true)")
        cursor.execute(
            sql.SQL(
                "UPDATE {0} t SET {1} = u.new FROM unnest(%s::{2}[], %s::bytea[]) AS u (key, new) WHERE t.{3} = u.key"
            ).format(*map(sql.Identifier, (column.table, column.name)), sql.SQL(column.key_type),
                     sql.Identifier(column.key)),
            [keys, news],
        )  # fmt: skip
        cursor.execute("SELECT set_config('minhu.reindexing', '', true)")
        for copy in columns():
            if copy.purpose == column.purpose and not copy.sealed:
                cursor.execute(
                    sql.SQL(
                        "UPDATE {0} t SET {1} = u.new FROM unnest(%s::bytea[], %s::bytea[]) AS u (old, new)"
                        " WHERE t.{1} = u.old"
                    ).format(sql.Identifier(copy.table), sql.Identifier(copy.name)),
                    [olds, news],
                )
