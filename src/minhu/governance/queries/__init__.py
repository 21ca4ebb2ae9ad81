"""What governance answers: figures over orders; ``briefs`` and ``assistants`` beside them."""

from minhu.governance.queries.figures import (
    BREAKDOWNS,
    PERIODS,
    breakdown,
    daily,
    headline,
    maturing_days,
    overdue_units,
    period,
)

__all__ = ["BREAKDOWNS", "PERIODS", "breakdown", "daily", "headline", "maturing_days", "overdue_units", "period"]
