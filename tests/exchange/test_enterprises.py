"""Enterprises that answer consumers: found in a citizen's words by rule, registered whole or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.portals.staff_pages import signed_in

from factories import City, make_staff
from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.freshness import local_day
from minhu.directory.types import Role
from minhu.exchange.domain.enterprises import Known, is_credit_code, meant
from minhu.exchange.models import Enterprise
from minhu.exchange.queries import enterprises as queries
from minhu.intake import services as intake
from minhu.intake.types import NewRequest
from minhu.server.demo.enterprises import load_enterprises

KNOWN = (
    Known(1, ("云溪优购电子商务有限公司", "优购到家", "优购")),
    Known(2, ("河畔百货",), ("990101",)),
    Known(3, ("优购超市", "优购生活馆")),
)


@pytest.mark.parametrize(
    ("words", "areas", "expected"),
    [
        ("我在优购到家买的手机是坏的，客服不给退款", (), 1),
        ("优购生活馆的洗衣机保修不认", (), 3),
        ("优购不给退货", (), 1),
        ("优购门口路灯坏了", (), None),  # two characters alone, and nothing was bought
        ("河畔百货办的会员卡退不了", ("9901", "990101"), 2),
        ("河畔百货办的会员卡退不了", ("9901", "990102"), None),  # it works elsewhere
        ("不是在河畔百货买的，是路边摊的假货", (), None),
        ("小区停水三天了没人管", (), None),
        ("", (), None),
    ],
)
def test_the_longest_name_in_the_words_decides(words: str, areas: tuple[str, ...], expected: int | None) -> None:
    found = meant(words, KNOWN, areas)
    assert (found.id if found else None) == expected
    assert found is None or (0.5 < found.confidence <= 0.95 and found.words in words)


def test_two_that_are_as_likely_are_not_guessed() -> None:
    both = (Known(1, ("天天鲜果",)), Known(2, ("天天鲜果",)))
    assert meant("天天鲜果卖的水果是烂的，不给退款", both) is None


@pytest.mark.parametrize(
    ("code", "good"),
    [("91350100M000100Y43", True), ("91350100M000100Y44", False), ("91350100M000100Y4", False), ("9135O100M000100Y43", False)],
)  # fmt: skip
def test_credit_codes_are_checked_by_their_last_sign(code: str, good: bool) -> None:
    assert is_credit_code(code) is good


@pytest.mark.django_db
def test_a_table_comes_in_whole_or_not_and_the_agent_reads_whom_to_call(city: City) -> None:
    city.staff["security"] = make_staff("security", city.units["centre"], Role.SECURITY_ADMIN)
    admin = signed_in(city, "security")
    assert "还没有登记企业" in admin.get("/manage/enterprises/").content.decode()
    head = "统一社会信用代码,企业名称,电话,品牌别名,区划代码,答复工作日,有效期止\n"
    good = "91350100M000100Y43,云溪优购电子商务有限公司,96800101,优购到家、优购商城,990101,3,\n"

    def bring(text: str) -> int:
        file = SimpleUploadedFile("企业.csv", text.encode())
        return int(admin.post("/manage/enterprises/import/", {"file": file}).status_code)

    assert bring(head + good + "123,坏行,96800102,,,3,\n") == 422
    assert bring(head + good + good) == 422
    with as_system():
        assert not Enterprise.objects.exists(), "whole or not at all"
    assert bring(head + good) == 302
    assert bring(head + good) == 302
    with as_system():
        row = Enterprise.objects.get()
        assert row.aliases == ["优购到家", "优购商城"]
    with acting_as(city.actor("agent")):
        text = "我在优购到家买的手机是坏的，客服一直不给退款，希望帮忙解决。"
        number = intake.receive(NewRequest(text=text)).number
        assert queries.about(text, "990101001")
    agent = signed_in(city, "agent")
    assert "云溪优购电子商务有限公司" in agent.get(f"/orders/{number}/").content.decode()
    form = {"name": row.name, "phone": row.phone, "aliases": "优购到家", "answer_days": 3, "suspended": "on"}
    assert admin.post(f"/manage/enterprises/{row.pk}/", {**form, "answer_days": 99}).status_code == 422
    assert admin.post(f"/manage/enterprises/{row.pk}/", form).status_code == 302
    assert "云溪优购电子商务有限公司" not in agent.get(f"/orders/{number}/").content.decode(), "suspended: not proposed"
    assert agent.get("/manage/enterprises/").status_code == 403
    with as_system():
        Enterprise.objects.update(suspended=False, valid_until=local_day() - timedelta(days=1))
        assert queries.about(text) is None
        Enterprise.objects.all().delete()
    assert load_enterprises() == 6
    assert sum(one.live for one in queries.listed()) == 4
