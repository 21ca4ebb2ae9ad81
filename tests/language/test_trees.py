"""Trees drafted from papers and from what was asked: every end stands in its paper, no step is more than people can hear."""

from __future__ import annotations

from datetime import date

from minhu.language.papers.cutting import cut
from minhu.language.papers.types import Block, BlockKind
from minhu.language.trees.asked import families
from minhu.language.trees.drafting import draft
from minhu.language.trees.matching import meant, named, picked, with_choice
from minhu.language.trees.types import MOST_CHOICES, Asked, Source, Sprout
from minhu.server.demo import papers


def source(title: str, *lines: str, table: tuple[tuple[str, ...], ...] = ()) -> Source:
    blocks = [Block(BlockKind.PARAGRAPH, line) for line in lines]
    if table:
        blocks += [Block(BlockKind.CAPTION, "表1 标准"), Block(BlockKind.TABLE, rows=table, headers=1)]
    return Source(title, title, cut(tuple(blocks), title).passages)


def labels(sprout: Sprout | None) -> list[str]:
    return [one.label for one in sprout.children] if sprout else []


def test_a_list_of_which_one_is_met_becomes_choices_and_one_where_all_are_needed_does_not() -> None:
    one_of = ("第一条 有下列情形之一的，免收费用：", "（一）低保家庭；", "（二）退役军人，凭证件；", "（三）残疾人。")
    all_of = ("第二条 申请应当同时符合下列条件：", "（一）本市户籍；", "（二）无房产。")
    made = draft([source("云溪市收费减免办法", *one_of, *all_of)])
    assert labels(made) == ["低保家庭", "退役军人", "残疾人"]
    assert made is not None
    assert "免收费用" in made.question
    assert draft([source("云溪市申请办法", *all_of)]) is None


def test_groups_named_clauses_and_conditions_in_a_sentence_are_told_apart() -> None:
    groups = source(
        "云溪市住房办法", "第一条 本市户籍家庭申请的，应当无房。", "第二条 外来务工人员申请的，应当持居住证。"
    )
    assert labels(draft([groups])) == ["本市户籍家庭", "外来务工人员"]
    clauses = source("云溪市优待规定", "第一条 交通优待：免费乘车。", "第二条 医疗优待：优先就诊。")
    assert labels(draft([clauses])) == ["交通优待", "医疗优待"]
    cases = draft([source("云溪市门票规定", "第一条 景区门票，60至64周岁半价，65周岁以上免费。")])
    assert labels(cases) == ["60至64周岁", "65周岁以上"]
    assert cases is not None
    assert [one.text for one in cases.children] == ["60至64周岁半价", "65周岁以上免费"]


def test_a_long_table_is_asked_in_steps() -> None:
    rows = tuple((f"第{at}种", "全部提取" if at > 5 else f"{at}00元") for at in range(1, 10))
    made = draft([source("云溪市提取指南", table=(("情形", "额度"), *rows))])
    assert made is not None
    assert len(made.children) <= MOST_CHOICES
    assert made.children[-1].label == "全部提取"
    assert [one.label for one in made.children[-1].children] == ["第6种", "第7种", "第8种", "第9种"]


def test_every_draft_of_the_demo_city_holds_to_its_paper_and_to_seven_choices() -> None:
    grown = 0
    for paper in papers.papers(date(2026, 11, 23)):
        passages = cut(papers.blocks(paper), paper.title).passages
        made = draft([Source(paper.stem, paper.title, passages)])
        if made is None:
            continue
        grown += 1
        texts = {one.number: one.text for one in passages}
        stack = [made]
        while stack:
            node = stack.pop()
            if node.question:
                assert 2 <= len(node.children) <= MOST_CHOICES, (paper.stem, node.label)
                assert len(set(labels(node))) == len(node.children), (paper.stem, node.label)
                stack += node.children
            else:
                assert node.text in texts[node.passage], (paper.stem, node.label)
    assert grown >= 100


def test_questions_that_differ_in_one_condition_become_a_family() -> None:
    asked = [
        Asked("租住商品房每月能提取多少公积金", "7", 3), Asked("租住公租房每月能提取多少公积金", "7", 4),
        Asked("公积金中心几点下班", "7", 11), Asked("租住公租房每月能提取多少公积金", "8", 4),
    ]  # fmt: skip
    found = families(asked)
    assert [(one.asked, labels(one.tree)) for one in found] == [(2, ["公租房", "商品房"])]
    assert {end.passage for end in found[0].tree.ends()} == {3, 4}
    assert "公积金" in found[0].shared


def test_a_question_is_matched_and_its_choice_known_again() -> None:
    assert meant(["公积金 提取"], "住房公积金怎么提取")
    assert not meant(["公积金 提取"], "公积金贷款利率")
    assert not meant([], "任何问题")
    choices = [("租住商品房", "租房"), ("离休、退休",), ("偿还商业住房贷款",)]
    assert named(choices, "退休了公积金怎么提取") == 1
    assert named(choices, "租房提取公积金") == 0
    assert named(choices, "公积金提取多少") is None
    assert named([("一孩",), ("二孩",)], "一孩和二孩") is None, "two named: ask"
    whole = with_choice("公积金怎么提取？", "离休、退休")
    assert whole == "公积金怎么提取（离休、退休）"
    assert picked([one[0] for one in choices], whole) == 1
    assert picked(["水泵（公用）", "邻里"], with_choice("噪声找谁", "水泵（公用）")) == 0
