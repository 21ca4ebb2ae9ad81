"""The registered forms behind what agents need training in: whose, how long, what was put right; no words of anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action, decide
from minhu.intake.domain.coaching import LEAST, WARNED, Handled, Need, Topic, recommended, topics_of
from minhu.intake.models import Draft
from minhu.kernel.actors import current_actor
from minhu.kernel.errors import NotAllowed
from minhu.language.filling.entries import Outcome

__all__ = ["LEAST", "FormRow", "Handled", "Need", "Topic", "forms_of_agents", "may_see", "recommended", "topics_of"]
MOST: Final = 10_000
"""Forms of one span that are counted, the newest."""


@dataclass(frozen=True, slots=True)
class FormRow:
    """One registered form of an agent; ``corrected`` are fields, ``missing`` codes of warnings that stood."""

    staff_id: int
    username: str
    name: str
    request_id: int
    seconds: int | None
    corrected: tuple[str, ...]
    missing: tuple[str, ...]


def may_see(staff_id: int) -> bool:
    """Whether the actor may see what this agent needs training in: a supervisor, and the agent himself."""
    actor = current_actor()
    return bool(decide(actor, Action.COACH)) or (actor.staff_id == staff_id and bool(decide(actor, Action.TALK)))


def forms_of_agents(since: datetime, until: datetime, staff_id: int | None = None) -> tuple[FormRow, ...]:
    """The forms registered in ``[since, until)``, all agents'; raises NotAllowed.

    A supervisor gets them as they are. An agent asks with ``staff_id`` his own: his colleagues' forms then carry no
    account, name or number, since only their shares are told him.
    """
    actor = current_actor()
    if staff_id is None:
        require(Action.COACH)
    elif not may_see(staff_id):
        raise NotAllowed("培训需求只有主管和坐席本人能看。", code="not_yours")
    whole = bool(decide(actor, Action.COACH))
    with transaction.atomic(), elevated("counts and times of forms, no contents"):
        rows = list(
            Draft.objects.filter(registered_at__gte=since, registered_at__lt=until, request_id__isnull=False)
            .exclude(registered_by=None)
            .select_related("registered_by")
            .defer("fields", "looked")
            .order_by("-registered_at")[:MOST]
        )
    return tuple(_row(row, named=whole or row.registered_by_id == staff_id) for row in rows)


def _row(row: Draft, *, named: bool) -> FormRow:
    who = row.registered_by if named else None
    first, done = row.first_word_at, row.registered_at
    return FormRow(
        who.pk if who else 0, who.username if who else "", who.name if who else "", row.request_id or 0,
        round((done - first).total_seconds()) if first and done else None,
        tuple(field for field, one in row.outcomes.items() if one == Outcome.CORRECTED and not field.startswith(WARNED)),
        tuple(field.removeprefix(WARNED) for field in row.outcomes if field.startswith(WARNED)),
    )  # fmt: skip
