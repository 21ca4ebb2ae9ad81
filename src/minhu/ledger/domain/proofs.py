"""Inclusion and consistency proofs (RFC 9162, 2.1.3 and 2.1.4), made from the roots of complete subtrees alone.

Whoever asks gives a function `node(height, index)`: the root over the leaves [index·2^height, (index+1)·2^height).
A proof in a tree of n leaves asks for about 2·log₂(n) of them, wherever they come from.
"""

from collections.abc import Callable, Sequence

from minhu.ledger.domain.merkle import EMPTY_ROOT, node_hash

Node = Callable[[int, int], bytes]


def root_at(size: int, node: Node) -> bytes:
    """Return the root of the tree over the first `size` leaves."""
    return _over(0, size, node) if size else EMPTY_ROOT


def inclusion(position: int, size: int, node: Node) -> list[bytes]:
    """Return the audit path of leaf `position` in the tree of `size`, from the leaf to the root.

    Raises IndexError for a position outside the tree.
    """
    if not 0 <= position < size:
        raise IndexError(f"position {position} is not within a tree of {size} leaves")
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if position < middle:
            path.append(_over(middle, high, node))
            high = middle
        else:
            path.append(_over(low, middle, node))
            low = middle
    return path[::-1]


def consistency(old: int, new: int, node: Node) -> list[bytes]:
    """Return the proof that the tree of `old` leaves is the beginning of the tree of `new` (2.1.4.1).

    Empty for old = 0 and old = new. Raises IndexError when `old` is negative or larger than `new`.
    """
    if not 0 <= old <= new:
        raise IndexError(f"a tree of {old} leaves is no beginning of one of {new}")
    if old in (0, new):
        return []
    path: list[bytes] = []
    low, high, whole = 0, new, True
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(_over(middle, high, node))
            high = middle
        else:
            path.append(_over(low, middle, node))
            low, whole = middle, False
    if not whole:
        path.append(_over(low, high, node))
    return path[::-1]


def is_consistent(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Check a consistency proof (2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old in (0, new):
        return not path and (old_root == new_root if old == new else old_root == EMPTY_ROOT)
    nodes = list(path) if old & (old - 1) else [old_root, *path]
    if not nodes:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = nodes[0]
    for sibling in nodes[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def of_leaves(leaves: Sequence[bytes]) -> Node:
    """Return the subtree roots over leaf hashes in memory; for small trees and tests."""

    def node(height: int, index: int) -> bytes:
        if height == 0:
            return leaves[index]
        return node_hash(node(height - 1, 2 * index), node(height - 1, 2 * index + 1))

    return node


def _split(count: int) -> int:
    """Return the largest power of two below `count` (at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def _over(low: int, high: int, node: Node) -> bytes:
    """Return the root over the leaves [low, high); `low` is aligned as the RFC's recursion leaves it."""
    count = high - low
    if count & (count - 1) == 0:
        return node(count.bit_length() - 1, low // count)
    middle = low + _split(count)
    return node_hash(_over(low, middle, node), _over(middle, high, node))
