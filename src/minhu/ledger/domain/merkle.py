"""The Merkle tree of RFC 9162, section 2.1, kept as its frontier: appending costs O(1) on average.

A tree of n leaves is the row of perfect subtrees that the binary digits of n describe; only their roots
are kept, largest first. `tests/ledger/test_merkle.py` compares everything with an independent library.
"""

from collections.abc import Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(record: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256(0x00 ‖ record)."""
    return sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that only grows: its size and the roots of its perfect subtrees, largest first."""

    __slots__ = ("_roots", "size")

    def __init__(self, size: int = 0, packed: bytes = b"") -> None:
        """Continue a tree from `pack()`; raises ValueError when size and roots do not fit."""
        if size < 0 or len(packed) != size.bit_count() * HASH_BYTES:
            raise ValueError(f"{len(packed)} bytes are not the frontier of a tree of {size} leaves")
        self.size = size
        self._roots = [packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES)]

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        roots, size, node = self._roots, self.size, leaf
        while size & 1:
            node = sha256(b"\x01" + roots.pop() + node).digest()
            size >>= 1
        roots.append(node)
        self.size += 1

    def closed_by(self, leaf: bytes, height: int) -> bytes:
        """Return the root of the subtree of 2^height leaves that `leaf` would complete."""
        node = leaf
        for left in reversed(self._roots[-height:]):
            node = node_hash(left, node)
        return node

    def root(self) -> bytes:
        """Return the root of the tree; of the empty tree SHA-256 of nothing."""
        if not self._roots:
            return EMPTY_ROOT
        node = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            node = node_hash(left, node)
        return node

    def pack(self) -> bytes:
        """Return the roots of the perfect subtrees, one after the other."""
        return b"".join(self._roots)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    tree = Frontier()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def is_included(leaf: bytes, position: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Check an inclusion proof (RFC 9162, 2.1.3.2)."""
    if not 0 <= position < size:
        return False
    at, last, node = position, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = node_hash(sibling, node)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            node = node_hash(node, sibling)
        at >>= 1
        last >>= 1
    return last == 0 and node == root
