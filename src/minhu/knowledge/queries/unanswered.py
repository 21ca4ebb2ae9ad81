"""What agents asked the papers and found nothing: how often, and the latest questions (masked), for training."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Count, Q

from minhu.directory.policy import Action, decide
from minhu.kernel.actors import SYSTEM, current_actor
from minhu.kernel.errors import NotAllowed
from minhu.knowledge.models import Asking
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.types import Outcome

LATEST: Final = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """How often somebody asked, how often nothing was found, and the latest such questions."""

    asked: int
    unanswered: int
    questions: tuple[tuple[datetime, str], ...] = ()


def asked_by(usernames: Collection[str], since: datetime, until: datetime) -> dict[str, Asked]:
    """Account → what it asked in ``[since, until)``; for supervisors, and for oneself. Raises NotAllowed."""
    actor = current_actor()
    if not decide(actor, Action.COACH) and set(usernames) - {actor.id}:
        raise NotAllowed("培训需求只有主管和坐席本人能看。", code="not_yours")
    with transaction.atomic(), reading(SYSTEM):
        rows = Asking.objects.filter(staff__in=list(usernames), at__gte=since, at__lt=until)
        nothing = Q(outcome=Outcome.NOT_FOUND.value)
        counts = rows.order_by().values_list("staff").annotate(all=Count("pk"), empty=Count("pk", filter=nothing))
        found = {staff: (asked, unanswered) for staff, asked, unanswered in counts}
        latest: dict[str, list[tuple[datetime, str]]] = {}
        for staff in found if len(found) == 1 else ():
            latest[staff] = list(
                rows.filter(nothing, staff=staff).order_by("-at").values_list("at", "question")[:LATEST]
            )
    return {staff: Asked(*pair, tuple(latest.get(staff, ()))) for staff, pair in found.items()}
