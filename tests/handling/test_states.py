"""Orders must never be stuck: every state has a way out and an alarm, and the table is consistent."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.db import connection

from minhu.handling.domain.labels import MARKED
from minhu.handling.domain.states import (
    ALARMS,
    ANSWERS,
    BACK,
    BY_LEAD,
    BY_STEP,
    BY_UNIT,
    SAME,
    TRANSITIONS,
    WITH_CITIZEN,
    allowed_steps,
    target,
)
from minhu.handling.domain.wording import public_sentence
from minhu.handling.queries.parts import OPENED
from minhu.handling.services.steps import HANDLERS
from minhu.handling.types import DONE_STATES, LIVE_STATES, ClockKind, State, Step

MOVING = [t for t in TRANSITIONS if t.to is not SAME]


@pytest.mark.parametrize("state", [s for s in State if s is not State.ARCHIVED])
def test_every_state_has_a_way_out_and_an_alarm(state: State) -> None:
    assert any(state in t.sources and target(t, state, None) is not state for t in MOVING), "orders would be stuck"
    assert ALARMS[state], "nobody would notice a forgotten order"


def test_archived_orders_rest_but_can_be_reopened() -> None:
    assert State.ARCHIVED not in ALARMS
    assert Step.REOPEN in {t.step for t in allowed_steps(State.ARCHIVED)}


@pytest.mark.parametrize("start", list(State))
def test_every_state_leads_to_the_archive(start: State) -> None:
    seen, queue = {start}, deque([start])
    while queue:
        state = queue.popleft()
        for t in MOVING:
            if state in t.sources:
                for resume in (State.IN_PROGRESS, State.DISPATCHED) if t.to == BACK else (None,):
                    reached = target(t, state, resume)
                    if reached not in seen:
                        seen.add(reached)
                        queue.append(reached)
    assert State.ARCHIVED in seen


def test_every_state_can_be_reached() -> None:
    reached = {target(t, s, None) for t in MOVING for s in t.sources} | {State.RECEIVED}
    assert reached == set(State)


@pytest.mark.parametrize("transition", MOVING, ids=lambda t: t.step.value)
def test_entering_a_state_starts_its_alarm(transition: object) -> None:
    """A step into a state must start a clock that rings there, or come back to where clocks run already."""
    assert transition in TRANSITIONS
    for source in transition.sources:  # type: ignore[attr-defined]
        if transition.to == BACK or transition.to is State.ARCHIVED:  # type: ignore[attr-defined]
            continue
        reached = target(transition, source, None)  # type: ignore[arg-type]
        running = set(transition.starts) | {ClockKind.HANDLE}  # type: ignore[attr-defined]
        assert running & set(ALARMS[reached])


def test_each_step_is_one_row_with_a_label() -> None:
    assert len({t.step for t in TRANSITIONS}) == len(TRANSITIONS)
    assert set(Step) - set(BY_STEP) == {Step.OPEN}
    assert all(t.label for t in TRANSITIONS)
    assert BY_LEAD < BY_UNIT
    assert set(ANSWERS) <= set(BY_STEP)
    assert set(HANDLERS) <= set(BY_STEP)


def test_every_state_and_clock_has_a_word() -> None:
    assert all(one.said for one in (*State, *ClockKind))
    assert State.ARCHIVED not in LIVE_STATES


def test_every_state_is_live_done_or_merged_and_what_lies_elsewhere_is_live() -> None:
    """A state in no set is in no list, no count and under nobody's supervision."""
    assert LIVE_STATES | DONE_STATES | {State.MERGED} == set(State)
    assert not LIVE_STATES & DONE_STATES
    assert {State.TRANSFERRED, State.WITH_ENTERPRISE} <= LIVE_STATES
    assert LIVE_STATES == WITH_CITIZEN == BY_STEP[Step.SUPERVISE].sources


@pytest.mark.django_db
def test_the_indexes_of_live_orders_hold_every_live_state() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname IN ('order_live_due', 'order_desk')")
        found = [row[0] for row in cursor.fetchall()]
    assert len(found) == 2
    for definition in found:
        held = definition.partition(" WHERE ")[2]
        assert {state for state in State if f"'{state.value}'" in held} == LIVE_STATES


def test_every_label_can_be_read_in_english() -> None:
    catalogue = Path(__file__).resolve().parents[2] / "src/minhu/locale/en/LC_MESSAGES/django.po"
    with catalogue.open("rb") as file:
        english = {message.id: message.string for message in read_po(file)}
    labels = {t.label for t in TRANSITIONS} | {OPENED}
    assert labels <= MARKED, "not marked for translation"
    assert all(english.get(label) for label in labels)


def test_back_goes_to_where_a_review_came_from() -> None:
    refuse = BY_STEP[Step.REFUSE_RETURN]
    assert target(refuse, State.RETURN_REVIEW, State.DISPATCHED) is State.DISPATCHED
    assert target(refuse, State.RETURN_REVIEW, None) is State.IN_PROGRESS
    assert target(BY_STEP[Step.NOTE], State.CLOSED, None) is State.CLOSED


def test_public_sentences_fill_what_is_known_and_stay_short() -> None:
    assert public_sentence("{unit}已签收，承诺{due}前答复。", {"unit": "水务局"}) == "水务局已签收，承诺前答复。"
    assert len(public_sentence("{text}", {"text": "长" * 900})) == 500
