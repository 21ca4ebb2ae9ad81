"""How a text sounds on a line while it is made: when its first sound comes, how long a listener waits inside it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from minhu.engines.speech.planning import planned
from minhu.engines.speech.saying import RATE, Speaker
from minhu.language.dialogue.fixed import LEAD_IN


@dataclass(frozen=True, slots=True)
class Heard:
    """Seconds: until the first sound, of silence inside, of the speech that was made on the spot, spent on it."""

    first: float
    waited: float
    made: float
    spent: float


def made_ahead(speaker: Speaker, text: str) -> float:
    """The share of a text's spoken signs that was made ahead."""
    plan = planned(text, known=speaker.knows)
    signs = sum(len(one.said) for one in plan)
    return sum(len(one.said) for one in plan if speaker.knows(one)) / signs if signs else 1.0


def heard(speaker: Speaker, text: str) -> Heard:
    """Say a text as the telephone does; its sound is played as it comes."""
    began, ends, first, waited = time.monotonic(), 0.0, 0.0, 0.0
    total = spent = 0.0
    for part in speaker.say(text, lead=LEAD_IN):
        at, seconds = time.monotonic() - began, len(part) / 2 / RATE
        first, ends = (at, at) if not total else (first, ends)
        waited += max(at - ends, 0.0)
        ends, spent = max(at, ends) + seconds, at
        total += seconds
    share = 1 - made_ahead(speaker, text)
    return Heard(first, waited, total * share, spent if share else 0.0)
