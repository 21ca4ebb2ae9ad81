"""What the supervision contract warns of, as pure rules: circular transfers, closing without contact, copied replies,
a unit that may feed itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from minhu.handling.types import ClockKind
from minhu.kernel.labels import Labelled
from minhu.kernel.labels import marked as _


class Warned(Labelled):
    """Of what the contract warns."""

    DEADLINE = "deadline", _("超过时限")
    CIRCULAR = "circular", _("循环转办")
    NO_CONTACT = "no_contact", _("未联系即办结")
    COPIED = "copied", _("答复雷同")
    SELF_FED = "self_fed", _("疑似自派自办")


MISSED: Final = frozenset(
    {
        ClockKind.ACCEPT, ClockKind.DISPATCH, ClockKind.SIGN, ClockKind.CONTACT, ClockKind.HANDLE, ClockKind.REVIEW,
        ClockKind.SUPERVISION, ClockKind.WHISTLE,
    }
)  # fmt: skip
"""Clocks that an office misses; the others end by themselves or wait for the citizen."""
COPIED_FROM: Final = 0.9
"""Likeness from which two replies count as the same; 1 is identical."""
SHORTEST: Final = 24
"""Characters below which replies are alike by nature ('已恢复供水。')."""
_SPACE = re.compile(r"\s+")


def circle(units: Sequence[int]) -> tuple[int, ...]:
    """The last transfers when they end where an earlier one began (A → B → A), else nothing.

    `units` are the lead units of one round in order; giving the order to the same unit again is no transfer.
    """
    path = [unit for at, unit in enumerate(units) if at == 0 or units[at - 1] != unit]
    if len(path) < 3 or path[-1] not in path[:-2]:
        return ()
    began = max(at for at, unit in enumerate(path[:-2]) if unit == path[-1])
    return tuple(path[began:])


def comparable(reply: str) -> str:
    """A reply without spaces; empty when it is too short to say anything about copying."""
    plain = _SPACE.sub("", reply)
    return plain if len(plain) >= SHORTEST else ""
