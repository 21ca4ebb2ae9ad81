"""One matter of a talk is one order, by whatever door its agent registers it and however fast; a further matter is begun."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections, transaction
from django.test import Client
from tests.portals.test_talk_desk import begin, note

from factories import City, make_city
from minhu.directory.access import as_system
from minhu.exchange.models import Handover
from minhu.handling.models import Order
from minhu.intake import services as intake
from minhu.intake.models import Draft, Request, Supplement, Talk
from portals.staff_pages import body, signed_in

WORDS = "柳湾社区5号楼楼道里有很重的煤气味，有人头晕"


@pytest.fixture
def city(home: object, transactional_db: None) -> City:
    with transaction.atomic():
        return make_city()


def new_form(talk: UUID, text: str = WORDS) -> tuple[str, dict[str, Any]]:
    return "/desk/new/", {"key": uuid4().hex, "talk": talk.hex, "text": text, "after": "keep"}


def hand_over(talk: UUID) -> tuple[str, dict[str, Any]]:
    return "/desk/emergency/new/", {
        "key": uuid4().hex, "talk": str(talk), "proposed": "119", "what": WORDS, "place": "柳湾社区5号楼",
        "way": "three_party", "services": ["119"],
    }  # fmt: skip


def talk_of(agent: Client) -> tuple[str, UUID]:
    desk = begin(agent)
    note(agent, desk, WORDS)
    return desk, UUID(desk.split("/")[3])


def one_order(talk: UUID) -> Order:
    with transaction.atomic(), as_system():
        order, request = Order.objects.get(), Request.objects.get()
        assert order.request_id == request.pk
        assert Talk.objects.get(uid=talk).request_ids == [request.pk]
        assert Draft.objects.get().request_id == request.pk
        return order


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("doors", ["hand over, form", "form, hand over", "form, form", "beside the talk, hand over"])
def test_one_after_the_other_is_one_order(city: City, doors: str) -> None:
    agent = signed_in(city, "agent")
    desk, talk = talk_of(agent)
    for door in doors.split(", "):
        address, data = {
            "hand over": hand_over(talk), "form": new_form(talk), "beside the talk": (f"{desk}register/", {"after": "keep"}),
        }[door]  # fmt: skip
        assert agent.post(address, data).status_code == 302, door
    order = one_order(talk)
    with transaction.atomic(), as_system():
        assert Handover.objects.count() == doors.count("hand over")
    assert order.state == ("emergency" if "hand over" in doors else order.state)


@pytest.mark.django_db(transaction=True)
def test_all_doors_at_once_are_one_order(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three windows of one agent, pressed in the same moment; each would take its time to register."""
    windows = [signed_in(city, "agent") for _ in range(4)]
    desk, talk = talk_of(windows[0])
    real, begun = intake.receive, []

    def slow(*given: Any, **named: Any) -> Any:
        begun.append(1)
        time.sleep(0.3)
        return real(*given, **named)

    monkeypatch.setattr(intake, "receive", slow)
    together = Barrier(len(windows))

    def press(window: Client, address: str, data: dict[str, Any]) -> int:
        together.wait(20)
        try:
            return int(window.post(address, data).status_code)
        finally:
            connections.close_all()

    presses = [new_form(talk), hand_over(talk), new_form(talk), (f"{desk}register/", {"after": "keep"})]
    with ThreadPoolExecutor(len(windows)) as pool:
        found = list(pool.map(lambda one: press(one[0], *one[1]), zip(windows, presses, strict=True)))
    assert all(status in (302, 422) for status in found), found
    assert len(begun) == 1, "who comes second waits for the talk and finds its order"
    order = one_order(talk)
    assert order.state == "emergency"


@pytest.mark.django_db(transaction=True)
def test_nothing_typed_is_lost_and_a_further_matter_is_another_order(city: City) -> None:
    agent = signed_in(city, "agent")
    desk, talk = talk_of(agent)
    agent.post(*new_form(talk))
    number = one_order(talk).number
    assert f"这次对话已登记为 {number}" in body(agent.get(f"/desk/new/?talk={talk}"))
    assert number in body(agent.get(f"/desk/emergency/new/?talk={talk}")), "the sheet is of the order that there is"
    more = body(agent.post(*new_form(talk, f"{WORDS}，物业电话打不通"), follow=True))
    assert "已补充到这张工单" in more
    assert one_order(talk).number == number
    with transaction.atomic(), as_system():
        assert "物业电话打不通" in Supplement.objects.get().text
    assert agent.post(f"{desk}another/").status_code == 302
    assert agent.post(*new_form(talk, "小区门口的路灯坏了三天了")).status_code == 302
    with transaction.atomic(), as_system():
        assert Request.objects.count() == Order.objects.count() == Draft.objects.count() == 2
