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


def sign_of(kind: Labelled, tone: str, icon: str) -> Sign:
    return Sign(_(kind.said), tone, icon)


STATES: dict[str, Sign] = {
    "received": sign_of(State.RECEIVED, "grey", "inbox"),
    "incomplete": sign_of(State.INCOMPLETE, "yellow", "message-question"),
    "to_dispatch": sign_of(State.TO_DISPATCH, "calm", "send"),
    "dispatched": sign_of(State.DISPATCHED, "calm", "transfer-in"),
    "in_progress": sign_of(State.IN_PROGRESS, "calm", "progress-check"),
    "return_review": sign_of(State.RETURN_REVIEW, "orange", "arrow-back-up"),
    "extension_review": sign_of(State.EXTENSION_REVIEW, "orange", "calendar-time"),
    "suspended": sign_of(State.SUSPENDED, "grey", "player-pause"),
    "replied": sign_of(State.REPLIED, "calm", "message-reply"),
    "to_call_back": sign_of(State.TO_CALL_BACK, "calm", "phone-call"),
    "closed": sign_of(State.CLOSED, "green", "circle-check"),
    "archived": sign_of(State.ARCHIVED, "grey", "archive"),
    "answered": sign_of(State.ANSWERED, "green", "checks"),
    "refused": sign_of(State.REFUSED, "grey", "ban"),
    "emergency": sign_of(State.EMERGENCY, "red", "ambulance"),
    "merged": sign_of(State.MERGED, "grey", "git-merge"),
    "transferred": sign_of(State.TRANSFERRED, "calm", "transfer"),
    "with_enterprise": sign_of(State.WITH_ENTERPRISE, "calm", "building"),
    "withdrawn": sign_of(State.WITHDRAWN, "grey", "rotate"),
    "reopened": sign_of(State.REOPENED, "orange", "repeat"),
    "escalated": sign_of(SupervisionLevel.ESCALATION, "red", "flag"),
}

URGENCIES: dict[str, Sign] = {
    "danger": sign_of(Urgency.DANGER, "red", "urgent"),
    "urgent": sign_of(Urgency.URGENT, "orange", "bolt"),
    "normal": sign_of(Urgency.NORMAL, "grey", "point"),
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
