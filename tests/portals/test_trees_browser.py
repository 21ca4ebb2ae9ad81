"""Scenario trees in a real browser: edited by keyboard and by mouse, walked by number keys and without a script."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from knowledge.keepers import Keepers, gather
from knowledge.papers import paper
from minhu.directory.models import Staff
from portals.test_browser import browser, visit  # noqa: F401  # fixtures
from portals.test_said_browser import enter, shot
from portals.test_unit_browser import broken

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PRICES = (("类别", "价格（元）"), ("第一阶梯", "2.10"), ("第二阶梯", "3.15"), ("第三阶梯", "6.30"))


@pytest.fixture
def keepers(transactional_db: None) -> Keepers:
    with transaction.atomic():
        made = gather()
        for name in ("reviewer", "water_editor"):
            made.city.staff[name] = Staff.objects.get(username=name)
        return made


def fits(page: Page, width: int) -> None:
    """Nothing stands beyond the window; a busy browser lays a page out anew a while after its window became narrow."""
    for _ in range(50):
        if page.evaluate("document.documentElement.scrollWidth") <= width:
            return
        page.wait_for_timeout(100)
    raise AssertionError(page.evaluate("document.documentElement.scrollWidth"))


def moved_by_keyboard_and_mouse(page: Page) -> None:
    labels = page.locator("[data-tree-children] strong")
    page.locator("#tree [data-keys-row]", has_text="第二阶梯").last.focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(labels.first).to_have_text("第二阶梯")
    expect(page.locator("#announcer")).to_contain_text("第 1 个，共 3 个")
    expect(page.locator("[data-keys-row]:focus")).to_contain_text("第二阶梯")
    page.keyboard.press("z")
    expect(labels.first).to_have_text("第一阶梯")
    page.locator("#tree [data-keys-row]", has_text="第三阶梯").last.focus()
    page.keyboard.press("Delete")
    expect(labels).to_have_count(2)
    page.keyboard.press("z")
    expect(labels).to_have_count(3)
    page.locator("[data-tree-children] .tree-grip").nth(2).hover()
    target = page.locator("[data-tree-children] .tree-row").first.bounding_box()
    assert target is not None
    page.mouse.down()
    page.mouse.move(target["x"] + 40, target["y"] + 40, steps=8)
    page.mouse.move(target["x"] + 40, target["y"] + 6, steps=8)
    page.mouse.up()
    expect(labels.first).to_have_text("第三阶梯")
    expect(page.locator("#announcer")).to_contain_text("第 1 个")


def walked_by_everybody(visit: Any, keepers: Keepers, tree: str) -> None:  # noqa: F811
    agent = enter(visit, keepers.city, "agent", f"/knowledge/trees/{tree}/walk/")
    walk = agent.page
    assert broken(walk) == []
    walk.keyboard.press("2")
    expect(walk.locator(".ask-answer")).to_contain_text("2.10")
    expect(walk.locator(".ask-here")).to_contain_text("第一阶梯")
    walk.locator("html[data-ready]").wait_for(state="attached")
    assert broken(walk) == []
    shot(walk, "tree_walk")
    walk.keyboard.press("b")
    expect(walk.locator(".tree-choices a")).to_have_count(3)
    citizen = visit(375, size="large")
    citizen.go("/ask/trees/")
    assert broken(citizen.page) == []
    citizen.page.get_by_role("link", name="居民水价").click()
    shot(citizen.page, "tree_public_step")
    citizen.page.get_by_role("link", name="第二阶梯").click()
    expect(citizen.page.locator("main")).to_contain_text("3.15")
    citizen.page.locator("html[data-ready]").wait_for(state="attached")
    assert broken(citizen.page) == []
    fits(citizen.page, 375)
    shot(citizen.page, "tree_public_end")
    citizen.go("/ask/")
    citizen.page.get_by_label("您想了解什么？").fill("居民水价是多少")
    citizen.page.get_by_role("button", name="提问").click()
    citizen.page.get_by_role("button", name="第三阶梯").click()
    expect(citizen.page.locator(".ask-words")).to_contain_text("6.30")
    shot(citizen.page, "tree_asked_back")
    assert agent.wrong == []
    assert citizen.wrong == []


def test_a_tree_is_drafted_edited_by_keyboard_and_mouse_and_walked(visit: Any, keepers: Keepers) -> None:  # noqa: F811
    window = enter(visit, keepers.city, "water_editor", "/knowledge/trees/")
    page = window.page
    expect(page.locator("main")).to_contain_text("还没有情景树")
    expect(page.locator(".desk-menu a.active")).to_have_text("情景树")
    shot(page, "trees_empty")
    with transaction.atomic():
        keepers.published(paper(prices=PRICES))
    page = window.go("/knowledge/trees/new/?q=水价")
    assert broken(page) == []
    shot(page, "tree_new")
    page.get_by_role("checkbox", name="居民阶梯水价").check()
    page.get_by_label("名称").fill("居民水价")
    page.get_by_label("群众怎么问").fill("水价 多少")
    page.get_by_role("button", name="起草").click()
    expect(page.locator("[data-tree-children] > li")).to_have_count(3)
    page.locator("html[data-ready]").wait_for(state="attached")
    assert broken(page) == []
    moved_by_keyboard_and_mouse(page)
    page.locator("#tree [data-keys-row]", has_text="第三阶梯").last.focus()
    page.keyboard.press("Enter")
    page.get_by_label("群众也这样说").first.fill("用得多")
    page.get_by_label("群众也这样说").first.press("Enter")
    expect(page.locator("#tree")).to_contain_text("也说 用得多")
    assert broken(page) == []
    shot(page, "tree_editor")
    page.set_viewport_size({"width": 375, "height": 800})
    fits(page, 375)
    assert broken(page) == []
    shot(page, "tree_editor_narrow")
    page.set_viewport_size({"width": 1440, "height": 860})
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator("main")).to_contain_text("待审核")
    assert window.wrong == []
    reviewer = enter(visit, keepers.city, "reviewer", page.url.removeprefix(window.base))
    reviewer.page.get_by_role("button", name="审核通过并发布").click()
    expect(reviewer.page.locator("main")).to_contain_text("已发布")
    walked_by_everybody(visit, keepers, page.url.rstrip("/").rsplit("/", 1)[-1])
