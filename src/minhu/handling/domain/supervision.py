"""When the program itself supervises an order.

Source: 'automatic at overdue, at ≥ 3 reopenings or ≥ 3 transfers without a lead unit, on leaders'
instructions, on sensitive or group matters'; the thresholds come with the versioned supervision rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minhu.directory.queries.rules import SupervisionRule


@dataclass(frozen=True, slots=True)
class Counts:
    """What the thresholds are compared with; ``share_left`` in percent of a clock's time."""

    reopened: int = 0
    transferred: int = 0
    share_left: int = 100


def fires(rule: SupervisionRule, counts: Counts) -> bool:
    """Whether a rule whose trigger has come is past its threshold."""
    if rule.trigger == "reopened":
        return counts.reopened >= rule.threshold
    if rule.trigger == "transferred":
        return counts.transferred >= rule.threshold
    if rule.trigger == "near_due":
        return counts.share_left <= rule.threshold
    return True
