"""The one filter of documents: which keys a reader holds, and row security told of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg.pq import TransactionStatus

from minhu.directory.policy import Action, Relation, rules_for
from minhu.directory.queries.areas import area_info
from minhu.directory.queries.units import unit_info
from minhu.directory.types import Role
from minhu.kernel.actors import Actor, current_actor
from minhu.knowledge.domain.keys import KEEPERS, PROGRAM, PUBLIC, STAFF

_SET = "SELECT set_config('minhu.papers', %s, true)"
_GET = "SELECT coalesce(current_setting('minhu.papers', true), '')"


def reader_keys(actor: Actor) -> frozenset[str]:
    """The keys that somebody holds; what is public is for everybody."""
    keys = {PUBLIC}
    if Role.SYSTEM in actor.roles:
        keys.add(PROGRAM)
    if actor.kind == "staff" and rules_for(actor, Action.VIEW_KNOWLEDGE):
        keys |= {STAFF, *(key for unit in actor.unit_ids for key in _of_unit(unit))}
    for rule in rules_for(actor, Action.EDIT_KNOWLEDGE):
        keys |= {KEEPERS} if rule.relation is Relation.ANY else {f"k:{unit}" for unit in actor.unit_ids}
    return frozenset(keys)


def _of_unit(unit_id: int) -> Iterator[str]:
    """A unit reads what is for itself, for a unit above it, for its level, and for the areas that it lies in."""
    unit = unit_info(unit_id)
    if unit is None:
        return
    yield from (f"u:{one}" for one in (unit.id, *unit.ancestor_ids))
    area = area_info(unit.area_code)
    if area is not None:
        yield f"l:{area.level.value}"
        yield from (f"a:{code}" for code in area.path)


@contextmanager
def reading(actor: Actor | None = None) -> Iterator[frozenset[str]]:
    """Tell this transaction whose documents it may see for a block; gives the keys. Blocks may be nested.

    Without such a block no row of a document is seen by anybody. Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("row security settings live in a transaction; open one first")
    keys = reader_keys(actor or current_actor())
    with connection.cursor() as cursor:
        cursor.execute(_GET)
        before = cursor.fetchone()[0]
        cursor.execute(_SET, [",".join(sorted(keys))])
    try:
        yield keys
    finally:
        raw = connection.connection
        broken = raw is None or raw.info.transaction_status == TransactionStatus.INERROR
        if not connection.needs_rollback and not broken:
            with connection.cursor() as cursor:
                cursor.execute(_SET, [before])
