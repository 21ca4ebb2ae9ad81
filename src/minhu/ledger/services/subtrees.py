"""Roots of complete subtrees of 256, 65,536 … leaves, kept so that a proof reads blocks instead of the whole ledger.

One small row for each 256 entries, written off the writers' path. They can be made anew from the entries at any
time; a proof made from them is checked against the checkpoint before it is given out, and `verify` compares them.
"""

from typing import Final

from django.db import connection

from minhu.ledger.database import everything_visible
from minhu.ledger.domain.merkle import node_hash, root_of

WIDTH: Final = 256
BITS: Final = 8
BLOCKS_AT_ONCE: Final = 200
_LEAVES = "SELECT leaf_hash FROM ledger_entry WHERE position >= %s AND position < %s ORDER BY position"
_ROOTS = "SELECT root FROM ledger_subtree WHERE level = %s AND place >= %s AND place < %s ORDER BY place"
_NEXT = "SELECT coalesce(max(place) + 1, 0) FROM ledger_subtree WHERE level = %s"
_SIZE = "SELECT coalesce(max(size), 0) FROM ledger_checkpoint"
_KEEP = (
    "INSERT INTO ledger_subtree (level, place, root)"
    " SELECT %s, * FROM unnest(%s::bigint[], %s::bytea[]) ON CONFLICT DO NOTHING"
)


def grow(limit: int = 5_000) -> int:
    """Keep the roots of the blocks that have become complete, at most `limit` of each level; return how many.

    Called by a background loop and before proofs; several processes may do it at once.
    """
    with everything_visible(), connection.cursor() as cursor:
        cursor.execute(_SIZE)
        below = cursor.fetchone()[0]
        level, made = 1, 0
        while below := below // WIDTH:
            cursor.execute(_NEXT, [level])
            first = cursor.fetchone()[0]
            last = min(below, first + limit)
            for start in range(first, last, BLOCKS_AT_ONCE):
                stop = min(start + BLOCKS_AT_ONCE, last)
                made += _keep(level, start, stop)
            if last < below:
                break
            level += 1
    return made


def _keep(level: int, start: int, stop: int) -> int:
    """Keep the roots of the blocks [start, stop) of one level; a hole in the ledger ends it."""
    parts = _row(level - 1, start * WIDTH, stop * WIDTH)
    whole = len(parts) // WIDTH
    roots = [root_of(parts[at * WIDTH : (at + 1) * WIDTH]) for at in range(whole)]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [level, list(range(start, start + whole)), roots])
    return whole


def _row(level: int, start: int, stop: int) -> list[bytes]:
    """Return leaf hashes (level 0) or kept roots, as far as they are there."""
    with connection.cursor() as cursor:
        if level == 0:
            cursor.execute(_LEAVES, [start, stop])
        else:
            cursor.execute(_ROOTS, [level, start, stop])
        return [bytes(found) for (found,) in cursor.fetchall()]


class Subtrees:
    """The roots of complete subtrees of the ledger as it stands, for `domain.proofs`; open a wide transaction first."""

    def __init__(self) -> None:
        """Bring the kept roots up to date and begin with an empty memory."""
        while grow():
            pass
        self._blocks: dict[tuple[int, int], list[bytes]] = {}
        self._nodes: dict[tuple[int, int], bytes] = {}

    def node(self, height: int, index: int) -> bytes:
        """Return the root over the leaves [index·2^height, (index+1)·2^height); LookupError where one is missing."""
        found = self._nodes.get((height, index))
        if found is None:
            level, above = divmod(height, BITS)
            if above == 0:
                found = self._block(level, index // WIDTH)[index % WIDTH]
            else:
                found = node_hash(self.node(height - 1, 2 * index), self.node(height - 1, 2 * index + 1))
            self._nodes[height, index] = found
        return found

    def _block(self, level: int, block: int) -> list[bytes]:
        found = self._blocks.get((level, block))
        if found is None:
            found = self._blocks[level, block] = _row(level, block * WIDTH, (block + 1) * WIDTH)
        return found
