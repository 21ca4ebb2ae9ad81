"""One of several processes of a simulation; imports no Django before it is set up."""

from __future__ import annotations

import gc
import os
import signal
import traceback
from typing import Any

from minhu.server.demo.simulator.period import Segment


def child_main(segments: list[Segment], stop: Any, answers: Any, gentle: bool) -> None:
    """Play segments one after the other; each is answered with what it did, the end with the error or nothing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it and says so in its own time
    if gentle:
        os.nice(5)
    error = ""
    try:
        from minhu.server.bootstrap import setup

        setup()
        from minhu.server.demo.simulator.people import Cast
        from minhu.server.demo.simulator.playing import StoppedError, play_segment

        gc.freeze()
        gc.set_threshold(50_000)
        cast = Cast()
        for segment in segments:
            try:
                counts = play_segment(segment, cast, stop.is_set)
            except StoppedError:
                break
            answers.put((dict(counts), len(segment.arrivals), segment.front, None))
    except BaseException as failure:  # noqa: BLE001  # the edge: the parent must hear of it
        error = f"{failure!r}\n{traceback.format_exc()}"
    answers.put(({}, 0, False, error))
