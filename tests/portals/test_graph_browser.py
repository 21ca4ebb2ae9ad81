"""The graph across documents and the cards of tools in a real browser: wide and narrow, by keyboard, nothing broken."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect

from knowledge.keepers import Keepers, gather
from knowledge.test_graph import GUIDE, RULES
from minhu.directory.access import as_system
from minhu.directory.models import Landmark, Staff
from minhu.directory.queries.freshness import forget
from minhu.knowledge.queries.store import forget_papers
from minhu.knowledge.services import contradictions
from portals.test_browser import browser, visit  # noqa: F401  # fixtures
from portals.test_said_browser import enter, shot
from portals.test_tools import OFFICES, table
from portals.test_unit_browser import broken

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
QUESTION = "/knowledge/ask/?question=南岸公园附近哪里办居住证，要带什么材料"


@pytest.fixture
def keepers(transactional_db: None) -> Keepers:
    forget_papers()
    with transaction.atomic():
        made = gather()
        made.city.staff["reviewer"] = Staff.objects.get(username="reviewer")
        with as_system():
            for name, latitude, longitude in (
                ("柳湾路", 30.4, 110.4),
                ("南岸路", 30.43, 110.43),
                ("南岸公园", 30.431, 110.431),
            ):
                Landmark.objects.create(
                    name=name, kind="road", area=made.city.areas["990101001"], latitude=latitude, longitude=longitude
                )  # fmt: skip
        for content in (RULES, GUIDE, table("云溪市居住证办理大厅一览", OFFICES, "居住证在各大厅办理。")):
            made.published(content)
    forget()
    contradictions.look()
    return made


def test_a_matter_is_found_and_walked_by_keyboard_and_cards_stand_beside_answers(visit: Any, keepers: Keepers) -> None:  # noqa: F811
    window = enter(visit, keepers.city, "reviewer", "/knowledge/graph/")
    page = window.page
    expect(page.locator("main")).to_contain_text("居住证")
    assert broken(page) == []
    page.keyboard.press("/")
    page.keyboard.type("居住证")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=**")
    shot(page, "graph_found")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".net-picture svg")).to_be_visible()
    expect(page.locator("main")).to_contain_text("说法不一致")
    assert broken(page) == []
    shot(page, "graph_all")
    page.get_by_role("link", name="材料", exact=True).press("Enter")
    expect(page.locator("tbody")).not_to_contain_text("工本费")
    window.go(QUESTION)
    expect(page.locator(".tool-card").first).to_contain_text("南岸大厅")
    assert broken(page) == []
    shot(page, "tools_desk")
    narrow = enter(visit, keepers.city, "reviewer", "/knowledge/graph/?matter=居住证", 375)
    expect(narrow.page.locator(".net-picture svg")).to_be_visible()
    assert broken(narrow.page) == []
    shot(narrow.page, "graph_all_narrow")
    narrow.go("/ask/")
    narrow.page.get_by_label("您想了解什么？").fill("南岸公园附近哪里办居住证")
    narrow.page.get_by_role("button", name="提问").press("Enter")
    expect(narrow.page.locator(".tool-map")).to_be_visible()
    assert broken(narrow.page) == []
    shot(narrow.page, "tools_public_narrow")
    assert window.wrong == []
