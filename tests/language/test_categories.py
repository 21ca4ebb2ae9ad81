"""A wrong category sends an order to a wrong unit; a confidence that lies makes automatic dispatch dangerous."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.language import measures
from minhu.language.categories import DEFAULT_MODEL, UNSURE, CategoryModel, ModelError, default_model
from minhu.language.features import content, subject
from minhu.language.keywords import KeywordIndex
from minhu.language.subject_training import repeated_groups, train_subjects
from minhu.language.training import train
from minhu.language.types import Leaf

WATER = ["停水", "水压低", "自来水发黄", "水管爆裂", "水表不准"]
NOISE = ["夜间施工", "广场舞音响", "装修噪音", "酒吧扰民", "喇叭声大"]
PLACES = ["幸福小区", "东湖花园", "人民路", "南门菜场", "三号楼", "学校门口"]
ROWS = [(f"{place}{what}，{tail}", label) for label, words in (("供水", WATER), ("噪声", NOISE))
        for what in words for place in PLACES for tail in ("希望处理", "三天了没人管")]  # fmt: skip


@pytest.fixture(scope="module")
def model() -> CategoryModel:
    return train(ROWS, version="t1", sources=["own.csv"], date="2026-01-01")


def test_new_sentences_go_to_the_right_class(model: CategoryModel) -> None:
    assert model.predict("北门小区停水", "自来水没有了")[0].value == "供水"
    assert model.predict("", "酒吧半夜音响吵得睡不着")[0].value == "噪声"


def test_segmented_words_and_raw_text_are_understood_alike(model: CategoryModel) -> None:
    assert model.probabilities("幸福 小区 停水 三天") == pytest.approx(model.probabilities("幸福小区停水三天"))


def test_empty_words_do_not_part_content_words(model: CategoryModel) -> None:
    assert content("我们小区的物业，一直在乱收费") == content("小区 物业 乱 收费")
    assert model.reading == "bare"


def test_words_with_an_empty_sign_inside_stay_whole() -> None:
    assert subject("我们反对在工地旁边的房子里的加工") == "反对工地旁边房子里加工"


def test_subjects_learn_from_raw_and_segmented_alike_and_know_what_stands_first() -> None:
    learnt = train_subjects(ROWS, version="s1", sources=["own.csv"], date="2026-01-01")
    assert learnt.predict("北门小区停水", "自来水没有了")[0].value == "供水"
    assert learnt.predict("", "酒吧半夜音响吵得睡不着")[0].value == "噪声"
    assert learnt.probabilities("幸福 小区 停水 三天") == pytest.approx(learnt.probabilities("幸福小区停水三天"))
    first, last = "停水" + "，门口灯亮" * 8 + "，喇叭声", "喇叭声" + "，门口灯亮" * 8 + "，停水"
    at = learnt.labels.index("供水")
    assert learnt.probabilities(first)[at] > learnt.probabilities(last)[at]


def test_texts_that_repeat_each_other_are_judged_together() -> None:
    groups = repeated_groups(
        ["幸福小区停水三天物业置之不理", "幸福小区停水三天了，物业置之不理！", "广场舞音响半夜不停太吵了"]
    )
    assert groups[0] == groups[1] != groups[2]


def test_subjects_of_one_class_are_refused() -> None:
    with pytest.raises(ModelError, match="至少要有两个类别"):
        train_subjects([("停水", "供水")], version="x")


def test_a_card_of_an_earlier_release_is_still_read_right(model: CategoryModel, tmp_path: Path) -> None:
    folder = model.save(tmp_path / "m")
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    for empty, reading in ((True, "bare"), (False, "plain")):
        (folder / "card.json").write_text(
            json.dumps({**card, "without_empty_words": empty}, ensure_ascii=False), encoding="utf-8"
        )
        assert CategoryModel.load(folder).reading == reading


def test_training_rows_shared_with_the_test_are_found() -> None:
    shared = measures.shared_with(
        ["幸福 小区 停水 三天 物业 置之不理", "广场舞 音响 太吵 半夜 不停"], ["我们幸福小区停水三天了，物业置之不理"]
    )
    assert shared.tolist() == [True, False]


def test_a_saved_model_says_the_same_and_holds_no_text(model: CategoryModel, tmp_path: Path) -> None:
    again = CategoryModel.load(model.save(tmp_path / "m"))
    assert again.probabilities("东湖花园停水") == pytest.approx(model.probabilities("东湖花园停水"))
    raw = (tmp_path / "m" / "model.npz").read_bytes()
    assert "幸福小区".encode() not in raw
    card = json.loads((tmp_path / "m" / "card.json").read_text(encoding="utf-8"))
    assert {"version", "sources", "rows", "figures", "date", "licence"} <= set(card)


@pytest.mark.parametrize("rows", [[], [("停水", "供水")], [("", "供水"), ("吵", "噪声")]])
def test_too_little_to_learn_from_is_said(rows: list[tuple[str, str]]) -> None:
    with pytest.raises(ModelError, match="至少要有两个类别"):
        train(rows, version="x")


def test_a_broken_model_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="无法读取"):
        CategoryModel.load(tmp_path)


def test_the_model_that_ships_is_small_and_knows_its_classes() -> None:
    assert (DEFAULT_MODEL / "model.npz").stat().st_size < 3_000_000
    found = default_model().suggest("老板拖欠农民工工资三个月", "要求支付工资，缴纳社保")
    assert found.value == "劳动和社会保障"
    assert found.maker.startswith("categories/")


@given(st.text(max_size=80))
def test_probabilities_are_probabilities(text: str) -> None:
    chances = default_model().probabilities(text)
    assert chances.sum() == pytest.approx(1.0)
    assert (chances >= 0).all()


LEAVES = [
    Leaf("0101", "路面破损", ("城乡建设", "市政道路", "路面破损"), ("坑洼", "塌陷", "路面破损"), "道路坑槽、沉陷"),
    Leaf("0102", "路灯不亮", ("城乡建设", "照明", "路灯不亮"), ("路灯", "不亮"), "路灯损坏、不亮", ("晚上黑灯瞎火",)),
    Leaf("0201", "夜间施工噪声", ("生态环境", "噪声", "夜间施工噪声"), ("工地", "半夜施工"), "建筑工地夜间施工扰民"),
]


def test_a_city_without_training_data_gets_a_leaf_and_its_keywords() -> None:
    found = KeywordIndex(LEAVES).suggest("路灯不亮", "我们巷子的路灯坏了，不亮")
    assert found.value == "0102"
    assert "路灯" in found.basis


def test_a_text_that_touches_no_leaf_is_unsure() -> None:
    found = KeywordIndex(LEAVES).suggest("", "想咨询婚姻登记")
    assert found.value == UNSURE
    assert found.confidence < 0.35


def test_a_trained_model_moves_the_leaves_of_its_label() -> None:
    index = KeywordIndex(LEAVES)
    learnt = train([(text, "城乡建设" if label == "供水" else "生态环境") for text, label in ROWS], version="c")
    text = "酒吧半夜音响吵"
    plain = {one.value: one.probability for one in index.predict("", text)}
    helped = {one.value: one.probability for one in index.predict("", text, learnt)}
    assert helped["0201"] > plain["0201"]


def test_a_tree_without_leaves_is_refused() -> None:
    with pytest.raises(ValueError, match="末级"):
        KeywordIndex([])


def test_figures_on_known_answers() -> None:
    correct = np.array([True, True, False, True])
    confidence = np.array([0.9, 0.8, 0.7, 0.6])
    assert measures.coverage_at(correct, confidence, 0.95) == 0.5
    assert measures.coverage_at(correct, confidence, 0.7) == 1.0
    assert measures.macro_f1(["a", "a", "b"], ["a", "b", "b"]) == pytest.approx(2 / 3)
    assert measures.calibration_error(np.array([True, False]), np.array([0.5, 0.5])) == pytest.approx(0.0)


def test_overlap_is_seen_through_segmentation() -> None:
    train_texts = ["幸福 小区 停水 三天 物业 置之不理 业主 意见 很大 希望 解决"]
    asked = ["我们幸福小区停水三天了，物业置之不理，业主的意见很大，希望解决", "广场舞音响太吵，半夜不停"]
    assert measures.already_seen(train_texts, asked).tolist() == [True, False]
