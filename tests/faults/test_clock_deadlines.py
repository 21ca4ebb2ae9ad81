"""Deadlines and whole lives of orders under a clock that is set to and fro.

MINHU_FAULTS=bench plays 500 lives of 50 steps.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as plan
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from factories import City, make_city
from handling.test_machine import Lives
from kernel.test_calendar import MINUTE, ZERO, Case, cases, oracle_minutes, oracle_working_days
from minhu.directory.access import as_system
from minhu.directory.queries import rules
from minhu.handling.domain.deadlines import read_clock
from minhu.handling.models import Clock, Order
from minhu.handling.services import sweep
from minhu.handling.services.clockbook import ClockBook
from minhu.handling.types import ClockKind
from minhu.kernel import clock
from minhu.kernel.calendar import Duration

pytestmark = pytest.mark.django_db
JUMPS = tuple(timedelta(seconds=seconds) for seconds in (3600, -3600, 86_400, -86_400, 40 * 86_400, -3))
LIVES, STEPS = (500, 50) if os.environ.get("MINHU_FAULTS") == "bench" else (6, 25)


@pytest.fixture
def city() -> City:
    return make_city()


moments = st.lists(st.tuples(st.sampled_from(("pause", "resume", "look")), st.integers(0, 40 * 1440)), max_size=8)


@plan(max_examples=500 if LIVES == 500 else 200, deadline=None)
@given(cases(), st.integers(1, 900), st.sampled_from(("minutes", "working", "working_days")), moments)
def test_deadlines_under_a_jumping_clock_agree_with_the_oracle(
    case: Case, amount: int, kind: str, events: list[tuple[str, int]]
) -> None:
    """The moments of the events come in any order; pauses that end before they began are none."""
    working = kind == "working_days"
    duration = Duration(amount % 8 + 1, "working_days") if working else Duration(amount, "minutes", kind == "working")
    start, _ = case.moments()
    thing = Clock(
        pk=1, kind=ClockKind.HANDLE.value, started_at=start, amount=duration.amount, unit=duration.unit,
        working_hours=duration.working_hours, profile="office", subject="", pauses=[],
    )  # fmt: skip
    told, since = [], None
    with patch.object(rules, "working_calendar", lambda *_: case.calendar):
        first = read_clock(case.calendar, ClockKind.HANDLE, "", start, duration, start).due
        thing.due_at = first
        for event, minute in events:
            moment = ZERO + minute * MINUTE
            book = ClockBook(Order(), moment, [thing])
            before = thing.due_at
            if event == "pause":
                book.pause([ClockKind.HANDLE], None, "suspension")
                since = minute if since is None else since
            elif event == "resume":
                book.resume(None, "suspension")
                if since is not None and since < minute:
                    told.append((since, minute))
                since = None
            else:
                book.touch(thing)
            assert thing.due_at >= first, "a jump took time from a promise"
            assert thing.due_at == before or event == "resume"
        book = ClockBook(Order(), ZERO, [thing])
        book.pause([ClockKind.HANDLE], None, "suspension")
        book.resume(None, "suspension")
    recorded = Case(case.calendar, case.start, tuple(told))
    if working:
        wanted = oracle_working_days(recorded, duration.amount, precise=False)
    else:
        wanted = oracle_minutes(recorded, amount, working=kind == "working")
    assert thing.due_at == ZERO + wanted * MINUTE


class Jumping(Lives):
    """Everybody works while the clock is set to and fro."""

    @precondition(lambda self: self.numbers)
    @rule(by=st.sampled_from(JUMPS), swept=st.booleans())
    def the_clock_jumps(self, by: timedelta, swept: bool) -> None:
        promised = self.promised()
        self.moment += by
        if swept:
            with clock.at(self.moment):
                sweep()
        for number, due in self.promised().items():
            assert promised.get(number, due) == due, "a jump of the clock moved a promised deadline"

    def promised(self) -> dict[int, datetime]:
        with as_system():
            rows = Clock.objects.filter(order__number__in=self.numbers, stopped_at=None, paused_at=None)
            return dict(rows.values_list("pk", "due_at"))


@pytest.mark.slow
def test_orders_live_lawfully_under_a_jumping_clock(city: City) -> None:
    machine = type("JumpingLives", (Jumping,), {"city": city})
    run_state_machine_as_test(
        machine,
        settings=plan(
            max_examples=LIVES, stateful_step_count=STEPS, deadline=None, derandomize=LIVES < 500,
            suppress_health_check=list(HealthCheck), print_blob=True,
        ),
    )  # fmt: skip
