"""Questions made from documents are reviewed, found, and kept in step; interpretations are signed as they are."""

from __future__ import annotations

import io

import docx
import pytest
from tests.knowledge.keepers import Keepers
from tests.knowledge.papers import PRICES, paper

from minhu.directory.access import acting_as
from minhu.kernel.actors import ANONYMOUS
from minhu.kernel.errors import Conflict, Invalid, MinhuError, NotFound
from minhu.knowledge.queries import contradictions as disputes
from minhu.knowledge.queries import documents
from minhu.knowledge.queries import pairs as reading_of
from minhu.knowledge.queries.made import PairView
from minhu.knowledge.services import contradictions, editing, interpreting, life, pairs
from minhu.knowledge.services.answering import Asked, ask
from minhu.knowledge.services.entries import DISPUTED
from minhu.knowledge.types import Audience, Door, Outcome, PairState, Rights, Verdict
from minhu.language.papers.interpreting import Part

pytestmark = pytest.mark.django_db
ASKED = "第二阶梯的价格是多少"


def made(keepers: Keepers, rights: Rights = Rights()) -> tuple[int, PairView]:
    """A published document and the question on the price of its second bracket."""
    document = keepers.published(rights=rights)
    assert contradictions.look() == 1
    assert pairs.make() == 1
    assert pairs.make() == 0
    with acting_as(keepers.reviewer):
        rows, total = reading_of.listed(size=100)
        assert len(rows) == total
        return document, next(row for row in rows if "第二阶梯的价格" in row.questions[0])


def again(keepers: Keepers, document: int, price: str) -> None:
    prices = (*PRICES[:2], ("第二阶梯", "181至260", price))
    with acting_as(keepers.editor):
        editing.add_version(document, paper(prices=prices, more=("本办法由市水务局解释。",)), "水价.docx")
    version = keepers.ready(document)
    with acting_as(keepers.reviewer):
        life.publish(version)
    contradictions.look()
    pairs.make()


def test_what_a_person_accepted_is_found_by_what_people_ask(keepers: Keepers) -> None:
    _, pair = made(keepers)
    assert pair.answer == "3.15"
    assert pair.labels == "表1第2行"
    with acting_as(ANONYMOUS):
        assert reading_of.meant(ASKED) is None
    with acting_as(keepers.editor):
        with pytest.raises(Invalid):
            pairs.accept(pair.id, ["", "a", "b"])
        pairs.accept(pair.id, [pair.questions[0], "用水到了第二阶梯的价格是多少", pair.questions[2]])
        with pytest.raises(Conflict):
            pairs.reject(pair.id)
    with acting_as(ANONYMOUS):
        found = reading_of.meant("第二阶梯的价格是多少？")
        assert found is not None
        assert (found.id, found.answer) == (pair.id, "3.15")
        assert reading_of.meant("幼儿园几点放学") is None


def test_a_clause_that_stays_keeps_its_question_and_one_that_changes_gives_it_back(keepers: Keepers) -> None:
    document, pair = made(keepers)
    with acting_as(keepers.editor):
        pairs.accept(pair.id)
    again(keepers, document, "3.15")
    with acting_as(keepers.reviewer):
        kept = reading_of.listed(state=PairState.ACCEPTED)[0]
        assert [(one.answer, one.reviewed_by) for one in kept] == [("3.15", keepers.editor.id)]
        assert kept[0].id != pair.id
    again(keepers, document, "3.60")
    with acting_as(keepers.reviewer):
        assert reading_of.listed(state=PairState.ACCEPTED)[0] == []
        first = reading_of.listed()[0][0]
        assert (first.state, first.answer) == (PairState.STALE, "3.60")
    with acting_as(ANONYMOUS):
        assert reading_of.meant(pair.questions[0]) is None


def test_nobody_sees_or_reviews_a_question_from_a_document_that_is_not_for_him(keepers: Keepers) -> None:
    _, pair = made(keepers, Rights(Audience.NAMED, units=(keepers.city.unit("water"),)))
    with acting_as(keepers.editor):
        pairs.accept(pair.id)
    for actor in (ANONYMOUS, keepers.city.actor("agent"), keepers.other_editor):
        with acting_as(actor):
            assert reading_of.meant(pair.questions[0]) is None
            assert reading_of.listed() == ([], 0)
            with pytest.raises(MinhuError):
                pairs.accept(pair.id)


def test_an_interpretation_is_the_machines_until_somebody_signs_what_it_is_now(keepers: Keepers) -> None:
    document = keepers.published()
    with acting_as(keepers.editor):
        version = documents.card(document).version.id
        view = interpreting.interpretation(version)
        assert (view.signed_by, view.may_sign) == ("", True)
        assert {one.part for one, _ in view.said} >= {Part.WHO, Part.HOW, Part.WHEN, Part.FIGURES, Part.QUESTIONS}
        assert all(label for one, label in view.said if one.passages)
        interpreting.sign(version)
        assert interpreting.interpretation(version).signed_by == keepers.editor.id
    with acting_as(keepers.city.actor("agent")):
        assert interpreting.interpretation(version).signed_by == keepers.editor.id
        with pytest.raises(MinhuError):
            interpreting.sign(version)
    again(keepers, document, "3.60")
    with acting_as(keepers.reviewer):
        newest = documents.card(document).version.id
        view = interpreting.interpretation(newest)
        assert view.signed_by == ""
        changed = [one for one, _ in view.said if one.part is Part.CHANGES and one.lead == "figures"]
        assert [(one.old.split(" | ")[-1], one.text.split(" | ")[-1]) for one in changed] == [("3.15", "3.60")]
    with acting_as(ANONYMOUS):
        assert not [one for one, _ in interpreting.interpretation(newest).said if one.part is Part.CHANGES]
        with pytest.raises(NotFound):
            interpreting.interpretation(version)


def test_the_word_file_says_that_a_machine_wrote_it(keepers: Keepers) -> None:
    from minhu.portals.papers.interpretations import _document

    document = keepers.published()
    with acting_as(keepers.editor):
        version = documents.card(document).version.id
        for signed in (False, True):
            if signed:
                interpreting.sign(version)
            kept = io.BytesIO()
            _document(interpreting.interpretation(version)).save(kept)
            file = docx.Document(io.BytesIO(kept.getvalue()))
            assert (file.core_properties.category == "AI-generated") is not signed
            assert any("尚未经人签发" in one.text for one in file.paragraphs) is not signed
            assert file.tables[0].rows[0].cells[0].text == "数字"


def test_an_accepted_wording_answers_what_the_papers_words_alone_do_not(keepers: Keepers) -> None:
    _, pair = made(keepers)
    odd = "俺家水表走到中间那一档，一方收几块几呀"
    with acting_as(ANONYMOUS):
        assert ask(Asked(odd, Door.PAGE)).outcome is Outcome.NOT_FOUND
    with acting_as(keepers.editor):
        pairs.accept(pair.id, [pair.questions[0], odd, pair.questions[2]])
    with acting_as(ANONYMOUS):
        got = ask(Asked(odd + "？", Door.PAGE))
        assert (got.outcome, got.words) == (Outcome.ANSWERED, "3.15")
        assert [(one.label, one.words) for one in got.clauses] == [("表1第2行", "3.15")]


def test_an_answer_from_a_disputed_clause_says_so_until_somebody_judged(keepers: Keepers) -> None:
    said = "低保家庭申请水价优惠，每户每月减免水费{}元，由供水公司在账单中扣除。"
    keepers.published(paper(more=("第五条 " + said.format(12),)))
    keepers.published(paper("云溪市困难家庭用水补贴问答", more=(said.format(15),)))
    contradictions.look()
    question = Asked("申请水价优惠，每户每月减免多少", Door.PAGE)
    with acting_as(ANONYMOUS):
        got = ask(question)
        assert got.outcome is Outcome.ANSWERED
        assert DISPUTED in got.said
        assert all(DISPUTED in told for _, told in got.tones)
    with acting_as(keepers.reviewer):
        contradictions.judge(disputes.listed()[0][0].id, Verdict.BOTH, "适用对象不同")
    with acting_as(ANONYMOUS):
        assert DISPUTED not in ask(question).said
