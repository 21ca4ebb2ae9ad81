"""Dispatch advice in a real browser, by the keyboard: the first three with reasons, 'why not', a correction that teaches."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect

from factories import City, make_city, make_order
from minhu.directory.access import as_system
from minhu.directory.models import DutyVersion
from minhu.directory.queries.freshness import local_day
from minhu.directory.services.catalogue import load_catalogue
from minhu.directory.services.duties import draft_from, load_duties
from minhu.handling.models import Lesson, Simulation
from minhu.handling.services import simulating
from portals.test_browser import browser, visit  # noqa: F401  # fixtures
from portals.test_desk_board import closed
from portals.test_said_browser import enter, shot
from portals.test_unit_browser import broken

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
DUTY = {"unit": "housing", "category": "A1", "duty": "二次供水设施维护", "basis": "城市供水条例第二十七条"}


@pytest.fixture
def city(transactional_db: None) -> City:
    with transaction.atomic():
        made = make_city()
        with as_system():
            load_catalogue([{"category": "A1", "lead": "unit:water", "assist": ["unit:urban"], "basis": "供水职责"}])
            load_duties([DUTY, {**DUTY, "unit": "water", "duty": "供水管网维护"}])
        for _ in range(2):
            closed(made, "housing", after="water")
        closed(made, "water")
    return made


@pytest.mark.parametrize(("width", "modes"), [(1440, {}), (390, {"theme": "dark"})])
def test_a_dispatcher_reads_asks_and_corrects(visit: Any, city: City, width: int, modes: dict[str, str]) -> None:  # noqa: F811
    with transaction.atomic():
        order = make_order(city, upto="to_dispatch")
    window = enter(visit, city, "dispatcher", "/desk/", width, **modes)
    page = window.page
    expect(page.locator(f"#row-{order.number}")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    panel = page.locator("#desk-panel")
    expect(panel.locator(".unit-options > li")).to_have_count(2)
    expect(panel.locator(".unit-options")).to_contain_text("退回 2 件")
    box = panel.get_by_label("为什么不是")
    box.fill("云溪市城管局")
    box.press("Enter")
    expect(panel.locator(".why-not")).to_contain_text("没有一件由云溪市城管局办理")
    shot(page, f"advice-{width}")
    assert broken(page) == []
    panel.get_by_role("link", name="仍派给它").press("Enter")
    expect(panel.get_by_label("主办单位")).to_have_value("云溪市城管局")
    panel.get_by_role("button", name="派单").press("Enter")
    expect(panel).to_contain_text("请选择为什么不派建议的单位")
    shot(page, f"correct-{width}")
    panel.locator("[name=reason_code]").select_option("agreed")
    panel.get_by_role("button", name="派单").press("Enter")
    expect(panel).to_contain_text("已派单")
    with transaction.atomic(), as_system():
        lesson = Lesson.objects.get(kind="correction")
    assert (lesson.right_unit_id, lesson.reason_code) == (city.unit("urban"), "agreed")


@pytest.mark.parametrize(("width", "modes"), [(1440, {}), (390, {"theme": "dark"})])
def test_an_administrator_plays_a_draft(visit: Any, city: City, width: int, modes: dict[str, str]) -> None:  # noqa: F811
    with transaction.atomic(), as_system():
        draft_from([{**DUTY, "words": "停水"}, {**DUTY, "unit": "water", "category": "A2"}], "新的三定方案")
        version = DutyVersion.objects.get(state="draft").pk
    window = enter(visit, city, "system_admin", f"/manage/duties/{version}/", width, **modes)
    page = window.page
    expect(page.locator("main")).to_contain_text("没有单位负责的分类")
    shot(page, f"duties-{width}")
    assert broken(page) == []
    window.go(f"/manage/simulations/duties/{version}/")
    day = local_day().isoformat()
    page.get_by_label("从").fill(day)
    page.get_by_label("到", exact=True).fill(day)
    shot(page, f"start-{width}")
    page.get_by_role("button", name="开始推演").press("Enter")
    expect(page.locator("#simulation progress")).to_be_visible()
    simulating.run(Simulation.objects.get().pk)
    expect(page.locator("#simulation")).to_contain_text("预计退单")
    expect(page.locator("#simulation")).to_contain_text("云溪市住建局")
    shot(page, f"simulation-{width}")
    assert broken(page) == []
    assert window.wrong == []
