"""The demo city's papers go through the knowledge room's own doors and are found by those whom they are for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from minhu.directory.queries.actors import actor_named, citizen_actor
from minhu.kernel.actors import Actor, use_actor
from minhu.knowledge.queries import documents, samples, sets
from minhu.knowledge.queries.quality_figures import Wanted, figures
from minhu.knowledge.services.finding import find
from minhu.knowledge.types import Filters, State
from minhu.server.demo import library, quality, world
from minhu.server.demo.load import load_base
from minhu.server.demo.papers import DemoPaper, papers

SOME = frozenset(
    {
        "dog-rules-old",
        "dog-rules",
        "water-price-notice",
        "hotline-script-internal",
        "yb-reimbursement-internal",
        "senior-classes",
    }
)


@pytest.fixture
def city(home: Path, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    load_base()
    monkeypatch.setattr(library, "papers", lambda today: tuple(x for x in papers(today) if x.stem in SOME))


def _actor(name: str) -> Actor:
    found = actor_named(name)
    assert found is not None
    return found


def _titles(actor: Actor) -> dict[str, State]:
    with use_actor(actor):
        return {row.title: row.state for row in documents.listed(Filters(), 0, 100)[0]}


def _paper(stem: str) -> DemoPaper:
    return next(x for x in papers(date(2026, 11, 23)) if x.stem == stem)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("city")
def test_papers_are_published_by_two_people_and_a_second_run_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert library.load_papers() == len(SOME)
    assert library.load_papers() == 0
    found = _titles(_actor("shenhe"))
    assert len(found) == len(SOME)
    assert found[_paper("dog-rules-old").title] is State.REPEALED
    assert found[_paper("dog-rules").title] in (State.PUBLISHED, State.EXPIRING)
    with use_actor(_actor("shenhe")):
        for row in documents.listed(Filters(), 0, 100)[0]:
            version = documents.card(row.id).version
            assert version.confirmed_by == version.submitted_by == library.KEEPER
            assert version.reviewed_by == library.REVIEWER
    for name, small in {"WEEKS": 1, "A_WEEK": 8, "SAMPLE_SIZE": 4, "SET_SIZE": 6}.items():
        monkeypatch.setattr(quality, name, small)
    assert (quality.load_quality(), quality.load_quality()) == (10, 0)
    with use_actor(_actor("shenhe")):
        assert sum(one.asked for _day, one in figures(Wanted(4)).weeks) >= 1
        (drawn,) = samples.listed()
        assert all(len(one.said) == 2 for one in samples.items(drawn.id))
        (made,) = sets.listed()
        assert (made.last is not None and made.last.figures["questions"]) == made.questions


@pytest.mark.usefixtures("city")
def test_what_is_not_for_everybody_is_found_by_its_own_people_only() -> None:
    library.load_papers()
    staff, unit = _paper("hotline-script-internal").title, _paper("yb-reimbursement-internal").title
    handler = next(x for x in _handlers() if x[1] == "YB")[0]
    assert staff not in _found("坐席来电静音不超过60秒", citizen_actor())
    assert staff in _found("坐席来电静音不超过60秒", _actor("zuoxi"))
    assert unit not in _found("零星报销外伤承诺书", _actor("zuoxi"))
    assert unit in _found("零星报销外伤承诺书", _actor(handler))
    assert _paper("dog-rules").title in _found("遛狗不牵绳罚款", citizen_actor())
    assert _paper("dog-rules-old").title not in _found("犬类管理登记费500元", citizen_actor())


def _found(words: str, actor: Actor) -> set[str]:
    with use_actor(actor):
        return {one.title for one in find(words, size=20).papers}


@pytest.mark.usefixtures("city")
def test_a_load_that_was_interrupted_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(library, "_publish", dies)
        with pytest.raises(KeyboardInterrupt):
            library.load_papers()
    with monkeypatch.context() as patch:
        patch.setattr(library, "_hand_over", dies)
        with pytest.raises(KeyboardInterrupt):
            library.load_papers()
    assert library.load_papers() >= len(SOME) - 2
    assert set(_titles(_actor("shenhe")).values()) <= {State.PUBLISHED, State.EXPIRING, State.REPEALED}
    assert len(_titles(_actor("shenhe"))) == len(SOME)


def _handlers() -> list[tuple[str, str]]:
    return [(row["username"], row["unit"]) for row in world.load("staff")["staff"] if row["role"] == "unit_handler"]
