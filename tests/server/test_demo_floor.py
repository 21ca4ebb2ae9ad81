"""Today at the demo city's hotline: a newcomer's wall shows people at work, and nobody on it who does not answer."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from minhu.directory.access import acting_as
from minhu.directory.queries.actors import actor_named
from minhu.intake.models import SeatChange, Talk
from minhu.intake.models.talks import Utterance
from minhu.intake.queries import callbacks, seats
from minhu.intake.queries.wall import wall
from minhu.intake.services import offering
from minhu.kernel import clock
from minhu.kernel.calendar import CHINA_TIME
from minhu.server.demo.floor import load_floor
from minhu.server.demo.load import load_base

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("hour", [time(0, 10), time(15, 30)])
def test_the_wall_of_a_newcomer(home: object, hour: time) -> None:
    load_base()
    present = datetime.combine(clock.now().astimezone(CHINA_TIME).date(), hour, CHINA_TIME)
    with clock.at(present):
        assert load_floor() > 0
        assert load_floor() == 0, "once"
    assert not Talk.objects.filter(opened_at__gt=present).exists(), "nothing lies in the future"
    assert not Utterance.objects.filter(at__gt=present).exists()
    assert not SeatChange.objects.filter(at__gt=present).exists()
    lead = actor_named("duban")
    assert lead is not None
    with clock.at(present + timedelta(minutes=30)):
        for _round in range(3):
            offering.tick()
        with acting_as(lead):
            seen = wall()
            assert {row.reason for row in seen.seats} <= {"", "用餐"}, "nobody is said not to have answered"
            assert sum(row.taken for row in seen.seats) >= seen.day.taken // 2 > 0, "who talks was offered it"
            assert all(row.taken <= row.offers for row in seen.seats)
            for row in (one for one in callbacks.queue() if one.appointed):
                assert 9 <= row.next_at.astimezone(CHINA_TIME).hour < 18, "nobody wishes to be called at night"
    assert seats.SeatState.BUSY in {row.state for row in seen.seats}
