"""Vectors of live papers are made in the background, are seen by whoever sees the paper, and count in answering."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from tests.knowledge.keepers import Keepers

from minhu.directory.access import acting_as, as_system
from minhu.engines.embedding.types import Purpose, Unembedded, Vectors
from minhu.kernel.actors import ANONYMOUS
from minhu.knowledge.models import Version, VersionVectors
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.store import PaperStore, forget_papers
from minhu.knowledge.services import seeing
from minhu.knowledge.services.answering import Asked, ask
from minhu.knowledge.types import Audience, Door, Outcome, Rights
from minhu.language.answers.model import seeing_model
from minhu.language.answers.question import understand_question

pytestmark = pytest.mark.django_db
MATERIALS = "低保家庭申请水价优惠应当提交什么材料"


@dataclass
class Made:
    """An embedder whose vectors say nothing; it notes what it was given."""

    maker: str
    dimension: int
    stays_inside: bool = True
    given: list[tuple[str, Purpose]] = field(default_factory=list)
    broken: bool = False

    def embed(self, texts: Sequence[str], purpose: Purpose = Purpose.PASSAGE) -> Vectors:
        if self.broken:
            raise Unembedded("没有模型")
        self.given += [(one, purpose) for one in texts]
        rows = np.random.default_rng(len(self.given)).normal(size=(len(texts), self.dimension)).astype(np.float32)
        return Vectors(self.maker, rows / np.linalg.norm(rows, axis=1, keepdims=True))


@pytest.fixture
def embedder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Made]:
    sight = seeing_model().sight
    assert sight is not None
    made = Made(sight.maker, len(sight.middles.questions))
    monkeypatch.setattr(seeing, "house_embedder", lambda: made)
    forget_papers()
    yield made
    forget_papers()


def test_live_papers_get_vectors_and_are_answered_by_the_model_that_reads_them(
    keepers: Keepers, embedder: Made
) -> None:
    with acting_as(ANONYMOUS):
        keepers.add(name="draft.docx")
        assert seeing.make_vectors() == 0
        keepers.published()
        blind = ask(Asked(MATERIALS, Door.PAGE))
        assert seeing.make_vectors() == 1
        assert seeing.make_vectors() == 0
        forget_papers()
        seen = ask(Asked(MATERIALS, Door.PAGE))
    with as_system(), reading():
        row = VersionVectors.objects.get()
        passages = Version.objects.get(pk=row.version_id).passages.count()
        assert len(bytes(row.rows)) == (passages + 1) * row.dimension * 2
    assert (MATERIALS, Purpose.QUERY) in embedder.given
    assert len([one for one, purpose in embedder.given if purpose is Purpose.PASSAGE]) == passages + 1
    assert blind.engine != seen.engine
    embedder.broken = True
    with acting_as(ANONYMOUS):
        assert ask(Asked(MATERIALS, Door.PAGE)).engine == blind.engine
    assert blind.outcome is Outcome.ANSWERED


def test_nobody_gets_vectors_of_a_paper_that_he_may_not_read(keepers: Keepers, embedder: Made) -> None:
    keepers.published(rights=Rights(Audience.STAFF))
    with acting_as(ANONYMOUS):
        seeing.make_vectors()
        with reading() as keys:
            assert VersionVectors.objects.count() == 0
            assert not PaperStore(keys, maker=embedder.maker).candidates(understand_question(MATERIALS), 5)
    with acting_as(keepers.reviewer), reading() as keys:
        sheets = PaperStore(keys, maker=embedder.maker).candidates(understand_question(MATERIALS), 5)
        assert [one.vectors is not None for one in sheets] == [True]


def test_papers_are_shown_to_no_embedder_outside_and_to_none_that_no_model_reads(
    keepers: Keepers, embedder: Made
) -> None:
    keepers.published()
    for inside, maker in ((False, embedder.maker), (True, "another")):
        embedder.stays_inside, embedder.maker = inside, maker
        assert seeing.house_eyes() is None
        assert seeing.make_vectors() == 0
    assert embedder.given == []
