"""The search in documents: by document with the words marked, filters, pages, advice where nothing is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client
from tests.knowledge.keepers import Keepers, gather
from tests.knowledge.papers import TITLE, paper
from tests.portals.test_knowledge import client_of

from minhu.directory.access import as_system
from minhu.knowledge.models import Asking
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.store import forget_papers
from minhu.knowledge.services import finding, quota
from minhu.knowledge.types import Audience, Rights
from minhu.server.mcp import tools

pytestmark = pytest.mark.django_db
HERE = "/knowledge/search/"
HIDDEN = "云溪市供水内部办法"


@pytest.fixture
def keepers(home: Path, db: None) -> Keepers:
    forget_papers()
    quota._used.clear()
    made = gather()
    made.published()
    made.published(paper("云溪市二次供水办法", more=("第五条 泵房由望云水厂巡查。",)))
    made.published(paper(HIDDEN), rights=Rights(Audience.STAFF))
    return made


def shown(client: Client, **query: str) -> str:
    return client.get(HERE, query).content.decode()


def test_results_stand_by_document_with_the_words_marked_and_filters_narrow_them(keepers: Keepers) -> None:
    agent = client_of("agent")
    page = shown(agent, q="泵房由哪家水厂巡查")
    assert "<mark>泵房由</mark>" in page or "<mark>泵房</mark>" in page
    assert "二次供水办法" in page
    assert TITLE not in page, "it has none of the words that decide"
    whole = shown(agent, q="阶梯水价第二阶梯价格")
    for words in (
        TITLE,
        HIDDEN,
        "云政发〔2025〕12号",
        "<mark>第二阶梯</mark>",
        "共 3 条",
        "data-keys-open",
        "data-ask-passage",
    ):
        assert words in whole, words
    part = agent.get(HERE, {"q": "阶梯水价"}, headers={"HX-Request": "true", "HX-Trigger": "find_q"}).content.decode()
    assert "<html" not in part
    assert TITLE in part
    assert (
        "边打字边出结果"
        in agent.get(HERE, {"q": "水"}, headers={"HX-Request": "true", "HX-Trigger": "find_q"}).content.decode()
    )
    city = keepers.city
    for query, there in (
        ({"unit": "云溪市水务局"}, True), ({"unit": "云溪市城管局"}, False), ({"nature": "guide"}, True), ({"nature": "law"}, False),
        ({"validity": "valid"}, True), ({"validity": "pending"}, False), ({"area": "990101"}, True), ({"nature": "x", "size": "7"}, True),
    ):  # fmt: skip
        assert (TITLE in shown(agent, q="阶梯水价", **query)) is there, (query, city)
    none = shown(agent, q="宠物美容", nature="law")
    assert "您能看到的文件里都没有“宠物美容”" in none
    assert "不加条件有 3 份文件" in shown(agent, q="阶梯水价", nature="law")
    assert "没有生效" in shown(agent, q="阶梯水价", unit="没有的单位")
    assert agent.get(HERE, {"q": "问" * 501}).status_code == 422
    with as_system(), reading():
        assert not Asking.objects.exists()


def test_pages_follow_each_other_and_a_number_that_was_typed_comes_first(
    keepers: Keepers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "CANDIDATES", 1)
    quota._used.clear()
    seen = []
    for number in (1, 2, 3):
        got = Client().get("/api/v1/knowledge/search", {"q": "阶梯水价", "size": 1, "page": number}).json()
        seen += [one["title"] for one in got["items"]]
    assert sorted(seen) == sorted({TITLE, "云溪市二次供水办法"}), "of three documents two are public, each on one page"
    assert (got["items"], got["total"], got["next"]) == ([], 2, None)
    both = Client().get("/api/v1/knowledge/search", {"q": "云政发[2025] 12号"}).json()
    assert both["items"][0]["document_number"] == "云政发〔2025〕12号"
    for wrong in (
        {"q": ""},
        {"q": "水", "page": 0},
        {"q": "水", "unit": "x"},
        {"q": "水", "valid": "x"},
        {"q": "水", "area": "x"},
    ):
        refused = Client().get("/api/v1/knowledge/search", wrong)
        assert (refused.status_code, bool(refused.json()["errors"])) == (422, True), wrong
    found = tools.call(
        lambda: keepers.editor, "search_papers", {"question": "阶梯水价", "unit": "云溪市水务局", "limit": 2}
    )
    told = json.loads(found["content"][0]["text"])
    assert (len(told["papers"]), told["total"], told["more"]) == (2, 3, True)
    assert tools.call(lambda: keepers.editor, "search_papers", {"question": "水", "nature": "x"})["isError"]
