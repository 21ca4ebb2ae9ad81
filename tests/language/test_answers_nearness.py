"""Meaning beside words: a paper that says it in other words is found; where one paper has no vectors, words alone decide."""

from __future__ import annotations

import numpy as np
import pytest

from minhu.language.answers.answering import Eyes, answer
from minhu.language.answers.model import default_model
from minhu.language.answers.nearness import Floats, Middles, Sight, seen_as
from minhu.language.answers.question import understand_question
from minhu.language.answers.ranking import keys, rank
from minhu.language.answers.store import MemoryStore, sheets_of
from minhu.language.papers.cutting import cut
from minhu.language.papers.types import Block, BlockKind, Paper

SIGHT = Sight("made up", Middles(np.zeros(2, np.float32), np.zeros(2, np.float32)), np.array([2.0, 0.0], np.float32))
QUESTION = "夜里渣土车太吵能管吗"


def paper(title: str, *texts: str) -> Paper:
    return cut([Block(BlockKind.HEADING, title, 1), *(Block(BlockKind.PARAGRAPH, text) for text in texts)])


@pytest.fixture(scope="module")
def papers() -> dict[str, Paper]:
    return {
        "work": paper("建筑施工管理办法", "运输车辆夜间作业应当降低声响。"),
        "car": paper("渣土车吵架调解办法", "渣土车司机吵架的，由街道调解。"),
    }


def vectors(papers: dict[str, Paper]) -> dict[str, Floats]:
    ways = {"work": [1.0, 0.0], "car": [0.0, 1.0]}
    return {key: np.array([ways[key]] * len(seen_as(one)), np.float32) for key, one in papers.items()}


def test_nearness_adds_to_the_score_by_words(papers: dict[str, Paper]) -> None:
    query = understand_question(QUESTION)
    seen = MemoryStore(sheets_of(papers, vectors(papers)))
    assert keys(rank(query, seen)[0])[0] == "car"
    ranked, _ = rank(query, seen, sight=SIGHT, embed=lambda words: np.array([1.0, 0.1], np.float32))
    assert keys(ranked) == ["work", "car"]
    assert ranked[0].near is not None
    assert ranked[0].near.shape == (len(papers["work"].passages) + 1,)


def test_where_one_paper_is_not_seen_words_alone_decide(papers: dict[str, Paper]) -> None:
    some = {"work": vectors(papers)["work"]}
    store = MemoryStore(sheets_of(papers, some))
    ranked, _ = rank(
        understand_question(QUESTION), store, sight=SIGHT, embed=lambda words: np.array([1.0, 0.0], np.float32)
    )
    assert keys(ranked)[0] == "car"
    assert all(one.near is None for one in ranked)
    blind, _ = answer(QUESTION, store)
    eyes = Eyes(default_model(), lambda words: None)
    assert answer(QUESTION, store, eyes=eyes)[0] == blind


def test_each_passage_is_seen_under_its_title_and_rows_by_their_headers() -> None:
    rows = (("对象", "租金"), ("低保家庭", "30%"), ("老年家庭", "40%"))
    made = cut([Block(BlockKind.HEADING, "租金标准", 1), Block(BlockKind.TABLE, rows=rows, headers=1)])
    assert seen_as(made)[0] == "租金标准"
    assert "对象低保家庭，租金30%" in seen_as(made)[1]
    assert len(seen_as(made)) == len(made.passages) + 1
