"""When the arbitration desk decides on a return (争议裁决)."""

from __future__ import annotations


def must_arbitrate(*, returns: int, limit: int, refused_before: int, right_unit_returned_it: bool) -> bool:
    """Whether a return is a dispute: after ``limit`` returns, asked again after a refusal, or two units point at
    each other. Source: 'after N returns (default 2) or a dispute the arbitration desk decides'.
    """
    return returns >= limit or refused_before > 0 or right_unit_returned_it
