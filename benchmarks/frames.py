"""What one frame (20 ms) of one caller costs the house, without sockets: `python benchmarks/frames.py`.

A caller of the rehearsal speaks a third of the time and the bot is heard for half of it; sound, voice activity, turns, what the
bot says, and the record. The last line is JSON.
"""

from __future__ import annotations

import json
import time
from uuid import uuid4

import numpy as np
from parts.own_home import a_home

_ROUNDS = 3
_EVERY = 400
"""Frames after which the bot speaks again, for four seconds."""


def main() -> None:
    """Play the same frames again and again; the first round warms up."""
    with a_home(None, "minhu-frames-"):
        from minhu.engines.speech.codecs import Encoding
        from minhu.server.telephone.conversation import Conversation
        from minhu.server.telephone.protocol import Hello
        from minhu.server.telephone.rehearsal.callers import MATTERS, _frames

        moment = [0.0]
        hello = Hello(call="frames", encoding=Encoding.ALAW)
        one = Conversation(uuid4(), "bench", hello, 0.0, lambda: moment[0])
        leg = one.join(0, hello, lambda _message: None)
        quiet, voice = list(_frames("")), list(_frames(MATTERS[0]))
        script = (quiet * 6 + voice + quiet) * 3
        bot = np.tile(np.arange(160, dtype=np.int16), 200)

        def play() -> None:
            for at, frame in enumerate(script):
                moment[0] += 0.02
                if at % _EVERY == 0:
                    one.say(bot)
                one.heard(leg, frame)
                one.jobs.clear()
                one.recorder.done.clear()

        play()
        began = time.process_time()
        for _ in range(_ROUNDS):
            play()
        spent = time.process_time() - began
    print(
        json.dumps(
            {"frames": len(script) * _ROUNDS, "microseconds_each": round(spent / len(script) / _ROUNDS * 1e6, 1)}
        )
    )


if __name__ == "__main__":
    main()
