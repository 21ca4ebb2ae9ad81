"""Where the rule says so, the same matter joins the running order by itself; nothing delicate ever does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from factories import MONDAY, City, make_city
from minhu.directory.access import acting_as, as_system
from minhu.directory.models import RuleSet
from minhu.directory.queries.freshness import forget
from minhu.directory.queries.rules import shipped_content
from minhu.directory.types import RuleKind
from minhu.handling.models import Order
from minhu.handling.queries.joined import joined_by_rule
from minhu.handling.queries.public import public_view
from minhu.handling.services.perform import take
from minhu.handling.types import Step, StepData
from minhu.intake.services import receive
from minhu.intake.types import NewRequest
from minhu.kernel import clock
from minhu.kernel.actors import Actor
from minhu.language.joinable import named_loss, same_estate
from portals.staff_pages import body, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
FIRST = "滨江区柳湾街道春晖小区从昨天晚上开始停水，到现在还没有恢复，请尽快处理。"
SAME = "滨江区柳湾街道春晖小区停水了，从昨晚到现在一直没水用，什么时候恢复供水？"
PHONES = ("13800138000", "13900139000")


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def switch(**more: Any) -> None:
    content = {**shipped_content(RuleKind.AUTOMATION), "auto_join": True, **more}
    rule_set = RuleSet.objects.create(kind="automation", version=9, content=content, created_at=MONDAY)
    RuleSet.objects.filter(kind="automation").exclude(pk=rule_set.pk).delete()
    RuleSet.objects.filter(pk=rule_set.pk).update(state="published", published_at=MONDAY)
    forget()


def said(text: str, phone: str = PHONES[0], **more: Any) -> Order:
    receipt = receive(NewRequest(text=text, requester_phone=phone, **more))
    with as_system():
        return Order.objects.select_related("merged_into").get(number=receipt.number)


def test_without_the_rule_nothing_joins_by_itself(city: City) -> None:
    said(FIRST)
    assert said(SAME).merged_into is None


@pytest.mark.parametrize("phone", PHONES)
def test_the_same_matter_joins_and_says_why_to_staff_and_citizen(city: City, phone: str) -> None:
    switch()
    first, second = said(FIRST), said(SAME, phone)
    assert second.merged_into == first
    assert second.state == "merged"
    with acting_as(city.actor("dispatcher")):
        why = joined_by_rule(second.pk)
        assert why is not None
        assert why.number == first.number
        assert "停水" in why.basis
        assert joined_by_rule(first.pk) is None
    with acting_as(Actor(kind="citizen", id="c", roles=frozenset({"citizen"}), own_requests=(second.request_id,))):
        assert "已合并办理" in " ".join(one.text for one in public_view(second.request_id).timeline)


def test_a_third_one_joins_the_order_that_leads(city: City) -> None:
    switch()
    first = said(FIRST)
    said(SAME)
    assert said("春晖小区还是停水，滨江区柳湾街道，昨晚开始的，请尽快恢复供水。", PHONES[1]).merged_into == first


@pytest.mark.parametrize(
    ("text", "more"),
    [
        (SAME + "家里的热水器坏了，要求赔偿。", {}),
        (SAME, {"confidential": True}),
        ("滨江区柳湾街道春晖小区停水，老人想不开站在楼顶要跳楼，快来人！", {}),
        ("滨江区柳湾街道秋月小区停水了，从昨晚到现在一直没水用，什么时候恢复供水？", {}),
        ("滨江区柳湾街道停水了，从昨晚到现在一直没水用，什么时候恢复供水？", {}),
        ("滨江区柳湾街道春晖小区路灯不亮了，晚上出门看不见路。", {}),
        (SAME + "另外小区东门的路灯也不亮了，请一并维修。", {}),
        (SAME + "还有，楼下餐馆油烟很大，熏得人睡不着，请环保部门查处。", {}),
        (SAME + "再不来水我们就去市政府门口拉横幅上访。", {}),
        ("滨江区柳湾街道春晖小区和秋月小区停水了，从昨晚到现在一直没水用，什么时候恢复供水？", {}),
        (SAME + "希望尽快处理。" * 90 + "我家的情况与别家不同，详见前文。", {}),
    ],
    ids=[
        "own loss",
        "confidential",
        "danger",
        "other place",
        "no place",
        "other matter",
        "a second matter",
        "a second matter of another kind",
        "petition",
        "two places",
        "too long to be compared whole",
    ],
)
def test_what_is_delicate_or_another_matter_waits_for_a_person(city: City, text: str, more: dict[str, Any]) -> None:
    switch()
    said(FIRST)
    assert said(text, PHONES[1], **more).merged_into is None


def test_nothing_joins_an_order_whose_words_are_sensitive(city: City) -> None:
    switch()
    said(FIRST + "再不来水我们就去市政府门口拉横幅上访。")
    assert said(SAME, PHONES[1]).merged_into is None


@pytest.mark.parametrize("delicate", [{"urgency": "danger"}, {"sensitive": True}, {"confidential": True}])
def test_nothing_joins_an_order_that_is_delicate(city: City, delicate: dict[str, Any]) -> None:
    switch()
    first = said(FIRST)
    with as_system():
        Order.objects.filter(pk=first.pk).update(**delicate)
    assert said(SAME, PHONES[1]).merged_into is None


def test_nothing_joins_what_is_too_old_or_has_ended(city: City) -> None:
    switch(auto_join_hours=24)
    first = said(FIRST)
    with clock.at(clock.now() + timedelta(hours=30)):
        assert said(SAME, PHONES[1]).merged_into is None
    with acting_as(city.actor("dispatcher")):
        take(first.number, Step.REFUSE, StepData(reason_code="elsewhere", text="不属于本市"))
    assert said(SAME, PHONES[1]).merged_into != first


def test_one_press_parts_them_again(city: City) -> None:
    switch()
    said(FIRST)
    second = said(SAME, PHONES[1])
    client = signed_in(city, "dispatcher")
    page = body(client.get(f"/orders/{second.number}/"))
    assert "不是同一件，恢复单独办理" in page
    assert "已恢复单独办理" in body(client.post(f"/orders/{second.number}/part/", follow=True))
    with as_system():
        second.refresh_from_db()
    assert second.merged_into is None
    assert second.state in ("received", "to_dispatch")
    assert signed_in(city, "agent").post(f"/orders/{second.number}/part/").status_code == 403


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("小区停水一天了", ""),
        ("停水把我家热水器弄坏了", "坏了"),
        ("停电冰箱里的药坏了，要求误工费", "误工"),
        ("老人在家做透析", "透析"),
        ("路灯不亮", ""),
    ],
)
def test_who_tells_of_a_loss_of_his_own(text: str, lost: str) -> None:
    assert (lost in named_loss(text)) if lost else named_loss(text) == ""


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("柳湾街道春晖小区停水", "春晖小区没水", True), ("春晖小区3号楼电梯坏了", "春晖小区5号楼电梯坏了", False),
        ("春晖小区3号楼电梯坏了", "春晖小区3栋电梯停运", True), ("春晖小区停水", "秋月小区停水", False), ("清河路停水", "春晖小区停水", None),
    ],
)  # fmt: skip
def test_estates_and_buildings_keep_matters_apart(first: str, second: str, same: bool | None) -> None:
    assert same_estate(first, second) is same
