"""New types and joint decisions in a real browser: wide and narrow, by keyboard, with nothing that breaks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect

from factories import City, make_city, make_order
from minhu.directory.access import acting_as
from minhu.handling.services import joint, new_types
from minhu.handling.services.joint import CaseDraft
from minhu.kernel import clock
from portals.test_browser import browser, visit  # noqa: F401  # fixtures
from portals.test_said_browser import enter, shot
from portals.test_unit_browser import broken

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def city(transactional_db: None) -> City:
    with transaction.atomic():
        made = make_city()
        orders = [make_order(made, upto="to_dispatch") for _ in range(3)]
        with acting_as(made.actor("dispatcher")):
            for order in orders:
                new_types.mark(order.number)
            asked = (made.unit("urban"), made.unit("housing"))
            draft = CaseDraft(
                "低空飞行扰民", "是否属于贵单位职责，依据是什么？", asked, clock.now() + timedelta(days=2)
            )
            joint.open_case(draft, [orders[2].number])
        return made


def test_a_new_type_from_the_list_to_the_opinions(visit: Any, city: City) -> None:  # noqa: F811
    window = enter(visit, city, "dispatcher", "/joint/")
    page = window.page
    expect(page.locator("main")).to_contain_text("像是同一件新事（2 件）")
    assert broken(page) == []
    shot(page, "joint")
    for box in page.locator("input[name=orders]").all():
        box.focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="对勾选的发起会商").press("Enter")
    expect(page.locator("main")).to_contain_text("涉及的工单（2）")
    page.fill("#id_title", "机器人送货占用盲道")
    page.fill("#id_question", "是否属于贵单位职责？")
    page.fill("#id_units", "云溪市城管局")
    shot(page, "joint_new")
    assert broken(page) == []
    narrow = enter(visit, city, "urban_head", "/joint/", 375)
    narrow.page.get_by_role("link", name="低空飞行扰民").press("Enter")
    expect(narrow.page.locator("main")).to_contain_text("云溪市城管局的意见")
    shot(narrow.page, "joint_opinion_narrow")
    assert broken(narrow.page) == []
    narrow.page.get_by_label("属于本单位职责").press("Space")
    narrow.page.locator("textarea[name=text]").fill("依职责清单。")
    narrow.page.get_by_role("button", name="提交意见").press("Enter")
    expect(narrow.page.locator("body")).to_contain_text("会商意见已提交")
    boss = enter(visit, city, "supervisor", "/joint/")
    boss.page.get_by_role("link", name="低空飞行扰民").press("Enter")
    expect(boss.page.locator("main")).to_contain_text("各单位意见（1 / 2）")
    shot(boss.page, "joint_case")
    assert broken(boss.page) == []
    assert window.wrong + narrow.wrong + boss.wrong == []
