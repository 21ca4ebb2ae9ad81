"""The hot path to PostgreSQL: prepared statements on Django's own connection, many of them in one round trip.

Statements are planned once for each connection and sent through libpq's pipeline, without the cost of cursors. Inside
`gathering` writes wait for each other and travel together, with the COMMIT when the caller asks for it; whoever reads
meanwhile through Django makes them go first. Everything else (transactions, savepoints, row security, errors) is
Django's as usual.
"""

from __future__ import annotations

import hashlib
import logging
import re
import select
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus

from minhu.engines import tracing

Command = tuple[str, Sequence[Any]]
Rows = list[tuple[Any, ...]]
_Way = Callable[[Any], bytes | None]
_BEGIN, _COMMIT = ("BEGIN", ()), ("COMMIT", ())
_FINE = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)
_known: WeakKeyDictionary[psycopg.Connection[Any], set[bytes]] = WeakKeyDictionary()
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Waiting:
    """Writes that wait, and what is to be sent behind the COMMIT where the block ends with one."""

    writes: list[Command] = field(default_factory=list)
    behind: list[Command] | None = None
    rows: str = ""
    """Head of the INSERT that waits last, as long as further rows may join it."""

    def take(self) -> list[Command]:
        """Everything that waits, in order; nothing waits afterwards."""
        taken, self.writes, self.rows = self.writes, [], ""
        return taken


_waiting: ContextVar[_Waiting | None] = ContextVar("minhu_waiting_writes", default=None)


def run(statement: str, parameters: Sequence[Any] = ()) -> Rows:
    """Execute one statement (`%s` stands for a parameter) in the present transaction and return its rows.

    Parameters are None, str, bytes, bool, int, float, dates and UUIDs; their types follow from the statement, which
    casts where that is not plain. Errors come out as Django's.
    """
    return together([(statement, parameters)])[0]


def together(commands: Sequence[Command], *, commit: bool = False) -> list[Rows]:
    """Execute several statements in one round trip and return the rows of each; `commit` ends the transaction with them.

    When one fails, those behind it are not executed and the transaction is broken. What waits goes first.
    """
    waiting = _waiting.get()
    earlier = waiting.take() if waiting else []
    behind: list[Command] = []
    if commit and waiting and waiting.behind:
        behind, waiting.behind = waiting.behind, []
    wrapper = connections[DEFAULT_DB_ALIAS]
    with wrapper.wrap_database_errors:
        wrapper.ensure_connection()
        everything = [*earlier, *commands]
        with tracing.statements(everything):
            return _sent(wrapper.connection, everything, commit, behind)[len(earlier) :]


def write(statement: str, parameters: Sequence[Any] = ()) -> None:
    """Execute a statement whose rows nobody needs: now, or inside `gathering` together with the others."""
    waiting = _waiting.get()
    if waiting is None:
        run(statement, parameters)
    else:
        waiting.writes.append((statement, parameters))
        waiting.rows = ""


def insert(head: str, row: str, parameters: Sequence[Any]) -> None:
    """Write one row (`head` ends with VALUES, `row` is its parenthesis); rows that wait in a row become one statement."""
    waiting = _waiting.get()
    if waiting is not None and waiting.rows == head:
        statement, earlier = waiting.writes[-1]
        waiting.writes[-1] = f"{statement}, {row}", (*earlier, *parameters)
        return
    write(f"{head} {row}", parameters)
    if waiting is not None:
        waiting.rows = head


def follow(statement: str, parameters: Sequence[Any] = ()) -> bool:
    """Send a statement right behind the COMMIT of this block, in the same round trip; False where none is known to come.

    It belongs to no transaction: when it fails that is logged, and what was committed stays.
    """
    waiting = _waiting.get()
    if waiting is None or waiting.behind is None:
        return False
    waiting.behind.append((statement, parameters))
    return True


def flush(*, commit: bool = False) -> None:
    """Send what waits; with `commit` also end the transaction of the outermost `atomic` that the caller has opened."""
    waiting = _waiting.get()
    if commit or (waiting and waiting.writes):
        together((), commit=commit)


@contextmanager
def gathering(*, commits: bool = False) -> Iterator[None]:
    """Let writes of this block wait for each other; what still waits at its end is sent then.

    `commits` promises that the block itself ends with `flush(commit=True)`.
    """
    if _waiting.get() is not None:
        yield
        return
    token = _waiting.set(_Waiting(behind=[] if commits else None))
    try:
        with connection.execute_wrapper(_first):
            yield
        flush()
    finally:
        _waiting.reset(token)


def spare_health_check() -> None:
    """Take the connection for healthy when it is open and nothing has come in on it: a server that ends says so.

    Costs microseconds where Django's own check costs a round trip; Django's is left to judge every other case.
    """
    wrapper = connections[DEFAULT_DB_ALIAS]
    raw = wrapper.connection
    if raw is None or raw.closed or raw.pgconn.transaction_status != TransactionStatus.IDLE:
        return
    ready = select.poll()
    ready.register(raw.pgconn.socket, select.POLLIN)
    if not ready.poll(0):
        wrapper.health_check_done = True  # type: ignore[attr-defined]


def _first(execute: Any, sql: Any, parameters: Any, many: bool, context: Any) -> Any:
    flush()
    return execute(sql, parameters, many, context)


@cache
def _named(statement: str) -> tuple[bytes, bytes]:
    """Name and text of a statement as PostgreSQL wants it."""
    parts = re.split(r"%s", statement)
    text = parts[0] + "".join(f"${at}{part}" for at, part in enumerate(parts[1:], 1))
    encoded = text.replace("%%", "%").encode()
    return b"minhu_" + hashlib.blake2b(encoded, digest_size=8).hexdigest().encode(), encoded


def _sent(
    raw: psycopg.Connection[Any], commands: Sequence[Command], commit: bool, behind: Sequence[Command] = ()
) -> list[Rows]:
    wire = raw.pgconn
    begin = not raw.autocommit and wire.transaction_status == TransactionStatus.IDLE
    whole = [*([_BEGIN] if begin else ()), *commands, *([_COMMIT, *behind] if commit else ())]
    # where psycopg prepares by itself it also drops all statements now and then: ours then go without a name
    known = _known.setdefault(raw, set()) if raw.prepare_threshold is None else None
    expected: list[bytes] = []
    way: Callable[[type, _Way], _Way] = _TEXT.get
    wire.enter_pipeline_mode()
    try:
        for statement, parameters in whole:
            name, text = _named(statement)
            values = [way(type(value), _other)(value) for value in parameters]
            if known is None:
                wire.send_query_params(text, values)
            else:
                if name not in known and name not in expected:
                    wire.send_prepare(name, text)
                    expected.append(name)
                wire.send_query_prepared(name, values)
            expected.append(b"")
        wire.pipeline_sync()
        results = _received(wire, len(expected))
    finally:
        with suppress(psycopg.Error):
            wire.exit_pipeline_mode()
    last = len(expected) if not behind else _behind_from(expected, len(behind))
    for name, result in zip(expected, results, strict=True):
        if name and known is not None and result.status in _FINE:
            known.add(name)  # also when a later statement fails: it stays prepared
    for result in results[:last]:
        if result.status not in _FINE:
            raise error_from_result(result, raw.info.encoding)
    if commit and results[last - 1].command_status != b"COMMIT":
        raise psycopg.OperationalError("the transaction was rolled back")
    if any(result.status not in _FINE for result in results[last:]):
        log.warning("a statement behind the commit failed")
    answers = [result for name, result in zip(expected[:last], results, strict=False) if not name]
    return [_rows(raw, result) for result in answers[int(begin) : len(answers) - int(commit)]]


def _behind_from(expected: list[bytes], count: int) -> int:
    """Where the results of the last `count` statements begin, their preparations included."""
    at = len(expected)
    while count:
        at -= 1
        count -= not expected[at]
    while expected[at - 1]:
        at -= 1
    return at


def _received(wire: Any, count: int) -> list[Any]:
    """The results of `count` commands and the end of the pipeline."""
    ready = select.poll()
    ready.register(wire.socket, select.POLLIN | select.POLLOUT)
    while wire.flush():
        if any(event & select.POLLIN for _, event in ready.poll()):
            wire.consume_input()
    ready.modify(wire.socket, select.POLLIN)
    results: list[Any] = []
    while True:
        while wire.is_busy():
            ready.poll()
            wire.consume_input()
        result = wire.get_result()
        if result is None:
            if wire.status:  # anything but 0 (OK): the server is gone
                raise psycopg.OperationalError("the connection is lost")
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            return results
        results.append(result)
        if len(results) > count:
            raise psycopg.OperationalError("the connection is lost")


def _rows(raw: psycopg.Connection[Any], result: Any) -> Rows:
    if not result.ntuples:
        return []
    reader = Transformer(raw)
    reader.set_pgresult(result)
    return list(reader.load_rows(0, result.ntuples, tuple))


def _string(value: str) -> bytes:
    if "\0" in value:
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL bytes")
    return value.encode()


def _other(value: Any) -> bytes | None:
    """What is told by its ancestors: an enumeration of texts, a date."""
    for kind in (str, date):
        if isinstance(value, kind):
            return _TEXT[kind](value)
    raise TypeError(f"{type(value).__name__} cannot be sent as it is")


# a parameter in PostgreSQL's text form, by its exact type
_TEXT: dict[type, _Way] = {
    type(None): lambda value: None,
    str: _string,
    bool: {True: b"t", False: b"f"}.__getitem__,
    int: b"%d".__mod__,
    bytes: lambda value: b"\\x" + value.hex().encode(),
    float: lambda value: str(value).encode(),
    UUID: lambda value: str(value).encode(),
    date: lambda value: value.isoformat().encode(),
    datetime: lambda value: value.isoformat().encode(),
}
