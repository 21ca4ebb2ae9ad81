"""A demonstration that plays false orders teaches the wrong thing: the simulated days obey the real rules."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from minhu.directory.access import as_system
from minhu.directory.queries.freshness import forget
from minhu.evaluation.queries import rates
from minhu.handling.models import Clock, Order, OrderStep, Supervision
from minhu.handling.types import State
from minhu.intake.models import Request
from minhu.ledger.services import verify
from minhu.server.demo.load import load_base
from minhu.server.demo.simulator.arrivals import arrivals_on
from minhu.server.demo.simulator.cases import make_case
from minhu.server.demo.simulator.people import Cast
from minhu.server.demo.simulator.period import MOST, Period
from minhu.server.demo.simulator.pictures import VARIANTS, picture
from minhu.server.demo.simulator.playing import StoppedError, play_segment
from minhu.server.demo.simulator.run import Summary, simulate

UNTIL = datetime(2026, 3, 20, 7, 0, tzinfo=UTC)
SLOT = re.compile(r"\{\w*\}")


def fingerprint() -> list[tuple[object, ...]]:
    """What happened, without numbers and ids."""
    rows = OrderStep.objects.order_by("at", "order__title", "id")
    return list(rows.values_list("at", "order__title", "step", "to_state", "actor_id", "text"))


@pytest.fixture
def played(db: None, home: Path) -> Iterator[Summary]:
    """Five days with about twelve requests a day."""
    load_base()
    forget()
    summary = simulate(UNTIL - timedelta(days=5), UNTIL, 12, seed=7)
    with as_system():
        yield summary


def test_days_are_played_by_the_rules(played: Summary) -> None:
    assert played.orders >= 40
    assert played.steps > 3 * played.orders
    assert played.refused <= 0.05 * played.steps
    assert len(played.states) >= 7
    assert {"in_progress", "answered", "closed"} <= set(played.states)
    _every_living_order_has_an_alarm()
    _no_text_has_an_empty_slot()
    _rates_are_plausible()
    # the file outside the database follows a commit, and a test never commits
    assert {finding.kind for finding in verify().findings} <= {"witness_missing"}
    before = fingerprint()
    again = simulate(UNTIL - timedelta(days=5), UNTIL, 12, seed=7)
    assert again.orders == 0
    assert again.steps == 0
    assert Order.objects.count() == played.orders
    assert fingerprint() == before


def _every_living_order_has_an_alarm() -> None:
    living = Order.objects.exclude(state=State.ARCHIVED.value)
    ringing = Clock.objects.filter(stopped_at__isnull=True).values("order_id")
    assert not living.exclude(pk__in=ringing).exists()


def _no_text_has_an_empty_slot() -> None:
    words = [*Request.objects.values_list("text", flat=True), *Request.objects.values_list("title", flat=True)]
    words += [*OrderStep.objects.values_list("text", flat=True), *Order.objects.values_list("public_reply", flat=True)]
    words += Supervision.objects.values_list("receipt", flat=True)
    assert not [text for text in words if SLOT.search(text)]


def _rates_are_plausible() -> None:
    after = rates(UNTIL - timedelta(days=9), UNTIL + timedelta(days=1)).after
    assert after.response is None or after.response >= 0.6
    assert after.solution is None or after.solution >= 0.5


def test_the_same_seed_gives_the_same_days(db: None, home: Path) -> None:
    load_base()
    forget()
    found = []
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT before")
        simulate(UNTIL - timedelta(days=2), UNTIL, 6, seed=3)
        with as_system():
            found.append(fingerprint())
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK TO SAVEPOINT before")
    assert found[0]
    assert found[0] == found[1]


def test_segments_share_the_work_and_lose_nobody() -> None:
    whole = Period(UNTIL - timedelta(days=60), UNTIL, 9, 1)
    segments = whole.segments()
    assert sorted(a.key for s in segments for a in s.arrivals) == sorted(a.key for a in whole.arrivals())
    assert [s.front for s in segments[:2]] == [True, True]
    assert not any(s.front for s in segments[2:])
    assert segments[0].start > segments[2].start > segments[-1].start
    assert max(len(s.arrivals) for s in Period(UNTIL - timedelta(days=9), UNTIL, 900, 1).segments()) <= MOST


def test_a_run_that_is_stopped_leaves_whole_segments_and_goes_on(db: None, home: Path) -> None:
    load_base()
    forget()
    start = UNTIL - timedelta(days=2)
    first, second = Period(start, UNTIL, 8, seed=4).segments()[:2]
    cast, steps = Cast(), itertools.count()
    play_segment(first, cast, lambda: False)
    with as_system():
        before = fingerprint()
        assert Order.objects.count() == len(first.arrivals)
    with pytest.raises(StoppedError), transaction.atomic():
        play_segment(second, cast, lambda: next(steps) > 20)
    with as_system():
        assert fingerprint() == before
    went_on = simulate(start, UNTIL, 8, seed=4)
    assert went_on.orders == len(second.arrivals)
    with as_system():
        _every_living_order_has_an_alarm()
        interrupted = fingerprint()
    assert simulate(start, UNTIL, 8, seed=4).steps == 0
    with as_system():
        assert fingerprint() == interrupted


def test_a_later_end_goes_on_with_what_is_alive(db: None, home: Path) -> None:
    load_base()
    forget()
    start = UNTIL - timedelta(days=3)
    simulate(start, UNTIL - timedelta(days=1), 8, seed=5)
    with as_system():
        living = Order.objects.filter(state=State.IN_PROGRESS.value).count()
    later = simulate(start, UNTIL, 8, seed=5)
    assert living
    assert later.orders
    assert later.steps > later.orders
    with as_system():
        _every_living_order_has_an_alarm()


def test_a_year_has_seasons_incidents_and_every_kind_of_caller() -> None:
    arrivals = Period(UNTIL - timedelta(days=365), UNTIL, 8, 12345).arrivals()
    assert len(arrivals) >= 3000
    assert {a.kind for a in arrivals} >= {"matter", "story", "repeat", "emergency", "abuse", "empty", "self_made"}
    assert len({a.story for a in arrivals}) >= 6
    for arrival in arrivals[::40]:
        case = make_case(arrival)
        assert not SLOT.search(case.message.text)
        assert len(case.message.text) >= 5


def test_arrivals_of_a_day_do_not_depend_on_other_days() -> None:
    day = UNTIL.date()
    assert arrivals_on(5, day, 9) == arrivals_on(5, day, 9)
    assert arrivals_on(5, day, 9) != arrivals_on(6, day, 9)


def test_pictures_are_small_and_differ() -> None:
    found = {picture(n) for n in range(VARIANTS)}
    assert len(found) == VARIANTS
    assert all(len(one) < 40_000 and one[:2] == b"\xff\xd8" for one in found)
