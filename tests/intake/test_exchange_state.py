"""The state of the house's connection to its exchange, as administrators see it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from factories import City, make_city
from minhu.kernel import clock

pytestmark = pytest.mark.django_db
MORNING = datetime.fromisoformat("2026-11-23T10:00:00+08:00")


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> City:
    for name, value in (("URL", "esl://127.0.0.1:8021"), ("KEY", "k"), ("DIAL", "sofia/gateway/t/{number}")):
        monkeypatch.setenv(f"MINHU_EXCHANGE_{name}", value)
    return make_city()


def test_the_state_of_the_exchange_stands_on_the_overview(city: City) -> None:
    from minhu.intake.domain.links import LinkState
    from minhu.intake.services import exchange_links
    from portals.staff_pages import body, signed_in

    with clock.at(MORNING):
        exchange_links.note("pbx", "esl", LinkState.CONNECTED, events=3)
        page = body(signed_in(city, "system_admin").get("/manage/"))
    assert "话务平台 pbx" in page
    assert "已连接" in page
    with clock.at(MORNING + timedelta(minutes=5)):
        assert "没有进程在连接" in body(signed_in(city, "system_admin").get("/manage/")), "nobody keeps it any more"
