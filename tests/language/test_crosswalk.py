"""Orders of another hotline come with its categories: what they mean here is proposed with a reason, never decided."""

from __future__ import annotations

from minhu.language.crosswalk import Crossing, propose, translate
from minhu.language.meaning import default_meaning
from minhu.language.types import Leaf


def leaf(path: str, *keywords: str) -> Leaf:
    names = tuple(path.split("/"))
    return Leaf(path, names[-1], names, keywords)


TARGETS = [
    leaf("交通/出租车/拒载绕路", "拒载", "绕路"), leaf("交通/网约车/平台纠纷", "网约车"), leaf("市容/公厕/公厕脏乱", "公厕", "厕所"),
    leaf("供水/停水爆管", "停水", "爆管"), leaf("供水/水质问题", "发黄", "异味"),
]  # fmt: skip


def test_another_name_for_the_same_is_found_with_a_reason() -> None:
    found = propose([leaf("环卫/公共厕所不洁")], TARGETS, default_meaning())[0]
    assert found[0].target == "市容/公厕/公厕脏乱"
    assert "名称共有" in found[0].reason
    assert 0.5 < found[0].confidence <= 1.0


def test_what_has_no_counterpart_gets_none() -> None:
    assert propose([leaf("航天/火箭回收")], TARGETS, default_meaning()) == [[]]


def test_requests_labelled_in_both_trees_outweigh_the_words() -> None:
    source = leaf("供水/水费")
    both = {("供水/水费", "供水/水质问题"): 40}
    found = propose([source], TARGETS, default_meaning(), both)[0]
    assert found[0].target == "供水/水质问题"
    assert "40 件" in found[0].reason


def test_one_category_becomes_two_by_keyword() -> None:
    both = {("水务", "供水/停水爆管"): 60, ("水务", "供水/水质问题"): 40}
    found = propose([leaf("水务")], TARGETS, default_meaning(), both)[0]
    assert [one.target for one in found[:2]] == ["供水/停水爆管", "供水/水质问题"]
    assert found[0].keyword == ""
    assert found[1].keyword == "发黄"
    chosen = translate(found[:2], "水务", "自来水发黄有味道")
    assert chosen is not None
    assert chosen.target == "供水/水质问题"
    usual = translate(found[:2], "水务", "家里停水了")
    assert usual is not None
    assert usual.target == "供水/停水爆管"


def test_a_category_nobody_has_confirmed_is_not_translated() -> None:
    assert translate([Crossing("a", "b", 1.0, "")], "c", "停水") is None
