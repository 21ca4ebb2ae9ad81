"""Contracts: rules that run on every event after it has its place in the ledger, and write what follows into it.

A room above declares one with `contract`. Events come in the order of their positions. Effect and progress are one
transaction, so each event has exactly one effect however often processes die, and several processes share the work.
What a contract cannot treat is entered as `contract.failed` and does not stop the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from minhu.kernel.actors import SYSTEM, use_actor
from minhu.kernel.clock import now
from minhu.ledger.database import everything_visible
from minhu.ledger.models import Entry
from minhu.ledger.queries import view_of
from minhu.ledger.services.append import append_many
from minhu.ledger.types import ContractView, EntryView, Subject

log = structlog.get_logger("minhu.ledger")
Result = tuple[str, Subject, Mapping[str, Any]]
Rule = Callable[[EntryView], Iterable[Result]]
AT_ONCE: Final = 200
FAILED: Final = "contract.failed"
_SIZE = "SELECT coalesce(max(size), 0) FROM ledger_checkpoint"
_BEGIN = (
    "INSERT INTO ledger_contractstate (name, position, results, failures) VALUES (%s, 0, 0, 0) ON CONFLICT DO NOTHING"
)
_CLAIM = "SELECT position FROM ledger_contractstate WHERE name = %s FOR UPDATE SKIP LOCKED"
_ADVANCE = (
    "UPDATE ledger_contractstate SET position = %s, results = results + %s, failures = failures + %s, at = %s"
    " WHERE name = %s"
)
_STATES = "SELECT name, position, results, failures, at FROM ledger_contractstate"


@dataclass(frozen=True, slots=True)
class Contract:
    """One rule: `kinds` are the events it looks at, `run` returns what to write about one of them."""

    name: str
    label: str
    about: str
    kinds: frozenset[str]
    run: Rule


_contracts: dict[str, Contract] = {}


def contract(name: str, label: str, about: str, kinds: Iterable[str]) -> Callable[[Rule], Rule]:
    """Decorator: run a function on every integrated event of these kinds, as the program, seeing every row."""

    def declare(rule: Rule) -> Rule:
        _contracts[name] = Contract(name, label, about, frozenset(kinds), rule)
        return rule

    return declare


def run_contracts(limit: int = AT_ONCE) -> int:
    """Let each contract treat up to `limit` events; return how many were treated."""
    return sum(_advance(one, limit) for one in tuple(_contracts.values()))


def follow() -> None:
    """One round for the background loop, which pauses after it: contracts may be late, clicks may not."""
    run_contracts()


def contracts() -> list[ContractView]:
    """Return every contract and how far it is; anybody may ask, these are sizes only."""
    with everything_visible(), connection.cursor() as cursor:
        cursor.execute(_STATES)
        states: dict[str, tuple[int, int, int, datetime | None]] = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(_SIZE)
        size = cursor.fetchone()[0]
    found: list[ContractView] = []
    for one in _contracts.values():
        position, results, failures, at = states.get(one.name, (0, 0, 0, None))
        found.append(ContractView(one.name, one.label, one.about, position, results, failures, at, size))
    return found


def _advance(one: Contract, limit: int) -> int:
    """Treat a batch at once; when something in it cannot be treated, once more event by event."""
    try:
        return _batch(one, limit, careful=False)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - the edge: found out and entered one by one
        log.warning("contract_batch_failed", contract=one.name, error=type(error).__name__)
        return _batch(one, limit, careful=True)


def _batch(one: Contract, limit: int, *, careful: bool) -> int:
    with everything_visible(), use_actor(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_BEGIN, [one.name])
        cursor.execute(_CLAIM, [one.name])
        claimed = cursor.fetchone()
        if claimed is None:  # another process is at it
            return 0
        cursor.execute(_SIZE)
        start, size = claimed[0], cursor.fetchone()[0]
        if start >= size:
            return 0
        rows = Entry.objects.filter(kind__in=one.kinds, position__gte=start, position__lt=size).order_by("position")
        entries = list(rows[:limit])
        treat = _guarded if careful else _results
        results = [result for entry in entries for result in treat(one, view_of(entry))]
        append_many(results)
        failures = sum(kind == FAILED for kind, _, _ in results)
        last = entries[-1].position if len(entries) == limit else None
        after = size if last is None else last + 1
        cursor.execute(_ADVANCE, [after, len(results) - failures, failures, now(), one.name])
    return len(entries)


def _results(one: Contract, entry: EntryView) -> list[Result]:
    told = {"contract": one.name, "cause": entry.position}
    return [(kind, subject, {**payload, **told}) for kind, subject, payload in one.run(entry)]


def _guarded(one: Contract, entry: EntryView) -> list[Result]:
    """The results of one event, or that it could not be treated."""
    try:
        with transaction.atomic():
            return _results(one, entry)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # the edge: one event never stops the others, and the log says so
        log.warning(
            "contract_failed", contract=one.name, position=entry.position, error=type(error).__name__, exc_info=True
        )
        told = {"contract": one.name, "cause": entry.position, "error": type(error).__name__}
        return [(FAILED, ("contract", one.name), told)]
