"""Asking without signing in: page, window on other sites, programs. No cookie, public papers only, labelled, limited."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.knowledge.keepers import Keepers, gather
from tests.knowledge.papers import TITLE, paper
from tests.portals.test_knowledge import client_of

from minhu.directory.access import as_system
from minhu.directory.services.tokens import issue_token
from minhu.kernel import clock
from minhu.knowledge.models import Asking
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.store import forget_papers
from minhu.knowledge.services import quota
from minhu.knowledge.types import Audience, Rights

pytestmark = pytest.mark.django_db
MATERIALS = "低保家庭申请水价优惠应当提交什么材料"
HIDDEN = "云溪市供水内部办法"


@pytest.fixture
def keepers(home: Path, db: None) -> Iterator[Keepers]:
    forget_papers()
    quota._used.clear()
    yield gather()
    quota._used.clear()


def post(where: str, **data: Any) -> Any:
    return Client(enforce_csrf_checks=True).post(where, data)


def api(body: object, token: str = "", **more: str) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    text = body if isinstance(body, str) else json.dumps(body)
    return Client(enforce_csrf_checks=True).post(
        "/api/v1/ask", text, content_type="application/json", headers=headers, **more
    )


@pytest.mark.parametrize("where", ["/ask/", "/ask/window/"])
def test_anybody_asks_without_cookie_and_gets_the_clause(keepers: Keepers, where: str) -> None:
    keepers.published()
    empty = Client().get(where).content.decode()
    assert "您想了解什么" in empty
    answer = post(where, question=MATERIALS)
    shown = answer.content.decode()
    for words in (TITLE, "<mark>", "人工智能", "tel:12345", "有帮助吗", "云政发〔2025〕12号"):
        assert words in shown, words
    assert answer.status_code == 200
    none = post(where, question="外省的机动车年检收费标准").content.decode()
    assert "登记诉求" in none
    assert "<mark>" not in none
    person = post(where, question="转人工").content.decode()
    assert "找人工：拨打 12345" in person
    assert "查询进度" in post(where, question="我的诉求办到哪一步了").content.decode()


def test_the_window_sets_no_cookie_and_only_named_sites_show_it(keepers: Keepers, settings: Any) -> None:
    for got in (Client().get("/ask/window/"), post("/ask/window/", question="水价")):
        assert not got.cookies
        assert "frame-ancestors 'self'" in got["Content-Security-Policy"]
        assert "X-Frame-Options" not in got
    settings.MINHU_ASK_ORIGINS = ("https://www.yunxi.example",)
    assert "frame-ancestors 'self' https://www.yunxi.example" in Client().get("/ask/window/")["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in Client().get("/ask/")["Content-Security-Policy"]
    script = Client().get("/ask/window.js")
    assert (script["Content-Type"], script["Cross-Origin-Resource-Policy"]) == (
        "text/javascript; charset=utf-8",
        "cross-origin",
    )
    assert b"document.cookie" not in script.content


def test_words_never_stand_in_an_address_and_mistakes_keep_them(keepers: Keepers) -> None:
    assert Client().get("/ask/?question=阶梯水价").content.decode().count("阶梯水价") == 0
    long = post("/ask/", question="问" * 501)
    assert long.status_code == 422
    assert "500 个字" in long.content.decode()
    assert "问问问" in long.content.decode()


def test_staff_get_no_more_here_than_citizens(keepers: Keepers) -> None:
    keepers.published(paper(HIDDEN), rights=Rights(Audience.STAFF))
    agent = client_of("agent")
    assert HIDDEN in agent.get("/knowledge/ask/", {"question": MATERIALS}).content.decode()
    for where in ("/ask/", "/ask/window/"):
        assert HIDDEN not in agent.post(where, {"question": MATERIALS}).content.decode()


def test_a_follow_up_is_understood_from_what_was_asked_before(keepers: Keepers) -> None:
    keepers.published()
    first = post("/ask/", question=MATERIALS).content.decode()
    assert f'name="earlier" value="{MATERIALS}"' in first
    shown = post("/ask/", question="多久能办结？", earlier=[MATERIALS]).content.decode()
    assert "按这样理解" in shown
    assert f"<li>{MATERIALS}</li>" in shown
    price = post("/ask/", question="第二阶梯水价是多少").content.decode()
    assert "<dt>价格（元/立方米）</dt><dd><mark>3.15</mark></dd>" in price, "a row is told by its headers, not by bars"


def test_a_person_is_there_in_the_same_turn_and_danger_comes_first(keepers: Keepers) -> None:
    keepers.published()
    shown = post("/ask/window/", question="别机器人了，转人工", earlier=[MATERIALS]).content.decode()
    assert 'href="tel:12345"' in shown
    assert f'name="words" value="{MATERIALS}"' in shown, "what was asked before goes along"
    shown = post("/ask/", question="家里一股煤气味，怎么办").content.decode()
    assert shown.index('href="tel:119"', shown.index("ask-turn")) < shown.index("ask-words")
    both = api({"question": f"{MATERIALS}？另外外省的机动车年检要多少钱？"}).json()
    assert (both["outcome"], both["unanswered"]) == ("answered", ["外省的机动车年检要多少钱"])
    assert (both["emergency"], api({"question": "要跳楼了快来人"}).json()["emergency"][0]) == ([], "119")
    lost = post("/ask/", question="外省的机动车年检要多少钱").content.decode()
    assert "外省的机动车年检要多少钱" in lost.partition('name="words"')[2]


def test_one_address_asks_so_often_and_no_more(keepers: Keepers, settings: Any) -> None:
    settings.MINHU_ASK_PER_MINUTE = 3
    with clock.at(clock.now()):  # the next minute would begin a new count
        asked_too_often()


def asked_too_often() -> None:
    codes = [post("/ask/", question="水价").status_code for _ in range(5)]
    assert codes == [200, 200, 200, 429, 429]
    refused = api({"question": "水价"})
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) <= 60
    assert api({"question": "水价"}, REMOTE_ADDR="198.51.100.7").status_code == 200
    household = [f"2001:db8:0:7::{number}" for number in range(1, 6)]
    codes = [api({"question": "水价"}, REMOTE_ADDR=address).status_code for address in household]
    assert codes == [200, 200, 200, 429, 429], "a household has as many addresses of IPv6 as it likes"
    assert api({"question": "水价"}, REMOTE_ADDR="2001:db8:1::1").status_code == 200


def test_characters_that_no_database_keeps_are_left_out(keepers: Keepers) -> None:
    for body in (
        {"question": "水\0价多少", "earlier": ["第一\0问"]},
        {"question": "水\ud800价多少", "earlier": ["\ud800"]},
    ):
        assert api(body).status_code == 200
    with as_system(), reading():
        assert {row.question for row in Asking.objects.all()} == {"水价多少"}


def test_whoever_asked_rates_the_answer(keepers: Keepers) -> None:
    keepers.published()
    shown = post("/ask/", question=MATERIALS).content.decode()
    token = shown.partition('name="token" value="')[2].partition('"')[0]
    bad = {"token": token, "helpful": "0", "complaint": "我的电话13912345678，材料不全"}
    thanked = post("/ask/rate/", **bad, question=MATERIALS).content.decode()
    assert "谢谢" in thanked
    assert "<mark>" in thanked, "the answer that was rated is still there"
    assert "有帮助吗" not in thanked
    with as_system(), reading():
        row = Asking.objects.get()
        assert (row.helpful, "13912345678" in row.complaint, "材料不全" in row.complaint) == (False, False, True)
    for wrong in ("", "x", "5fb6be54-e097-4467-af9e-bc3e128f2ed3"):
        assert post("/ask/rate/", token=wrong, helpful="1").status_code == 404


def test_programs_ask_with_and_without_a_token(keepers: Keepers) -> None:
    document = keepers.published()
    with as_system():
        token, other = issue_token("政务网", ["knowledge:read"]), issue_token("别的", ["requests:read"])
    for got in (api({"question": MATERIALS, "tone": "formal"}), api({"question": MATERIALS}, token)):
        body = got.json()
        assert (got.status_code, body["outcome"], body["generated_by_ai"]) == (200, "answered", True)
        cited = body["citations"][0]
        assert (cited["document"], cited["title"]) == (document, TITLE)
        assert cited["words"] in cited["passage"]
        assert not got.cookies
    assert api({"question": "水"}, other).status_code == 403
    assert api({"question": "水"}, "mh_unknown").status_code == 401
    found = Client().get("/api/v1/knowledge/search", {"q": "第二阶梯价格"}).json()["items"]
    assert any("3.15" in one["passage"] for one in found)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400), ("[]", 400), ({}, 422), ({"question": ""}, 422), ({"question": 7}, 422), ({"question": "问" * 501}, 422),
        ({"question": "水", "earlier": "x"}, 422), ({"question": "水", "earlier": ["水"] * 6}, 422),
        ({"question": "水", "tone": "rude"}, 422), ({"question": "水", "extra": 1}, 422), ("[" * 9000, 400), ("x" * 30_000, 413),
        ({"question": "\u0000水价"}, 200),
    ],
)  # fmt: skip
def test_bad_bodies_are_refused_with_a_reason(keepers: Keepers, body: object, status: int) -> None:
    got = api(body)
    assert got.status_code == status
    if status != 200:
        assert got["Content-Type"].startswith("application/problem+json")
        assert got.json()["detail"]
