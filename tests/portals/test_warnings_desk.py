"""The desk warns before an order is registered (F24), says where it is mended, and is quiet once it is."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from tests.portals.staff_pages import body, signed_in
from tests.portals.test_talk_desk import HTMX, begin, note

from factories import City, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(home: object, db: None) -> City:
    """A small city with keys of its own."""
    return make_city()


def noises(page: str) -> dict[str, str]:
    """Warning → the field it leads to, of a talk's form."""
    return {noise: field for field, noise in re.findall(r'data-go="(\w+)" data-noise="(\w+)"', page)}


def typed(agent: Client, text: str, **more: str) -> dict[str, str]:
    """Warning → the field it leads to, of the form that an agent types."""
    page = body(agent.post("/desk/new/advice/", {"text": text, **more}, headers=HTMX))
    return {noise: field for field, noise in re.findall(r'href="#(\w+)" data-noise="(\w+)"', page)}


def test_a_talks_form_warns_and_is_quiet_when_it_is_mended(city: City) -> None:
    agent = signed_in(city, "agent")
    desk = begin(agent)
    page = note(agent, desk, "楼下装修噪音太大了，吵得孩子没法睡觉，要求处理")
    assert noises(page) == {"no_place": "place", "no_time": "when"}
    page = note(agent, desk, "每天早上六点就开始")
    assert noises(page) == {"no_place": "place"}
    page = body(agent.post(f"{desk}correct/", {"field": "place", "value": "柳湾社区5号楼"}, headers=HTMX))
    assert noises(page) == {}
    page = body(agent.post(f"{desk}correct/", {"field": "request_type", "value": "praise"}, headers=HTMX))
    assert noises(page) == {"other_type": "request_type"}
    assert "投诉" in page[page.index('data-noise="other_type"') :][:400]
    page = body(agent.post(f"{desk}correct/", {"field": "request_type", "value": "complaint"}, headers=HTMX))
    assert noises(page) == {}


def test_the_typed_form_warns_of_what_was_chosen_against_the_words(city: City) -> None:
    agent = signed_in(city, "agent")
    assert typed(agent, "柳湾社区的路灯坏了，帮忙修一下") == {}
    assert typed(agent, "请问老年证在哪里办，要几张照片", request_type="complaint") == {"other_type": "id_request_type"}
    secret = "举报听松饭店用地沟油，上周吃坏了肚子，千万不要透露我的名字"
    assert typed(agent, secret) == {"secret": "id_confidential"}
    assert typed(agent, secret, confidential="on") == {}
    two = "桃园小区和翠湖花园都从昨天开始停水"
    assert typed(agent, two, place_text="桃园小区") == {"two_places": "id_place_text"}, "filled in by the page itself"
    assert typed(agent, two, place_text="桃园小区", place_own="1") == {}


def test_no_words_or_choices_break_the_advice(city: City) -> None:
    agent = signed_in(city, "agent")
    for words in ("路" * 3000, "<script>和</script>小区停水了", "、和与" * 500):
        page = agent.post(
            "/desk/new/advice/", {"text": words, "category_id": "’--", "request_type": "x", "urgency": "y"}
        )
        assert page.status_code == 200
        assert "<script>和" not in body(page)
