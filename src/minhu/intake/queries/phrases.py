"""Standard phrases as they are shown: on the desk, the fitting ones first; for supervisors with versions and uses."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Q

from minhu.directory.access import require
from minhu.directory.policy import Action, may_ever
from minhu.directory.queries.staff import staff_names
from minhu.intake.domain.phrases import KEYS, Moment, Ranked, Scene, order, scenes_at
from minhu.intake.models import Phrase, PhraseUse
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import NotFound

__all__ = ["Moment", "PhraseView", "Scene", "phrases_at", "shelf", "versions_of"]
COUNTED: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class PhraseView:
    """A version of a phrase; ``uses`` are those of the last thirty days of all its versions, ``key`` its digit on the desk."""

    id: int
    code: UUID
    version: int
    scene: Scene
    title: str
    text: str
    written_at: datetime
    written_by: str
    ended_at: datetime | None
    uses: int
    key: int = 0


def phrases_at(moment: Moment) -> tuple[PhraseView, ...]:
    """All phrases in use for who talks, those that fit the moment first; the first nine have a key."""
    if not may_ever(current_actor(), Action.TALK):
        return ()
    rows = {one.id: one for one in _in_use()}
    ranked = order((Ranked(one.id, one.scene, one.uses) for one in rows.values()), scenes_at(moment))
    return tuple(_keyed(rows[key], at) for at, key in enumerate(ranked, 1))


def shelf() -> tuple[PhraseView, ...]:
    """All phrases in use by scene, for who keeps them. Raises NotAllowed."""
    require(Action.COACH)
    places = {scene: at for at, scene in enumerate(Scene)}
    return tuple(sorted(_in_use(), key=lambda one: (places[one.scene], one.id)))


def versions_of(code: UUID) -> tuple[PhraseView, ...]:
    """Every version of a phrase, the newest first. Raises NotFound, NotAllowed."""
    require(Action.COACH)
    rows = list(Phrase.objects.filter(code=code).order_by("-version").annotate(count=Count("uses")))
    if not rows:
        raise NotFound("没有这条话术。", code="not_found")
    names = staff_names(row.written_by for row in rows)
    return tuple(_view(row, row.count, names.get(row.written_by, "")) for row in rows)


def _in_use() -> list[PhraseView]:
    rows = list(Phrase.objects.filter(ended_at=None))
    uses: Counter[UUID] = Counter()
    recent = PhraseUse.objects.filter(Q(at__gte=now() - COUNTED))
    for code, count in recent.order_by().values_list("phrase__code").annotate(Count("pk")):
        uses[code] += count
    names = staff_names(row.written_by for row in rows)
    return [_view(row, uses[row.code], names.get(row.written_by, "")) for row in rows]


def _view(row: Phrase, uses: int, by: str) -> PhraseView:
    return PhraseView(
        row.pk, row.code, row.version, Scene(row.scene), row.title, row.text, row.written_at, by, row.ended_at, uses
    )


def _keyed(one: PhraseView, at: int) -> PhraseView:
    return PhraseView(
        one.id, one.code, one.version, one.scene, one.title, one.text, one.written_at, one.written_by, one.ended_at,
        one.uses, at if at <= KEYS else 0,
    )  # fmt: skip
