"""The leader's page: it says how it compares, its bars have names and links only where orders lie behind them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import City, make_city, make_order
from minhu.directory.access import as_system
from minhu.handling.models import Order
from minhu.kernel import clock

from .staff_pages import body, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    made = make_city()
    with clock.at(clock.now() - timedelta(days=60)):
        make_order(made, upto="to_dispatch")
    with as_system():
        Order.objects.filter(pk=make_order(made).pk).update(area=None)
    return made


@pytest.mark.parametrize("key", ["today", "7d", "365d"])
def test_the_page_says_how_it_compares(city: City, key: str) -> None:
    page = body(signed_in(city, "leader").get(f"/leader/?period={key}"))
    assert "与上一周期同期比较" in page
    assert "受理已满" in page
    assert '<th scope="row">地点未定</th>' in page
    assert '<th scope="row">热线中心（未派单、审核、回访）</th>' in page
    assert 'href="/orders/?light=red"' in page
