"""New types and joint decisions on the pages: from ticked orders to the verdict, each role with what is its own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import City, make_city, make_order
from minhu.directory.access import as_system
from minhu.handling.models import JointCase, JointOpinion, NewMatter, Order
from minhu.kernel import clock
from portals.staff_pages import body, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def marked(city: City, count: int = 2) -> list[Order]:
    orders = [make_order(city, upto="to_dispatch") for _ in range(count)]
    client = signed_in(city, "dispatcher")
    for order in orders:
        assert "已标为新类型" in body(client.post(f"/joint/mark/{order.number}/", follow=True))
    return orders


def opened(city: City) -> tuple[JointCase, list[Order]]:
    orders = marked(city)
    client, numbers = signed_in(city, "dispatcher"), [one.number for one in orders]
    assert numbers[1] in body(client.get("/joint/new/", {"orders": numbers}))
    due = clock.now() + timedelta(days=2)
    data = {
        "orders": numbers, "title": "低空飞行扰民", "question": "是否属于贵单位职责？", "due_at": f"{due:%Y-%m-%dT%H:%M}",
        "units": ["云溪市城管局", "云溪市住建局"],
    }  # fmt: skip
    response = client.post("/joint/new/", data)
    assert response.status_code == 302, body(response)
    with as_system():
        return JointCase.objects.get(), orders


def test_what_says_the_same_stands_together(city: City) -> None:
    marked(city)
    assert "像是同一件新事（2 件）" in body(signed_in(city, "dispatcher").get("/joint/"))


def test_the_title_that_units_will_read_names_nobody(city: City) -> None:
    order = marked(city, 1)[0]
    client = signed_in(city, "dispatcher")
    for confidential, title in ((False, "13812345678反映无人机扰民"), (True, "三号楼反映无人机扰民")):
        with as_system():
            Order.objects.filter(pk=order.pk).update(title=title, confidential=confidential)
        field = (
            body(client.get("/joint/new/", {"orders": [order.number]})).partition('name="title"')[2].partition(">")[0]
        )
        assert "13812345678" not in field
        assert ("无人机扰民" in field) is not confidential


def test_from_ticked_orders_to_the_verdict(city: City) -> None:
    case, orders = opened(city)
    path = f"/joint/{case.pk}/"
    assert "会商中" in body(signed_in(city, "dispatcher").get(path))
    for who, kind, right in (("urban", "ours", ""), ("housing", "others", "云溪市城管局")):
        client = signed_in(city, f"{who}_head")
        assert "低空飞行扰民" in body(client.get("/joint/"))
        said = {"kind": kind, "text": "依据职责清单。", "right_unit_id": right, "category_id": ""}
        assert "会商意见已提交" in body(client.post(f"{path}opinion/{city.unit(who)}/", said, follow=True))
    page = body(signed_in(city, "housing_head").get(path))
    assert orders[0].number not in page
    assert "云溪市城管局的意见" not in page
    boss = signed_in(city, "supervisor")
    assert "可裁定" in body(boss.get("/joint/"))
    wrong = boss.post(f"{path}decide/", {"unit_id": "云溪市城管局", "reason": "依职责清单。"})
    assert wrong.status_code == 422
    assert "请选择分类或写明新分类" in body(wrong)
    verdict = {"unit_id": "云溪市城管局", "category_id": "城市管理/噪声", "reason": "依职责清单。"}
    done = body(boss.post(f"{path}decide/", {**verdict, "category_id": str(city.categories["A2"].code)}, follow=True))
    assert "已裁定：派出 2 件" in done
    assert "低空飞行扰民" in body(signed_in(city, "dispatcher").get("/joint/?ended=1"))


def test_wrong_input_is_answered_in_words(city: City) -> None:
    orders = marked(city, 1)
    client = signed_in(city, "dispatcher")
    bad = {"orders": [orders[0].number], "title": "低", "question": "", "units": ["没有的局"], "due_at": "x"}
    answer = client.post("/joint/new/", bad)
    assert answer.status_code == 422
    assert "没有勾选工单" in body(client.get("/joint/new/"))
    assert client.get("/joint/999999/").status_code == 404
    assert "没有找到这件事项" in body(client.post("/joint/unmark/", {"orders": ["x"]}, follow=True))
    case, _ = opened(city)
    late = signed_in(city, "urban_head").post(
        f"/joint/{case.pk}/opinion/{city.unit('urban')}/", {"kind": "others", "text": "不是"}
    )
    assert late.status_code == 422
    with as_system():
        assert not JointOpinion.objects.exclude(kind="").exists()


def test_a_mark_is_taken_off_on_the_list_and_shown_on_the_order(city: City) -> None:
    (order,) = marked(city, 1)
    client = signed_in(city, "dispatcher")
    assert "新类型" in body(client.get(f"/orders/{order.number}/"))
    assert "已取消新类型标记" in body(client.post("/joint/unmark/", {"orders": [order.number]}, follow=True))
    with as_system():
        assert NewMatter.objects.exclude(dropped_at=None).count() == 1
    assert "没有新类型的诉求" in body(client.get("/joint/"))


def test_a_proposal_goes_into_a_draft_in_the_administration(city: City) -> None:
    case, _ = opened(city)
    with clock.at(clock.now() + timedelta(days=3)):
        signed_in(city, "supervisor").post(
            f"/joint/{case.pk}/decide/",
            {"unit_id": "云溪市城管局", "new_name": "低空飞行", "new_parent": "A", "reason": "现有分类都不合适。"},
        )
    admin = signed_in(city, "system_admin")
    page = body(admin.get("/manage/categories/"))
    assert "新增分类：低空飞行" in page
    start = page.index("/manage/joint-proposals/")
    path = page[start : page.index('"', start)]
    assert "代码必须填写" in body(admin.post(path, {"code": ""}, follow=True))
    assert "低空飞行" in body(admin.post(path, {"code": "A9"}, follow=True))


@pytest.mark.parametrize("who", ["agent", "leader", "grid_worker", "system_admin"])
def test_others_have_no_joint_decisions(city: City, who: str) -> None:
    assert signed_in(city, who).get("/joint/").status_code == 403
