"""Sound into words and words into sound, by whoever does it in this house; for threads, never for the event loop."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import numpy as np
import structlog

from minhu.engines.speech import choosing
from minhu.engines.speech.codecs import Encoding, Rate, Resampler, Samples, decode
from minhu.engines.speech.line import Turn
from minhu.engines.speech.recognising import Unheard
from minhu.intake.services import calling
from minhu.language.dialogue.fixed import LEAD_IN
from minhu.language.dialogue.phrases import phrase

log = structlog.get_logger("minhu.telephone")
VOICE_RATE: Rate = 16000


def can_talk() -> bool:
    """Whether the house can hear and speak; loads nothing."""
    return choosing.house_recogniser().readiness().ready and choosing.synthesiser().readiness().ready


def heard(turn: Turn, rate: Rate) -> str | None:
    """The words of a turn, '' for none in it; None where nobody could recognise it, which is no silence."""
    recogniser = choosing.house_recogniser()
    if not recogniser.readiness().ready:
        return None
    try:
        hearing = recogniser.begin(rate)
        hearing.feed(turn.samples)
        return hearing.end().text.strip()
    except Unheard as error:
        log.info("turn_unheard", why=error.code)
        return None


def keep(call: UUID, words: str, key: str, agent: str | None) -> None:
    """Write a turn down; the bot answers the citizen's if it has the word.

    ``agent``: account of the agent who spoke, '' for one whom the exchange alone knows, None for the citizen.
    """
    if agent is not None:
        calling.agent_said(call, words, key=key, staff=agent)
    else:
        calling.heard(call, words, key=key)


def said(text: str, rate: Rate, speed: float = 1.0) -> Iterator[Samples]:
    """Sound of a text at a line's rate, piece by piece; raises Unsaid (a MinhuError) where nobody can say it.

    ``speed``: 1 is usual. Where the beginning is still to be made, a word made ahead goes before it.
    """
    resampler = Resampler(VOICE_RATE, rate)
    for piece in choosing.synthesiser().say(text, speed=speed, lead=LEAD_IN):
        yield resampler.feed(decode(piece, Encoding.PCM16))
    yield np.zeros(rate // 10, dtype=np.int16)


def goodbye() -> str:
    """The last words to a caller who has long been silent."""
    return phrase("call_goodbye")


def waiting() -> str:
    """To whoever waits for a person."""
    return phrase("call_waiting")


def again() -> str:
    """To a caller whose agent's line broke."""
    return phrase("call_again")
