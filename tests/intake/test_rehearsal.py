"""A surge: in the model nobody vanishes whatever the crowd, and the real services keep what they acknowledged."""

from __future__ import annotations

import pytest
from django.db import transaction

from factories import make_city, make_staff
from minhu.directory.access import as_system
from minhu.directory.types import Role
from minhu.intake.domain.rehearsal import Setup, rehearse
from minhu.intake.domain.seats import DoorRules
from minhu.intake.queries.rehearsals import calls_unaccounted, unaccounted
from minhu.kernel.errors import Invalid
from minhu.server import rehearsal


@pytest.mark.parametrize(
    "setup",
    [Setup(), Setup(seed=2, gone=1.0, back_home=0.0, minutes=3), Setup(times=1, gone=0), Setup(served=0, accepts=1)],
)
def test_nobody_is_lost_in_a_rehearsal_and_an_emergency_answers_more(setup: Setup) -> None:
    normal, emergency = (rehearse(setup, DoorRules(), emergency=on) for on in (False, True))
    for one in (normal, emergency):
        assert one.lost == 0
        assert one.arrivals == one.self_served + one.answered + one.called_back + one.still_open
        assert one == rehearse(setup, DoorRules(), emergency=one is emergency)
    assert emergency.answered >= normal.answered or emergency.self_served > normal.self_served
    assert (normal.proposed_after is None) == (setup.times == 1)


@pytest.mark.django_db(transaction=True)
def test_a_crowd_of_talks_leaves_nothing_unaccounted_for(home: object) -> None:
    city = make_city()
    for name in rehearsal.AGENTS:
        make_staff(name, city.units["centre"], Role.AGENT)
    rehearsal.check_empty()
    found = rehearsal.run(seconds=2, rate=8, threads=4, seed=3)
    assert found.lost == 0
    assert found.talks >= 8
    assert found.twice >= 1
    assert found.call_backs >= 1
    assert found.calls >= 1
    with transaction.atomic(), as_system():
        assert calls_unaccounted(rehearsal.LINE, ["never rang"]) == 1


@pytest.mark.django_db
def test_the_count_sees_what_is_missing_and_no_citizens_house_is_rehearsed_in(home: object) -> None:
    from uuid import uuid4

    from minhu.intake.services import talking
    from minhu.intake.types import TalkChannel

    make_city()
    uid = talking.begin(TalkChannel.CHAT).uid
    with as_system():
        assert unaccounted({uid: []}, []) == 0
        assert unaccounted({uid: ["never heard"], uuid4(): []}, ["never asked"]) == 3
    with pytest.raises(Invalid, match="另设一个"):
        rehearsal.check_empty()
