"""Words, tones and icons of order states and urgencies on pages.

Tones: calm (blue), green (done only), red (danger and overdue only), orange, yellow, grey. The texts
are fallbacks: a page may give the badge the label of its own room.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from minhu.directory.types import Urgency
from minhu.handling.types import State, SupervisionLevel
from minhu.kernel.labels import Labelled

Words = dict[str, str | Promise]


def words_of(kinds: type[Labelled]) -> Words:
    """Code → word in the reader's language, in the order of the enum: for choices and lists."""
    return {kind.value: _(kind.said) for kind in kinds}


@dataclass(frozen=True, slots=True)
class Sign:
    """How one code looks: its word, its tone and its icon."""

    word: str | Promise
    tone: str
    icon: str


def _sign(kind: Labelled, tone: str, icon: str) -> Sign:
    return Sign(_(kind.said), tone, icon)


STATES: dict[str, Sign] = {
    "received": _sign(State.RECEIVED, "grey", "inbox"),
    "incomplete": _sign(State.INCOMPLETE, "yellow", "message-question"),
    "to_dispatch": _sign(State.TO_DISPATCH, "calm", "send"),
    "dispatched": _sign(State.DISPATCHED, "calm", "transfer-in"),
    "in_progress": _sign(State.IN_PROGRESS, "calm", "progress-check"),
    "return_review": _sign(State.RETURN_REVIEW, "orange", "arrow-back-up"),
    "extension_review": _sign(State.EXTENSION_REVIEW, "orange", "calendar-time"),
    "suspended": _sign(State.SUSPENDED, "grey", "player-pause"),
    "replied": _sign(State.REPLIED, "calm", "message-reply"),
    "to_call_back": _sign(State.TO_CALL_BACK, "calm", "phone-call"),
    "closed": _sign(State.CLOSED, "green", "circle-check"),
    "archived": _sign(State.ARCHIVED, "grey", "archive"),
    "answered": _sign(State.ANSWERED, "green", "checks"),
    "refused": _sign(State.REFUSED, "grey", "ban"),
    "emergency": _sign(State.EMERGENCY, "red", "ambulance"),
    "merged": _sign(State.MERGED, "grey", "git-merge"),
    "transferred": _sign(State.TRANSFERRED, "calm", "transfer"),
    "withdrawn": _sign(State.WITHDRAWN, "grey", "rotate"),
    "reopened": _sign(State.REOPENED, "orange", "repeat"),
    "escalated": _sign(SupervisionLevel.ESCALATION, "red", "flag"),
}

URGENCIES: dict[str, Sign] = {
    "danger": _sign(Urgency.DANGER, "red", "urgent"),
    "urgent": _sign(Urgency.URGENT, "orange", "bolt"),
    "normal": _sign(Urgency.NORMAL, "grey", "point"),
}
UNKNOWN_ICON = "circle-dot"


def state_sign(code: object) -> Sign:
    """The sign of an order state; an unknown code shows itself in grey, so that nothing is hidden."""
    key = str(getattr(code, "value", code))
    return STATES.get(key, Sign(key, "grey", UNKNOWN_ICON))


def urgency_sign(code: object) -> Sign:
    """The sign of an urgency; an unknown code shows itself in grey."""
    key = str(getattr(code, "value", code))
    return URGENCIES.get(key, Sign(key, "grey", UNKNOWN_ICON))
