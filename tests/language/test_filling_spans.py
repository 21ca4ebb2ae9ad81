"""The words a field came from are kept with begin and end, in the utterance as it was said."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from minhu.language.filling import entries as rules
from minhu.language.filling.filling import fill
from minhu.language.filling.located import span_of
from minhu.language.filling.types import Field, Spoken

MOMENT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
DATA = Path(__file__).parent / "data"


def marked(*utterances: str) -> dict[str, str]:
    """Field → the words that are marked in its utterance."""
    spoken = [Spoken(at, True, one) for at, one in enumerate(utterances, 1)]
    return {
        field.value: spoken[one.number - 1].text[one.start : one.end]
        for field, one in fill(spoken, MOMENT).readings.items()
        if one.start >= 0
    }


def test_the_very_words_are_marked_also_those_with_a_correction_in_them() -> None:
    found = marked(
        "呃，那个，柳湾社区3号楼，哦不对，是5号楼从昨晚开始停水，大概六十户没水", "免贵姓李，电话幺三八零零零零二二三三"
    )
    assert found["place"] == "柳湾社区3号楼，哦不对，是5号楼"
    assert found["when"] == "从昨晚开始"
    assert found["people"] == "六十户"
    assert found["name"] == "李"
    assert found["phone"] == "幺三八零零零零二二三三"


def test_of_the_same_words_twice_the_caller_means_the_later() -> None:
    assert span_of("李", "姓李，木子李", last=True) == (5, 6)
    assert span_of("李", "姓李，木子李") == (1, 2)


@pytest.mark.parametrize(("words", "text"), [("", "有字"), ("字", ""), ("没说", "说没"), ("路" * 300, "路" * 200)])
def test_words_that_are_not_there_have_no_place(words: str, text: str) -> None:
    assert span_of(words, text) is None


@given(some.text("路灯𠮷，a", max_size=8), some.text("路灯𠮷，a", max_size=14))
def test_a_span_holds_the_words_in_their_order_and_nothing_shorter_does(words: str, text: str) -> None:
    def holds(run: str) -> bool:
        rest = iter(run)
        return all(one in rest for one in words)

    runs = [(b, e) for b in range(len(text)) for e in range(b + 1, len(text) + 1) if words and holds(text[b:e])]
    span = span_of(words, text)
    if not runs:
        assert span is None
    else:
        assert span is not None
        assert holds(text[slice(*span)])
        assert span[1] - span[0] == min(e - b for b, e in runs)


def test_a_form_keeps_spans_and_one_kept_before_still_opens() -> None:
    entries = rules.merge({}, fill([Spoken(1, True, "桃园小区从昨晚开始停水")], MOMENT).readings)
    kept = {field.value: entry.to_json() for field, entry in entries.items()}
    assert rules.from_json(json.loads(json.dumps(kept))) == entries
    for row in kept.values():
        row.pop("start"), row.pop("end")
    old = rules.from_json(kept)
    assert old[Field.WHEN].reading.start == -1
    assert old[Field.WHEN].reading.value == entries[Field.WHEN].reading.value


def test_nearly_all_words_of_the_own_calls_are_found_in_their_utterance() -> None:
    with_words = found = 0
    for name in ("learn", "held_back"):
        for case in map(json.loads, DATA.joinpath(f"forms_{name}.jsonl").read_text("utf-8").splitlines()):
            spoken = [Spoken(at, who == "citizen", words) for at, (who, words) in enumerate(case["turns"], 1)]
            for one in fill(spoken, MOMENT).readings.values():
                with_words += bool(one.words and one.number)
                found += one.start >= 0
                if one.start >= 0:
                    assert set(one.words) <= set(spoken[one.number - 1].text[one.start : one.end])
    assert with_words > 150
    assert found >= 0.98 * with_words
