"""Possible social assistance and surveys by telephone in a real browser, on wide and narrow screens."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect

import factories
from factories import City, make_city
from minhu.directory.access import acting_as, as_system
from minhu.directory.models import CatalogueItem, CatalogueVersion
from minhu.directory.queries.freshness import forget
from minhu.handling.models import AidCase
from minhu.intake import services
from minhu.intake.models import Request, SurveyCall
from minhu.intake.types import NewRequest
from minhu.kernel import clock
from portals.test_browser import browser, visit  # noqa: F401  # fixtures
from portals.test_said_browser import enter, shot

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
WORDS = "柳湾小区三号楼停水了。我老公尿毒症每周透析，借遍了亲戚，现在没钱治了。"


@pytest.fixture
def city(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> City:
    monkeypatch.setattr(factories, "CATEGORIES", (*factories.CATEGORIES, ("C", "民政", None), ("C1", "社会救助", "C")))
    with transaction.atomic():
        made = make_city()
        version = CatalogueVersion.objects.create(number=1)
        CatalogueItem.objects.create(version=version, category_code="C1", lead="unit:housing", basis="社会救助暂行办法")
        CatalogueVersion.objects.filter(pk=version.pk).update(state="published")
        forget()
        return made


@pytest.mark.parametrize(("width", "modes"), [(1440, {}), (390, {"theme": "dark"})])
def test_an_agent_asks_and_civil_affairs_answers(visit: Any, city: City, width: int, modes: dict[str, str]) -> None:  # noqa: F811
    with transaction.atomic(), acting_as(city.actor("agent")):
        number = services.receive(
            NewRequest(text=WORDS, requester_name="欧阳试明", requester_phone="13812345678")
        ).number
    window = enter(visit, city, "agent", f"/orders/{number}/", width, **modes)
    page = window.page
    card = page.locator("section[aria-labelledby=aid-title]")
    card.scroll_into_view_if_needed()
    expect(card).to_contain_text("重病无力医治")
    shot(page, f"aid-order-{width}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    card.get_by_label("已读出，群众同意").check()
    card.get_by_role("button", name="转民政").click()
    expect(page.locator("section[aria-labelledby=aid-title]")).to_contain_text("已转民政")
    assert window.wrong == []
    with transaction.atomic(), as_system():
        uid = AidCase.objects.get().uid
    other = enter(visit, city, "housing_handler", "/unit/aid/", width, **modes)
    shot(other.page, f"aid-list-{width}")
    other.page.goto(other.page.url + f"{uid}/")
    expect(other.page.locator("body")).to_contain_text("13812345678")
    shot(other.page, f"aid-case-{width}")
    assert other.page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    other.page.get_by_role("button", name="已接收").click()
    other.page.get_by_label("已协助申请").check()
    other.page.get_by_role("button", name="反馈").click()
    expect(other.page.locator("body")).to_contain_text("已协助申请")
    assert other.wrong == []


@pytest.mark.parametrize(("width", "modes"), [(1440, {}), (390, {"theme": "dark"})])
def test_a_supervisor_reads_how_surveys_ended(visit: Any, city: City, width: int, modes: dict[str, str]) -> None:  # noqa: F811
    with transaction.atomic(), as_system():
        for at, end in enumerate(("rated", "never", "unreached", "")):
            row = factories.make_request(requester_phone=f"1990000120{at}")
            SurveyCall.objects.create(
                request=Request.objects.get(pk=row.pk), key=f"k{at}", state="done" if end else "waiting", ended_as=end, tries=at,
                made_at=clock.now(), next_at=clock.now(), closed_at=clock.now() if end else None,
            )  # fmt: skip
    window = enter(visit, city, "supervisor", "/desk/callbacks/", width, **modes)
    page = window.page
    expect(page.locator("section[aria-labelledby=surveys]")).to_contain_text("不愿再接回访")
    page.locator("#surveys").scroll_into_view_if_needed()
    shot(page, f"surveys-{width}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    assert window.wrong == []
