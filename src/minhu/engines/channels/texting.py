"""Carriers of text messages (短信): one protocol, a signed-HTTP gateway, and a simulator that sends nothing.

A gateway is a small program beside the provider's own interface, or the provider itself. It gets a POST signed as
Standard Webhooks describes, `{"type": "sms.send", "data": {"id", "to", "sign", "template", "text"}}`, and answers 2xx
with `{"ref": "…"}`. `id` is the same for every attempt: a gateway that has it already answers the same again and sends
nothing. 4xx (but 408, 425 and 429) means never; anything else is tried again. Receipts and messages of citizens come
back signed to our address: `sms.receipt` with `{"id", "state": "delivered" | "failed", "reason"}`, `sms.received` with
`{"id", "from", "text"}`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final, Protocol

from minhu.engines import outbound, webhooks
from minhu.engines.outbound import Unsent
from minhu.kernel.clock import now
from minhu.kernel.errors import MinhuError

SECONDS: Final = 8.0
LONGEST_REF: Final = 64
_AGAIN: Final = frozenset({408, 425, 429})
NOBODY: Final = "9999"
"""Numbers that end so are not in service at the simulator."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message: ``uid`` is the same for every attempt."""

    uid: str
    to: str
    sign: str
    template: str
    words: str


@dataclass(frozen=True, slots=True)
class Carried:
    """What a carrier said of a message: its own number of it, and whether it arrived already (None: a receipt follows)."""

    ref: str = ""
    arrived: bool | None = None


class NeverCarried(MinhuError):
    """The carrier will not take this message, however often it is sent."""

    default_code = "never_carried"
    default_status = 502
    title = "短信网关没有接收"


class Carrier(Protocol):
    """Takes one message to one telephone."""

    def send(self, message: Outgoing) -> Carried:
        """Hand over a message; raises Unsent for what may be tried again, else NeverCarried."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway at an address that an administrator typed in."""

    url: str
    secret: str

    def send(self, message: Outgoing) -> Carried:
        """See Carrier."""
        data = {
            "id": message.uid, "to": message.to, "sign": message.sign, "template": message.template,
            "text": f"【{message.sign}】{message.words}",
        }  # fmt: skip
        body = json.dumps({"type": "sms.send", "data": data}, ensure_ascii=False, separators=(",", ":")).encode()
        headers = webhooks.sign(self.secret, message.uid, now(), body)
        answer = outbound.post(self.url, body, headers, seconds=SECONDS)
        if 400 <= answer.status < 500 and answer.status not in _AGAIN:
            raise NeverCarried(f"短信网关拒收（{answer.status}）。")
        if not 200 <= answer.status < 300:
            raise Unsent(f"短信网关答复 {answer.status}。", code="gateway_error")
        try:
            said = json.loads(answer.body or b"{}")
        except ValueError:
            said = {}
        ref = said.get("ref", "") if isinstance(said, dict) else ""
        return Carried(str(ref)[:LONGEST_REF])


@dataclass(frozen=True, slots=True)
class Simulator:
    """Sends nothing: what telephones would have received stands on the page of text messages."""

    def send(self, message: Outgoing) -> Carried:
        """See Carrier; numbers that end in NOBODY are not in service."""
        return Carried(f"sim-{message.uid[:8]}", not message.to.endswith(NOBODY))
