"""A crosswalk decided by the keyboard in a real browser, wide and narrow."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect

from factories import City, make_city
from minhu.directory.access import acting_as
from minhu.directory.models import CrosswalkLine
from minhu.directory.services import crosswalks
from portals.test_browser import browser, visit  # noqa: F401  # fixtures
from portals.test_crosswalks import ROWS
from portals.test_said_browser import enter, shot
from portals.test_unit_browser import broken

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def city(transactional_db: None) -> City:
    with transaction.atomic():
        return make_city()


def test_digits_decide_one_line_after_the_other(visit: Any, city: City) -> None:  # noqa: F811
    with transaction.atomic(), acting_as(city.actor("system_admin")):
        draft = crosswalks.draft_from("江北分热线", ROWS)
        crosswalks.note_gap("省平台", "科技/量子通信", 3)
    window = enter(visit, city, "system_admin", "/manage/crosswalks/")
    page = window.page
    shot(page, "crosswalks")
    assert broken(page) == []
    page.get_by_role("link", name="江北分热线").press("Enter")
    expect(page.locator("main")).to_contain_text("已确认 0 类")
    shot(page, "crosswalk")
    assert broken(page) == []
    page.keyboard.press("1")
    expect(page.locator("main")).to_contain_text("已确认 1 类")
    page.keyboard.press("0")
    expect(page.locator("main")).to_contain_text("已确认 2 类")
    page.keyboard.press("0")
    expect(page.locator("main")).to_contain_text("全部已确认")
    assert CrosswalkLine.objects.filter(decided=True).count() == 3
    narrow = enter(visit, city, "system_admin", f"/manage/crosswalks/{draft}/?all=1", 375)
    shot(narrow.page, "crosswalk_narrow")
    assert broken(narrow.page) == []
    assert window.wrong + narrow.wrong == []
