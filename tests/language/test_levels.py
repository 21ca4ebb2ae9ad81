"""Thousands of leaves with few examples or none: what is not sure of the leaf is still sure of its branch, and says so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from minhu.language.categories import UNSURE, ModelError, default_model
from minhu.language.keywords import KeywordIndex, deepest_sure
from minhu.language.meaning import Meaning, default_meaning, learn_meaning
from minhu.language.types import Leaf, RankedLabel

NAMES = (
    "教育/招生录取",
    "教育/乱收费",
    "教育/校园安全",
    "医疗/医疗收费",
    "医疗/医疗事故",
    "交通/公交线路",
    "交通/出租车",
)
TREE = [Leaf(name, name.split("/")[1], tuple(name.split("/"))) for name in NAMES]


def test_meaning_finds_a_leaf_that_shares_no_word_with_the_text() -> None:
    text = "孩子上学报名报不上，学位不够"
    plain, helped = KeywordIndex(TREE), KeywordIndex(TREE, default_meaning())
    assert helped.predict("", text)[0].value == "教育/招生录取"
    assert helped.predict("", text)[0].probability > plain.predict("", text)[0].probability


def test_one_example_draws_what_is_like_it() -> None:
    text = "司机甩站不停，等车四十分钟"
    taught = [
        Leaf(
            leaf.code, leaf.name, leaf.path, examples=("公共汽车不按点发车，司机不停站",) if "公交" in leaf.name else ()
        )
        for leaf in TREE
    ]
    before = {one.value: one.probability for one in KeywordIndex(TREE, default_meaning()).predict("", text)}
    after = {one.value: one.probability for one in KeywordIndex(taught, default_meaning()).predict("", text)}
    assert after["交通/公交线路"] > before["交通/公交线路"]


def test_a_branch_is_as_likely_as_its_leaves_together() -> None:
    index = KeywordIndex(TREE, default_meaning())
    chances, _ = index.chances("", "学校乱收资料费，还体罚学生")
    first, second = index.by_level(chances)
    education = next(one for one in first if one.value == "教育")
    assert education.probability == pytest.approx(
        sum(one.probability for one in second if one.value.startswith("教育/"))
    )
    assert chances.sum() <= 1.0


def test_who_is_not_sure_of_the_leaf_says_the_branch() -> None:
    names = ("收费标准", "师资力量", "教学设备", "体育场馆", "校服管理")
    leaves = [Leaf(str(at), name, ("教育文体", name)) for at, name in enumerate(names)]
    leaves.append(Leaf("9", "出租车", ("交通运输", "出租车")))
    index = KeywordIndex(leaves, default_meaning())
    _, found = index.rank_and_suggest("", "孩子在小学读书，老师家长都有意见", default_model(), floor=0.99)
    assert found.value == UNSURE
    assert "上级可定为“教育文体”" in found.basis


def test_the_deepest_sure_level_counts() -> None:
    def one(value: str, chance: float) -> list[RankedLabel]:
        return [RankedLabel(value, chance, tuple(value.split("/")))]

    levels = [one("a", 0.9), one("a/b", 0.7), one("a/b/c", 0.3)]
    found = deepest_sure(levels, 0.6)
    assert found is not None
    assert found.value == "a/b"
    assert deepest_sure(levels, 0.95) is None


def test_five_thousand_leaves_fit_in_memory() -> None:
    signs = [chr(0x4E00 + at) for at in range(80, 180)]
    leaves = [
        Leaf(str(at), signs[at % 100] + signs[at // 100 % 100] + "事项", ("类" + signs[at % 100], "项" + str(at)))
        for at in range(5000)
    ]
    index = KeywordIndex(leaves, default_meaning())
    assert index.size() < 10_000_000
    assert index.predict("", f"{signs[7]}{signs[3]}事项没人办")[0].value == "307"


def test_a_space_of_meaning_is_saved_without_words(tmp_path: Path) -> None:
    texts = [f"{place}{what}第{at}次" for at in range(60) for place in ("东门", "西门") for what in ("停水", "噪声")]
    learnt = learn_meaning(texts, version="t", sources=["own"], date="2026-01-01")
    again = Meaning.load(learnt.save(tmp_path / "m"))
    assert np.allclose(again.vector("东门停水"), learnt.vector("东门停水"))
    assert "停水".encode() not in (tmp_path / "m" / "model.npz").read_bytes()
    with pytest.raises(ModelError, match="200"):
        learn_meaning(texts[:10], version="t")
    with pytest.raises(ModelError, match="词义"):
        Meaning.load(tmp_path)
