"""Watched sources, a mixed batch of files and the publishing check in a real browser: wide and narrow, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect

from knowledge.keepers import Keepers
from knowledge.papers import paper
from knowledge.site import Site, running
from knowledge.test_visiting import LOGIN, allow
from knowledge.test_visiting import page as web_page
from minhu.directory.access import acting_as
from minhu.directory.models import Staff
from minhu.engines.visits import fetching
from minhu.knowledge.queries import notices
from minhu.knowledge.services import sources, uploads, visiting
from minhu.knowledge.types import EntryData, Rights
from portals.test_browser import browser, visit  # noqa: F401  # fixtures
from portals.test_papers_browser import keepers  # noqa: F401
from portals.test_said_browser import enter, shot
from portals.test_unit_browser import broken

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("MINHU_OUTBOUND_NETWORKS", "127.0.0.0/8")
    monkeypatch.setattr(fetching, "PAUSE", 0.0)
    visiting._visitor.cache_clear()
    with running() as made:
        yield made
    visiting._visitor.cache_clear()


def test_sources_a_batch_and_phrases(visit: Any, keepers: Keepers, site: Site) -> None:  # noqa: F811
    with transaction.atomic():
        allow(f"127.0.0.1:{site.port}", "www.example.gov.cn")
        keepers.city.staff["system"] = Staff.objects.get(username="system_admin")
    site.put("/p.html", web_page())
    window = enter(visit, keepers.city, "water_editor", "/knowledge/sources/")
    page = window.page
    expect(page.locator("main")).to_contain_text("还没有自动来源")
    page.get_by_label("来源名称").fill("水务局公告")
    page.get_by_label("网址或文件夹").fill(site.at("/p.html"))
    assert broken(page) == []
    shot(page, "sources_new")
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.locator("main")).to_contain_text("等待第一次查看")
    visiting.tick()
    site.put("/p.html", LOGIN)
    with transaction.atomic(), acting_as(keepers.editor):
        sources.switch(notices.sources()[0].id, active=True)
    visiting.tick()
    window.go("/knowledge/sources/")
    expect(page.locator("#held")).to_contain_text("网页变成了登录页")
    assert broken(page) == []
    shot(page, "sources")
    page.keyboard.press("j")
    page.keyboard.press("2")
    expect(page.locator(".toast, [role=status], [role=alert]").filter(has_text="不登记").first).to_be_visible()
    expect(page.locator("#held")).to_have_count(0)
    page.get_by_role("link", name="水务局公告").click()
    expect(page.locator("main")).to_contain_text("云溪市水费减免办法")
    assert broken(page) == []
    shot(page, "source")
    files = [("水价办法.docx", paper()), ("水价办法（副本）.docx", paper()), ("会议.mp3", b"ID3" + bytes(9)), ("空白.html", b"<html><body></body></html>"), ("空白2.html", b"<html><body> </body></html>"), ("坏.pdf", b"%PDF-1.7 x"), ("其实是Word.pdf", paper("另一份办法"))]  # fmt: skip
    with transaction.atomic(), acting_as(keepers.editor):
        upload = uploads.start(files, keepers.city.unit("water"), Rights(), EntryData())
    uploads.run_in_background(upload)
    narrow = enter(visit, keepers.city, "water_editor", f"/knowledge/upload/{upload}/", 375)
    expect(narrow.page.locator("main")).to_contain_text("补传")
    assert broken(narrow.page) == []
    shot(narrow.page, "upload_narrow")
    window.go(f"/knowledge/upload/{upload}/")
    shot(page, "upload")
    window.go("/manage/publishing/")
    page.get_by_label("试一段文字").fill("本办法绝对安全，请联系13800138000。内部资料，不得外传")
    page.get_by_role("button", name="检查这段文字").press("Enter")
    expect(page.locator("mark").first).to_have_text("绝对安全")
    assert broken(page) == []
    shot(page, "publishing")
    assert window.wrong == narrow.wrong == []
