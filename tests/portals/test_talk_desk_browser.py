"""A whole call at the desk with the keyboard alone, in a real browser: noted, looked at, corrected, registered; nothing scrolls away."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from factories import City, make_city
from minhu.directory.access import as_system
from minhu.intake.models import Draft, Request
from portals.test_browser import browser, visit  # noqa: F401  # fixtures
from portals.test_said_browser import enter, shot
from portals.test_unit_browser import broken

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def city(transactional_db: None) -> City:
    with transaction.atomic():
        return make_city()


def _settle(page: Page) -> None:
    """Fields are accepted and corrected by keys; what is typed in a box moves nothing."""
    keys = page.keyboard
    keys.press("F4")
    keys.press("w")
    expect(page.locator(".talk-said.is-source")).to_have_count(1)
    keys.press("a")
    expect(page.locator("#row-title")).to_have_class("td-row td-likely is-settled")
    expect(page.locator(".td-row.is-current")).to_have_id("row-matter")  # the next one not looked at
    for _ in range(3):
        keys.press("j")
    expect(page.locator(".td-row.is-current")).to_have_id("row-place")
    keys.press("e")
    expect(page.locator("#edit-place")).to_be_focused()
    keys.press("Control+a")
    keys.type("柳湾社区5号楼2单元")
    keys.press("Enter")
    expect(page.locator("#row-place .td-value")).to_have_text("柳湾社区5号楼2单元")
    keys.press("F2")
    keys.type("就在柳湾社区6号楼对面，我姓李，a s e n q 这些字照样写")  # keys of the desk are letters in a box
    keys.press("Enter")
    expect(page.locator("#row-name .td-value")).to_have_text("李")
    expect(page.locator("#row-place .td-value")).to_have_text("柳湾社区5号楼2单元")


def test_a_call_from_first_word_to_number_without_a_mouse(visit: Any, city: City) -> None:  # noqa: F811
    window = enter(visit, city, "agent", "/desk/talks/")
    page, keys = window.page, window.page.keyboard
    keys.press("n")
    page.locator("#td-note").wait_for()
    expect(page.locator("#td-note")).to_be_focused()
    keys.type("柳湾社区3号楼，哦不对，是5号楼，从昨晚开始停水，全楼六十户没水用")
    keys.press("Enter")
    expect(page.locator("#row-place .td-value")).to_have_text(
        "柳湾社区5号楼", timeout=60_000
    )  # models load at the first words
    expect(page.locator("#td-note")).to_have_value("")
    question = page.locator("#td-question")
    expect(question).to_be_visible()
    keys.press("Escape")
    keys.press("q")
    expect(page.locator("#td-say")).to_be_focused()
    assert page.locator("#td-say").input_value() == question.inner_text()
    keys.press("Enter")
    expect(page.locator(".talk-agent")).to_have_count(1)
    _settle(page)
    assert page.evaluate(
        "[document.documentElement.scrollHeight <= innerHeight, document.documentElement.scrollWidth <= innerWidth]"
    ) == [True, True]
    shot(page, "desk-1440")
    assert broken(page) == []
    narrow = enter(visit, city, "agent", page.url.removeprefix(window.base), 390, theme="dark")
    shot(narrow.page, "desk-390")
    assert broken(narrow.page) == []
    assert narrow.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    keys.press("Control+Enter")
    expect(page.locator(".td-done")).to_contain_text("查询码")
    shot(page, "desk-done")
    with transaction.atomic(), as_system():
        request, draft = Request.objects.get(), Draft.objects.get()
        assert (request.place_text, draft.request_id) == ("柳湾社区5号楼2单元", request.pk)
        assert draft.outcomes["title"] == "accepted"
    wrong = [one for one in window.wrong + narrow.wrong if "503" not in one]  # this server streams nothing
    assert wrong == []


def test_the_words_of_a_field_are_marked_exactly_and_a_warning_is_mended_by_keys(visit: Any, city: City) -> None:  # noqa: F811
    window = enter(visit, city, "agent", "/desk/talks/")
    page, keys = window.page, window.page.keyboard
    keys.press("n")
    page.locator("#td-note").wait_for()
    keys.type(
        "𠮷祥如意，楼下装修噪音太大，吵得睡不着"
    )  # a sign that is two units for the browser and one for the server
    keys.press("Enter")
    warned = page.locator(".td-warning")
    expect(page.locator('[data-noise="no_time"]')).to_be_visible(timeout=60_000)
    expect(page.locator('[data-noise="no_place"]')).to_be_visible()
    shot(page, "desk-warned")
    keys.type("每天早上六点，我姓李")
    keys.press("Enter")
    expect(page.locator('[data-noise="no_time"]')).to_have_count(0)
    keys.press("Escape")
    assert warned.first.get_attribute("data-noise") == "no_place"
    keys.press("g")
    expect(page.locator("#edit-place")).to_be_focused()
    keys.type("柳湾社区5号楼")
    keys.press("Enter")
    expect(page.locator('[data-noise="no_place"]')).to_have_count(0)
    page.locator("#row-when").focus()
    keys.press("w")
    expect(page.locator(".talk-words mark")).to_have_text("每天早上六点")
    page.locator("#row-urgency").focus()
    shot(page, "desk-words-marked")
    assert broken(page) == []


def test_the_typed_form_warns_while_one_types_and_leads_to_the_field_by_key(visit: Any, city: City) -> None:  # noqa: F811
    window = enter(visit, city, "agent", "/desk/new/")
    page, keys = window.page, window.page.keyboard
    page.locator("#id_text").focus()
    keys.type("桃园小区和翠湖花园都从昨天开始停水，来问问")
    two = page.locator('#warnings [data-noise="two_places"]')
    expect(two).to_be_visible(timeout=60_000)
    shot(page, "new-warned")
    assert broken(page) == []
    two.focus()
    keys.press("Enter")
    expect(page.locator("#id_place_text")).to_be_focused()
    keys.press("Control+a")
    keys.type("翠湖花园")
    expect(two).to_have_count(0)
    assert window.wrong == []
