"""The registered forms behind what agents need training in: whose, how long, what was put right; no words of anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action, decide
from minhu.intake.domain.coaching import WARNED
from minhu.intake.models import Draft
from minhu.kernel.actors import current_actor
from minhu.kernel.errors import NotAllowed
from minhu.language.filling.entries import Outcome

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
    return decide(actor, Action.COACH) or (actor.staff_id == staff_id and decide(actor, Action.TALK))


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
    whole = decide(actor, Action.COACH)
    with transaction.atomic(), elevated("counts and times of forms, no contents"):
        rows = list(
            Draft.objects.filter(registered_at__gte=since, registered_at__lt=until, request_id__isnull=False)
            .exclude(registered_by=None).order_by("-registered_at").values_list(
                "registered_by_id", "registered_by__username", "registered_by__name", "request_id", "first_word_at",
                "registered_at", "outcomes",
            )[:MOST]
        )  # fmt: skip
    return tuple(_row(row, named=whole or row[0] == staff_id) for row in rows)


def _row(row: tuple[int, str, str, int, datetime | None, datetime, dict[str, str]], *, named: bool) -> FormRow:
    staff_id, username, name, request_id, first, done, outcomes = row
    return FormRow(
        staff_id if named else 0, username if named else "", name if named else "", request_id,
        round((done - first).total_seconds()) if first else None,
        tuple(field for field, one in outcomes.items() if one == Outcome.CORRECTED and not field.startswith(WARNED)),
        tuple(field.removeprefix(WARNED) for field in outcomes if field.startswith(WARNED)),
    )  # fmt: skip
