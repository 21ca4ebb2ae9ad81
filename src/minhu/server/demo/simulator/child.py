"""One of several processes of a simulation; imports no Django before it is set up."""

from __future__ import annotations

import signal
import traceback
from datetime import datetime, timedelta
from multiprocessing.sharedctypes import Synchronized
from typing import Any

from minhu.server.demo.simulator.period import Period


def child_main(period: Period, clocks: list[Synchronized[float]], stop: Any, answers: Any) -> None:
    """Play a part, telling how far it is in ``clocks`` and what it did in ``answers``."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it and says so in its own time
    from minhu.server.bootstrap import setup

    setup()
    mine = clocks[period.part]
    others = [c for number, c in enumerate(clocks) if number != period.part]

    def told(moment: datetime) -> None:
        mine.value = moment.timestamp()

    def wait(moment: datetime) -> bool:
        """Nobody runs far ahead, so that numbers and ids follow the simulated time."""
        slack = timedelta(hours=4) if period.until - moment < timedelta(days=4) else timedelta(days=4)
        mine.value = moment.timestamp()
        return not stop.is_set() and any(moment.timestamp() > c.value + slack.total_seconds() for c in others)

    try:
        from minhu.server.demo.simulator.playing import play_part, tune_connection

        tune_connection()
        counts, error = play_part(period, told, stop.is_set, wait), ""
    except BaseException as failure:  # noqa: BLE001  # the edge: the parent must hear of it
        counts, error = {}, f"{failure!r}\n{traceback.format_exc()}"
    mine.value = (period.until + timedelta(days=99)).timestamp()
    answers.put((counts, error))
