"""What nothing answered, or badly, waits for a person and ends in a paper, a wording or 'not ours'; and comes back if it must."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.knowledge.keepers import Keepers, gather
from tests.knowledge.papers import paper
from tests.portals.test_knowledge import client_of

from minhu.directory.access import acting_as
from minhu.kernel.actors import ANONYMOUS
from minhu.kernel.errors import Invalid, NotAllowed, NotFound
from minhu.knowledge.queries.shown import Answered
from minhu.knowledge.queries.store import forget_papers
from minhu.knowledge.services import questions, rating
from minhu.knowledge.services.answering import Asked, ask
from minhu.knowledge.types import Audience, Door, Outcome, Rights, Settled

pytestmark = pytest.mark.django_db
MATERIALS = "低保家庭申请水价优惠应当提交什么材料"
STRANGE = "滑翔伞场地在哪里预约"


@pytest.fixture
def keepers(home: Path, db: None) -> Iterator[Keepers]:
    forget_papers()
    yield gather()
    forget_papers()


def asked(words: str) -> Answered:
    with acting_as(ANONYMOUS):
        return ask(Asked(words, Door.PAGE))


def queue(keepers: Keepers, done: bool = False) -> list[questions.QuestionRow]:
    with acting_as(keepers.reviewer):
        return questions.waiting(done)[0]


def test_alike_questions_wait_together_and_talk_does_not(keepers: Keepers) -> None:
    keepers.published()
    for words in (STRANGE, f"请问{STRANGE}？", "外省的年检费是多少", "你好呀"):
        asked(words)
    rows = queue(keepers)
    assert [(row.question, row.times) for row in rows] == [(STRANGE, 2), ("外省的年检费是多少", 1)]
    with acting_as(keepers.editor):
        assert questions.waiting() == ([], 0), "what nothing answered is for those who keep all papers"
        with pytest.raises(NotFound):
            questions.settle(rows[0].id, Settled.NOT_OURS, text="不管")
    with acting_as(keepers.city.actor("agent")), pytest.raises(NotAllowed):
        questions.settle(rows[0].id, Settled.NOT_OURS, text="不管")


def test_not_ours_stays_away_and_what_was_mended_comes_back(keepers: Keepers) -> None:
    document = keepers.published()
    asked(STRANGE)
    asked("外省的年检费是多少")
    first, second = sorted(queue(keepers), key=lambda row: row.question != STRANGE)
    with acting_as(keepers.reviewer):
        with pytest.raises(Invalid):
            questions.settle(first.id, Settled.NOT_OURS)
        with pytest.raises(Invalid):
            questions.settle(second.id, Settled.DOCUMENT, document=987654)
        questions.settle(first.id, Settled.NOT_OURS, text="体育场馆自行预约，请致电场馆")
        questions.settle(second.id, Settled.DOCUMENT, document=document)
    assert queue(keepers) == []
    assert len(queue(keepers, done=True)) == 2
    asked(STRANGE)
    asked("外省的年检费是多少")
    assert [row.question for row in queue(keepers)] == ["外省的年检费是多少"]


def test_a_bad_answer_waits_for_those_who_keep_its_paper_only(keepers: Keepers) -> None:
    document = keepers.published()
    got = asked(MATERIALS)
    assert got.outcome is Outcome.ANSWERED
    rating.rate(got.token, False, "少了户口本，电话13912345678")
    with acting_as(keepers.editor):
        (row,), total = questions.waiting()
        assert (row.cited_id, total, "13912345678" in row.complaint) == (document, 1, False)
    for helpful in (True, False, True, False):
        rating.rate(got.token, helpful, "" if helpful else "还是少了户口本")
    with acting_as(keepers.editor):
        (row,), _total = questions.waiting()
        assert (row.times, row.complaint) == (1, "还是少了户口本"), "one asking counts once, however often it is rated"
    with acting_as(keepers.other_editor):
        assert questions.waiting() == ([], 0)


def test_a_wording_taught_makes_the_question_understood(keepers: Keepers) -> None:
    keepers.published(
        paper("云溪市公共厕所开放办法", more=("第五条 公共厕所开放时间为每日6时至23时，夜间照明由城管部门负责。",))
    )
    words = "五谷轮回所几点关门"
    assert asked(words).hits == ()
    (row,) = queue(keepers)
    with acting_as(keepers.reviewer):
        with pytest.raises(Invalid):
            questions.settle(row.id, Settled.WORDING, said="五谷轮回所")
        questions.settle(row.id, Settled.WORDING, said="五谷轮回所", meant="公共厕所")
    got = asked(words)
    assert got.hits[0].title == "云溪市公共厕所开放办法"
    assert "6时至23时" in " ".join(hit.passage.text for hit in got.hits)


def test_the_page_lists_settles_and_says_what_is_wrong(keepers: Keepers) -> None:
    reviewer = client_of("reviewer")
    assert "没有待改进的问题" in reviewer.get("/knowledge/questions/").content.decode()
    keepers.published(rights=Rights(Audience.STAFF))
    asked(STRANGE)
    assert STRANGE in reviewer.get("/knowledge/questions/").content.decode()
    row = queue(keepers)[0]
    wrong = reviewer.post(f"/knowledge/questions/{row.id}/", {"how": "not_ours"}, follow=True).content.decode()
    assert "请填写理由" in wrong
    reviewer.post(f"/knowledge/questions/{row.id}/", {"how": "not_ours", "note": "请致电场馆"})
    assert STRANGE not in reviewer.get("/knowledge/questions/").content.decode()
    assert "请致电场馆" in reviewer.get("/knowledge/questions/?done=1").content.decode()
    assert client_of("agent").get("/knowledge/questions/").status_code == 403
