"""An outage rings hundreds of times: it is worked on once, and each of those who rang is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from factories import City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.handling.models import Incident, IncidentNotice, IncidentTold, Order
from minhu.handling.queries import incidents as reading
from minhu.handling.queries.public import public_view
from minhu.handling.services import incidents
from minhu.handling.services.incidents import IncidentDraft
from minhu.handling.services.perform import take
from minhu.handling.types import Step, StepData
from minhu.kernel import clock
from minhu.kernel.actors import Actor
from minhu.kernel.errors import Conflict, Invalid, NotAllowed
from minhu.ledger.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def draft(**more: object) -> IncidentDraft:
    values: dict[str, object] = {
        "title": "柳湾街道片区停水",
        "wording": "主管爆裂，正在抢修。",
        "began_at": clock.now(),
    }
    return IncidentDraft(**(values | more))  # type: ignore[arg-type]


def opened(city: City, count: int = 3, **more: object) -> tuple[int, list[Order]]:
    orders = [make_order(city) for _ in range(count + 1)]
    with acting_as(city.actor("dispatcher")):
        row = incidents.open_incident(orders[0].number, draft(**more))
        done = incidents.attach(row, [order.number for order in orders[1:]])
    assert (done.done, done.refused) == (count, ())
    return row, orders


def citizen(order: Order) -> Actor:
    return Actor(kind="citizen", id="c", roles=frozenset({"citizen"}), own_requests=(order.request_id,))


def test_many_like_calls_of_one_street_are_shown_as_a_possible_incident(city: City) -> None:
    for _ in range(9):
        make_order(city)
    make_order(city, category_id=city.categories["A2"].pk)
    make_order(city, received_at=clock.now() - timedelta(hours=5))
    with acting_as(city.actor("dispatcher")):
        assert reading.clusters() == [], "nine are fewer than the rule says"
        make_order(city)
        (cluster,) = reading.clusters()
    assert cluster.count == 10
    assert cluster.street == "990101001"
    assert cluster.incident is None


def test_orders_belong_to_the_incident_and_leave_it_as_they_came(city: City) -> None:
    row, orders = opened(city)
    with acting_as(city.actor("dispatcher")):
        assert reading.incident(row).reported == 4
        assert [one.main for one in reading.members(row)[0]] == [True, False, False, False]
        incidents.detach(row, orders[2].number, "那栋楼是自家阀门坏了")
        assert reading.incident(row).reported == 3
    with as_system():
        assert Order.objects.get(pk=orders[2].pk).state == "received"
        assert Order.objects.get(pk=orders[1].pk).state == "merged"


def test_what_does_not_fit_is_named_and_the_rest_is_attached(city: City) -> None:
    row, orders = opened(city, 1)
    ended = make_order(city, upto="closed")
    with acting_as(city.actor("dispatcher")):
        found = incidents.attach(row, [ended.number, make_order(city).number, orders[1].number])
    assert found.done == 2, "what is attached already stays attached"
    assert [number for number, _ in found.refused] == [ended.number]


def test_everybody_is_told_once_with_a_receipt_and_those_taken_out_are_not(city: City) -> None:
    row, orders = opened(city)
    with acting_as(city.actor("dispatcher")):
        notice = incidents.tell_all(row, "抢修已完成，电话13912345678，今晚八点前恢复供水。", [orders[3].number])
    assert incidents.send_due() == 0, "there is time to take it back"
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert incidents.send_due() == 1
        assert incidents.send_due() == 0
    with as_system():
        assert set(IncidentTold.objects.values_list("order_id", flat=True)) == {one.pk for one in orders[:3]}
        told = IncidentTold.objects.get(order=orders[1])
        assert told.callback == "wanted"
        assert IncidentNotice.objects.get(pk=notice).told == 3
        assert Entry.objects.filter(kind="incident.told").count() == 1
    with acting_as(citizen(orders[1])):
        view = public_view(orders[1].request_id)
    assert "今晚八点前恢复供水" in view.timeline[-1].text
    assert "13912345678" not in view.timeline[-1].text, "a telephone number is nothing for hundreds of people"
    with acting_as(citizen(orders[3])):
        assert "恢复供水" not in public_view(orders[3].request_id).timeline[-1].text
    with acting_as(city.actor("dispatcher")):
        incidents.called_back(told.pk)
        with pytest.raises(Conflict):
            incidents.called_back(told.pk)
        assert reading.notices(row)[0].to_call == 2


def test_a_notice_that_was_taken_back_never_goes_out(city: City) -> None:
    row, _ = opened(city, 1)
    with acting_as(city.actor("dispatcher")):
        notice = incidents.tell_all(row, "今晚恢复供水。")
        with pytest.raises(Conflict):
            incidents.tell_all(row, "明早恢复供水。")
        incidents.withdraw_notice(notice)
        with pytest.raises(Conflict):
            incidents.withdraw_notice(notice)
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert incidents.send_due() == 0
    with as_system():
        assert not IncidentTold.objects.exists()


def test_the_incident_ends_with_its_leading_order_and_everybodys_with_it(city: City) -> None:
    main = make_order(city, upto="to_call_back")
    others = [make_order(city) for _ in range(3)]
    with acting_as(city.actor("dispatcher")):
        row = incidents.open_incident(main.number, draft())
        incidents.attach(row, [one.number for one in others])
        with pytest.raises(Conflict, match="还没有办结"):
            incidents.close_incident(row, "全部恢复供水")
    with acting_as(city.actor("supervisor")):
        take(main.number, Step.CLOSE, StepData())
    with acting_as(city.actor("dispatcher")):
        incidents.close_incident(row, "全部恢复供水")
        assert reading.incidents() == []
        assert [one.id for one in reading.incidents(closed=True)] == [row]
    with as_system():
        assert {one.state for one in Order.objects.filter(merged_into=main)} == {"closed"}


def test_citizens_read_how_many_reported_it_and_nothing_of_anybody(city: City) -> None:
    row, orders = opened(city, expected_end=clock.now() + timedelta(hours=4))
    (shown,) = reading.public_incidents()
    assert (shown.title, shown.reported) == ("柳湾街道片区停水", 4)
    with acting_as(citizen(orders[2])):
        assert public_view(orders[2].request_id).incident == shown
    with acting_as(city.actor("dispatcher")):
        incidents.change_incident(row, draft(public=False))
    assert reading.public_incidents() == []


@pytest.mark.parametrize("who", ["agent", "water_handler", "leader"])
def test_only_who_merges_orders_works_on_incidents(city: City, who: str) -> None:
    row, orders = opened(city, 1)
    with acting_as(city.actor(who)):
        for work in (
            lambda: incidents.open_incident(orders[0].number, draft()), lambda: incidents.tell_all(row, "今晚恢复供水。"),
            lambda: incidents.attach(row, []), lambda: incidents.close_incident(row, "全部恢复供水"), lambda: reading.incidents(),
            lambda: incidents.detach(row, orders[1].number, "不是一件事"),
        ):  # fmt: skip
            with pytest.raises(NotAllowed):
                work()


@pytest.mark.parametrize("wrong", [{"title": "停"}, {"wording": ""}, {"expected_end": clock.now() - timedelta(days=1)}])
def test_an_incident_without_words_or_with_an_end_before_its_beginning_is_refused(
    city: City, wrong: dict[str, object]
) -> None:
    order = make_order(city)
    with acting_as(city.actor("dispatcher")), pytest.raises(Invalid):
        incidents.open_incident(order.number, draft(**wrong))
    with as_system():
        assert not Incident.objects.exists()


def test_a_reply_to_five_hundred_is_one_statement(city: City) -> None:
    row, orders = opened(city, 1)
    with as_system(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO handling_order SELECT (jsonb_populate_record(o, jsonb_build_object('id', 900000 + n, 'number', 'X' || n))).*"
            " FROM handling_order o, generate_series(1, 500) n WHERE o.id = %s", [orders[1].pk],
        )  # fmt: skip
    with acting_as(city.actor("dispatcher")):
        incidents.tell_all(row, "今晚恢复供水。")
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert incidents.send_due() == 1
    with as_system():
        assert IncidentTold.objects.count() == 502
