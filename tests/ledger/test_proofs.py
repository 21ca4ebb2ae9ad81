"""An auditor gets a proof in a moment, however long the ledger is, and never a wrong one."""

import sys

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.ledger_helpers import Write, owner
from minhu.kernel.errors import Conflict, Invalid
from minhu.ledger import services
from minhu.ledger.domain.merkle import is_included, leaf_hash
from minhu.ledger.domain.proofs import is_consistent
from minhu.ledger.models import Checkpoint, Subtree
from minhu.ledger.services import subtrees

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.data_layer]


def raw(nodes: tuple[str, ...]) -> list[bytes]:
    return [bytes.fromhex(node) for node in nodes]


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 4 instead of 256, so that a small ledger has many levels."""
    monkeypatch.setattr(subtrees, "WIDTH", 4)
    monkeypatch.setattr(subtrees, "BITS", 2)
    for name in ("walk", "verify"):
        monkeypatch.setattr(sys.modules[f"minhu.ledger.services.{name}"], "WIDTH", 4)
    monkeypatch.setattr("minhu.ledger.services.walk.BITS", 2)


def test_proofs_through_many_levels_convince(write: Write, narrow: None) -> None:
    sizes = [1, 5, 16, 70, 71, 150]
    before = 0
    for size in sizes:
        write(size - before)
        before = size
    with owner() as session:
        rows = session.execute("SELECT uid, leaf_hash FROM ledger_entry ORDER BY position").fetchall()
    root = bytes(Checkpoint.objects.get(size=150).root)
    for position in (0, 1, 3, 4, 63, 64, 127, 148, 149):
        proof = services.prove(str(rows[position][0]))
        assert is_included(bytes(rows[position][1]), position, 150, raw(proof.path), root)
    for old in sizes:
        grown = services.prove_growth(old)
        stored = bytes(Checkpoint.objects.get(size=old).root)
        assert (grown.old_root, grown.new_root) == (stored.hex(), root.hex())
        assert is_consistent(old, 150, raw(grown.path), stored, root)
    assert services.roots_at([0, 5, 151])[5] == bytes(Checkpoint.objects.get(size=5).root).hex()
    assert 151 not in services.roots_at([151])
    assert set(Subtree.objects.values_list("level", flat=True)) == {1, 2, 3}
    assert services.verify().ok


def test_a_proof_reads_blocks_and_not_the_ledger(write: Write) -> None:
    write(3000)
    services.grow()
    with owner() as session:
        (uid,) = session.execute("SELECT uid FROM ledger_entry WHERE position = 1234").fetchone() or ("",)
    with CaptureQueriesContext(connection) as seen:
        services.prove(str(uid))
    assert len(seen) < 24
    assert Subtree.objects.count() == 11


def test_changed_data_of_proofs_gives_no_wrong_proof_and_is_named(write: Write) -> None:
    write(600)
    assert services.grow() == 2
    with owner() as session:
        (uid,) = session.execute("SELECT uid FROM ledger_entry WHERE position = 5").fetchone() or ("",)
        session.execute("UPDATE ledger_subtree SET root = %s WHERE place = 1", [leaf_hash(b"x")])
    with pytest.raises(Conflict, match="查明原因"):
        services.prove(str(uid))
    assert [(found.kind, found.first) for found in services.verify().findings] == [("proofs_changed", 256)]
    with owner() as session:
        session.execute("DELETE FROM ledger_subtree")
    assert services.verify().ok, "they can be made anew at any time"
    assert services.prove(str(uid)).position == 5


def test_sizes_that_never_were_are_refused(write: Write) -> None:
    write(3)
    for old, new in ((4, None), (-1, None), (2, 9)):
        with pytest.raises(Invalid):
            services.prove_growth(old, new)
