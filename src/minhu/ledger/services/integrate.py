"""The sequencer: gives positions to committed entries and grows the Merkle tree, in batches.

It picks entries without a position. One whose transaction is still open is not visible and simply comes
later, whatever its id: nothing can be skipped, and writers never wait for the sequencer.
"""

from typing import Any

import structlog
from django.db import connection, transaction

from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Unavailable
from minhu.kernel.locks import Lock
from minhu.ledger import signing, witness
from minhu.ledger.database import everything_visible
from minhu.ledger.domain.merkle import Frontier
from minhu.ledger.models import Checkpoint

log = structlog.get_logger("minhu.ledger")
_LOCK = f"SELECT pg_try_advisory_xact_lock({Lock.LEDGER:d})"
_PICK = "SELECT id, leaf_hash FROM ledger_entry WHERE position IS NULL ORDER BY id LIMIT %s"
_PLACE = (
    "UPDATE ledger_entry entry SET position = placed.position"
    " FROM unnest(%s::bigint[], %s::bigint[]) AS placed(id, position) WHERE entry.id = placed.id"
)
_HIGHEST = "SELECT coalesce(max(position) + 1, 0) FROM ledger_entry"
_BROKEN = "账本的检查点与条目不一致，已停止继续登记。请运行 minhu ledger verify 查明原因。"


def integrate(batch: int = 2000, batches: int = 25) -> int:
    """Integrate at most `batch` × `batches` waiting entries; return how many (0 if another one is at it).

    Writes one checkpoint, in the table and after the commit in the file outside the database. Raises
    Conflict when the tables contradict each other, Unavailable when the file cannot be written.
    """
    with everything_visible(), connection.cursor() as cursor:
        cursor.execute(_LOCK)
        if not cursor.fetchone()[0]:
            return 0
        tree = _tree(cursor)
        before, signable = tree.size, _continues(tree)
        for _ in range(batches):
            cursor.execute(_PICK, [batch])
            rows = cursor.fetchall()
            if rows:
                _place(cursor, tree, rows)
            if len(rows) < batch:
                break
        if tree.size == before:
            return 0
        point = Checkpoint(size=tree.size, root=tree.root(), frontier=tree.pack(), at=now())
        point.signature = _signature(before, tree) if signable else None
        Checkpoint.objects.bulk_create([point])
        transaction.on_commit(witness.catch_up)
    return tree.size - before


def sequencer_tick() -> int:
    """Integrate until nothing waits; what the background loop calls."""
    total = 0
    while done := integrate():
        total += done
    return total


def _tree(cursor: Any) -> Frontier:
    last = Checkpoint.objects.order_by("-size").first()
    cursor.execute(_HIGHEST)
    placed = cursor.fetchone()[0]
    if placed > (last.size if last else 0):
        raise Conflict(_BROKEN, code="ledger_broken")
    try:
        return Frontier(last.size, bytes(last.frontier)) if last else Frontier()
    except ValueError as error:
        raise Conflict(_BROKEN, code="ledger_broken") from error


def _continues(tree: Frontier) -> bool:
    """Say whether the checkpoint to go on from is our own: what somebody else put there is never signed over."""
    last = Checkpoint.objects.filter(size=tree.size).first()
    if last is None:
        return True
    try:
        return tree.root() == bytes(last.root) and signing.is_ours(last)
    except Unavailable:
        return False


def _signature(before: int, tree: Frontier) -> bytes | None:
    """Sign the new checkpoint, unless the file outside already knows a longer ledger: two histories get no two signatures.

    A key that cannot be read does not stop the sequencer; `verify` names what was left unsigned.
    """
    try:
        if witness.last_known() > before:
            return None
        return signing.sign(tree.size, tree.root())
    except Unavailable as error:
        log.warning("checkpoint_unsigned", size=tree.size, error=error.code)
        return None


def _place(cursor: Any, tree: Frontier, rows: list[tuple[int, bytes]]) -> None:
    first = tree.size
    for _, leaf in rows:
        tree.append(bytes(leaf))
    cursor.execute(_PLACE, [[row[0] for row in rows], list(range(first, tree.size))])
