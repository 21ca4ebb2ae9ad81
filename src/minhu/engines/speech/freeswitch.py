"""Events of FreeSWITCH: the text of its event socket (`event plain`), in whatever pieces it comes.

After the published documentation: an envelope of headers with Content-Length, then the event, whose own headers are
percent-encoded and may name a body of their own. What came of an order to place a call (`bgapi originate`, its job named
as the call) is an event as well where it failed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import unquote

from minhu.engines.speech.calls import DIGITS, CallEvent, CallEventKind, shortened
from minhu.engines.speech.exchange.placing import PREFIX
from minhu.kernel.errors import Invalid

MOST_HEAD: Final = 8 * 1024
MOST_EVENT: Final = 256 * 1024
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = 4_102_444_800_000_000
_TRANSFERS: Final = frozenset({"BLIND_TRANSFER", "ATTENDED_TRANSFER"})
Headers = Mapping[str, str]
Found = tuple[CallEventKind, str]


class EslReader:
    """Reads one connection; keeps at most one unfinished event. After Invalid the connection is of no use any more."""

    def __init__(self, *, callers_only: bool = False) -> None:
        """``callers_only``: legs to agents and elsewhere are left out; those that the house placed are callers' too."""
        self._callers_only = callers_only
        self._rest = bytearray()
        self._left = -1
        """Bytes of the event that the envelope announced; -1 while an envelope is read."""

    def feed(self, piece: bytes) -> list[CallEvent]:
        """The events that are whole now; raises Invalid for an envelope that announces too much or never ends."""
        found: list[CallEvent] = []
        for begin in range(0, len(piece), MOST_HEAD):
            self._rest += piece[begin : begin + MOST_HEAD]
            while (body := self._next()) is not None:
                event = read_event(body, callers_only=self._callers_only)
                if event is not None:
                    found.append(event)
        return found

    def _next(self) -> str | None:
        """The body of the next event, '' for an envelope without one; None when more bytes are needed."""
        if self._left < 0:
            while self._rest[:1] == b"\n":
                del self._rest[:1]
            end = self._rest.find(b"\n\n")
            if end < 0:
                if len(self._rest) > MOST_HEAD:
                    raise _bad("话务平台的消息头过长，连接已关闭。")
                return None
            head = _headers(self._rest[:end].decode("utf-8", "replace"))
            del self._rest[: end + 2]
            self._left = _length(head)
        if len(self._rest) < self._left:
            return None
        body = bytes(self._rest[: self._left]).decode("utf-8", "replace")
        del self._rest[: self._left]
        self._left = -1
        return body


def read_event(text: str, *, callers_only: bool = False) -> CallEvent | None:
    """The event of one body; None for what is of no interest or lacks call or time."""
    head, _, body = text.partition("\n\n")
    headers = {name: unquote(value) for name, value in _headers(head).items()}
    name = headers.get("Event-Name", "")
    if name == "CUSTOM":
        call, found = shortened(headers.get("Conference-Name")), _conference(headers)
    elif name == "BACKGROUND_JOB":
        call, found = shortened(headers.get("Job-UUID")), _ordered(headers, body)
    else:
        read = _EVENTS.get(name)
        call, found = shortened(headers.get("Unique-ID")), None if read is None else read(headers)
    outbound = callers_only and name != "CUSTOM" and headers.get("Call-Direction") == "outbound"
    if outbound and not call.startswith(PREFIX):
        return None
    stamp = headers.get("Event-Date-Timestamp", "")
    if found is None or not call or not (stamp.isascii() and stamp.isdigit() and len(stamp) < 17):
        return None
    if int(stamp) >= _LAST:
        return None
    at = _EPOCH + timedelta(microseconds=int(stamp))
    return CallEvent(call, at, found[0], found[1], shortened(headers.get("Event-Sequence")))


def _headers(text: str) -> dict[str, str]:
    parted = (line.partition(":") for line in text.split("\n"))
    return {name.strip(): value.strip() for name, mark, value in parted if mark}


def _length(head: Headers) -> int:
    text = head.get("Content-Length", "0")
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) > MOST_EVENT:
        raise _bad("话务平台的一条消息过长或长度不对，连接已关闭。")
    return int(text)


def _rings(headers: Headers) -> Found:
    return CallEventKind.RINGING, shortened(headers.get("Caller-Caller-ID-Number"))


def _digit(headers: Headers) -> Found | None:
    digit = headers.get("DTMF-Digit", "")
    return (CallEventKind.DTMF, digit) if digit in DIGITS else None


def _runs(headers: Headers) -> Found | None:
    """Of the programs of a dialplan only those that send the caller on are of interest."""
    if headers.get("Application") not in ("transfer", "deflect", "redirect"):
        return None
    data = shortened(headers.get("Application-Data")).split(" ")
    return CallEventKind.TRANSFERRED, data[0]


def _gone(headers: Headers) -> Found:
    cause = shortened(headers.get("Hangup-Cause"))
    return CallEventKind.HUNG_UP, "transferred" if cause in _TRANSFERS else cause


def _conference(headers: Headers) -> Found | None:
    """Somebody else comes into, or leaves, the conference that is named as the caller's call."""
    kind = {"add-member": CallEventKind.JOINED, "del-member": CallEventKind.LEFT}.get(headers.get("Action", ""))
    if headers.get("Event-Subclass") != "conference::maintenance" or kind is None:
        return None
    if headers.get("Unique-ID") == headers.get("Conference-Name"):
        return None
    outbound = headers.get("Call-Direction") == "outbound"
    return kind, shortened(headers.get("Caller-Destination-Number" if outbound else "Caller-Caller-ID-Number"))


def _ordered(headers: Headers, body: str) -> Found | None:
    """An order of the house that failed: no channel of it tells of that."""
    failed = headers.get("Job-UUID", "").startswith(PREFIX) and body.lstrip().startswith("-ERR")
    return (CallEventKind.HUNG_UP, shortened(body.strip().removeprefix("-ERR"))) if failed else None


def _bridged(headers: Headers) -> Found:
    return CallEventKind.CONNECTED, shortened(headers.get("Other-Leg-Destination-Number"))


_EVENTS: Final[Mapping[str, Callable[[Headers], Found | None]]] = {
    "CHANNEL_CREATE": _rings,
    "CHANNEL_PROGRESS": _rings,
    "CHANNEL_PROGRESS_MEDIA": _rings,
    "CHANNEL_ANSWER": lambda _headers: (CallEventKind.ANSWERED, ""),
    "CHANNEL_BRIDGE": _bridged,
    "CHANNEL_HOLD": lambda _headers: (CallEventKind.HELD, ""),
    "CHANNEL_UNHOLD": lambda _headers: (CallEventKind.RESUMED, ""),
    "CHANNEL_EXECUTE": _runs,
    "DTMF": _digit,
    "CHANNEL_HANGUP": _gone,
    "CHANNEL_HANGUP_COMPLETE": _gone,
}


def _bad(message: str) -> Invalid:
    return Invalid(message, code="bad_call_event")
