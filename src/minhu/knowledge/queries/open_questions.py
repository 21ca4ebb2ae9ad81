"""One question of the queue as its page shows it: every asking that waits in it, the answers as they were, others alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from minhu.directory.policy import Action, rules_for
from minhu.directory.queries.actors import actor_named
from minhu.directory.queries.staff import posts_in_force
from minhu.kernel.errors import NotFound
from minhu.knowledge.domain.keys import opens
from minhu.knowledge.domain.quality import Rated
from minhu.knowledge.models import Asking, OpenQuestion
from minhu.knowledge.queries.reach import reader_keys, reading
from minhu.knowledge.types import Door, Outcome, Trouble

MOST_ASKINGS: Final = 200
_MOST_ALIKE: Final = 8
_LIKE: Final = 0.4


@dataclass(frozen=True, slots=True)
class AskingView:
    """One asking with the answer as it was; `cited` is the title then and now, the range stands in that version."""

    id: int
    question: str
    at: datetime
    door: Door
    outcome: Outcome
    answer: str
    document_id: int | None
    cited: str
    version: int
    passage: int
    rated: Rated | None
    complaint: str
    by_staff: bool
    handed: bool


@dataclass(frozen=True, slots=True)
class Wordings:
    """Askings in the same words, the newest first."""

    question: str
    askings: tuple[AskingView, ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """Another question of the queue that shares much of the words."""

    id: int
    question: str
    trouble: Trouble
    times: int


def wordings_of(question_id: int) -> list[Wordings]:
    """The askings of a question by their words, the most frequent first; raises NotFound for what may not be seen."""
    with transaction.atomic(), reading():
        if not OpenQuestion.objects.filter(pk=question_id).exists():
            raise NotFound("没有找到这个问题，或者您无权处理。", code="no_such_question")
        rows = (
            Asking.objects.filter(queued_id=question_id)
            .select_related("version")
            .defer("version__text", "version__found")
        )
        found: dict[str, list[AskingView]] = {}
        for row in rows.order_by("-at", "-id")[:MOST_ASKINGS]:
            found.setdefault(row.question, []).append(view_of(row))
    groups = [Wordings(words, tuple(askings)) for words, askings in found.items()]
    return sorted(groups, key=lambda one: -len(one.askings))


def view_of(row: Asking) -> AskingView:
    """A row of an asking as pages show it; its version is read with it."""
    version = row.version
    return AskingView(
        row.pk, row.question, row.at, Door(row.door), Outcome(row.outcome), row.answer,
        version.document_id if version else None, version.title if version else "", version.number if version else 0,
        row.passage, Rated(row.rated) if row.rated else None, row.complaint, bool(row.staff), row.handed_at is not None,
    )  # fmt: skip


def alike(question_id: int) -> list[Alike]:
    """Further open questions that share at least two fifths of their terms with this one, the likest first."""
    with transaction.atomic(), reading():
        own = OpenQuestion.objects.filter(pk=question_id).first()
        if own is None or not own.terms:
            return []
        rows = OpenQuestion.objects.filter(settled="", terms__overlap=own.terms).exclude(pk=question_id)[:500]
        scored = [(_likeness(own.terms, row.terms), row) for row in rows]
    near = sorted((one for one in scored if one[0] >= _LIKE), key=lambda one: -one[0])[:_MOST_ALIKE]
    return [Alike(row.pk, row.question, Trouble(row.trouble), row.times) for _score, row in near]


def _likeness(own: Iterable[str], other: Iterable[str]) -> float:
    first, second = frozenset(own), frozenset(other)
    return 2 * len(first & second) / (len(first) + len(second) or 1)


def colleagues(question_id: int) -> list[tuple[str, str]]:
    """Accounts with names of those who may settle the question: who keeps documents and holds one of its keys."""
    with transaction.atomic(), reading():
        row = OpenQuestion.objects.filter(pk=question_id).first()
        if row is None:
            raise NotFound("没有找到这个问题，或者您无权处理。", code="no_such_question")
    people = dict(
        sorted({(post.username, post.name) for post in posts_in_force() if post.role in ("editor", "reviewer")})
    )
    found = []
    for username, name in people.items():
        actor = actor_named(username)
        if actor and rules_for(actor, Action.EDIT_KNOWLEDGE) and opens(row.keys, reader_keys(actor)):
            found.append((username, name))
    return found
