"""Pages about what documents say together, in a real browser: wide and narrow, by keyboard, with nothing that breaks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect

from knowledge.keepers import Keepers, gather
from knowledge.papers import paper
from minhu.directory.access import acting_as
from minhu.directory.models import Staff
from minhu.knowledge.queries import documents
from minhu.knowledge.services import contradictions, pairs
from portals.test_browser import browser, visit  # noqa: F401  # fixtures
from portals.test_said_browser import enter, shot
from portals.test_unit_browser import broken

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
FIRST = "第五条 低保家庭申请水价优惠，每户每月减免水费12元，由供水公司在账单中扣除。"
SECOND = "低保家庭申请水价优惠的，每户每月减免水费15元，由供水公司在账单中扣除。"


@pytest.fixture
def keepers(transactional_db: None) -> Keepers:
    with transaction.atomic():
        made = gather()
        for name in ("reviewer", "water_editor"):
            made.city.staff[name] = Staff.objects.get(username=name)
        return made


def put(keepers: Keepers, content: bytes) -> int:
    with transaction.atomic():
        return keepers.published(content)


def test_two_documents_side_by_side_are_judged_by_keyboard(visit: Any, keepers: Keepers) -> None:  # noqa: F811
    put(keepers, paper(more=(FIRST,)))
    window = enter(visit, keepers.city, "reviewer", "/knowledge/contradictions/")
    page = window.page
    expect(page.locator("main")).to_contain_text("没有待判断的矛盾")
    put(keepers, paper("云溪市困难家庭用水补贴问答", more=(SECOND,)))
    contradictions.look()
    window.go("/knowledge/contradictions/")
    assert broken(page) == []
    shot(page, "contradictions")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("mark").first).to_have_text("12元")
    assert broken(page) == []
    page.get_by_label("以《云溪市困难家庭用水补贴问答》为准").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="记录判断").press("Enter")
    expect(page.get_by_label("依据")).to_be_focused()
    page.keyboard.type("以新文件为准")
    shot(page, "contradiction")
    page.get_by_role("button", name="记录判断").press("Enter")
    expect(page.locator("main")).to_contain_text("没有待判断的矛盾")
    narrow = enter(visit, keepers.city, "reviewer", "/knowledge/contradictions/?decided=1", 375)
    expect(narrow.page.locator("main")).to_contain_text("以《云溪市困难家庭用水补贴问答》为准（15元）")
    assert broken(narrow.page) == []
    shot(narrow.page, "contradictions_narrow")
    assert window.wrong == []


def test_questions_are_reviewed_by_keyboard_and_an_interpretation_is_signed(visit: Any, keepers: Keepers) -> None:  # noqa: F811
    document = put(keepers, paper())
    contradictions.look()
    pairs.make()
    window = enter(visit, keepers.city, "reviewer", "/knowledge/pairs/")
    page = window.page
    assert broken(page) == []
    shot(page, "pairs")
    first = page.locator("textarea[name=question]").first.input_value()
    page.keyboard.press("j")
    page.keyboard.press("1")
    expect(page.locator(".toast, [role=status], [role=alert]").filter(has_text="已采用").first).to_be_visible()
    window.go("/knowledge/pairs/?state=accepted")
    expect(page.locator("main")).to_contain_text(first)
    with transaction.atomic(), acting_as(keepers.reviewer):
        version = documents.card(document).version.id
    window.go(f"/knowledge/interpretation/{version}/")
    expect(page.locator("main")).to_contain_text("尚未经人签发")
    assert broken(page) == []
    shot(page, "interpretation")
    page.get_by_role("button", name="我已核对，签发").press("Enter")
    expect(page.locator("main")).to_contain_text("已由 审核丙")
    narrow = enter(visit, keepers.city, "agent", f"/knowledge/interpretation/{version}/", 375)
    expect(narrow.page.locator("main")).to_contain_text("数字一览")
    clause = narrow.page.locator("table").get_by_role("link", name="第三条").first
    expect(clause).to_have_attribute("href", re.compile(rf"^/knowledge/{document}/#p\d+$"))
    assert broken(narrow.page) == []
    shot(narrow.page, "interpretation_narrow")
    assert window.wrong == []


def test_the_graph_of_a_matter_is_drawn_and_told_as_a_table(visit: Any, keepers: Keepers) -> None:  # noqa: F811
    document = put(keepers, paper())
    for name, width in (("agent", 1440), ("agent", 375)):
        window = enter(visit, keepers.city, name, f"/knowledge/{document}/graph/", width)
        page = window.page
        expect(page.locator(".net-picture svg")).to_be_visible()
        expect(page.locator("table")).to_contain_text("低保证原件")
        expect(page.get_by_role("link", name="第二条第（二）项")).to_have_attribute(
            "href", f"/knowledge/{document}/#p5"
        )
        assert broken(page) == []
        shot(page, f"graph_{width}")
        assert window.wrong == []
