"""Documents end by themselves when their time is over, and watched folders propose what changed in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.knowledge.keepers import Keepers
from tests.knowledge.papers import paper

from minhu.directory.access import acting_as
from minhu.kernel import clock
from minhu.kernel.actors import ANONYMOUS
from minhu.kernel.errors import Invalid, MinhuError
from minhu.knowledge.queries import documents, notices
from minhu.knowledge.services import sources, watching
from minhu.knowledge.services.finding import find
from minhu.knowledge.types import EntryData, Filters, NoticeKind, Rights, State

pytestmark = pytest.mark.django_db


def kinds(keepers: Keepers) -> list[NoticeKind]:
    with acting_as(keepers.editor):
        return [notice.kind for notice in notices.open_notices()]


def test_a_document_is_warned_of_and_then_ends_on_the_day_after_its_last(keepers: Keepers) -> None:
    document = keepers.published()  # valid until 2030-06-30

    def state() -> State:
        with acting_as(keepers.editor):
            return documents.card(document).version.state

    for moment, expected, told in (
        (datetime(2030, 5, 30, 4, tzinfo=UTC), State.PUBLISHED, []),
        (datetime(2030, 5, 31, 4, tzinfo=UTC), State.EXPIRING, [NoticeKind.EXPIRING]),
        (datetime(2030, 6, 30, 4, tzinfo=UTC), State.EXPIRING, [NoticeKind.EXPIRING]),
        (datetime(2030, 6, 30, 17, tzinfo=UTC), State.REPEALED, [NoticeKind.EXPIRED, NoticeKind.EXPIRING]),
    ):  # fmt: skip
        with clock.at(moment):
            watching.tick()
            watching.tick()
        assert (state(), kinds(keepers)) == (expected, told)
    with acting_as(ANONYMOUS):
        assert find("阶梯水价").papers == ()
    with acting_as(keepers.other_editor):
        assert notices.open_notices() == []
    with acting_as(keepers.editor):
        first = notices.open_notices()[0].id
        watching.settle(first)
        assert [notice.kind for notice in notices.open_notices()] == [NoticeKind.EXPIRING]
        with pytest.raises(MinhuError):
            watching.settle(first)


def test_a_folder_proposes_new_changed_and_gone_files_and_publishes_nothing(keepers: Keepers, home: Path) -> None:
    folder = home / "watched" / "water"
    folder.mkdir(parents=True)
    (folder / "水价.docx").write_bytes(paper())
    (folder / "坏.pdf").write_bytes(b"%PDF-1.7 broken")
    (folder / ".hidden.docx").write_bytes(paper("隐藏的办法"))
    (home / "secret.docx").write_bytes(paper("别处的办法"))
    (folder / "link.docx").symlink_to(home / "secret.docx")
    with acting_as(keepers.editor):
        source = watching.add_folder("水务局目录", "water", keepers.city.unit("water"), Rights(), EntryData())
    watching.tick()
    assert sorted(kinds(keepers)) == [NoticeKind.CHANGED, NoticeKind.FAILED]
    with acting_as(keepers.editor):
        rows, total = documents.listed(Filters(), 0, 10)
        assert (total, rows[0].state) == (1, State.DRAFT)
        sources.switch(source, active=True)
    watching.tick()
    assert len(kinds(keepers)) == 2, "what did not change is told once"
    dearer = (("类别", "价格"), ("第一阶梯", "2.40"))
    (folder / "水价.docx").write_bytes(paper(prices=dearer))
    (folder / "坏.pdf").unlink()
    with acting_as(keepers.editor):
        sources.switch(source, active=True)
    watching.tick()
    assert kinds(keepers)[:2] == [NoticeKind.GONE, NoticeKind.CHANGED]
    with acting_as(keepers.editor):
        card = documents.card(rows[0].id)
        assert [version.number for version in card.versions] == [2, 1]
        assert card.version.origin == "水务局目录：水价.docx"
        sources.switch(source, active=False)
    for path in folder.iterdir():
        path.unlink()
    watching.tick()
    assert len(kinds(keepers)) == 4, "a source that is switched off is not looked at"


def test_a_folder_elsewhere_is_not_watched(keepers: Keepers, home: Path) -> None:
    (home / "watched").mkdir()
    with acting_as(keepers.editor):
        for name in ("../keys", "/etc", "", "nothing"):
            with pytest.raises(Invalid):
                watching.add_folder("别处", name, keepers.city.unit("water"), Rights(), EntryData())
    with acting_as(keepers.other_editor), pytest.raises(MinhuError):
        watching.add_folder("别处", "x", keepers.city.unit("water"), Rights(), EntryData())


def test_a_source_that_disappears_is_told_once(keepers: Keepers, home: Path) -> None:
    folder = home / "watched" / "water"
    folder.mkdir(parents=True)
    with acting_as(keepers.editor):
        watching.add_folder("水务局目录", "water", keepers.city.unit("water"), Rights(), EntryData(), minutes=5)
    folder.rmdir()
    watching.tick()
    with clock.at(clock.now() + timedelta(minutes=6)):
        watching.tick()
    assert kinds(keepers) == [NoticeKind.FAILED]


def test_a_file_that_may_not_be_read_is_told_once_and_the_others_are_read(
    keepers: Keepers, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home / "watched" / "water"
    folder.mkdir(parents=True)
    for name in ("a.docx", "b.docx"):
        (folder / name).write_bytes(paper())
    read = Path.read_bytes

    def refused(path: Path) -> bytes:
        if path.name == "a.docx":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    with acting_as(keepers.editor):
        watching.add_folder("水务局目录", "water", keepers.city.unit("water"), Rights(), EntryData(), minutes=5)
    watching.tick()
    with clock.at(clock.now() + timedelta(minutes=6)):
        watching.tick()
    assert sorted(kinds(keepers)) == sorted([NoticeKind.FAILED, NoticeKind.CHANGED])
