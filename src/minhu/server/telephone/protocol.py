"""What is said on a socket of the gateway besides sound: pure reading and writing of messages, with their limits.

Two dialects: our own JSON (docs/operate/telephone.md), and the words of Asterisk's `chan_websocket`, as published.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from minhu.engines.speech.calls import DIGITS
from minhu.engines.speech.codecs import RATES, Encoding, Rate
from minhu.kernel.errors import Invalid

MOST_TEXT: Final = 4 * 1024
MOST_SOUND: Final = 16 * 1024
"""Bytes of one message: half a second of two legs in the widest form; telephones send 20 ms."""
_CALL: Final = re.compile(r"[\w.:@+\-/]{1,200}", re.ASCII)
_LINE: Final = re.compile(r"[\w\-]{0,32}", re.ASCII)
_CALLER: Final = re.compile(r"\+?[\d\-]{0,24}", re.ASCII)
_FORMATS: Final = {
    "ulaw": (Encoding.ULAW, 8000), "alaw": (Encoding.ALAW, 8000), "slin": (Encoding.PCM16, 8000),
    "slin16": (Encoding.PCM16, 16000),
}  # fmt: skip


class Legs(StrEnum):
    """Whose sound a socket carries."""

    CITIZEN = "citizen"
    BOTH = "both"
    """Two channels, sample by sample: the citizen first, the agent second; the gateway only listens."""


class Said(StrEnum):
    """What a client says."""

    HELLO = "hello"
    DIGIT = "dtmf"
    HANG_UP = "hangup"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Hello:
    """Which call a socket brings, and how its sound is written. ``people``: who connects an agent, 'here' or 'exchange'."""

    call: str = ""
    line: str = ""
    caller: str = ""
    legs: Legs = Legs.CITIZEN
    encoding: Encoding = Encoding.PCM16
    rate: Rate = 8000
    people: str = "here"
    captions: bool = False
    """What is said is wanted in writing too: for callers who read, and for rehearsals."""
    asterisk: bool = False

    @property
    def complete(self) -> bool:
        """Whether it names a call."""
        return bool(self.call)


@dataclass(frozen=True, slots=True)
class Message:
    """One text message as it was understood."""

    said: Said
    hello: Hello | None = None
    digit: str = ""


def hello_of(values: Mapping[str, Any], known: Hello = Hello()) -> Hello:
    """A greeting from JSON or from the address, over what is known; raises Invalid that says which value is wrong."""
    call, line = _text(values, "call", known.call, _CALL), _text(values, "line", known.line, _LINE)
    caller = _text(values, "caller", known.caller, _CALLER)
    legs, encoding = values.get("legs", known.legs.value), values.get("encoding", known.encoding.value)
    rate, people = str(values.get("rate", known.rate)), values.get("people", known.people)
    if legs not in {one.value for one in Legs}:
        raise _bad("legs", "citizen、both")
    if encoding not in {one.value for one in Encoding}:
        raise _bad("encoding", "、".join(Encoding))
    if rate not in map(str, RATES):
        raise _bad("rate", "8000、16000")
    if people not in ("here", "exchange"):
        raise _bad("people", "here、exchange")
    given: Rate = 8000 if rate == "8000" else 16000
    captions = values.get("captions", known.captions) in (True, "1")
    return Hello(call, line, caller, Legs(legs), Encoding(encoding), given, people, captions, known.asterisk)


def read(text: str, known: Hello) -> Message:
    """One text message; raises Invalid for one that is too long, no message, or a greeting with a wrong value."""
    if len(text) > MOST_TEXT:
        raise Invalid("一条文字消息过长，连接已关闭。", code="message_too_long")
    if not text.lstrip().startswith("{"):
        return _asterisk(text, known)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid("消息不是有效的 JSON。", code="bad_message") from error
    if "event" in data:  # the JSON form of chan_websocket
        return _event(str(data["event"]), data, known)
    match data.get("type"):
        case "hello":
            return Message(Said.HELLO, hello_of(data, known))
        case "dtmf" if data.get("digit") in DIGITS:
            return Message(Said.DIGIT, digit=data["digit"])
        case "hangup":
            return Message(Said.HANG_UP)
    return Message(Said.NOTHING)


def _asterisk(text: str, known: Hello) -> Message:
    word, *rest = text.split()[:40] or [""]
    return _event(word, dict(part.split(":", 1) for part in rest if ":" in part), known)


def _event(word: str, values: Mapping[str, Any], known: Hello) -> Message:
    if word == "MEDIA_START":
        form = _FORMATS.get(str(values.get("format", "")))
        if form is None:
            raise _bad("format", "、".join(_FORMATS))
        call = known.call or str(values.get("channel_id", "")) or str(values.get("channel", ""))
        hello = hello_of({"call": call, "encoding": form[0].value, "rate": form[1]}, replace(known, asterisk=True))
        return Message(Said.HELLO, hello)
    if word == "DTMF_END" and values.get("digit") in DIGITS:
        return Message(Said.DIGIT, digit=str(values["digit"]))
    return Message(Said.NOTHING)


def written(kind: str, asterisk: bool, **values: object) -> str:
    """A message of ours; '' where the dialect has no word for it."""
    if not asterisk:
        return json.dumps({"type": kind, **values}, ensure_ascii=False)
    return {"flush": "FLUSH_MEDIA", "hangup": "HANGUP", "handover": "HANGUP"}.get(kind, "")


def _text(values: Mapping[str, Any], name: str, known: str, form: re.Pattern[str]) -> str:
    found = values.get(name, known)
    if not isinstance(found, str) or (found and not form.fullmatch(found)):
        raise _bad(name, form.pattern)
    return found


def _bad(name: str, allowed: str) -> Invalid:
    return Invalid(f"开场消息的 {name} 不正确，应为：{allowed}。", code="bad_hello", fields={name: allowed})
