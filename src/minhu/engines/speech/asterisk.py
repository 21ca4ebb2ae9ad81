"""Events of Asterisk: messages of its REST interface (ARI, JSON) and lines of `queue_log`.

After the published documentation of both. What is of no interest gives nothing; what is no message is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from minhu.engines.speech.calls import DIGITS, CallEvent, CallEventKind, shortened
from minhu.kernel.errors import Invalid

MOST_MESSAGE: Final = 64 * 1024
MOST_LINE: Final = 4 * 1024
_LAST_SECOND: Final = 4_102_444_800
"""1 January 2100: what claims to be later is no time."""
_STATES: Final = {"Ring": CallEventKind.RINGING, "Ringing": CallEventKind.RINGING, "Up": CallEventKind.ANSWERED}
Found = tuple[str, CallEventKind, str]
_LEFT: Final = {"EXITWITHTIMEOUT": "timeout", "EXITWITHKEY": "key", "EXITEMPTY": "empty"}


def read_ari(message: str) -> CallEvent | None:
    """The event that one message of the WebSocket tells; None for one that is of no interest here.

    Raises Invalid for what is no JSON object, has no type, or tells something of a call without naming it or its time.
    """
    if len(message) > MOST_MESSAGE:
        raise _bad("话务平台的一条消息过长，已拒绝。")
    try:
        data = json.loads(message)
    except (ValueError, RecursionError) as error:
        raise _bad("话务平台的消息不是 JSON，请核对 ARI 地址。") from error
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        raise _bad("话务平台的消息没有类型，请核对 ARI 地址。")
    read = _ARI.get(data["type"])
    found = None if read is None else read(data)
    if found is None:
        return None
    call, kind, detail = found
    if not call:
        raise _bad("话务平台的消息没有写明是哪一通电话。")
    return CallEvent(call, _time(data.get("timestamp")), kind, detail)


def read_queue_log(line: str) -> CallEvent | None:
    """The event of one line, fields parted by '|': time, call, queue, agent, event, parameters; None if not of a call.

    Raises Invalid for a line that is none.
    """
    parts = line.rstrip("\r\n").split("|") if len(line) <= MOST_LINE else []
    if len(parts) < 5:
        raise _bad("queue_log 的这一行格式不对：应为以竖线分隔的至少五项。")
    stamp, call, queue, agent, event, *more = (shortened(one) for one in parts)
    whole, _, rest = stamp.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 10 and (not rest or rest.isdecimal())):
        raise _bad("queue_log 的这一行没有有效的时间。")
    if int(whole) >= _LAST_SECOND:
        raise _bad("queue_log 的这一行没有有效的时间。")
    if call in ("", "NONE", "REALTIME", "MANAGER"):
        return None
    found = _of_queue(event, queue, "" if agent == "NONE" else agent, [*more, "", ""])
    micro = int(rest.encode("ascii", "ignore")[:6].ljust(6, b"0")) if rest else 0
    at = datetime.fromtimestamp(int(whole), UTC).replace(microsecond=micro)
    return None if found is None else CallEvent(call, at, found[0], found[1], queue)


def _of_queue(event: str, queue: str, agent: str, more: list[str]) -> tuple[CallEventKind, str] | None:
    if event in _LEFT:
        return CallEventKind.LEFT_QUEUE, _LEFT[event]
    simple: dict[str, tuple[CallEventKind, str]] = {
        "ENTERQUEUE": (CallEventKind.QUEUED, queue),
        "CONNECT": (CallEventKind.CONNECTED, agent),
        "RINGNOANSWER": (CallEventKind.NOT_ANSWERED, agent),
        "ABANDON": (CallEventKind.ABANDONED, ""),
        "COMPLETECALLER": (CallEventKind.HUNG_UP, "caller"),
        "COMPLETEAGENT": (CallEventKind.HUNG_UP, "agent"),
        "BLINDTRANSFER": (CallEventKind.TRANSFERRED, more[0]),
        "ATTENDEDTRANSFER": (CallEventKind.TRANSFERRED, more[0]),
        "TRANSFER": (CallEventKind.TRANSFERRED, more[0]),
    }
    return simple.get(event)


def _channel(data: Mapping[str, Any], name: str = "channel") -> Mapping[str, Any]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def _call(data: Mapping[str, Any], name: str = "channel") -> str:
    return shortened(_channel(data, name).get("id"))


def _caller(data: Mapping[str, Any]) -> str:
    return shortened(_channel(_channel(data), "caller").get("number"))


def _state(data: Mapping[str, Any]) -> Found | None:
    kind = _STATES.get(shortened(_channel(data).get("state")))
    return None if kind is None else (_call(data), kind, _caller(data) if kind is CallEventKind.RINGING else "")


def _digit(data: Mapping[str, Any]) -> Found | None:
    digit = shortened(data.get("digit"))
    return (_call(data), CallEventKind.DTMF, digit) if digit in DIGITS else None


def _blind(data: Mapping[str, Any]) -> Found | None:
    """A blind transfer that succeeded names the channel that is carried over, or else the one that sends it on."""
    if data.get("result") != "Success":
        return None
    call = _call(data, "transferee") or _call(data)
    return call, CallEventKind.TRANSFERRED, shortened(data.get("exten"))


def _attended(data: Mapping[str, Any]) -> Found | None:
    if data.get("result") != "Success":
        return None
    call = _call(data, "transferee") or _call(data, "transferer_first_leg")
    whereto = data.get("destination_bridge") or data.get("destination_application")
    target = _channel(_channel(data, "transfer_target"), "caller").get("number")
    return call, CallEventKind.TRANSFERRED, shortened(target) or shortened(whereto)


def _inside(data: Mapping[str, Any]) -> list[str]:
    """Channels of a bridge, those that have been there the longest first: names of Asterisk begin with their time."""
    found = _channel(data, "bridge").get("channels")
    names = [shortened(one) for one in found] if isinstance(found, list) else []

    def age(name: str) -> tuple[float, str]:
        whole, _, rest = name.partition(".")
        known = whole.isascii() and whole.isdigit() and rest.isascii() and rest.isdigit() and len(name) < 32
        return (float(name) if known else float("inf")), name

    return sorted(filter(None, names), key=age)


def _party(data: Mapping[str, Any]) -> str:
    return _caller(data) or shortened(_channel(data).get("name"))


def _bridged(data: Mapping[str, Any]) -> Found | None:
    """Into a bridge with somebody else in it; one that is alone there waits, a third joins the call of the first."""
    inside = _inside(data)
    if len(inside) < 2:
        return None
    others = [one for one in inside if one != _call(data)]
    if len(others) > 1:
        return others[0], CallEventKind.JOINED, _party(data)
    return _call(data), CallEventKind.CONNECTED, shortened(_channel(_channel(data), "connected").get("number"))


def _left(data: Mapping[str, Any]) -> Found | None:
    """Out of a bridge in which at least two go on; the end of a conversation of two is told by its hang-up."""
    inside = [one for one in _inside(data) if one != _call(data)]
    return (inside[0], CallEventKind.LEFT, _party(data)) if len(inside) > 1 else None


def _gone(data: Mapping[str, Any]) -> Found:
    return _call(data), CallEventKind.HUNG_UP, shortened(data.get("cause_txt"))


_ARI: Final[Mapping[str, Callable[[Mapping[str, Any]], Found | None]]] = {
    "StasisStart": _state,
    "ChannelCreated": _state,
    "ChannelStateChange": _state,
    "ChannelDtmfReceived": _digit,
    "ChannelHold": lambda data: (_call(data), CallEventKind.HELD, ""),
    "ChannelUnhold": lambda data: (_call(data), CallEventKind.RESUMED, ""),
    "ChannelEnteredBridge": _bridged,
    "ChannelLeftBridge": _left,
    "BridgeBlindTransfer": _blind,
    "BridgeAttendedTransfer": _attended,
    "ChannelDestroyed": _gone,
}


def _time(text: object) -> datetime:
    """'2026-11-23T09:15:02.301+0800'; raises Invalid."""
    try:
        found = datetime.fromisoformat(text if isinstance(text, str) else "")
        if found.tzinfo is None:
            raise ValueError
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _bad("话务平台的消息没有有效的时间。") from error


def _bad(message: str) -> Invalid:
    return Invalid(message, code="bad_call_event")
