"""How long each class of data keeps names in it (domain rules, law and safety); what is over is anonymised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Retention:
    """A class of data: how long it is kept at least by law, and after how many years it is anonymised (0: never)."""

    name: str
    label: str
    least: timedelta
    years: int


YEAR: Final = timedelta(days=365)
RULES: Final[tuple[Retention, ...]] = (
    Retention("request", "诉求中的个人信息", 1 * YEAR, 0),
    Retention("access", "查看记录", 3 * YEAR, 0),
    Retention("ledger", "账本", 3 * YEAR, 0),
    Retention("log", "运行日志", timedelta(days=183), 0),
)
ERASED: Final = "（已删除）"


def before(years: int, moment: datetime) -> datetime:
    """Requests that came before this moment are over after `years`; raises ValueError below the law's least."""
    age = years * YEAR
    if age < RULES[0].least:
        raise ValueError("诉求中的个人信息至少保存一年。")
    return moment - age
