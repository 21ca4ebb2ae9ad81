"""The pages of partners and of interfaces in a real browser: everyone can use them, at a desk and on a telephone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from axe import violations
from factories import City, make_city, make_order, make_staff, make_unit
from minhu.directory.access import acting_as, as_system
from minhu.directory.types import Role, UnitKind
from minhu.exchange.models import Partner
from minhu.exchange.services import partners
from minhu.exchange.services.delivering import deliver
from minhu.exchange.types import PartnerData
from minhu.handling.services import take
from minhu.handling.types import Step, StepData
from portals.staff_pages import signed_in
from portals.test_browser import browser, visit  # noqa: F401  # fixtures

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def town(transactional_db: None) -> tuple[City, str, int]:
    """A partner that cannot be reached, and an order at another hotline."""
    with transaction.atomic():
        city = make_city()
        city.staff["security"] = make_staff("security", city.units["centre"], Role.SECURITY_ADMIN, "安全员")
        far = make_unit("far", "远州市热线中心", UnitKind.HOTLINE_CENTRE)
        data = PartnerData(
            label="市民云", kind="platform", url="https://x.example/in", events=("order.opened",), reach="all"
        )
        with as_system():
            partners.add(data)
        Partner.objects.update(url="http://127.0.0.1:9/")
        order = make_order(city)
        with acting_as(city.actor("dispatcher")):
            take(order.number, Step.TRANSFER, StepData(reason_code="other_city", text="事发地在远州", unit_id=far.pk))
    deliver()
    return city, order.number, Partner.objects.get().pk


@pytest.mark.parametrize("width", [375, 1440])
def test_everyone_can_use_the_pages_of_partners(visit: Any, town: tuple[City, str, int], width: int) -> None:  # noqa: F811
    city, number, partner = town
    for who, path in (
        ("security", "/manage/partners/"),
        ("security", "/manage/partners/new/"),
        ("security", f"/manage/partners/{partner}/"),
        ("security", "/manage/tokens/"),
        ("dispatcher", f"/orders/{number}/"),
        ("", "/developers/"),
    ):
        window = visit(width)
        if who:
            session = signed_in(city, who).cookies["minhu_session"].value
            window.context.add_cookies([{"name": "minhu_session", "value": session, "url": window.base}])
        page = window.go(path)
        found = violations(page)
        assert [(one["id"], one["nodes"][0]["html"][:80]) for one in found] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert window.wrong == [], path
