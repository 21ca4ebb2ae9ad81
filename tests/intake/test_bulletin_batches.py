"""A message to many goes out in batches: what a break undoes was told to nobody, and everybody is told once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import make_city
from minhu.directory.access import acting_as, as_system
from minhu.intake.models import Affected, Bulletin, BulletinMessage, Talk
from minhu.intake.services import bulletin_messages, talking
from minhu.intake.services.talking import keep
from minhu.intake.types import TalkChannel
from minhu.kernel.clock import now

pytestmark = pytest.mark.django_db
WORDS = "柳湾街道预计晚8点恢复供水。"


def test_a_break_in_the_middle_repeats_nothing_and_forgets_nobody(
    home: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = make_city()
    people = [talking.begin(TalkChannel.CHAT).uid for _ in range(5)]
    with as_system():
        row = Bulletin.objects.create(
            matter="water", title="停水", spoken="柳湾街道停水", begins_at=now(), ends_at=now() + timedelta(hours=8),
            written_at=now(), written_by="staff:1", state="published", published_at=now(),
        )  # fmt: skip
        for uid in people:
            Affected.objects.create(bulletin=row, talk=Talk.objects.get(uid=uid), wants_news=True, at=now())

    def told() -> list[int]:
        return [sum(one.text == WORDS for one in talking.for_citizen(uid).said) for uid in people]

    monkeypatch.setattr(bulletin_messages, "AT_ONCE", 2)
    with acting_as(city.actor("dispatcher")):
        message = bulletin_messages.make(row.pk, WORDS)
    with acting_as(city.actor("dispatcher2")):
        bulletin_messages.send(message)
    assert told() == [1, 1, 0, 0, 0]
    said: list[object] = []

    def breaks(talk: Talk, *args: object, **options: object) -> object:
        said.append(talk.uid)
        if len(said) == 2:
            raise RuntimeError("the process is gone")
        return keep(talk, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(bulletin_messages, "keep", breaks)
    with pytest.raises(RuntimeError):
        bulletin_messages.carry()
    assert told() == [1, 1, 0, 0, 0], "the half batch was told to nobody"
    monkeypatch.setattr(bulletin_messages, "keep", keep)
    while bulletin_messages.carry():
        pass
    assert told() == [1, 1, 1, 1, 1]
    row_told = BulletinMessage.objects.get(pk=message)
    assert (row_told.by_talk, row_told.unreached, row_told.done_at is not None) == (5, 0, True)
