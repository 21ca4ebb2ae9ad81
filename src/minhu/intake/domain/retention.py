"""How long a request keeps names in it: at least a year by law, then as long as the operator says (0: for good)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

YEAR: Final = timedelta(days=365)
LEAST: Final = YEAR
ERASED: Final = "（已删除）"


def before(years: int, moment: datetime) -> datetime:
    """Requests that came before this moment are over after `years`; raises ValueError below the law's least."""
    age = years * YEAR
    if age < LEAST:
        raise ValueError("诉求中的个人信息至少保存一年。")
    return moment - age
