"""What a chat model advises stands beside the suggestions, and only a person takes it into the order."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from chat_fake import Fake, chat_fake, reads
from factories import City, make_city
from minhu.directory.access import as_system
from minhu.handling.models import Order
from minhu.intake import services
from minhu.intake.services.consulting import consult
from minhu.intake.types import NewRequest
from portals.staff_pages import body, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
TEXT = "柳湾街道三号楼老人行动不便，<b>电梯</b>坏了，电话13812345678，请修理。"


@pytest.fixture
def city(db: None) -> City:
    with as_system():
        return make_city()


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    with chat_fake() as one:
        monkeypatch.setenv("MINHU_CHAT_URL", one.url)
        monkeypatch.setenv("MINHU_CHAT_MODEL", "fake-1")
        yield one


def test_advice_is_shown_with_its_words_and_taken_by_a_person(city: City, fake: Fake) -> None:
    quote = "<b>电梯</b>坏了"
    fake.behaviours = [
        reads(
            category={"code": "B1", "quote": quote, "confidence": 0.7}, urgency={"level": "urgent", "quote": "老人行动不便"},
            title="电梯坏了 ⟦1⟧",
        )
    ]  # fmt: skip
    receipt = services.receive(NewRequest(text=TEXT))
    page = body(signed_in(city, "dispatcher").get(f"/orders/{receipt.number}/"))
    assert "对话模型的意见" not in page
    consult()
    client = signed_in(city, "dispatcher")
    page = body(client.get(f"/orders/{receipt.number}/"))
    block = page.split('id="second-title"')[1].split("</section>")[0]
    assert "chat/fake-1" in block
    assert "&lt;b&gt;电梯&lt;/b&gt;坏了" in block
    assert "13812345678" not in block
    assert "⟦" not in block
    form = re.search(r'<form[^>]*action="([^"]+/category/)".*?</form>', block, re.DOTALL)
    assert form is not None
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form.group()))
    assert client.post(form.group(1), fields).status_code == 200
    with as_system():
        order = Order.objects.get(number=receipt.number)
        assert order.category_id == city.categories["B1"].pk
        assert order.urgency == "normal"


def test_whoever_does_not_decide_on_intake_is_not_shown_it(city: City, fake: Fake) -> None:
    receipt = services.receive(NewRequest(text=TEXT))
    consult()
    assert "对话模型的意见" not in body(signed_in(city, "inspector").get(f"/orders/{receipt.number}/"))
