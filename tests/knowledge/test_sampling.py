"""A sample is drawn by rule, judged twice by people who do not see each other, a disagreement by a third; figures count what was asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.factories import make_staff
from tests.knowledge.keepers import Keepers, gather
from tests.portals.test_knowledge import client_of

from minhu.directory.access import acting_as, as_system
from minhu.directory.queries.actors import actor_of_staff
from minhu.directory.queries.freshness import local_day
from minhu.directory.types import Role
from minhu.kernel import clock
from minhu.kernel.actors import ANONYMOUS, Actor
from minhu.kernel.errors import Conflict, Invalid, NotAllowed
from minhu.knowledge.models import Judgement, SampleItem
from minhu.knowledge.queries import samples
from minhu.knowledge.queries.judged import Judged
from minhu.knowledge.queries.quality_figures import Wanted, figures
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.store import forget_papers
from minhu.knowledge.services import rating, sampling
from minhu.knowledge.services.answering import Asked, ask
from minhu.knowledge.types import Door
from minhu.ledger.queries import count_since

pytestmark = pytest.mark.django_db
MATERIALS = "低保家庭申请水价优惠应当提交什么材料"


@pytest.fixture
def keepers(home: Path, db: None) -> Iterator[Keepers]:
    forget_papers()
    yield gather()
    forget_papers()


def asked(words: str, door: Door = Door.PAGE) -> str:
    with acting_as(ANONYMOUS):
        return ask(Asked(words, door)).token


def drawing(size: int = 10, seed: int = 7, name: str = "一周抽检") -> sampling.Draw:
    today = local_day()
    return sampling.Draw(name, today - timedelta(days=6), today, size, seed)


@pytest.fixture
def judges(keepers: Keepers) -> tuple[Actor, Actor]:
    """Two further judges besides the reviewer."""
    with as_system():
        made = [
            make_staff(name, keepers.city.units["centre"], Role.REVIEWER, name) for name in ("reviewer2", "reviewer3")
        ]
        return actor_of_staff(made[0]), actor_of_staff(made[1])


def test_two_judge_without_seeing_each_other_and_a_third_decides(keepers: Keepers, judges: tuple[Actor, Actor]) -> None:
    second, third = judges
    keepers.published()
    for words in (MATERIALS, f"请问{MATERIALS}", "滑翔伞场地在哪里预约", "你好"):
        asked(words)
    with acting_as(keepers.reviewer):
        sample = sampling.draw(drawing())
        row = samples.one(sample)
        assert (row.size, {one.name: one.population for one in row.strata}) == (3, {"已答复": 2, "未找到依据": 1})
        rows = samples.items(sample)
        answers, (refusal,) = [one for one in rows if one.answered], [one for one in rows if not one.answered]
        with pytest.raises(Invalid):
            sampling.judge(refusal.id, Judged.WRONG)
        with pytest.raises(Invalid):
            sampling.judge(answers[0].id, Judged.RIGHT)
        assert not sampling.judge(answers[0].id, Judged.RIGHT, True, "电话13912345678")
        with pytest.raises(Conflict):
            sampling.judge(answers[0].id, Judged.WRONG, True)
        assert sampling.next_item(sample) in {answers[1].id, refusal.id}
    with acting_as(second):
        assert samples.item(answers[0].id).said == ()
        with as_system(), reading(second):
            assert not Judgement.objects.exists(), "row security keeps a single verdict from everybody"
        assert sampling.next_item(sample) == answers[0].id, "what waits for its second judge comes first"
        assert not sampling.judge(answers[0].id, Judged.PARTLY, True)
        notes = [one.note for one in samples.item(answers[0].id).said]
        assert ("13912345678" in notes[0], notes[0] != "") == (False, True)
    with acting_as(third):
        assert sampling.next_item(sample) == answers[0].id
        assert sampling.judge(answers[0].id, Judged.PARTLY, True)
        found = samples.item(answers[0].id)
        assert (found.final, found.third, len(found.said)) == (Judged.PARTLY, True, 3)
    for judge in (keepers.reviewer, second):
        with acting_as(judge):
            sampling.judge(answers[1].id, Judged.RIGHT, True)
            sampling.judge(refusal.id, Judged.RIGHT)
            assert sampling.next_item(sample) is None
    check_results(keepers, sample, answers[0].id)


def check_results(keepers: Keepers, sample: int, disputed: int) -> None:
    """What stands in the end, in the ledger too; the same seed draws the same; other units see numbers only."""
    with acting_as(keepers.reviewer):
        row = samples.one(sample)
        assert row.settled == 3
        assert row.right is not None
        assert row.right.value == pytest.approx((2 / 3) * 0.5 + 1 / 3)
        assert row.agreement is not None
        assert row.agreement.count == 3
        entries = count_since(("sample_item", disputed), ("knowledge.answer_judged",), clock.now() - timedelta(hours=1))
        assert entries == 3
        again = sampling.draw(drawing())
        with reading():
            same = [
                list(SampleItem.objects.filter(sample_id=one).values_list("asking_id", flat=True))
                for one in (sample, again)
            ]
        assert same[0] == same[1]
    with acting_as(keepers.other_editor):
        assert [one.id for one in samples.listed()] == [again, sample], (
            "its numbers, so that a third judge may come from any unit"
        )
        assert samples.items(sample) == []


def test_nobody_judges_what_he_asked_himself_and_the_pages_work(keepers: Keepers) -> None:
    document = keepers.published()
    with acting_as(keepers.editor):
        ask(Asked(MATERIALS, Door.DESK))
    with acting_as(keepers.city.actor("agent")), pytest.raises(NotAllowed):
        sampling.draw(drawing())
    with acting_as(keepers.reviewer), pytest.raises(Invalid):
        sampling.draw(drawing(size=0))
    editor, reviewer = client_of("water_editor"), client_of("reviewer")
    today = f"{local_day():%Y-%m-%d}"
    draw = {"name": "抽检", "first_day": today, "last_day": today, "size": "5", "seed": "1"}
    assert editor.post("/knowledge/samples/", {**draw, "first_day": "2020-01-01"}).status_code == 422
    answer = editor.post("/knowledge/samples/", draw)
    sample = int(answer["Location"].split("/")[-2])
    with acting_as(keepers.reviewer):
        (row,) = samples.items(sample)
    with acting_as(keepers.editor), pytest.raises(Conflict):
        sampling.judge(row.id, Judged.RIGHT, True)
    page = reviewer.get(f"/knowledge/samples/{sample}/next/", follow=True).content.decode()
    assert "低保证" in page
    assert f"/knowledge/{document}/" in page
    assert reviewer.post(f"/knowledge/samples/item/{row.id}/", {"verdict": "right"}).status_code == 422
    done = reviewer.post(f"/knowledge/samples/item/{row.id}/", {"verdict": "right", "citation": "yes"}, follow=True)
    assert "您能评的都评完了" in done.content.decode()
    sheet = reviewer.post(f"/knowledge/samples/{sample}/export/", {"reason": "月度质量分析"})
    assert sheet["Content-Type"].startswith("application/vnd.openxml")
    assert client_of("agent").get("/knowledge/samples/").status_code == 403


def test_figures_count_weeks_doors_ratings_and_who_went_on_to_a_person(keepers: Keepers) -> None:
    keepers.published()
    with clock.at(clock.now() - timedelta(days=7)):
        rating.rate(asked(MATERIALS), True)
    rating.rate(asked(MATERIALS, Door.WINDOW), False, "不对")
    rating.hand_over(asked("滑翔伞场地在哪里预约"))
    asked("你好")
    with acting_as(keepers.city.actor("leader")):
        found = figures(Wanted(4))
        assert [(one.asked, one.refused, one.helpful, one.handed) for _day, one in found.weeks[-2:]] == [
            (1, 0, 1, 0),
            (2, 1, 0, 1),
        ]
        assert {door: one.asked for door, one in found.doors} == {Door.PAGE: 2, Door.WINDOW: 1}
        assert figures(Wanted(4, door="window")).weeks[-1][1].asked == 1
        assert found.whole
    with acting_as(keepers.other_editor):
        own = figures(Wanted(4))
        assert (own.whole, sum(one.asked for _day, one in own.weeks)) == (False, 0)
    with acting_as(ANONYMOUS), pytest.raises(NotAllowed):
        figures(Wanted(4))
    reviewer = client_of("reviewer")
    assert "问答统计" in reviewer.get("/knowledge/figures/?weeks=4").content.decode()
    refused = reviewer.post("/knowledge/figures/export/?weeks=4", {"reason": ""}, follow=True)
    assert "请填写导出用途" in refused.content.decode()
    assert reviewer.post("/knowledge/figures/export/?weeks=4", {"reason": "月度质量分析"})["Content-Type"].startswith(
        "application/vnd"
    )
