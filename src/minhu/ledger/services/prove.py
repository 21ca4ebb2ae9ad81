"""Inclusion proofs: show one entry to an auditor without the rest of the ledger."""

from django.db import connection

from minhu.kernel.errors import Conflict, NotFound
from minhu.ledger.database import everything_visible
from minhu.ledger.domain.merkle import inclusion_path
from minhu.ledger.models import Checkpoint
from minhu.ledger.types import InclusionProof

_LEAVES = "SELECT leaf_hash FROM ledger_entry WHERE position < %s ORDER BY position"
_POSITION = "SELECT position FROM ledger_entry WHERE uid = %s"


def prove(uid: str) -> InclusionProof:
    """Return the proof that the entry `uid` stands in the tree of the last checkpoint.

    Reads all leaf hashes (about a second for a million entries). Raises NotFound for an unknown entry,
    Conflict for one that is not integrated yet or a ledger whose entries are missing.
    """
    with everything_visible(), connection.cursor() as cursor:
        cursor.execute(_POSITION, [uid])
        found = cursor.fetchone()
        if found is None:
            raise NotFound("账本中没有这条记录。", code="entry_not_found")
        last = Checkpoint.objects.order_by("-size").first()
        if last is None or found[0] is None or found[0] >= last.size:
            raise Conflict("这条记录还没有登记到账本，请稍后再试。", code="entry_pending")
        cursor.execute(_LEAVES, [last.size])
        leaves = [bytes(leaf) for (leaf,) in cursor]
    if len(leaves) != last.size:
        raise Conflict("账本有缺失，无法出具证明。请运行 minhu ledger verify 查明原因。", code="ledger_broken")
    path = tuple(node.hex() for node in inclusion_path(leaves, found[0]))
    return InclusionProof(found[0], last.size, leaves[found[0]].hex(), path, bytes(last.root).hex())
