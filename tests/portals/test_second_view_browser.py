"""A chat model's advice on the order's page in a real browser: read on wide and narrow screens, taken with one click."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect

from chat_fake import chat_fake, means, reads
from factories import City, make_city
from minhu.directory.access import as_system
from minhu.handling.models import Order
from minhu.intake import services
from minhu.intake.services.consulting import consult
from minhu.intake.services.looking import look_again
from minhu.intake.types import NewRequest
from portals.test_browser import browser, visit  # noqa: F401  # fixtures
from portals.test_said_browser import enter, shot

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TEXT = "柳湾街道三号楼老人行动不便，电梯坏了三天，物业一直不修，电话13812345678，请修理。"


@pytest.fixture
def city(transactional_db: None) -> City:
    with transaction.atomic():
        return make_city()


@pytest.mark.parametrize(("width", "modes"), [(1440, {}), (390, {"theme": "dark"})])
def test_advice_is_read_and_taken(
    visit: Any, city: City, monkeypatch: pytest.MonkeyPatch, width: int, modes: dict[str, str]  # noqa: F811
) -> None:  # fmt: skip
    with chat_fake() as fake:
        monkeypatch.setenv("MINHU_CHAT_URL", fake.url)
        monkeypatch.setenv("MINHU_CHAT_MODEL", "fake-1")
        fake.behaviours = [
            reads(
                category={"code": "B1", "quote": "物业一直不修", "confidence": 0.8}, places=["柳湾街道三号楼"],
                urgency={"level": "urgent", "quote": "老人行动不便"}, title="电梯坏了三天，物业一直不修",
                elements=[{"kind": "demand", "quote": "请修理"}, {"kind": "party", "quote": "物业"}],
            )
        ]  # fmt: skip
        receipt = services.receive(NewRequest(text=TEXT))
        assert consult() == 1
    window = enter(visit, city, "dispatcher", f"/orders/{receipt.number}/", width, **modes)
    page = window.page
    card = page.locator("section[aria-labelledby=second-title]")
    card.scroll_into_view_if_needed()
    shot(page, f"second-{width}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    card.get_by_role("button", name="采用 紧急程度").click()
    expect(card).to_contain_text("已改")
    with transaction.atomic(), as_system():
        assert Order.objects.get().urgency == "urgent"
    assert window.wrong == []


@pytest.mark.parametrize(("width", "modes"), [(1440, {}), (390, {"theme": "dark"})])
def test_what_meaning_says_is_read_and_taken(
    visit: Any, city: City, monkeypatch: pytest.MonkeyPatch, width: int, modes: dict[str, str]  # noqa: F811
) -> None:  # fmt: skip
    with chat_fake() as fake:
        monkeypatch.setenv("MINHU_EMBEDDING_SECOND_LOOK", "1")
        monkeypatch.setenv("MINHU_EMBEDDING_URL", fake.url)
        monkeypatch.setenv("MINHU_EMBEDDING_MODEL", "fake-e")
        fake.behaviours = [means([("物业", "四楼停住"), ("供水", "停水"), ("噪声", "太吵")])]
        receipt = services.receive(NewRequest(text="四楼停住了，上不去下不来，请派人来看看"))
        look_again()
    window = enter(visit, city, "dispatcher", f"/orders/{receipt.number}/", width, **modes)
    page = window.page
    card = page.locator("section[aria-labelledby=second-title]")
    expect(card).to_contain_text("按意思再看一遍")
    card.scroll_into_view_if_needed()
    shot(page, f"second-look-{width}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    card.get_by_role("button", name="采用 分类").press("Enter")
    expect(card).to_contain_text("已改")
    with transaction.atomic(), as_system():
        assert Order.objects.get().category_id == city.categories["B1"].pk
    assert window.wrong == []
