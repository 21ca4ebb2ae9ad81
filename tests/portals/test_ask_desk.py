"""Asking the papers at a desk: the answer with its clause, three tones, passages below, the paper beside; only while typing unrecorded."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.knowledge.keepers import Keepers, gather
from tests.knowledge.papers import TITLE, paper
from tests.portals.test_knowledge import client_of

from minhu.directory.access import as_system
from minhu.knowledge.models import Asking
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.store import forget_papers
from minhu.knowledge.types import Audience, Rights

pytestmark = pytest.mark.django_db
MATERIALS = "低保家庭申请水价优惠应当提交什么材料"


@pytest.fixture
def keepers(home: Path, db: None) -> Keepers:
    forget_papers()
    return gather()


def askings() -> int:
    with as_system(), reading():
        return Asking.objects.count()


def test_the_answer_stands_on_top_with_its_clause_tones_and_the_paper_beside(keepers: Keepers) -> None:
    document = keepers.published()
    agent = client_of("agent")
    empty = agent.get("/knowledge/ask/").content.decode()
    assert "输入群众的问题" in empty
    page = agent.get("/knowledge/ask/", {"question": MATERIALS}).content.decode()
    for words in (
        TITLE,
        "云政发〔2025〕12号",
        "<mark>",
        "由程序从原文摘出",
        "复制答复和出处",
        "ask-here",
        f"/knowledge/{document}/#p",
    ):
        assert words in page, words
    assert page.count("data-ask-said") == 3
    assert askings() == 1


def test_what_is_only_typed_is_answered_but_not_kept(keepers: Keepers) -> None:
    keepers.published()
    agent = client_of("agent")
    part = agent.get(
        "/knowledge/ask/", {"question": MATERIALS, "live": "1"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "<mark>" in part
    assert "<html" not in part
    assert askings() == 0
    assert "输入群众的问题" in agent.get("/knowledge/ask/", {"question": "水", "live": "1"}).content.decode()


def test_nothing_found_is_said_with_what_is_near(keepers: Keepers) -> None:
    keepers.published()
    page = client_of("agent").get("/knowledge/ask/", {"question": "外省的机动车年检收费标准"}).content.decode()
    assert "没有找到依据" in page
    assert "登记诉求" in page


def test_filters_narrow_and_wrong_ones_do_no_harm(keepers: Keepers) -> None:
    keepers.published()
    agent = client_of("agent")
    assert "没有找到依据" in agent.get("/knowledge/ask/", {"question": MATERIALS, "nature": "law"}).content.decode()
    assert "<mark>" in agent.get("/knowledge/ask/", {"question": MATERIALS, "nature": "guide"}).content.decode()
    assert (
        "<mark>"
        in agent.get(
            "/knowledge/ask/", {"question": MATERIALS, "nature": "x", "category": "99999", "tone": "loud"}
        ).content.decode()
    )
    assert agent.get("/knowledge/ask/", {"question": "问" * 501}).status_code == 422


def test_the_paper_beside_is_shown_to_its_readers_only(keepers: Keepers) -> None:
    keepers.published(paper("云溪市供水内部办法"), rights=Rights(Audience.NAMED, units=(keepers.city.unit("water"),)))
    with as_system(), reading():
        from minhu.knowledge.models import Version

        version = Version.objects.get().pk
    assert client_of("water_handler").get(f"/knowledge/passage/{version}/3/").status_code == 200
    assert client_of("urban_head").get(f"/knowledge/passage/{version}/3/").status_code == 404
    assert client_of("urban_head").get(f"/knowledge/passage/{version}/999/").status_code == 404
