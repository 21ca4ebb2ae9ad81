"""Standard phrases and training needs in a real browser: a phrase by one key, counted; pages that anybody can use."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect

from factories import City, make_city
from minhu.directory.access import acting_as, as_system
from minhu.directory.models import Post, Staff
from minhu.directory.types import Role
from minhu.intake.models import PhraseUse
from minhu.intake.services import phrases
from portals.test_browser import browser, visit  # noqa: F401  # fixtures
from portals.test_said_browser import enter, shot
from portals.test_training import handled
from portals.test_unit_browser import broken

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def city(transactional_db: None) -> City:
    with transaction.atomic():
        city = make_city()
        with acting_as(city.actor("supervisor")):
            phrases.write("opening", "问候语", "您好，请问有什么可以帮您？")
            phrases.write("asking", "问地点", "请问事情发生在哪个小区？")
            phrases.write("closing", "结束语", "感谢您的来电，再见。")
        return city


def test_a_phrase_goes_into_the_answer_by_one_key_behind_what_is_typed(visit: Any, city: City) -> None:  # noqa: F811
    window = enter(visit, city, "agent", "/desk/talks/")
    page, keys = window.page, window.page.keyboard
    keys.press("n")
    page.locator("#td-note").wait_for()
    keys.press("Escape")
    keys.press("1")
    box = page.locator("#td-say")
    expect(box).to_be_focused()
    expect(box).to_have_value("您好，请问有什么可以帮您？")
    keys.type("我姓赵。1")  # a digit in a box is a digit
    expect(box).to_have_value("您好，请问有什么可以帮您？我姓赵。1")
    keys.press("Escape")
    keys.press("2")
    expect(box).to_have_value("您好，请问有什么可以帮您？我姓赵。1请问事情发生在哪个小区？")
    shot(page, "desk-phrases")
    assert broken(page) == []
    page.wait_for_timeout(300)
    with transaction.atomic(), as_system():
        assert sorted(PhraseUse.objects.values_list("phrase__title", flat=True)) == ["问候语", "问地点"]
    wrong = [one for one in window.wrong if "503" not in one]  # this server streams nothing
    assert wrong == []


def test_the_pages_of_training_are_usable_at_every_width(visit: Any, city: City) -> None:  # noqa: F811
    with transaction.atomic():
        city.staff["agent2"] = Staff.objects.create(username="agent2", name="孙二")
        Post.objects.create(staff=city.staff["agent2"], unit=city.units["centre"], role=Role.AGENT.value)
    handled(city, "agent", 6, corrected=6, seconds=300)
    handled(city, "agent2", 8, corrected=1, seconds=100)
    for width in (1440, 390):
        window = enter(visit, city, "supervisor", "/supervision/training/", width)
        shot(window.page, f"training-{width}")
        assert broken(window.page) == []
        assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        window.page.get_by_role("link", name=city.staff["agent"].name, exact=True).click()
        window.page.get_by_text("看工单").first.click()
        shot(window.page, f"training-one-{width}")
        assert broken(window.page) == []
        assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        window.page.goto(f"{window.base}/supervision/phrases/")
        shot(window.page, f"phrases-{width}")
        assert broken(window.page) == []
        window.page.get_by_role("link", name="问地点").click()
        shot(window.page, f"phrase-{width}")
        assert broken(window.page) == []
        assert [one for one in window.wrong if "503" not in one] == []  # this server streams nothing
