"""Talking with the papers: a follow-up keeps its subject, a changed condition its question, and it is asked back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.knowledge.keepers import Keepers
from tests.knowledge.papers import TITLE, paper

from minhu.directory.access import acting_as
from minhu.kernel.actors import ANONYMOUS
from minhu.knowledge.queries.shown import Answered
from minhu.knowledge.queries.store import forget_papers
from minhu.knowledge.services.answering import Asked, ask
from minhu.knowledge.types import Door, Tone

pytestmark = pytest.mark.django_db
MATERIALS = "低保家庭申请水价优惠应当提交什么材料"
PRICE = "第一阶梯的价格是多少元"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    forget_papers()
    yield
    forget_papers()


def asked(words: str, *earlier: str, tone: Tone = Tone.SHORT) -> Answered:
    with acting_as(ANONYMOUS):
        return ask(Asked(words, Door.PAGE, tone, earlier))


def test_a_follow_up_keeps_the_subject(keepers: Keepers) -> None:
    keepers.published()
    got = asked("那由谁受理？", MATERIALS)
    assert (got.question, got.understood) == ("那由谁受理？", "低保家庭申请水价优惠由谁受理？")
    assert asked("那由谁受理？").understood == "那由谁受理？"
    assert got.hits[0].title == TITLE


def test_a_changed_condition_changes_the_answer(keepers: Keepers) -> None:
    keepers.published()
    first = asked(PRICE)
    second = asked("那第二阶梯呢？", PRICE)
    assert (first.words, second.words) == ("2.10", "3.15")
    assert second.understood.startswith("第二阶梯")
    assert second.clauses[0].label != first.clauses[0].label


def test_several_fitting_papers_are_asked_back_with_choices_that_answer(keepers: Keepers) -> None:
    more = ("本办法规定，每户年免费水量", "每户每年免费供水{}立方米。")
    for place, amount in (("云溪市", 24), ("临江市", 36)):
        lines = (more[0], more[1].format(amount))
        keepers.published(paper(f"{place}居民免费供水办法", more=lines), f"{place}.docx")
    got = asked("每户每年免费供水多少立方米")
    assert got.back is not None
    assert {one.label for one in got.back.choices} == {"云溪", "临江"}
    chosen = next(one for one in got.back.choices if one.label == "临江")
    settled = asked(chosen.question)
    assert settled.back is None
    assert settled.hits[0].title.startswith("临江市")


def test_a_list_shows_all_its_clauses_and_each_tone_keeps_its_words(keepers: Keepers) -> None:
    keepers.published()
    got = asked(MATERIALS, tone=Tone.FORMAL)
    assert [one.words for one in got.clauses] == ["（一）申请人身份证；", "（二）低保证原件。"]
    assert got.said.startswith("根据《")
    assert all("申请人身份证" in said and "低保证原件" in said for _, said in got.tones)
