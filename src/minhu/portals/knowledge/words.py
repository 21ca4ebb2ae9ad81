"""How states and findings of documents look: word, tone, icon."""

from __future__ import annotations

from typing import Final

from minhu.kernel.labels import Labelled
from minhu.knowledge.types import FindingKind, ItemState, State, Validity
from minhu.portals.words import Sign, sign_of

STATES: Final[dict[str, Sign]] = {
    State.DRAFT.value: sign_of(State.DRAFT, "grey", "pencil"),
    State.REVIEW.value: sign_of(State.REVIEW, "calm", "hourglass"),
    State.PUBLISHED.value: sign_of(State.PUBLISHED, "green", "circle-check"),
    State.EXPIRING.value: sign_of(State.EXPIRING, "yellow", "calendar-due"),
    State.SUPERSEDED.value: sign_of(State.SUPERSEDED, "grey", "versions"),
    State.REPEALED.value: sign_of(State.REPEALED, "grey", "ban"),
    State.WITHDRAWN.value: sign_of(State.WITHDRAWN, "grey", "archive"),
}
ITEMS: Final[dict[str, Sign]] = {
    ItemState.WAITING.value: sign_of(ItemState.WAITING, "grey", "hourglass"),
    ItemState.READING.value: sign_of(ItemState.READING, "calm", "loader"),
    ItemState.DONE.value: sign_of(ItemState.DONE, "green", "circle-check"),
    ItemState.SAME.value: sign_of(ItemState.SAME, "grey", "copy"),
    ItemState.FAILED.value: sign_of(ItemState.FAILED, "red", "alert-circle"),
}
VALIDITY: Final[dict[str, Sign]] = {
    Validity.VALID.value: sign_of(Validity.VALID, "green", "circle-check"),
    Validity.PENDING.value: sign_of(Validity.PENDING, "calm", "calendar-time"),
    Validity.ENDED.value: sign_of(Validity.ENDED, "grey", "ban"),
}
FINDINGS: Final[dict[str, Sign]] = {
    FindingKind.SECRET.value: sign_of(FindingKind.SECRET, "red", "shield-lock"),
    FindingKind.PERSONAL.value: sign_of(FindingKind.PERSONAL, "orange", "user-shield"),
    FindingKind.WORD.value: sign_of(FindingKind.WORD, "orange", "message-report"),
}


def sign(table: dict[str, Sign], code: Labelled) -> Sign:
    """How one code looks."""
    return table[code.value]
