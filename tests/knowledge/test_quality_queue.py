"""What staff say of an answer reaches whoever keeps its paper, with the answer as it was; alike askings wait together, given to somebody, due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.knowledge.keepers import Keepers, gather
from tests.portals.test_knowledge import client_of

from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.freshness import local_day
from minhu.kernel import clock
from minhu.kernel.actors import ANONYMOUS
from minhu.kernel.errors import Invalid, NotFound
from minhu.knowledge.models import Asking
from minhu.knowledge.queries import open_questions
from minhu.knowledge.queries.judged import Rated
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.shown import Answered
from minhu.knowledge.queries.store import forget_papers
from minhu.knowledge.services import assigning, questions, rating
from minhu.knowledge.services.answering import Asked, ask
from minhu.knowledge.types import Door, Settled, Trouble

pytestmark = pytest.mark.django_db
MATERIALS = "低保家庭申请水价优惠应当提交什么材料"


@pytest.fixture
def keepers(home: Path, db: None) -> Iterator[Keepers]:
    forget_papers()
    yield gather()
    forget_papers()


def asked(words: str) -> Answered:
    with acting_as(ANONYMOUS):
        return ask(Asked(words, Door.PAGE))


def test_an_answer_rated_wrong_waits_with_all_askings_alike_and_the_answer_as_it_was(keepers: Keepers) -> None:
    document = keepers.published()
    agent = client_of("agent")
    page = agent.get("/knowledge/ask/", {"question": MATERIALS}).content.decode()
    token = page.split('name="token" value="', 1)[1].split('"', 1)[0]
    said = {"token": token, "rated": "outdated", "complaint": "低保证已改电子证，电话13912345678"}
    line = agent.post("/knowledge/rate/", said, headers={"HX-Request": "true"})
    assert "已评为“已过时”" in line.content.decode()
    agent.post("/knowledge/rate/", said)
    for words in (f"请问{MATERIALS}？", "低保家庭申请水价优惠应该提交什么材料"):
        with acting_as(keepers.city.actor("agent")):
            rating.rate_as_staff(asked(words).token, Rated.OUTDATED)
    with acting_as(keepers.editor):
        ((row,), _total) = questions.waiting()
        assert (row.trouble, row.times, row.cited_id) == (Trouble.OUTDATED, 3, document), (
            "rated again is not asked again"
        )
        assert "13912345678" not in row.complaint
        assert "电子证" in row.complaint
        wordings = open_questions.wordings_of(row.id)
        assert sum(len(one.askings) for one in wordings) == 3
        assert len(wordings) == 3
        assert all("低保证" in asking.answer and asking.version == 1 for one in wordings for asking in one.askings)
        assert questions.count(keepers.editor) == 1
    with acting_as(keepers.other_editor):
        with pytest.raises(NotFound):
            open_questions.wordings_of(row.id)
        assert questions.count(keepers.other_editor) == 0


def test_a_question_is_given_to_who_may_settle_it_falls_due_and_returns_with_a_new_day(keepers: Keepers) -> None:
    document = keepers.published()
    token = asked(MATERIALS).token
    with acting_as(keepers.city.actor("agent")):
        rating.rate_as_staff(token, Rated.WRONG, "第二条不对")
        with pytest.raises(Invalid):
            rating.rate_as_staff(token, Rated.UNHELPFUL)
    with acting_as(keepers.reviewer):
        ((row,), _total) = questions.waiting()
        people = dict(open_questions.colleagues(row.id))
        assert "water_editor" in people
        assert "urban_editor" not in people
        for account, due in (("urban_editor", None), ("water_editor", local_day() - timedelta(days=1))):
            with pytest.raises(Invalid):
                assigning.assign(row.id, account, due)
        assigning.assign(row.id, "water_editor", local_day() + timedelta(days=2))
        assert questions.count(keepers.reviewer) == 0
    page = client_of("water_editor").get(f"/knowledge/questions/{row.id}/item/").content.decode()
    assert "第二条不对" in page
    assert "第 1 版" in page
    with clock.at(clock.now() + timedelta(days=4)), acting_as(keepers.editor):
        assert [one.overdue for one in questions.waiting(only="late")[0]] == [True]
        assert questions.waiting(only="mine")[1] == 1
        questions.settle(row.id, Settled.CORRECTED, document=document, text="已按新规定更正")
        assert questions.waiting(only="late")[1] == 0
    with clock.at(clock.now() + timedelta(days=5)), acting_as(keepers.city.actor("agent")):
        rating.rate_as_staff(asked(MATERIALS).token, Rated.WRONG)
    with clock.at(clock.now() + timedelta(days=5)), acting_as(keepers.editor):
        ((back,), _total) = questions.waiting()
        assert (back.id, back.overdue) == (row.id, False)


def test_a_search_is_rated_and_who_goes_on_to_a_person_is_noted(keepers: Keepers) -> None:
    keepers.published()
    agent = client_of("agent")
    assert "这些结果怎么样" in agent.get("/knowledge/search/", {"q": "低保证原件"}).content.decode()
    done = agent.post("/knowledge/rate/", {"typed": "低保证原件", "rated": "incomplete", "complaint": "缺申请表"})
    assert "已评为“不完整”" in done.content.decode()
    assert agent.post("/knowledge/rate/", {"typed": "低保证原件", "rated": "great"}).status_code == 422
    assert agent.post("/knowledge/rate/", {"token": "no", "rated": "wrong"}).status_code == 404
    got = asked("滑翔伞场地在哪里预约")
    from django.test import Client

    assert Client().post("/ask/person/", {"token": got.token, "to": "write"})["Location"].startswith("/submit/")
    with as_system(), reading():
        assert Asking.objects.get(token=got.token).handed_at is not None
        assert Asking.objects.filter(door="search", queued__isnull=False).count() == 1
