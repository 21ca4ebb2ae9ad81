"""Proofs for auditors: one entry stands in the tree; the tree of then is the beginning of the tree of now."""

from hashlib import sha256
from typing import Any

from django.db import connection

from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.ledger import signing
from minhu.ledger.database import everything_visible
from minhu.ledger.domain import proofs
from minhu.ledger.domain.merkle import is_included
from minhu.ledger.domain.record import RECORD_SQL
from minhu.ledger.models import Checkpoint
from minhu.ledger.services.subtrees import Subtrees
from minhu.ledger.types import ConsistencyProof, Evidence, InclusionProof, ProvenRecord, Seal, Subject

_ENTRY = "SELECT position, leaf_hash FROM ledger_entry WHERE uid = %s"
_LEAVES = (
    "SELECT leaf_hash FROM ledger_entry"
    " WHERE (subject_type, subject_id) IN (SELECT * FROM unnest(%s::text[], %s::text[])) AND position < %s"
    " ORDER BY position"
)
_OF_SUBJECTS = (
    f"SELECT position, leaf_hash, convert_from({RECORD_SQL}, 'UTF8') FROM ledger_entry"
    " WHERE (subject_type, subject_id) IN (SELECT * FROM unnest(%s::text[], %s::text[])) AND position < %s"
    " ORDER BY position"
)
_BROKEN = "账本有缺失或被改动，无法出具证明。请运行 minhu ledger verify 查明原因。"


def prove(uid: str) -> InclusionProof:
    """Return the proof that the entry `uid` stands in the tree of the last checkpoint.

    Reads a few blocks of 256 hashes, whatever the size of the ledger. Raises NotFound for an unknown entry,
    Conflict for one that is not integrated yet or a ledger that contradicts itself.
    """
    with everything_visible(), connection.cursor() as cursor:
        cursor.execute(_ENTRY, [uid])
        found = cursor.fetchone()
        if found is None:
            raise NotFound("账本中没有这条记录。", code="entry_not_found")
        last = _last()
        if last is None or found[0] is None or found[0] >= last.size:
            raise Conflict("这条记录还没有登记到账本，请稍后再试。", code="entry_pending")
        return _inclusion(found[0], bytes(found[1]), last, Subtrees())


def prove_growth(old: int, new: int | None = None) -> ConsistencyProof:
    """Return the proof that the tree of `old` entries is the beginning of the tree of `new` (default: the last one).

    Raises Invalid for sizes the ledger never had, Conflict when it contradicts itself.
    """
    with everything_visible():
        last = _last()
        size = (last.size if last else 0) if new is None else new
        if last is None or not 0 <= old <= size <= last.size:
            raise Invalid("账本没有登记到这个条数，请核对起止条数。", code="no_such_size")
        trees = Subtrees()
        roots = [_root(at, trees) for at in (old, size)]
        path = _guarded(lambda: proofs.consistency(old, size, trees.node))
    return ConsistencyProof(old, size, roots[0].hex(), roots[1].hex(), tuple(node.hex() for node in path))


def roots_at(sizes: list[int]) -> dict[int, str]:
    """Return the hexadecimal root of the entries at each of the sizes; sizes beyond the ledger are left out."""
    with everything_visible():
        last = _last()
        trees = Subtrees()
        most = last.size if last else 0
        return {size: _root(size, trees).hex() for size in sizes if 0 <= size <= most}


def evidence(subjects: list[Subject]) -> Evidence:
    """Return every integrated entry about `subjects` as it was hashed, each with its proof, and the signed checkpoint.

    Raises NotFound when nothing is integrated, Conflict when the ledger contradicts itself or is not signed.
    """
    with everything_visible(), connection.cursor() as cursor:
        last = _last()
        size = last.size if last else 0
        cursor.execute(_OF_SUBJECTS, [[s[0] for s in subjects], [str(s[1]) for s in subjects], size])
        rows = cursor.fetchall()
        if last is None or not rows:
            raise NotFound("账本中还没有这件工单的记录，请稍后再试。", code="entry_not_found")
        note = signing.note_of(last)
        if not note:
            raise Conflict("最近的检查点没有签名，无法出具证书。请联系系统管理员检查签名密钥。", code="not_signed")
        trees = Subtrees()
        proven = tuple(
            ProvenRecord(record, _inclusion(position, bytes(leaf), last, trees)) for position, leaf, record in rows
        )
    return Evidence(note, signing.verifier_of_note(note), proven)


def seal(subjects: list[Subject], upto: int) -> Seal:
    """Return a digest of all entries about `subjects` at positions up to `upto`: later nobody can leave one out.

    For contracts, whose transaction sees the whole ledger.
    """
    names: list[Any] = [[s[0] for s in subjects], [str(s[1]) for s in subjects], upto + 1]
    with connection.cursor() as cursor:
        cursor.execute(_LEAVES, names)
        leaves = [bytes(leaf) for (leaf,) in cursor.fetchall()]
    return Seal(len(leaves), upto, sha256(b"".join(leaves)).hexdigest())


def _last() -> Checkpoint | None:
    return Checkpoint.objects.order_by("-size").first()


def _inclusion(position: int, leaf: bytes, last: Checkpoint, trees: Subtrees) -> InclusionProof:
    path = _guarded(lambda: proofs.inclusion(position, last.size, trees.node))
    if not is_included(leaf, position, last.size, path, bytes(last.root)):
        raise Conflict(_BROKEN, code="ledger_broken")
    return InclusionProof(
        position, last.size, leaf.hex(), tuple(node.hex() for node in path), bytes(last.root).hex()
    )  # fmt: skip


def _root(size: int, trees: Subtrees) -> bytes:
    return bytes(_guarded(lambda: proofs.root_at(size, trees.node)))


def _guarded(work: Any) -> Any:
    try:
        return work()
    except LookupError as error:
        raise Conflict(_BROKEN, code="ledger_broken") from error
