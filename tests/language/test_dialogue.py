"""What is said in a conversation with papers: follow-ups, two questions, corrections, small talk, danger, a person."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from minhu.language.answers.answering import answer
from minhu.language.answers.colloquial import standard
from minhu.language.answers.cutting import cut
from minhu.language.answers.dialogue import Said, hear
from minhu.language.answers.several import joined, missed
from minhu.language.answers.store import MemoryStore, sheets_of
from minhu.language.answers.tones import Tone, say
from minhu.language.answers.types import Answer, Citation, Kind, NotFound
from minhu.server.cli import build
from minhu.server.demo.dialogues import dialogues

DATA = Path(__file__).parent / "data" / "answers"
DOGS = "云溪市养犬管理办法\n第一条 养犬登记不收费，犬牌工本费20元。\n第二条 每户限养2只，犬吠扰民的罚款500元。\n第三条 登记到派出所办理，3日内办结。"
CARDS = "居住证申领办事指南\n第一条 居住证首次申领免费，补领20元。\n第二条 不需要房东签字，7个工作日制证。"
BUSES = "公交优惠卡办理须知\n第一条 敬老卡首次免费，补卡15元。\n第二条 卡丢了可以挂失，余额转入新卡。"


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    return MemoryStore(sheets_of({"dogs": cut(DOGS), "cards": cut(CARDS), "buses": cut(BUSES)}))


@pytest.mark.parametrize(
    ("earlier", "said", "understood"),
    [
        ("养犬登记收费吗", "居住证补领多少钱", "居住证补领多少钱"),
        ("居住证怎么补领", "房东要签字吗", "居住证房东要签字吗"),
        ("居住证签字制证怎么办", "居住证签字要房东吗", "居住证签字要房东吗"),
        ("居住证怎么补领", "好的，要几个工作日", "居住证要几个工作日"),
        ("敬老卡补卡多少钱", "不对，我问的是养犬登记收费吗", "养犬登记收费吗"),
        ("敬老卡补卡多少钱", "不是敬老卡，我说的是居住证补领多少钱", "居住证补领多少钱"),
        ("", "养狗登记咋整", "养狗登记怎么办"),
        ("", "养犬登记收费吗？另外敬老卡补卡多少钱？", "养犬登记收费吗；敬老卡补卡多少钱"),
        ("", "居住证补领多少钱，几天能拿到", "居住证补领多少钱；居住证几天能拿到"),
    ],
)
def test_a_turn_is_understood_from_what_was_said_before(
    store: MemoryStore, earlier: str, said: str, understood: str
) -> None:
    assert hear([earlier] if earlier else [], said, store).understood == understood


def test_the_paper_of_a_conversation_goes_before_one_that_fits_as_well(store: MemoryStore) -> None:
    turn = hear(["居住证怎么补领"], "要收多少钱", store)
    assert turn.questions[0].paper == "cards"
    assert answer(turn.questions[0].words, store, threshold=0, about="cards")[0].citations[0].key == "cards"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("转人工", Said.PERSON), ("我要找个真人说", Said.PERSON), ("别机器人了，让接线员跟我说", Said.PERSON),
        ("我不想跟机器说了", Said.PERSON), ("人工服务", Said.PERSON), ("人工草坪有气味怎么办", Said.QUESTION),
        ("你们工作人员态度差怎么投诉", Said.QUESTION), ("好的谢谢", Said.TALK), ("你是机器人吗", Said.TALK), ("在吗", Said.TALK),
        ("天气真好", Said.TALK), ("好的，那要带什么", Said.QUESTION),
    ],
)  # fmt: skip
def test_a_person_and_small_talk_are_told_from_questions(store: MemoryStore, words: str, said: Said) -> None:
    assert hear(["居住证怎么补领"], words, store).said is said


def test_small_talk_in_between_is_not_leant_on(store: MemoryStore) -> None:
    assert hear(["居住证怎么补领", "谢谢", "转人工"], "要几个工作日", store).understood == "居住证要几个工作日"


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("屋里好大一股煤气味，咋办", "119"), ("邻居家着火了楼道全是烟怎么办", "119"), ("有人拿刀砍人快来", "110"),
        ("老人突然昏倒没有呼吸了怎么办", "120"), ("两口子一起缴的呢", ""), ("我有个妹妹呢", ""), ("燃气软管多久换一次", ""),
        ("酒驾罚多少", ""), ("高龄津贴去世了还发吗", ""),
    ],
)  # fmt: skip
def test_words_of_danger_call_for_help_at_once_and_questions_do_not(store: MemoryStore, words: str, first: str) -> None:
    assert (hear([], words, store).services or ("",))[0] == first


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        ("忘了签注咋办", "忘了签注怎么办"),
        ("要准备啥子材料", "要准备什么材料"),
        ("好多钱一个月", "多少钱一个月"),
        ("差不多了", "差不多了"),
        ("最好多少钱", "最好多少钱"),
    ],
)
def test_household_words_are_put_as_papers_know_them(words: str, plain: str) -> None:
    assert standard(words) == plain


def test_answers_of_one_turn_are_one_and_what_is_missing_is_named() -> None:
    def found(text: str, key: str) -> Answer:
        return Answer(text, Kind.NUMBER, 0.9, (Citation(key, key, 1, "", (), 0, len(text), text),))

    none = Answer("", Kind.WHAT, 0.1, not_found=NotFound.UNSUPPORTED)
    whole = joined([found("登记不收费", "a"), found("补领20元", "b")])
    assert (whole.text, [one.key for one in whole.citations]) == ("登记不收费。补领20元", ["a", "b"])
    assert joined([none, found("补领20元", "b")]).text == "补领20元"
    assert missed(["一", "二"], [none, found("补领20元", "b")]) == ("一",)
    assert missed(["一", "二"], [none, none]) == ()


def test_scripted_conversations_are_in_two_halves_and_cover_what_people_do() -> None:
    found = dialogues()
    assert len(found) >= 60
    assert abs(sum(one.half == "development" for one in found) - len(found) / 2) <= 1
    turns = [turn for one in found for turn in one.turns]
    assert {"paper", "talk", "person", "danger", "refused", "back"} == {
        name for turn in turns for name in turn.outcomes
    }
    assert all(turn.papers for turn in turns if "paper" in turn.outcomes)


@pytest.mark.skipif(os.environ.get("MINHU_FAULTS", "") not in {"ci", "bench"}, reason="seconds; played in CI")
def test_scripted_conversations_go_as_expected() -> None:
    told = CliRunner().invoke(build(), ["evaluate", "dialogues", "--half", "held-out"]).stdout.strip().splitlines()[-1]
    figures = json.loads(told)
    assert figures["right"] >= 0.7
    assert figures["by_outcome"]["person"] == figures["by_outcome"]["danger"] == 1.0


@pytest.mark.skipif(os.environ.get("MINHU_FAULTS", "") not in {"ci", "bench"}, reason="seconds; played in CI")
def test_no_tone_changes_a_number_a_negation_or_a_word_of_sixty_answers() -> None:
    """What a tone adds is courtesy and the source: taken away again, the words of the short answer are left."""
    from minhu.kernel import clock
    from minhu.language.papers.cutting import cut as cut_blocks
    from minhu.server.demo import papers as city

    today = clock.now().date()
    papers = {one.stem: cut_blocks(city.blocks(one), one.title) for one in city.papers(today) if one.valid(today)}
    whole = MemoryStore(sheets_of(papers))
    seen = 0
    for asked in city.questions(today):
        found, _ = answer(asked.question, whole)
        if found.not_found is not None:
            continue
        short, spoken, formal = (say(found, tone) for tone in (Tone.SHORT, Tone.SPOKEN, Tone.FORMAL))
        for said, before in ((spoken, "您好，"), (formal, "根据")):
            assert said.startswith(before)
            assert said.endswith(short), (said, short)
            added = said.removesuffix(short).removeprefix(before)
            sources = [one.title.strip("《》 ") for one in found.citations]
            for title in sorted(sources, key=len, reverse=True):
                added = added.replace(title, "")
            for label in sorted((one.label for one in found.citations), key=len, reverse=True):
                added = added.replace(label, "")
            assert not set(added) & set("不未无非免禁0123456789%"), said
        seen += 1
        if seen == 60:
            break
    assert seen == 60
