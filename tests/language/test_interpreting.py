"""Interpretations and questions say what the paper says, clause by clause, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from minhu.language.papers.cutting import cut
from minhu.language.papers.interpreting import Part, Said, holds, interpret
from minhu.language.papers.questions import About, Style, answer_in, questions_of, topic_of, worded
from minhu.language.papers.triples import Relation, triples_of
from minhu.language.papers.types import Block, BlockKind, Paper
from minhu.server.demo import papers

DAY = date(2026, 11, 23)


def read(stem: str) -> Paper:
    one = papers.paper(stem, DAY)
    return cut(papers.blocks(one), one.title)


def written(*lines: str) -> Paper:
    return cut(
        (Block(BlockKind.HEADING, "供水办法", 1), *(Block(BlockKind.PARAGRAPH, line) for line in lines)), "供水办法"
    )


OLD = written(
    "第一条 为规范供水制定本办法。",
    "第二条 低保家庭每月减免水费10元。",
    "第三条 停水应当提前1日公告。",
    "第四条 二次供水水箱由物业清洗消毒。",
)
NEW = written(
    "第一条 为规范供水制定本办法。",
    "第二条 低保家庭每月减免水费12元。",
    "第三条 抄表员应当佩戴工作证件入户。",
    "第四条 停水应当提前24小时公告。",
)


def test_changes_are_told_clause_by_clause_with_the_old_words() -> None:
    changes = [one for one in interpret("供水办法", NEW.passages, OLD.passages) if one.part is Part.CHANGES]
    told = {(one.lead, one.text, one.old) for one in changes}
    assert ("figures", "低保家庭每月减免水费12元。", "低保家庭每月减免水费10元。") in told
    assert ("figures", "停水应当提前24小时公告。", "停水应当提前1日公告。") in told
    assert ("new", "抄表员应当佩戴工作证件入户。", "") in told
    assert ("gone", "", "二次供水水箱由物业清洗消毒。") in told
    assert len(changes) == 4


@pytest.mark.parametrize(
    "stem", ["public-rental-measures", "service-hall-directory", "leave-overtime-faq", "dog-rules"]
)
def test_every_sentence_of_an_interpretation_stands_in_its_clause(stem: str) -> None:
    paper = read(stem)
    said = interpret(paper.title, paper.passages)
    assert len({one.part for one in said}) >= 2
    for one in said:
        assert holds(one, paper.passages)
        for line in one.text.split("\n"):
            assert line in paper.text


def test_what_the_clause_does_not_say_is_not_supported() -> None:
    good = Said(Part.WHO, "低保家庭每月减免水费12元。", (2,))
    assert holds(good, NEW.passages)
    assert not holds(replace(good, text="低保家庭每月减免水费13元。"), NEW.passages)
    assert not holds(replace(good, passages=(1,)), NEW.passages)
    assert not holds(replace(good, passages=(99,)), NEW.passages)
    assert not holds(
        Said(Part.CHANGES, "低保家庭每月减免水费12元。", (2,), "figures", "从来没有的话", 2), NEW.passages, OLD.passages
    )


def test_a_repealed_paper_of_the_city_and_its_successor_are_compared() -> None:
    new, old = read("heating-measures"), read("heating-measures-old")
    changes = [one for one in interpret(new.title, new.passages, old.passages) if one.part is Part.CHANGES]
    assert ("11月8日", "11月15日") in {(one.text[6:11], one.old[6:12]) for one in changes if one.lead == "figures"}
    assert all(one.old in old.text for one in changes)


@pytest.mark.parametrize(
    ("title", "topic"),
    [
        ("云溪市公共租赁住房保障管理办法（修订）", "公共租赁住房保障"),
        ("关于调整居民阶梯水价的通知", "居民阶梯水价"),
        ("城市书房开放时间", "城市书房开放时间"),
    ],
)
def test_the_topic_is_the_title_without_its_form(title: str, topic: str) -> None:
    assert topic_of(title) == topic


def test_questions_are_answered_by_words_of_the_passages_they_cite() -> None:
    total = 0
    for stem in papers.stems():
        paper = read(stem)
        for one in questions_of(paper.title, paper.passages):
            total += 1
            for words, number in zip(one.words, one.passages, strict=True):
                assert words in paper.passages[number - 1].text
    assert total >= 800


def test_three_styles_ask_differently_and_answer_the_same() -> None:
    paper = read("public-rental-guide-qingjiang")
    made = questions_of(paper.title, paper.passages)
    assert {About.CELL, About.FEE} <= {one.about for one in made}
    for one in made:
        asked = {worded(one, style) for style in Style}
        assert one.about is About.ASKED or len(asked) == 3
        for style in Style:
            told = answer_in(one, style, paper.title, "四")
            assert all(words in told for words in one.words)


def test_a_guide_tells_its_matter_its_materials_and_its_conditions_each_with_its_clause() -> None:
    paper = read("public-rental-measures")
    told = triples_of(paper.title, "云溪市人民政府", paper.passages)
    by_relation = {relation: {one.thing for one in told if one.relation is relation} for relation in Relation}
    assert "云溪市人民政府" in by_relation[Relation.UNIT]
    assert {"申请表", "收入证明或者劳动合同"} <= by_relation[Relation.MATERIAL]
    assert "主申请人具有本市城镇户籍满1年" in by_relation[Relation.CONDITION]
    assert any("10个工作日内完成初审" in thing for thing in by_relation[Relation.TIME])
    assert {one.matter for one in told} == {topic_of(paper.title)}


def test_nothing_is_in_a_graph_that_its_clause_does_not_say() -> None:
    for stem in papers.stems():
        paper = read(stem)
        for one in triples_of(paper.title, "", paper.passages):
            assert one.thing in paper.passages[one.passage - 1].text
