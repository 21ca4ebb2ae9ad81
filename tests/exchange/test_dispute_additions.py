"""What a citizen adds to a running dispute: an injury is the government's at once, personal values stay with us."""

from __future__ import annotations

import pytest
from tests.exchange.test_disputes import citizen, complaint, opened, registered, sent, state

from factories import MONDAY, City
from minhu.directory.access import acting_as
from minhu.exchange.domain.disputes import News, Phase
from minhu.exchange.domain.handover_sheet import Sheet
from minhu.exchange.domain.handovers import Way
from minhu.exchange.queries import disputes as queries
from minhu.exchange.services import dispute_door, disputes, emergency
from minhu.exchange.services.disputes import Consent
from minhu.kernel import clock
from minhu.kernel.errors import Conflict


@pytest.mark.django_db
@pytest.mark.parametrize("contact", [False, True])
def test_a_number_in_an_addition_is_shown_only_where_he_agreed(city: City, contact: bool) -> None:
    known = registered(city)
    with clock.at(MONDAY):
        number = complaint(city)
        uid, door = sent(city, number, known["优购到家"], contact=contact), opened(city, known["优购到家"])
        dispute_door.answer(door, uid, News.ASK, "请提供订单号。")
        with acting_as(citizen(number)):
            disputes.choose(uid, News.TELL, "订单号 YG20260309，可打13987654321")
        view, shown = dispute_door.shown(door, uid)
        assert shown is not None
        assert "YG20260309" in shown.added[0]
        assert ("13987654321" in repr((view, shown))) is contact


@pytest.mark.django_db
def test_an_injury_told_later_goes_to_no_enterprise_but_to_the_government(city: City) -> None:
    known = registered(city)
    with clock.at(MONDAY):
        number = complaint(city)
        uid, door = sent(city, number, known["优购到家"]), opened(city, known["优购到家"])
        assert dispute_door.answer(door, uid, News.ASK, "请说明怎么坏的。") is Phase.MORE
        with acting_as(citizen(number)):
            words = "充电时手机爆炸，把孩子的手炸伤了。"
            assert disputes.choose(uid, News.TELL, words, key="t") is Phase.BACK
            assert disputes.choose(uid, News.TELL, words, key="t") is Phase.BACK
        assert state(number) == "to_dispatch"
        view, shown = dispute_door.shown(door, uid)
        assert shown is None
        assert not any(line.text for line in view.lines), "the enterprise reads nothing of it"
        with acting_as(city.actor("agent")):
            assert queries.one(uid).why == "涉及人身伤害或安全，由政府直接办理"
            with pytest.raises(Conflict, match="不再交企业"):
                disputes.ask(number, known["优购到家"].pk, consent=Consent(True))


@pytest.mark.django_db
def test_an_emergency_service_takes_it_from_the_enterprise(city: City) -> None:
    known = registered(city)
    with clock.at(MONDAY):
        number = complaint(city)
        uid = sent(city, number, known["优购到家"])
        with acting_as(city.actor("agent")):
            emergency.begin(number, [("120", Way.VOICE)], Sheet(what="孩子的手被炸伤，流血不止"), key="e")
            assert state(number) == "emergency"
            assert queries.one(uid).why == "涉及人身伤害或安全，由政府直接办理"
