"""Messages to partners: what happened is told once it is true, to whom it may be told, until it arrives or is given up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from exchange.listener import Listener, listening
from factories import MONDAY, City, make_order, make_request, received
from minhu.directory.access import acting_as, as_system
from minhu.directory.services.tokens import issue_token
from minhu.engines import webhooks
from minhu.evaluation.services import rate
from minhu.evaluation.types import Answers
from minhu.exchange.domain.telling import DISABLE_AFTER, RETRIES, kinds_of, next_attempt
from minhu.exchange.models import Delivery, OutboxEvent, Partner
from minhu.exchange.services import partners
from minhu.exchange.services.delivering import deliver
from minhu.exchange.types import EventKind, PartnerData
from minhu.handling.services import open_order, take
from minhu.handling.types import State, Step, StepData
from minhu.kernel import clock
from minhu.kernel.errors import Invalid, NotAllowed, NotFound

pytestmark = pytest.mark.django_db
ALL = tuple(kind.value for kind in EventKind)


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    monkeypatch.setenv("MINHU_OUTBOUND_NETWORKS", "127.0.0.0/8")
    with listening() as found:
        yield found


def add(**fields: Any) -> Partner:
    values: dict[str, Any] = {"label": "市民云", "kind": "platform", "events": ALL, "reach": "all", **fields}
    with as_system():
        uid, _, _ = partners.add(PartnerData(**values))
    return Partner.objects.get(uid=uid)


def told(listener: Listener) -> list[tuple[str, str]]:
    found = [json.loads(body) for body in listener.bodies]
    return [(one["type"], one["data"]["number"]) for one in found]


def test_a_life_of_an_order_is_told_step_by_step(city: City, monday: None, listener: Listener) -> None:
    partner = add(url=listener.url)
    order = make_order(city, upto="to_call_back")
    with acting_as(city.actor("supervisor")):
        take(order.number, Step.CLOSE)
    assert listener.bodies == [], "nothing leaves before the round"
    deliver()
    kinds = [kind for kind, number in told(listener) if number == order.number]
    assert kinds[0] == "order.opened"
    assert kinds[-2:] == ["order.state_changed", "order.closed"]
    assert "order.replied" in kinds
    first = json.loads(listener.bodies[0])
    assert first["data"]["category"] == {"code": "A1", "name": "供水"}
    assert first["timestamp"] == "2026-03-09T09:00:00+08:00"
    assert Delivery.objects.filter(state="delivered").count() == len(listener.bodies) == len(kinds)
    assert not OutboxEvent.objects.exists()
    partner.refresh_from_db()
    assert partner.last_ok_at == MONDAY


def test_every_message_is_signed_as_the_standard_says(city: City, listener: Listener) -> None:
    partner = add(url=listener.url)
    make_order(city)
    deliver()
    ours = Webhook(partner.secret_out)
    assert ours.verify(listener.bodies[0], listener.headers[0])["type"] == "order.opened"
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(webhooks.new_secret()).verify(listener.bodies[0], listener.headers[0])


def test_no_person_and_no_word_of_the_citizen_leaves(city: City, listener: Listener) -> None:
    add(url=listener.url)
    make_order(city, upto="closed", title="欧阳晓明家 13812345678 漏水")
    deliver()
    sent = b"".join(listener.bodies).decode()
    assert "欧阳晓明" not in sent
    assert "1381234" not in sent
    assert "柳湾小区三号楼" not in sent


def test_what_is_rolled_back_is_not_told(city: City, listener: Listener) -> None:
    add(url=listener.url)
    order = make_order(city, upto="to_dispatch")
    deliver()
    before = len(listener.bodies)
    with suppress(ZeroDivisionError), transaction.atomic(), acting_as(city.actor("dispatcher")):
        take(order.number, Step.DISPATCH, StepData(unit_id=city.unit("water")))
        raise ZeroDivisionError
    deliver()
    assert len(listener.bodies) == before


def test_ratings_are_told_without_the_answer(city: City, listener: Listener) -> None:
    from minhu.directory.queries.actors import citizen_actor

    add(url=listener.url, events=("order.rated",))
    order = make_order(city, upto="to_call_back")
    with acting_as(citizen_actor((order.request_id,))):
        rate(order.number, Answers(solved=False, satisfaction="dissatisfied", comment="没人来过"))
    deliver()
    assert told(listener) == [("order.rated", order.number)]
    assert "dissatisfied" not in listener.bodies[0].decode()


def test_partners_are_told_only_what_is_within_their_reach(city: City, listener: Listener) -> None:
    with as_system():
        issue_token("路灯小程序", ["requests:write"])
    own = add(label="甲", url=listener.url, reach="own", token="路灯小程序", events=("order.opened",))
    add(label="乙", kind="unit", url=listener.url, reach="unit", unit_id=city.unit("water"), events=ALL)
    add(label="丙", url=listener.url, area_codes=("990101",), category_codes=("B",), events=("order.opened",))
    foreign = make_order(city)
    deliver()
    assert Delivery.objects.count() == 0, "not its own, not its unit's, not its category"
    watery = make_order(city, upto="dispatched")
    housing = make_order(city, category_id=city.categories["B1"].pk)
    with as_system():
        mine = make_request(token_id=own.token_id)
        open_order(received(city, mine))
    deliver()
    by = {
        (row.partner.label, json.loads(row.body)["data"]["number"])
        for row in Delivery.objects.select_related("partner")
    }
    assert by == {("甲", mine.number), ("乙", watery.number), ("丙", housing.number)}
    assert foreign.number not in str(by)


def test_old_events_are_not_told_to_a_new_partner(city: City, listener: Listener) -> None:
    add(label="早", url=listener.url)
    make_order(city)
    with clock.at(clock.now() + timedelta(minutes=1)):
        add(label="晚", url=listener.url)
    deliver()
    assert {row.partner.label for row in Delivery.objects.select_related("partner")} == {"早"}


def test_nothing_is_noted_while_nobody_listens(city: City) -> None:
    make_order(city, upto="closed")
    assert not OutboxEvent.objects.exists()


def test_failures_are_tried_again_with_the_same_bytes_until_it_arrives(city: City, listener: Listener) -> None:
    partner = add(url=listener.url, events=("order.opened",))
    listener.answers = [(500, b"", {}), (503, b"", {"Retry-After": "90"}), (200, b"", {})]
    make_order(city)
    moment = clock.now()
    for pause in (1, 6, 89):
        moment += timedelta(seconds=pause)
        with clock.at(moment):
            deliver()
    assert len(listener.bodies) == 2, "not before the time the partner asked for"
    with clock.at(moment + timedelta(seconds=10)):
        deliver()
    assert len(listener.bodies) == 3
    assert len(set(listener.bodies)) == 1
    assert len({headers["webhook-id"] for headers in listener.headers}) == 1
    sent = {headers["webhook-timestamp"] for headers in listener.headers}
    assert len(sent) == 3, "each attempt is signed with its own time"
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.answer) == ("delivered", 3, 200)
    partner.refresh_from_db()
    assert partner.failing_since is None


def test_the_pauses_grow_from_seconds_to_a_day_and_end() -> None:
    pauses = [next_attempt(n, MONDAY) for n in range(1, len(RETRIES) + 2)]
    assert pauses[0] == MONDAY + timedelta(seconds=5)
    assert pauses[-2] == MONDAY + timedelta(days=1)
    assert pauses[-1] is None
    assert next_attempt(1, MONDAY, 10**9) == MONDAY + timedelta(days=1), "a partner cannot push it away for years"


def play(moment: Any, hours: int) -> Any:
    for _ in range(hours):
        moment += timedelta(hours=1)
        with clock.at(moment):
            deliver()
    return moment


def test_a_partner_that_takes_nothing_for_days_is_switched_off_and_told_of(city: City, listener: Listener) -> None:
    partner = add(url=listener.url, events=("order.opened",))
    listener.answers = [(500, b"", {})]
    make_order(city)
    moment = play(clock.now(), 72)
    assert Delivery.objects.get().state == "failed", "given up after two and a half days"
    partner.refresh_from_db()
    assert partner.active
    moment = play(moment, 50)
    with clock.at(moment):
        make_order(city)
    moment = play(moment, 2)
    partner.refresh_from_db()
    assert not partner.active
    assert partner.disabled_at is not None
    assert partner.disabled_at - (partner.failing_since or MONDAY) >= DISABLE_AFTER
    with as_system():
        partners.switch(partner.pk, active=True)
    listener.answers = [(200, b"", {})]
    play(moment, 1)
    assert Delivery.objects.filter(state="delivered").count() == 1, "what waited goes out when it is switched on again"


def test_gone_is_gone(city: City, listener: Listener) -> None:
    partner = add(url=listener.url, events=("order.opened",))
    listener.answers = [(410, b"", {})]
    make_order(city)
    deliver()
    partner.refresh_from_db()
    assert (partner.active, "410" in partner.disabled_reason) == (False, True)


def test_an_address_that_became_private_is_not_called(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening() as inside:
        partner = add(url="https://partner.example/in", events=("order.opened",))
        Partner.objects.filter(pk=partner.pk).update(url=inside.url)
        make_order(city)
        deliver()
        assert inside.bodies == []
    assert "内网" in Delivery.objects.get().error


def test_one_dead_partner_does_not_keep_the_others_waiting(city: City, listener: Listener) -> None:
    add(label="死", url="http://127.0.0.1:9/", events=("order.opened",))
    add(label="活", url=listener.url, events=("order.opened",))
    for _ in range(5):
        make_order(city)
    deliver()
    assert len(listener.bodies) == 5
    assert Delivery.objects.filter(partner__label="死", attempts=1).count() == 1, (
        "after a failure the rest waits with it"
    )


def test_a_message_is_sent_again_by_hand_with_the_same_id(city: City, listener: Listener) -> None:
    add(url=listener.url, events=("order.opened",))
    make_order(city)
    deliver()
    with as_system():
        partners.replay(Delivery.objects.get().pk)
    deliver()
    assert listener.headers[0]["webhook-id"] == listener.headers[1]["webhook-id"]
    with as_system(), pytest.raises(NotFound):
        partners.replay(10**9)


def test_only_the_security_administrator_manages_partners(city: City) -> None:
    for name in ("system_admin", "dispatcher", "leader"):
        with acting_as(city.actor(name)), pytest.raises(NotAllowed):
            partners.add(PartnerData(label="x", kind="platform"))


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"label": ""}, "label"),
        ({"kind": "enemy"}, "kind"),
        ({"url": "http://10.0.0.1/"}, "url"),
        ({"url": "ftp://x/"}, "url"),
        ({"url": ""}, "url"),
        ({"events": ("order.exploded",)}, "events"),
        ({"reach": "own"}, "token"),
        ({"reach": "unit"}, "unit_id"),
        ({"reach": "galaxy"}, "reach"),
        ({"token": "没有"}, "token"),
        ({"unit_id": 10**9}, "unit_id"),
        ({"kind": "unit"}, "unit_id"),
        ({"account": "nobody", "kind": "unit"}, "account"),
        ({"account": "water_handler"}, "account"),
        ({"category_codes": ("ZZ",)}, "category_codes"),
        ({"area_codes": ("00",)}, "area_codes"),
    ],
)
def test_a_wrong_partner_is_refused_field_by_field(city: City, fields: dict[str, Any], wrong: str) -> None:
    values: dict[str, Any] = {
        "label": "甲", "kind": "platform", "url": "https://partner.example/", "events": ALL, "reach": "all", **fields,
    }  # fmt: skip
    with as_system(), pytest.raises(Invalid) as refused:
        partners.add(PartnerData(**values))
    assert wrong in (refused.value.fields or {})


@given(step=st.sampled_from(Step), before=st.sampled_from(State), after=st.sampled_from(State))
def test_each_change_is_told_exactly_once_of_each_kind(step: Step, before: State, after: State) -> None:
    kinds = kinds_of(step.value, before.value, after.value)
    assert len(set(kinds)) == len(kinds)
    assert (EventKind.CHANGED in kinds) == (before is not after and step is not Step.OPEN)
