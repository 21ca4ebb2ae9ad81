"""Labelling by keys in a real browser: a digit, skip, undo; the pages on a wide and a narrow screen."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect
from tests.intake.test_learning import queued, taught

from factories import City, make_city
from minhu.directory.access import acting_as, as_system
from minhu.intake.models import Label, LearnedModel
from minhu.intake.services import learning, queueing
from minhu.intake.types import QueueReason
from portals.test_browser import browser, visit  # noqa: F401  # fixtures
from portals.test_said_browser import enter, shot

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def city(transactional_db: None) -> City:
    with transaction.atomic():
        return make_city()


def labels() -> list[str]:
    with transaction.atomic(), as_system():
        return list(Label.objects.order_by("pk").values_list("code", flat=True))


def test_a_labeller_needs_no_mouse(visit: Any, city: City) -> None:  # noqa: F811
    with transaction.atomic(), as_system():
        queued(city)
    window = enter(visit, city, "dispatcher", "/manage/learning/label/")
    page = window.page
    shot(page, "label")
    first = page.locator('[data-key="1"]').get_attribute("value")
    page.keyboard.press("1")
    expect(page.locator("main")).to_contain_text("没有等您标注的诉求")
    assert labels() == [first]
    shot(page, "label-empty")
    page.keyboard.press("u")
    expect(page.locator('[data-key="1"]')).to_be_visible()
    assert labels() == []
    page.keyboard.press("s")
    expect(page.locator("main")).to_contain_text("没有等您标注的诉求")
    assert labels() == [""]
    assert window.wrong == []


@pytest.mark.parametrize(("width", "modes"), [(1440, {}), (390, {"theme": "dark"})])
def test_models_are_read_on_every_screen(visit: Any, city: City, width: int, modes: dict[str, str]) -> None:  # noqa: F811
    with transaction.atomic(), as_system():
        queueing.dispute(taught(city)[0], QueueReason.DISPUTED)
    with transaction.atomic(), acting_as(city.actor("system_admin")):
        row = learning.ask_training()
    learning.train_in_background(row.pk)
    assert LearnedModel.objects.get().state == "candidate"
    for address, name in (("", "learning"), (f"models/{row.pk}/", "model")):
        window = enter(visit, city, "system_admin", f"/manage/learning/{address}", width, **modes)
        shot(window.page, f"{name}-{width}")
        assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), address
        assert window.wrong == []
    window = enter(visit, city, "dispatcher", "/manage/learning/label/", width, **modes)
    shot(window.page, f"label-{width}")
    assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
