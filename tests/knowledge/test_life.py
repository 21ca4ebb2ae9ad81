"""A document's life: brought in, checked by a person, reviewed by another, found, replaced, ended."""

from __future__ import annotations

import pytest
from django.db import connection
from tests.knowledge.keepers import Keepers
from tests.knowledge.papers import TITLE, paper

from minhu.directory.access import acting_as
from minhu.kernel.actors import ANONYMOUS
from minhu.kernel.errors import Conflict, Invalid, MinhuError, NotAllowed, NotFound
from minhu.knowledge.queries import documents
from minhu.knowledge.services import editing, life
from minhu.knowledge.services.finding import find
from minhu.knowledge.types import EntryData, Rights, State

pytestmark = pytest.mark.django_db


def test_a_word_file_is_read_confirmed_published_and_found_by_its_words(keepers: Keepers) -> None:
    document = keepers.add()
    with acting_as(keepers.editor):
        card = documents.card(document)
        assert card.title == TITLE
        assert card.version.state is State.DRAFT
        facts = card.version.facts
        assert (facts.document_number, facts.issuer) == ("云政发〔2025〕12号", "云溪市人民政府")
        assert [str(day) for day in (facts.issued, facts.in_force, facts.repealed)] == ["2025-05-20", "2025-07-01", "2030-06-30"]  # fmt: skip
        assert facts.repeals == ("《云溪市居民用水价格管理规定》（云政发〔2010〕3号）",)
        assert find("低保家庭水价优惠要什么材料").papers == ()
    version = keepers.ready(document)
    with acting_as(keepers.reviewer):
        life.publish(version)
    with acting_as(ANONYMOUS):
        best = find("低保家庭水价优惠要什么材料").papers[0]
        assert best.title == TITLE
        assert best.passages[0].label == "第二条"
        row = find("第二阶梯价格").papers[0].passages[0]
        assert ("价格（元/立方米）", "3.15") in row.cells
        assert "表1 居民水价标准" in row.context
        assert documents.card(document).version.state is State.PUBLISHED


def test_nobody_publishes_what_he_wrote_and_nothing_unconfirmed_is_handed_over(keepers: Keepers) -> None:
    with acting_as(keepers.reviewer):
        document = editing.add(paper(), "水价.docx", keepers.city.unit("water"), Rights(), EntryData())
        version = documents.card(document).version
        with pytest.raises(Conflict):
            life.submit(version.id)
        editing.confirm(version.id, version.facts)
        life.submit(version.id)
        with pytest.raises(NotAllowed):
            life.publish(version.id)
        with pytest.raises(NotAllowed):
            life.send_back(version.id, "再改改")
    with acting_as(keepers.editor), pytest.raises(NotAllowed):
        life.publish(version.id)


def test_what_the_check_found_stops_publishing_until_a_person_answers(keepers: Keepers) -> None:
    document = keepers.add(paper(more=("内部资料，不得外传。", "联系人：张三丰，手机13800138000。")))
    with acting_as(keepers.editor):
        card = documents.card(document)
        assert {finding.kind.value for finding in card.findings} == {"secret", "personal"}
        editing.confirm(card.version.id, card.version.facts)
        with pytest.raises(Conflict):
            life.submit(card.version.id)
        with pytest.raises(Invalid):
            editing.answer(card.findings[0].id, "  ")
        for finding in card.findings:
            editing.answer(finding.id, "已核实可以公开")
        life.submit(card.version.id)


def test_a_new_version_takes_the_place_of_the_old_one(keepers: Keepers) -> None:
    document = keepers.published()
    dearer = (("类别", "年用水量（立方米）", "价格（元/立方米）"), ("第一阶梯", "180以下", "2.40"))
    with acting_as(keepers.editor):
        with pytest.raises(Conflict):
            editing.add_version(document, documents.original(documents.card(document).version.id)[0], "水价.docx")
        editing.add_version(document, paper(prices=dearer), "水价.docx")
    with acting_as(ANONYMOUS):
        assert documents.card(document).version.number == 1
    version = keepers.ready(document)
    with acting_as(keepers.reviewer):
        life.publish(version)
        assert [one.state for one in documents.card(document).versions] == [State.PUBLISHED, State.SUPERSEDED]
    with acting_as(ANONYMOUS):
        texts = [one.text for paper in find("第一阶梯价格").papers for one in paper.passages]
        assert any("2.40" in text for text in texts)
        assert not any("2.10" in text for text in texts)
        with pytest.raises(NotFound):
            documents.card(document, number=1)


def test_what_is_withdrawn_is_found_by_nobody(keepers: Keepers) -> None:
    document = keepers.published()
    with acting_as(keepers.editor):
        version = documents.card(document).version.id
        with pytest.raises(Invalid):
            life.withdraw(version, "")
        life.withdraw(version, "内容有误")
        assert find("阶梯水价").papers == ()
    with acting_as(ANONYMOUS), pytest.raises(NotFound):
        documents.card(document)


def test_a_published_version_is_not_edited(keepers: Keepers) -> None:
    document = keepers.published()
    with acting_as(keepers.editor):
        version = documents.card(document).version
        with pytest.raises(MinhuError):
            editing.confirm(version.id, version.facts)


def test_without_keys_row_security_shows_no_document(keepers: Keepers) -> None:
    keepers.published()
    with acting_as(keepers.reviewer), connection.cursor() as cursor:
        for table in ("document", "version", "passagerow", "finding"):
            cursor.execute(f"SELECT count(*) FROM knowledge_{table}")
            assert cursor.fetchone() == (0,)
