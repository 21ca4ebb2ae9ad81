"""The tree against an independent library, and proofs that an auditor can check alone."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion

from minhu.ledger.domain.merkle import EMPTY_ROOT, Frontier, is_included, leaf_hash, root_of
from minhu.ledger.domain.proofs import consistency, inclusion, is_consistent, of_leaves, root_at

records = st.lists(st.binary(max_size=20), max_size=70)


@settings(max_examples=200, deadline=None)
@given(records, st.integers(0, 70))
def test_roots_agree_with_an_independent_library_also_after_a_restart(items: list[bytes], stop: int) -> None:
    independent = InmemoryTree(algorithm="sha256")
    tree = Frontier()
    for number, item in enumerate(items):
        if number == stop:
            tree = Frontier(tree.size, tree.pack())
        independent.append_entry(item)
        tree.append(leaf_hash(item))
        assert tree.root() == independent.get_root()
    assert tree.size == len(items)
    assert root_of([leaf_hash(item) for item in items]) == tree.root()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=8), min_size=1, max_size=40), st.data())
def test_a_proof_convinces_for_its_entry_only(items: list[bytes], data: st.DataObject) -> None:
    leaves = [leaf_hash(item) for item in items]
    at = data.draw(st.integers(0, len(items) - 1))
    root, path = root_of(leaves), inclusion(at, len(leaves), of_leaves(leaves))
    assert is_included(leaves[at], at, len(leaves), path, root)
    independent = InmemoryTree(algorithm="sha256")
    for item in items:
        independent.append_entry(item)
    proof = independent.prove_inclusion(at + 1)
    verify_inclusion(independent.get_leaf(at + 1), root, proof)
    assert [node for node in proof.path if node != leaves[at]] == [node for node in path if node != leaves[at]]
    assert not is_included(leaf_hash(b"other entry"), at, len(leaves), path, root)
    assert not is_included(leaves[at], len(leaves), len(leaves), path, root)
    assert not is_included(leaves[at], at, len(leaves), [*path, root], root)
    if path:
        assert not is_included(leaves[at], at, len(leaves), path[:-1], root)
        wrong = at ^ 1
        if wrong < len(leaves) and leaves[wrong] != leaves[at]:
            assert not is_included(leaves[at], wrong, len(leaves), path, root)


def test_the_empty_tree_and_nonsense() -> None:
    assert Frontier().root() == EMPTY_ROOT == hashlib.sha256(b"").digest()
    with pytest.raises(ValueError, match="frontier"):
        Frontier(3, b"\0" * 32)
    with pytest.raises(ValueError, match="frontier"):
        Frontier(-1, b"")
    with pytest.raises(IndexError, match="not within"):
        inclusion(0, 0, of_leaves([]))
    for old, new in ((-1, 3), (4, 3)):
        with pytest.raises(IndexError, match="no beginning"):
            consistency(old, new, of_leaves([b""] * 4))
        assert not is_consistent(old, new, [], b"", b"")
    assert root_at(0, of_leaves([])) == EMPTY_ROOT


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(max_size=8), min_size=1, max_size=70), st.data())
def test_a_longer_log_proves_that_it_holds_the_shorter_one(items: list[bytes], data: st.DataObject) -> None:
    leaves = [leaf_hash(item) for item in items]
    old = data.draw(st.integers(0, len(items)))
    node, new = of_leaves(leaves), len(leaves)
    before, after, path = root_of(leaves[:old]), root_of(leaves), consistency(old, new, node)
    assert (root_at(old, node), root_at(new, node)) == (before, after)
    assert is_consistent(old, new, path, before, after)
    if old:
        independent = InmemoryTree(algorithm="sha256")
        for item in items:
            independent.append_entry(item)
        verify_consistency(before, after, independent.prove_consistency(old, new))
        other = root_of([leaf_hash(b"other"), *leaves[1:old]]) if items[0] != b"other" else EMPTY_ROOT
        assert not is_consistent(old, new, path, other, after)
        assert not is_consistent(old, new, path, before, EMPTY_ROOT)
        assert not is_consistent(old, new, [*path, after], before, after)
    if path:
        assert not is_consistent(old, new, path[:-1], before, after)
        changed = [bytes(32), *path[1:]]
        assert not is_consistent(old, new, changed, before, after)
