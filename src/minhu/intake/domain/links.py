"""How the house is connected to a telephone exchange."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from minhu.kernel.labels import Labelled
from minhu.kernel.labels import marked as _

FORGOTTEN_AFTER: Final = timedelta(seconds=90)
"""Whoever keeps the connection says so more often: after it, nobody keeps it."""


class LinkState(Labelled):
    """What a connection is."""

    CONNECTED = "connected", _("已连接")
    AWAY = "away", _("连接不上，正在重试")
    REFUSED = "refused", _("用户名或密码不被接受")
    UNKEPT = "unkept", _("没有进程在连接")
