"""A conversation about papers: follow-ups made complete, asking back and tones."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from minhu.language.answers.answering import answer
from minhu.language.answers.asking import ask_back
from minhu.language.answers.cutting import cut
from minhu.language.answers.followups import Leaning, rewrite
from minhu.language.answers.store import MemoryStore, sheets_of
from minhu.language.answers.synonyms import families, same, synonyms_in
from minhu.language.answers.tones import Tone, say
from minhu.language.answers.types import Answer, Citation, Kind, NotFound

DATA = Path(__file__).parent / "data" / "answers"


def _lines(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    return MemoryStore(sheets_of({row["docid"]: cut(row["text"]) for row in _lines("documents.jsonl")}))


@pytest.mark.parametrize(
    ("before", "said", "whole", "leaning"),
    [
        ("职工医保在三级医院的报销比例是多少？", "那居民医保呢？", "居民医保在三级医院的报销比例是多少？", "changed"),
        ("职工医保在三级医院的报销比例是多少？", "二级医院呢？", "职工医保在二级医院的报销比例是多少？", "changed"),
        ("江西省小微企业房租有什么减免？", "湖北呢？", "湖北省小微企业房租有什么减免？", "changed"),
        ("北京市2023年小学入学什么时候报名？", "那2024年呢？", "北京市2024年小学入学什么时候报名？", "changed"),
        ("敬老卡怎么办理？", "如果是外地人呢？", "外地人敬老卡怎么办理？", "changed"),
        ("身份证补办要多久？", "居住证呢？", "居住证补办要多久？", "changed"),
        ("养犬登记要交哪些材料？", "在哪里办？", "养犬登记在哪里办？", "matter"),
        ("敬老卡怎么办理？", "谢谢，那电话是多少？", "敬老卡电话是多少？", "matter"),
        ("加装电梯每台补助多少钱？", "有业主不同意怎么办？", "加装电梯每台补助有业主不同意怎么办？", "matter"),
        ("养犬登记要交哪些材料？", "它要收费吗？", "养犬登记要收费吗？", "pronoun"),
        ("失业金怎么申领？", "其标准是多少？", "失业金标准是多少？", "pronoun"),
        ("加装电梯每台补助多少钱？", "养犬登记要带什么材料？", "养犬登记要带什么材料？", "none"),
        ("每年什么时候供暖？", "热费多少钱一平方米？", "热费多少钱一平方米？", "none"),
    ],
)
def test_a_follow_up_is_made_complete(before: str, said: str, whole: str, leaning: str) -> None:
    found = rewrite([before], said)
    assert (found.words, found.leaning.value) == (whole, leaning)


def test_a_first_question_stays_as_it_is_and_a_conversation_keeps_its_conditions() -> None:
    assert rewrite([], "要带什么材料？").leaning is Leaning.NONE
    first = rewrite(["职工医保三级医院报销多少？"], "居民医保呢？").words
    assert rewrite([first], "二级医院呢？").words == "居民医保二级医院报销多少？"


def test_the_follow_up_finds_the_paper_that_it_alone_does_not(store: MemoryStore) -> None:
    whole = rewrite(["敬老卡怎么办理？"], "要带什么材料？").words
    assert answer(whole, store, threshold=0)[0].citations[0].key == "bus"


def test_it_is_asked_back_where_a_condition_decides(store: MemoryStore) -> None:
    _, reading = answer("门诊慢特病的起付标准是多少？", store, threshold=0)
    asked = ask_back(reading)
    assert asked is not None
    assert [one.label for one in asked.options] == ["职工医保", "居民医保"]
    assert "职工医保还是居民医保" in asked.question
    _, reading = answer("职工医保门诊慢特病的起付标准是多少？", store, threshold=0)
    assert ask_back(reading) is None


def test_it_is_asked_back_where_places_differ() -> None:
    texts = {"a": "云溪市养犬管理办法 每户限养一只犬。", "b": "临江市养犬管理办法 每户限养两只犬。"}
    store = MemoryStore(sheets_of({key: cut(text) for key, text in texts.items()}))
    asked = ask_back(answer("每户限养几只犬？", store, threshold=0)[1])
    assert asked is not None
    assert {one.words for one in asked.options} == {"云溪", "临江"}
    assert ask_back(answer("临江市每户限养几只犬？", store, threshold=0)[1]) is None


def test_tones_keep_the_words_of_the_paper_and_name_it() -> None:
    cited = Citation("k", "养犬规定", 3, "第四条", (), 0, 6, "每户限养一只")
    given = Answer("每户限养一只", Kind.NUMBER, 0.9, (cited,))
    assert say(given, Tone.SHORT) == "每户限养一只。"
    assert say(given, Tone.SPOKEN) == "您好，《养犬规定》第四条里是这样规定的：每户限养一只。"
    assert say(given, Tone.FORMAL) == "根据《养犬规定》第四条，答复如下：每户限养一只。"
    more = Citation("k", "养犬规定", 4, "第五条", (), 8, 12, "不收费")
    both = Answer("每户限养一只，不收费", Kind.NUMBER, 0.9, (cited, more, replace(more, title="收费规定")))
    assert say(both, Tone.FORMAL).startswith("根据《养犬规定》第四条、第五条、《收费规定》第五条，答复如下：")
    old = Answer(
        "每户限养一只", Kind.NUMBER, 0.9, (Citation("k", "养犬规定", 3, "", (), 0, 6, "每户限养一只", valid=False),)
    )
    assert "已失效" in say(old, Tone.FORMAL)


@pytest.mark.parametrize("reason", list(NotFound))
def test_not_found_says_what_to_do_next(reason: NotFound) -> None:
    words = say(Answer("", Kind.WHAT, 0.0, not_found=reason))
    assert "请" in words or "可以" in words


def test_words_for_one_thing_bring_each_other() -> None:
    assert "公共汽车" in synonyms_in("坐公交车")
    assert same("供热", "供暖")
    assert not same("供热", "供水")
    assert all(len(family) > 1 for family in families())
