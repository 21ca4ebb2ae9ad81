"""Contradictions in the house: found when published, judged by those who keep, remembered, seen by whom both are for."""

from __future__ import annotations

import pytest
from django.db import connection
from tests.knowledge.keepers import Keepers
from tests.knowledge.papers import PRICES, paper

from minhu.directory.access import acting_as
from minhu.kernel.actors import SYSTEM
from minhu.kernel.errors import Conflict, Invalid, MinhuError, NotFound
from minhu.knowledge.models import Contradiction, Notice
from minhu.knowledge.queries import contradictions as reading_of
from minhu.knowledge.queries import documents
from minhu.knowledge.queries.made import ContradictionView
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.services import contradictions, editing, life
from minhu.knowledge.types import Audience, Rights, Verdict

pytestmark = pytest.mark.django_db
FIRST = "第五条 低保家庭申请水价优惠，每户每月减免水费12元，由供水公司在账单中扣除。"
OTHER = "低保家庭申请水价优惠的，每户每月减免水费15元，由供水公司在账单中扣除。"


def two(keepers: Keepers, rights: Rights = Rights(), other: str = OTHER) -> tuple[int, int]:
    """Two published documents that contradict each other on one figure."""
    first = keepers.published(paper(more=(FIRST,)))
    second = keepers.published(paper("云溪市困难家庭用水补贴问答", more=(other,), prices=PRICES), rights=rights)
    contradictions.look()
    return first, second


def shown(keepers: Keepers, decided: bool = False) -> list[ContradictionView]:
    with acting_as(keepers.reviewer):
        return reading_of.listed(decided=decided)[0]


def test_another_figure_is_found_once_with_both_documents(keepers: Keepers) -> None:
    first, second = two(keepers)
    assert contradictions.look() == 0
    rows = shown(keepers)
    assert [(one.first.document_id, one.first.figure, one.second.document_id, one.second.figure) for one in rows] == [
        (first, "12元", second, "15元")
    ]
    assert rows[0].first.before + rows[0].first.figure + rows[0].first.after == rows[0].first.passage.text


def test_the_keepers_of_the_wrong_one_get_a_task_and_answers_are_warned_until_then(keepers: Keepers) -> None:
    first, second = two(keepers)
    row = shown(keepers)[0]
    place = (row.first.version_id, row.first.passage.number)
    with acting_as(keepers.city.actor("agent")):
        assert reading_of.disputed([place, (row.first.version_id, 1)]) == {place: row.id}
    with acting_as(keepers.reviewer):
        with pytest.raises(Invalid):
            contradictions.judge(row.id, Verdict.FIRST, " ")
        with pytest.raises(Invalid):
            contradictions.judge(row.id, Verdict.OPEN, "看不出")
        contradictions.judge(row.id, Verdict.FIRST, "以市政府文件为准")
        with pytest.raises(Conflict):
            contradictions.judge(row.id, Verdict.SECOND, "改主意了")
    assert shown(keepers) == []
    assert shown(keepers, decided=True)[0].reason == "以市政府文件为准"
    with acting_as(SYSTEM), reading(SYSTEM):
        told = Notice.objects.get()
        assert (told.document_id, told.kind) == (second, "differs")
    with acting_as(keepers.city.actor("agent")):
        assert reading_of.disputed([place]) == {}
    assert first != second


def test_two_right_ones_are_remembered_also_for_the_next_version(keepers: Keepers) -> None:
    _, second = two(keepers)
    with acting_as(keepers.reviewer):
        contradictions.judge(shown(keepers)[0].id, Verdict.BOTH, "适用对象不同")
    with acting_as(keepers.editor):
        editing.add_version(second, paper("云溪市困难家庭用水补贴问答", more=(OTHER.replace("15", "18"),)), "b.docx")
    version = keepers.ready(second)
    with acting_as(keepers.reviewer):
        life.publish(version)
    assert contradictions.look() == 1
    assert shown(keepers) == []


def test_a_withdrawn_document_contradicts_nobody(keepers: Keepers) -> None:
    _, second = two(keepers)
    with acting_as(keepers.editor):
        life.withdraw(documents.card(second).version.id, "写错了")
    assert shown(keepers) == []


def test_who_may_not_see_one_of_them_sees_and_judges_nothing(keepers: Keepers) -> None:
    two(keepers, Rights(Audience.NAMED, units=(keepers.city.unit("water"),)))
    row = shown(keepers)[0]
    place = (row.first.version_id, row.first.passage.number)
    for actor in (keepers.city.actor("agent"), keepers.other_editor):
        with acting_as(actor):
            assert reading_of.listed() == ([], 0)
            assert reading_of.disputed([place]) == {}
            with pytest.raises(NotFound):
                reading_of.one(row.id)
            with pytest.raises(NotFound):
                contradictions.judge(row.id, Verdict.BOTH, "随便")
            with reading(actor), connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM knowledge_contradiction")
                assert cursor.fetchone() == (0,)


def test_who_keeps_neither_judges_nothing(keepers: Keepers) -> None:
    two(keepers)
    row = shown(keepers)[0]
    with acting_as(keepers.other_editor), pytest.raises(MinhuError):
        contradictions.judge(row.id, Verdict.BOTH, "随便")
    with acting_as(SYSTEM), reading(SYSTEM):
        assert Contradiction.objects.get().verdict == "open"
