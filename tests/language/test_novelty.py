"""A matter that no category knows is shown to people instead of being pressed into the nearest one."""

from __future__ import annotations

import numpy as np
import pytest

from minhu.language.meaning import default_meaning
from minhu.language.novelty import Novelty, auroc
from minhu.language.subject_training import train_subjects

WATER = ["自来水停水", "水压太低", "自来水发黄", "水管爆裂漏水", "水表不准水费高"]
NOISE = ["夜间施工吵闹", "广场舞音响太大", "装修噪音扰民", "酒吧音乐扰民", "喇叭声太大"]
PLACES = ["幸福小区", "东湖花园", "人民路", "南门菜场", "三号楼", "学校门口"]
ROWS = [(f"{place}{what}，希望处理", label) for label, words in (("供水", WATER), ("噪声", NOISE))
        for what in words for place in PLACES]  # fmt: skip


def test_what_was_never_learnt_is_stranger_than_what_was() -> None:
    novelty = Novelty.learn(train_subjects(ROWS, version="t"), default_meaning(), [text for text, _ in ROWS])
    usual = [novelty.score(text) for text in ("北门小区停水三天", "楼上装修噪音太吵", "自来水又黄又浑")]
    strange = [novelty.score(text) for text in ("公司拖欠三个月工资", "孩子入学学位不够", "医院乱收检查费")]
    assert min(strange) > max(usual)


def test_too_few_texts_say_nothing() -> None:
    model = train_subjects(ROWS, version="t")
    with pytest.raises(ValueError, match="30"):
        Novelty.learn(model, default_meaning(), ["停水"] * 5)


def test_auroc_on_known_answers() -> None:
    strange = np.array([True, True, False, False])
    assert auroc(strange, np.array([0.9, 0.8, 0.2, 0.1])) == 1.0
    assert auroc(strange, np.array([0.5, 0.5, 0.5, 0.5])) == 0.5
    assert auroc(np.array([True]), np.array([1.0])) == 0.5
