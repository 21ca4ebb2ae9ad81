"""Lights of a clock: how much of the time is left, as a colour with a word.

Source: the light rule of the hotline's deadline table (green > 50 %, yellow ≤ 50 %, orange ≤ 20 %,
red overdue); the thresholds come with the versioned deadline rules.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from minhu.handling.types import Light

THRESHOLDS: tuple[tuple[float, Light], ...] = ((0.5, Light.YELLOW), (0.2, Light.ORANGE), (0.0, Light.RED))
"""Share of the time left at (or under) which the light changes."""


def light_at(started: datetime, due: datetime, moment: datetime) -> Light:
    """The light at ``moment`` of a running clock from ``started`` to ``due`` (aware datetimes)."""
    if moment >= due:
        return Light.RED
    total = (due - started).total_seconds()
    left = (due - moment).total_seconds() / total if total > 0 else 0.0
    if left <= 0.2:
        return Light.ORANGE
    return Light.YELLOW if left <= 0.5 else Light.GREEN


def next_change(started: datetime, due: datetime, moment: datetime) -> datetime | None:
    """When the light changes next after ``moment``; ``None`` once it is red."""
    total = max(due - started, timedelta(0))
    for share, _ in THRESHOLDS:
        change = due - total * share
        if change > moment:
            return change
    return None
