"""The grid worker's telephone: sign, be there, done; a lost network or a wrong grid loses nothing."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from factories import City, make_city, make_order, make_unit
from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.freshness import forget
from minhu.directory.types import UnitKind
from minhu.handling.models import Assignment, Order, OrderStep, Review
from minhu.handling.services import take
from minhu.handling.types import Step, StepData
from minhu.ledger.models import Access
from portals.staff_pages import body, signed_in

pytestmark = pytest.mark.django_db
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


@pytest.fixture
def city(db: None, home: Any) -> City:
    made = make_city()
    made.units["grid2"] = make_unit(
        "grid2", "柳湾第二网格", UnitKind.GRID, made.areas["99010100100101"], made.units["community"]
    )
    forget()
    return made


@pytest.fixture
def task(city: City) -> Order:
    """An order that the water bureau leads and the first grid looks after."""
    order = make_order(city, upto="in_progress")
    with acting_as(city.actor("water_handler")):
        take(order.number, Step.PASS_TO_GRID, StepData(unit_id=city.unit("grid"), text="请到现场看看"))
    return order


def share_of(order: Order, city: City) -> Assignment:
    with as_system():
        return Assignment.objects.get(order=order, unit_id=city.unit("grid"))


def test_only_grid_workers_have_this_page(city: City, client: Any) -> None:
    assert client.get("/grid/").status_code == 302
    assert signed_in(city, "water_handler").get("/grid/").status_code == 403


def test_sign_be_there_done(city: City, task: Order) -> None:
    client = signed_in(city, "grid_worker")
    assert "下一步：签收" in body(client.get("/grid/"))
    client.post(f"/grid/{task.number}/sign/", {})
    assert "第二步：到现场" in body(client.get(f"/grid/{task.number}/"))
    client.post(f"/grid/{task.number}/arrive/", {})
    photo = SimpleUploadedFile("现场.png", PIXEL, "image/png")
    done = client.post(
        f"/grid/{task.number}/finish/", {"solved": "yes", "reply": "已关闭阀门", "files": photo}, follow=True
    )
    assert "这件已办完" in body(done)
    assert "办理照片" in body(done)
    share = share_of(task, city)
    assert share.reply == "已关闭阀门"
    assert share.first_contact_at is not None
    today = body(client.get("/grid/"))
    assert "没有要办的任务" in today
    assert "办完</strong>" in today


def test_what_is_missing_is_said_beside_the_field(city: City, task: Order) -> None:
    client = signed_in(city, "grid_worker")
    client.post(f"/grid/{task.number}/sign/", {})
    client.post(f"/grid/{task.number}/arrive/", {})
    wrong = client.post(f"/grid/{task.number}/finish/", {"solved": "no", "reply": "需要更换管道"})
    assert wrong.status_code == 422
    assert "没有解决的，请选择原因" in body(wrong)
    assert "需要更换管道" in body(wrong)


def test_sending_twice_after_the_network_came_back_counts_once(city: City, task: Order) -> None:
    client = signed_in(city, "grid_worker")
    client.post(f"/grid/{task.number}/sign/", {})
    key = re.search(r'name="key" value="([^"]+)"', body(client.get(f"/grid/{task.number}/")))
    assert key
    for _ in range(2):
        answer = client.post(f"/grid/{task.number}/arrive/", {"key": key[1]}, headers={"HX-Request": "true"})
        assert answer.status_code == 204
        assert answer["HX-Redirect"] == f"/grid/{task.number}/"
    with as_system():
        assert OrderStep.objects.filter(order=task, step="contact").count() == 1


def test_not_my_grid_names_the_right_one(city: City, task: Order) -> None:
    client = signed_in(city, "grid_worker")
    page = body(client.get(f"/grid/{task.number}/"))
    assert "柳湾第二网格" in page
    assert client.post(f"/grid/{task.number}/return/", {"unit_id": "", "text": ""}).status_code == 422
    back = {"unit_id": city.unit("grid2"), "text": "在路的东侧，属第二网格"}
    client.post(f"/grid/{task.number}/return/", back)
    with as_system():
        asked = Review.objects.get(kind="return")
    assert asked.right_unit_id == city.unit("grid2")
    assert "等待审核" in body(client.get(f"/grid/{task.number}/"))


def test_the_number_is_masked_until_the_call_and_the_reading_is_logged(city: City) -> None:
    from minhu.intake import services as intake
    from minhu.intake.types import NewRequest

    with as_system():
        number = intake.receive(
            NewRequest(
                text="柳湾小区三号楼停水，请尽快处理。", requester_phone="13900001111", requester_name="欧阳测试"
            )
        ).number
        state = Order.objects.get(number=number).state
    with acting_as(city.actor("dispatcher")):
        if state == "received":
            take(number, Step.ACCEPT)
        take(number, Step.DISPATCH, StepData(unit_id=city.unit("grid")))
    client = signed_in(city, "grid_worker")
    page = body(client.get(f"/grid/{number}/"))
    assert "139****1111" in page
    assert "13900001111" not in page
    call = client.post(f"/grid/{number}/call/", headers={"HX-Request": "true"})
    assert 'href="tel:13900001111"' in body(call)
    with as_system():
        assert Access.objects.filter(purpose__contains="网格").exists()


def test_a_task_of_another_grid_is_not_found(city: City) -> None:
    order = make_order(city, upto="in_progress")
    client = signed_in(city, "grid_worker")
    assert client.get(f"/grid/{order.number}/").status_code == 404
    assert client.post(f"/grid/{order.number}/finish/", {"solved": "yes", "reply": "x"}).status_code == 404
    assert client.post(f"/grid/{order.number}/nonsense/", {}).status_code == 404
