"""Periods of a board: the last days, weeks or months in the city's own time."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_noop as _

from minhu.governance.types import Period
from minhu.kernel.clock import now
from minhu.kernel.errors import Invalid

CITY_TIME = ZoneInfo("Asia/Shanghai")
PERIODS: dict[str, tuple[str, int]] = {
    "today": (_("今日"), 1),
    "7d": (_("近 7 天"), 7),
    "30d": (_("近 30 天"), 30),
    "90d": (_("近 90 天"), 90),
    "365d": (_("近一年"), 365),
}


def period(key: str = "30d", moment: datetime | None = None) -> Period:
    """The period named ``key`` that ends with the local day of ``moment``; ``Invalid`` if unknown.

    The period before is taken as far as this one has come: a morning is compared with a morning.
    """
    if key not in PERIODS:
        raise Invalid("没有这个统计周期，请从列表中选择。", fields={"period": "无此周期"})
    label, days = PERIODS[key]
    local = (moment or now()).astimezone(CITY_TIME)
    end = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    start = end - timedelta(days=days)
    before = start - timedelta(days=days)
    return Period(key, label, start, end, before, before + (local - start))
