"""The demo city's scenario trees lead to clauses of its own public papers, and come in as people would bring them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.server.test_demo_library import _actor

from minhu.kernel.actors import ANONYMOUS, use_actor
from minhu.knowledge.queries import trees
from minhu.language.papers.cutting import cut
from minhu.language.trees.matching import meant
from minhu.language.trees.types import MOST_CHOICES
from minhu.server.demo import library, papers, scenarios
from minhu.server.demo.load import load_base

TODAY = date(2026, 11, 23)
PAPERS = {one.title: one for one in papers.papers(TODAY)}


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("choices", []):
        yield from nodes(child)


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    monkeypatch.setattr(scenarios, "local_day", lambda: TODAY)
    return list(scenarios.sources())


def test_every_end_stands_in_a_public_paper_in_force(sources: list[dict[str, Any]]) -> None:
    assert len(sources) >= 6
    assert len({one["title"] for one in sources}) == len(sources)
    for tree in sources:
        assert tree["names"], tree["title"]
        for node in nodes(tree["root"]):
            place = (tree["title"], node.get("label"))
            if node["kind"] == "question":
                labels = [one["label"] for one in node["choices"]]
                assert 2 <= len(set(labels)) == len(labels) <= MOST_CHOICES, place
            elif node["kind"] == "clause":
                paper = PAPERS[node["document"]]
                assert paper.right == "公开", place
                assert paper.valid(TODAY), place
                passages = cut(papers.blocks(paper), paper.title).passages
                assert any(one.label == node["clause"] and one.text.startswith(node["starts"]) for one in passages), (
                    place
                )
            else:
                assert node["text"], place
                assert node["address"], place


def test_questions_of_the_city_find_their_tree_and_only_one(sources: list[dict[str, Any]]) -> None:
    asked = {
        "居住证怎么办理": "居住证怎么办", "低保每个月多少钱": "低保申请和标准", "公积金能提取多少": "公积金提取", "楼上装修噪音太大": "噪声扰民该找谁",
        "小区地下车库积水": "停水漏水和积水", "老人坐公交有什么优待": "老年人优待和高龄津贴", "生二孩补贴多少": "",
    }  # fmt: skip
    for question, title in asked.items():
        assert [one["title"] for one in sources if meant(one["names"], question)] == ([title] if title else []), (
            question
        )


@pytest.mark.django_db
def test_a_tree_of_the_city_is_published_by_two_people_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_base()
    one = next(tree for tree in scenarios.sources() if tree["title"] == "居住证怎么办")
    monkeypatch.setattr(scenarios, "sources", lambda: iter([one]))
    monkeypatch.setattr(
        library, "papers", lambda today: tuple(x for x in papers.papers(today) if x.stem == "residence-permit-guide")
    )
    library.load_papers()
    assert scenarios.load_trees() == 1
    assert scenarios.load_trees() == 0
    with use_actor(ANONYMOUS):
        found = trees.published("居住证怎么办理")
        assert [title for _, title, _ in found] == ["居住证怎么办"]
        assert sum(not node.asks for node in found[0][2].walk()) == 9
    with use_actor(_actor(library.REVIEWER)):
        card = trees.card(found[0][0])
        assert (card.created_by, card.reviewed_by) == (library.KEEPER, library.REVIEWER)
