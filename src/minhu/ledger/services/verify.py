"""Checking the whole ledger: entries, checkpoints inside and outside the database, signatures, and what other rooms know."""

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from django.db import connection

from minhu.kernel.errors import Unavailable
from minhu.ledger import signing, witness
from minhu.ledger.database import everything_visible
from minhu.ledger.domain import notes
from minhu.ledger.domain.merkle import root_of
from minhu.ledger.models import Checkpoint, Subtree
from minhu.ledger.services.subtrees import WIDTH
from minhu.ledger.services.walk import MAX_FINDINGS, Walk
from minhu.ledger.types import Finding, Verification

Progress = Callable[[int, int], None]
CrossCheck = Callable[[], Iterable[Finding]]
Verifiers = tuple[tuple[str, bytes], ...]
_PENDING = "SELECT count(*) FROM ledger_entry WHERE position IS NULL"
_HIGHEST = "SELECT coalesce(max(position) + 1, 0) FROM ledger_entry"
_cross_checks: list[CrossCheck] = []


def cross_check(check: CrossCheck) -> CrossCheck:
    """Decorator for rooms above: compare own rows with the entries whenever the ledger is verified.

    Called inside a transaction that sees everything; yields what does not fit.
    """
    if check not in _cross_checks:
        _cross_checks.append(check)
    return check


def verify(
    progress: Progress | None = None, page: int = 20_000, *, trusted: Verifiers | None = None, across: bool = True
) -> Verification:
    """Recompute every leaf hash and root; name what was changed, deleted, moved, cut off or rolled back.

    `progress(done, all)` is called after each page of entries. Entries are immutable and the file is read first, so
    writers and the sequencer may go on meanwhile. `trusted` are the only keys believed (default: those of this
    home); `across` also compares the rows of other rooms. Costs about 10 µs an entry.
    """
    started = perf_counter()
    outside, bad_lines = witness.read()
    with everything_visible(), connection.cursor() as cursor:
        inside = {row.size: row for row in Checkpoint.objects.order_by("size")}
        cursor.execute(_HIGHEST)
        placed = cursor.fetchone()[0]
        size = max(inside, default=0)
        walk = Walk(inside, outside)
        for done in walk.pages(min(placed, size), page):
            if progress:
                progress(done, size)
        cursor.execute(_PENDING)
        pending = cursor.fetchone()[0]
        _compare_subtrees(walk)
        walk.compare_ends(placed, size, bad_lines)
        signed = _compare_signatures(walk, size, trusted)
        for check in _cross_checks if across else ():
            walk.findings.extend(check())
    last = inside.get(walk.good_size)
    return Verification(
        size=walk.tree.size,
        root=walk.tree.root().hex(),
        checkpoints=len(inside),
        pending=pending,
        seconds=round(perf_counter() - started, 3),
        findings=tuple(walk.findings[:MAX_FINDINGS]),
        good_size=walk.good_size,
        good_at=last.at if last else None,
        signed_size=signed,
    )


def _compare_signatures(walk: Walk, size: int, trusted: Verifiers | None) -> int:
    """Find how far the newest good signature reaches: it vouches for everything before it."""
    try:
        covered = _covered(walk, trusted)
        if size > covered and (signing.must_be_signed(size) or trusted):
            last = walk.inside[size]
            kind: Any = "signature_wrong" if last.signature else "signature_missing"
            detail = f"第 {covered} 至 {size - 1} 条没有有效签名担保（检查点可能不是本系统签发的）"
            walk.add(kind, detail, covered, size - 1)
        newest = max((at for at, line in walk.outside.items() if line.note), default=0)
        if newest and not signing.is_genuine(notes.parse(walk.outside[newest].note), trusted):
            number = walk.outside[newest].number
            walk.add("signature_wrong", f"库外检查点文件第 {number} 行的签名无效", last=newest - 1)
    except Unavailable as error:
        walk.add("signature_wrong", f"签名无法核对：{error.message}")
        return 0
    return covered


def _covered(walk: Walk, trusted: Verifiers | None) -> int:
    for size in sorted({*walk.inside, *walk.outside}, reverse=True):
        if size > walk.good_size:
            continue
        checkpoint, line = walk.inside.get(size), walk.outside.get(size)
        for note in (signing.note_of(checkpoint) if checkpoint else "", line.note if line else ""):
            if note and signing.is_genuine(notes.parse(note), trusted):
                return size
    return 0


def _compare_subtrees(walk: Walk) -> None:
    """Compare the kept roots of subtrees, from which proofs are made, with the entries."""
    if not walk.complete:
        return
    kept: dict[int, dict[int, bytes]] = {}
    for level, place, root in Subtree.objects.values_list("level", "place", "root"):
        kept.setdefault(level, {})[place] = bytes(root)
    level, real = 1, walk.blocks
    while level in kept:
        wrong = [place for place, root in sorted(kept[level].items()) if place >= len(real) or root != real[place]]
        if wrong:
            first = wrong[0] * WIDTH**level
            walk.add("proofs_changed", f"第 {first} 条起的证明用数据被改动（条目本身不受影响）", first)
        real = [root_of(real[at : at + WIDTH]) for at in range(0, len(real) - WIDTH + 1, WIDTH)]
        level += 1


__all__ = ["CrossCheck", "Progress", "cross_check", "verify"]
