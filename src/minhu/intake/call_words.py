"""Bodies in which an exchange tells of its calls."""

from __future__ import annotations

from typing import Final

from minhu.engines.speech.asterisk import read_ari, read_queue_log
from minhu.engines.speech.calls import CallEvent
from minhu.engines.speech.freeswitch import EslReader
from minhu.kernel.errors import Invalid

MOST_BYTES: Final = 1024 * 1024
MOST_EVENTS: Final = 2_000
_BY_LINE: Final = {"ari": read_ari, "queue_log": read_queue_log}


def events_in(body: bytes, form: str) -> list[CallEvent]:
    """The events of a body; ``form``: ari, esl or queue_log. Raises Invalid for what is none of it, or too much."""
    if len(body) > MOST_BYTES:
        raise Invalid("一次最多发送 1 MB 话务事件，请分批。", code="too_many_events")
    if form == "esl":
        found = EslReader().feed(body)
    elif form in _BY_LINE:
        lines = [text for text in body.decode("utf-8", "replace").splitlines() if text.strip()]
        found = [event for text in lines if (event := _BY_LINE[form](text)) is not None]
    else:
        raise Invalid("form 应为 ari、esl 或 queue_log。", fields={"form": "应为 ari、esl 或 queue_log。"})
    if len(found) > MOST_EVENTS:
        raise Invalid(f"一次最多 {MOST_EVENTS} 条话务事件，请分批。", code="too_many_events")
    return found
