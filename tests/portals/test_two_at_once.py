"""Two people at one order: nobody overwrites what the other did, and each reads who did what."""

from __future__ import annotations

import re

import pytest

from factories import City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.evaluation.models import Rating
from minhu.handling.models import Order
from minhu.handling.services import take
from minhu.handling.types import Step, StepData
from minhu.intake.models import Suggestion
from minhu.kernel import clock
from portals.staff_pages import body, signed_in

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def stored(order: Order) -> Order:
    with as_system():
        return Order.objects.get(pk=order.pk)


def suggest(order: Order, field: str, value: object) -> None:
    with as_system():
        Suggestion.objects.create(
            request_id=order.request_id, field=field, value=value, confidence=0.9, basis="同类诉求", maker="rules", label="紧急",
            made_at=clock.now(),
        )  # fmt: skip


def by(city: City, who: str, order: Order, step: Step, **data: object) -> None:
    with acting_as(city.actor(who)):
        take(order.number, step, StepData(**data))  # type: ignore[arg-type]


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None, "the form carries no version"
    return found.group(1)


def test_advice_is_not_taken_over_what_another_clerk_has_just_corrected(city: City) -> None:
    order = make_order(city)
    suggest(order, "urgency", {"level": "urgent"})
    client = signed_in(city, "dispatcher2")
    page = body(client.get(f"/orders/{order.number}/"))
    accept = re.search(rf'hx-post="(/orders/{order.number}/advice/urgency/[^"]*)"', page)
    assert accept is not None
    by(city, "dispatcher", order, Step.CORRECT, urgency="danger")
    refused = client.post(accept.group(1), headers=HX)
    assert refused.status_code == 409
    assert "钱centre" in body(refused), "who did it"
    assert "更正要素" in body(refused), "what it was"
    assert stored(order).urgency == "danger"


def test_ones_own_corrections_are_no_conflict(city: City) -> None:
    order = make_order(city)
    suggest(order, "urgency", {"level": "urgent"})
    client = signed_in(city, "dispatcher")
    by(city, "dispatcher", order, Step.CORRECT, request_type="complaint")
    done = client.post(f"/orders/{order.number}/advice/urgency/?version={order.version}", headers=HX)
    assert done.status_code == 200
    assert stored(order).urgency == "urgent"


def test_a_change_of_advice_comes_back_with_who_was_faster_and_can_be_sent_again(city: City) -> None:
    order = make_order(city)
    suggest(order, "urgency", {"level": "urgent"})
    client, where = signed_in(city, "dispatcher2"), f"/orders/{order.number}/advice/urgency/"
    opened = body(client.get(f"{where}?change=1&version={order.version}"))
    sent = {"change": "1", "urgency": "urgent", "version": version_in(opened)}
    by(city, "dispatcher", order, Step.CORRECT, request_type="complaint")
    refused = client.post(where, sent, headers=HX)
    assert refused.status_code == 422
    assert "更正要素" in body(refused)
    assert stored(order).urgency == "normal"
    client.post(where, {**sent, "version": version_in(body(refused))}, headers=HX)
    assert stored(order).urgency == "urgent"


def returned(city: City) -> Order:
    order = make_order(city, upto="dispatched")
    by(
        city, "water_handler", order, Step.ASK_RETURN, reason_code="not_our_duty", unit_id=city.unit("urban"),
        text="该事项属于市容管理职责，请改派",
    )  # fmt: skip
    return order


def test_an_arbitration_is_decided_over_what_its_judge_has_read(city: City) -> None:
    order = returned(city)
    client, where = signed_in(city, "supervisor"), f"/supervision/arbitrate/{order.number}/"
    data = {"decision": "keep", "text": "属水务职责。", "version": version_in(body(client.get(where, headers=HX)))}
    by(city, "dispatcher", order, Step.NOTE, text="市领导过问")
    refused = client.post(where, data, headers=HX)
    assert refused.status_code == 422
    assert "备注" in body(refused)
    assert stored(order).state == "return_review"
    client.post(where, {**data, "version": version_in(body(refused))}, headers=HX)
    assert stored(order).state == "dispatched"


def test_whoever_comes_too_late_reads_who_decided(city: City) -> None:
    order = returned(city)
    client, where = signed_in(city, "supervisor"), f"/supervision/arbitrate/{order.number}/"
    data = {"decision": "keep", "text": "属水务职责。", "version": version_in(body(client.get(where, headers=HX)))}
    by(city, "dispatcher", order, Step.REFUSE_RETURN, text="仍由水务局办理")
    refused = client.post(where, data, headers=HX)
    assert refused.status_code == 409
    assert "不同意退单" in body(refused)


def test_a_callback_is_not_kept_after_somebody_else_has_reopened(city: City) -> None:
    order = make_order(city, upto="to_call_back")
    client, where = signed_in(city, "supervisor"), f"/supervision/callback/{order.number}/"
    said = {"reached": "yes", "responded": "yes", "solved": "yes", "satisfaction": "satisfied", "then": "close"}
    said["version"] = version_in(body(client.get(where, headers=HX)))
    by(city, "dispatcher", order, Step.NOTE, text="群众来电补充")
    refused = client.post(where, said, headers=HX)
    assert refused.status_code == 422
    assert "备注" in body(refused)
    with as_system():
        assert not Rating.objects.exists()
    by(city, "dispatcher", order, Step.REOPEN, text="仍停水", reason_code="not_solved")
    late = client.post(where, said, headers=HX)
    assert late.status_code == 409
    assert "重办" in body(late)
