"""Incidents in a real browser: by keyboard, wide and narrow, with nothing that breaks."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect

from factories import City, make_city, make_order
from portals.test_browser import browser, visit  # noqa: F401  # fixtures
from portals.test_said_browser import enter, shot
from portals.test_unit_browser import broken

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def city(transactional_db: None) -> City:
    with transaction.atomic():
        made = make_city()
        for _ in range(11):
            make_order(made)
        return made


def test_an_incident_from_the_first_look_to_the_reply(visit: Any, city: City) -> None:  # noqa: F811
    window = enter(visit, city, "dispatcher", "/desk/incidents/")
    page = window.page
    expect(page.locator("main")).to_contain_text("像是一件事")
    shot(page, "incidents")
    page.get_by_role("link", name="立为事件").focus()
    page.keyboard.press("Enter")
    page.fill("#id_title", "柳湾街道片区停水")
    page.fill("#id_wording", "主管爆裂，正在抢修，预计今晚恢复。")
    shot(page, "incident_new")
    page.get_by_role("button", name="立为事件并合并").press("Enter")
    expect(page.locator("main")).to_contain_text("11 人反映")
    page.fill("#tell-text", "今晚八点前恢复供水。")
    page.get_by_role("button", name="先看告知谁").press("Enter")
    expect(page.locator("main")).to_contain_text("将告知 11 位诉求人")
    shot(page, "incident_preview")
    page.get_by_role("button", name="确认告知").press("Enter")
    expect(page.get_by_role("button", name="撤回")).to_be_visible()
    assert broken(page) == []
    assert window.wrong == []
    narrow = enter(visit, city, "dispatcher", page.url.removeprefix(window.base), 375)
    shot(narrow.page, "incident_narrow")
    assert broken(narrow.page) == []
    assert narrow.wrong == []
