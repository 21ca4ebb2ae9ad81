"""A code and its word are one: what is kept says Chinese, what is read speaks the reader's language."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator

import pytest
from django.utils import translation

from minhu.directory.types import RequestType, Urgency
from minhu.evaluation.types import Satisfaction
from minhu.exchange.types import EventKind, ItemKind, ItemState, PartnerKind, Reach, TransferState
from minhu.handling.domain.warnings import Warned
from minhu.handling.types import AssignmentRole, ClockKind, Light, State, SupervisionLevel
from minhu.intake.types import Channel, IntakeClass
from minhu.kernel.labels import Labelled
from minhu.portals.words import words_of

CHINESE = re.compile("[一-鿿]")
KINDS: tuple[type[Labelled], ...] = (
    RequestType, Urgency, Satisfaction, EventKind, ItemKind, ItemState, PartnerKind, Reach, TransferState, Warned,
    AssignmentRole, ClockKind, Light, State, SupervisionLevel, Channel, IntakeClass,
)  # fmt: skip


@pytest.fixture
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_code_has_a_word_in_both_languages(kind: type[Labelled], english: None) -> None:
    for one in kind:
        assert one.said, one
        assert CHINESE.search(one.said)
        assert not CHINESE.search(one.label), f"{one.said} is not in the English catalogue"
        assert str(words_of(kind)[one.value]) == one.label


def test_a_labelled_code_is_still_its_code() -> None:
    state = State("in_progress")
    assert state is State.IN_PROGRESS
    assert (state, f"{state}", state.value, str(state)) == ("in_progress",) * 4
    assert state.label == state.said == "办理中"
    assert pickle.loads(pickle.dumps(state)) is state
    with pytest.raises(ValueError, match="nowhere"):
        State("nowhere")
