"""Asked by the bot how it went: on the page and by text message, kept as the rating of the page is, once."""

from __future__ import annotations

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from factories import MONDAY, City, make_city, make_order
from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.actors import OWN_REQUESTS_KEY
from minhu.evaluation.models import Rating
from minhu.handling.models import Order
from minhu.handling.services import take
from minhu.handling.types import State, Step, StepData
from minhu.intake.models import Talk, TextMessage, TextProvider, TextWish
from minhu.intake.services import surveying, text_talks, text_wishes
from minhu.intake.types import TalkChannel
from minhu.kernel import clock
from portals.staff_pages import body

pytestmark = pytest.mark.django_db
PHONE = "19900001234"
REPLY = "经现场核实，柳湾小区三号楼停水是阀门老化所致，已于11月20日更换阀门并恢复供水，当天复查正常。"


@pytest.fixture
def city() -> City:
    return make_city()


def opened(order: Order) -> Client:
    session = SessionStore()
    session[OWN_REQUESTS_KEY] = [order.request_id]
    session.create()
    client = Client()
    client.cookies["minhu_session"] = str(session.session_key)
    return client


def test_a_citizen_tells_the_bot_instead_of_filling_in_a_form(city: City) -> None:
    order = make_order(city, upto="to_call_back")
    client = opened(order)
    assert "说给智能助手听" in body(client.get(f"/r/{order.number}/"))
    page = body(client.post(f"/r/{order.number}/rate/talk/", follow=True))
    assert "我是智能助手，不是真人" in page
    for words in ("联系过", "修好了", "满意", "师傅很耐心"):
        page = body(client.post("/talk/say/", {"words": words}, follow=True))
    assert "已经记下您的评价" in page
    with as_system():
        rating = Rating.objects.get(order=order)
        assert (rating.responded, rating.solved, rating.satisfaction) == (True, True, "satisfied")
        assert (rating.channel, rating.comment, rating.asked_by) == ("web", "师傅很耐心", "")
        assert State(Order.objects.get(pk=order.pk).state) is State.CLOSED
    again = client.post(f"/r/{order.number}/rate/talk/")
    assert again.headers["Location"].endswith(f"/r/{order.number}/"), "rated once"
    assert Client().post(f"/r/{order.number}/rate/talk/").headers["Location"].startswith("/follow/"), "nobody else's"


def test_an_approved_reply_asks_by_text_message_and_the_answers_are_kept(city: City) -> None:
    with clock.at(MONDAY), as_system():
        TextProvider.objects.create(
            label="模拟器", kind="simulator", sign="云溪12345", active=True, progress=True, created_at=MONDAY,
            secret_out="x", secret_in="y",
        )  # fmt: skip
        order = make_order(city, upto="contacted")
        with acting_as(city.actor("water_handler")):
            take(order.number, Step.REPLY, StepData(reply=REPLY, solved=True))
        with acting_as(city.actor("water_head")):
            take(order.number, Step.APPROVE_REPLY)
        assert "survey" in TextWish.objects.values_list("template", flat=True), "the reply was plain: asking is enough"
        text_wishes.fulfil()
        assert not Talk.objects.exists(), "who left no number is not asked"
        begun = surveying.begin(order.request_id, TalkChannel.SMS, phone=PHONE)
        text_talks.tell(begun.uid)
        talk = Talk.objects.get()
        first = TextMessage.objects.filter(talk_uid=talk.uid).latest("id")
        assert "承办单位联系过您吗" in first.words
        for at, words in enumerate(("联系了", "没解决，还是停水", "不满意", "阀门还是漏，请换一个")):
            assert text_talks.heard(PHONE, words, key=f"m{at}") == talk.uid
        rating = Rating.objects.get(order=order)
        assert (rating.channel, rating.solved, rating.satisfaction) == ("sms", False, "dissatisfied")
        assert rating.comment == "阀门还是漏，请换一个"
        assert State(Order.objects.get(pk=order.pk).state) is State.TO_CALL_BACK, "a person decides on what is unsolved"
