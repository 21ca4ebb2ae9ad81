"""What waits for those who keep papers: a few counts for the menu and the list."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from minhu.directory.policy import Action, may_ever
from minhu.kernel.actors import Actor, current_actor
from minhu.knowledge.models import Notice, OpenQuestion, Version
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.types import State


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many notices nobody has settled, questions nobody has mended, drafts, and versions to be reviewed."""

    notices: int = 0
    questions: int = 0
    drafts: int = 0
    review: int = 0


def waiting(actor: Actor | None = None) -> Waiting:
    """Counts of what somebody keeps; all 0 for those who keep nothing. ``review`` is 0 for those who may not review."""
    who = actor or current_actor()
    if not may_ever(who, Action.EDIT_KNOWLEDGE) and not may_ever(who, Action.REVIEW_KNOWLEDGE):
        return Waiting()
    with transaction.atomic(), reading(who):
        return Waiting(
            Notice.objects.filter(done_at__isnull=True).count(),
            OpenQuestion.objects.filter(settled="").count(),
            Version.objects.filter(state=State.DRAFT.value).count(),
            Version.objects.filter(state=State.REVIEW.value).count() if may_ever(who, Action.REVIEW_KNOWLEDGE) else 0,
        )
