"""The parts of the administration are one row also on a telephone: it scrolls, the chosen one is in sight, keys reach all."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from factories import City, make_city
from portals.test_browser import browser, visit  # noqa: F401  # fixtures
from portals.test_said_browser import enter, shot
from portals.test_unit_browser import broken

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
IN_SIGHT = """(one) => {
  const [inner, outer] = [one.getBoundingClientRect(), one.closest("ul").getBoundingClientRect()];
  return inner.left >= outer.left - 1 && inner.right <= outer.right + 1;
}"""


@pytest.fixture
def city(transactional_db: None) -> City:
    with transaction.atomic():
        return make_city()


def rows_of(page: Page) -> int:
    """How many rows the tabs take."""
    tops = page.locator(".manage-tabs a").evaluate_all(
        "all => all.map((one) => Math.round(one.getBoundingClientRect().top))"
    )
    return len(set(tops))


def test_tabs_of_the_administration_are_one_row_on_a_telephone(visit: Any, city: City) -> None:  # noqa: F811
    window = enter(visit, city, "system_admin", "/manage/calendar/", 390)
    page = window.page
    tabs = page.locator(".manage-tabs a")
    assert tabs.count() > 8, "more than fit"
    assert rows_of(page) == 1
    assert page.locator(".manage-tabs [aria-current]").evaluate(IN_SIGHT), "who comes here sees where he is"
    shot(page, "manage_tabs_390")
    tabs.first.focus()
    for _ in range(tabs.count() - 1):
        page.keyboard.press("Tab")
    expect(tabs.last).to_be_focused()
    assert tabs.last.evaluate(IN_SIGHT), "the keyboard brings each into sight"
    shot(page, "manage_tabs_390_last")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert broken(page) == []
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    assert page.locator(".manage-tabs [aria-current]").evaluate(IN_SIGHT)
    wide = enter(visit, city, "system_admin", "/manage/calendar/", 1440)
    assert wide.page.locator(".manage-tabs a").first.is_visible()
    assert wide.page.evaluate("document.documentElement.scrollWidth") <= 1440
    assert window.wrong + wide.wrong == []
