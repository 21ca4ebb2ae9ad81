"""Which files go along with a transfer: bounded in number and size, judged one by one with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from minhu.intake.types import MAX_FILE_BYTES

MOST_FILES: Final = 20
MOST_TOTAL: Final = 60 * 1024 * 1024
"""Bytes of all files of one transfer and one direction."""
NO_AGREEMENT: Final = "诉求人要求保密，或与对方没有个人信息协议，附件留在本热线"
ENDED: Final = "转办已经结束，没有转交"


def base64_bytes(size: int) -> int:
    """The length of ``size`` bytes in base64."""
    return (size + 2) // 3 * 4


def judged(sizes: Iterable[int], *, count: int = 0, total: int = 0) -> Iterator[str]:
    """For each size in bytes why that file stays behind, or nothing; ``count`` and ``total`` went before."""
    for size in sizes:
        if size > MAX_FILE_BYTES:
            yield f"单个附件不能超过 {MAX_FILE_BYTES // 1024 // 1024} MB"
        elif count >= MOST_FILES:
            yield f"一次转办最多随转 {MOST_FILES} 个附件"
        elif total + size > MOST_TOTAL:
            yield f"一次转办的附件合计不能超过 {MOST_TOTAL // 1024 // 1024} MB"
        else:
            count, total = count + 1, total + size
            yield ""
