"""What governance does beside answering: it counts past days beforehand."""

from minhu.governance.past import count_days

__all__ = ["count_days"]
