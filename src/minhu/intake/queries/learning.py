"""Reads of the learning loop: the next case for a labeller, agreement, models with their figures, drift."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from typing import Any

from django.db.models import Count

from minhu.directory.access import elevated, require, visible_to
from minhu.directory.policy import Action
from minhu.directory.queries import categories
from minhu.intake.models import Drift, Label, LabelCase, LearnedModel, Request
from minhu.intake.types import ModelState, QueueReason
from minhu.kernel.actors import current_actor
from minhu.language.learning import kappa
from minhu.language.personal import mask_personal


@dataclass(frozen=True, slots=True)
class Choice:
    """A leaf that may be chosen by its digit."""

    key: str
    code: str
    name: str
    chance: float


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case before a labeller: words without personal data, and what may be chosen."""

    request_id: int
    number: str
    title: str
    text: str
    reason: QueueReason
    received_at: datetime
    choices: tuple[Choice, ...]
    others: int
    """How many others have said something about it; what they said is not shown."""


@dataclass(frozen=True, slots=True)
class QueueView:
    """How the queue stands; ``agreement`` is Cohen's kappa over all pairs of two people, None without any."""

    waiting: int
    by_reason: dict[str, int]
    labels: int
    mine: int
    pairs: int
    agreement: float | None


@dataclass(frozen=True, slots=True)
class ModelView:
    """A learned model with its card and comparison; ``mine``: who asks had it trained."""

    id: int
    version: str
    state: ModelState
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None
    decided_by: str
    decided_at: datetime | None
    problem: str
    digest: str
    frozen_digest: str
    card: dict[str, Any]
    comparison: dict[str, Any]
    mine: bool


@dataclass(frozen=True, slots=True)
class DriftView:
    """The latest comparison of suggestions with the weeks before."""

    day: date
    figures: dict[str, Any]
    alarms: tuple[str, ...]


def next_case() -> CaseView | None:
    """The case that who asks should label next: none of one's own labels, half-labelled ones before new ones."""
    who = current_actor()
    require(Action.DECIDE_INTAKE)
    rows = visible_to(
        LabelCase.objects.filter(closed_at=None).exclude(request__labels__made_by=who.id), who,
        units_field="request__unit_ids",
    )  # fmt: skip
    row = (
        rows.select_related("request").annotate(said=Count("request__labels")).order_by("-said", "-priority", "pk")
    ).first()
    if row is None:
        return None
    tree = categories.current()
    found = [(tree.by_code[code], chance) for code, chance in row.proposed if code in tree.by_code]
    choices = tuple(
        Choice(str(place), info.code, info.full_name, chance) for place, (info, chance) in enumerate(found, 1)
    )
    request = row.request
    return CaseView(
        request.pk, request.number, mask_personal(request.title), mask_personal(request.text), QueueReason(row.reason),
        request.received_at, choices, row.said,
    )  # fmt: skip


def queue() -> QueueView:
    """How the queue stands: counts only, so that administrators may see them too."""
    who = current_actor()
    with elevated("counts of the queue, without a row of anybody"):
        open_cases = LabelCase.objects.filter(closed_at=None)
        reasons = dict(open_cases.order_by().values_list("reason").annotate(Count("pk")))
        said: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for request_id, by, code in Label.objects.exclude(code="").values_list("request_id", "made_by", "code"):
            said[request_id].append((by, code))
        mine = Label.objects.filter(made_by=who.id).count()
    pairs = [(one[1], other[1]) for labels in said.values() for one, other in combinations(sorted(labels), 2)]
    return QueueView(sum(reasons.values()), reasons, sum(map(len, said.values())), mine, len(pairs), kappa(pairs))


def waiting() -> int:
    """How many cases wait for a label."""
    with elevated("a count of the queue, without a row of anybody"):
        return LabelCase.objects.filter(closed_at=None).count()


def learned_models() -> tuple[ModelView, ...]:
    """Every model made here, the newest first."""
    require(Action.VIEW_DIRECTORY)
    return tuple(_view(row) for row in LearnedModel.objects.select_related("frozen").defer("content")[:50])


def learned_model(model_id: int) -> ModelView | None:
    """One model; None where there is none."""
    require(Action.VIEW_DIRECTORY)
    row = LearnedModel.objects.select_related("frozen").defer("content").filter(pk=model_id).first()
    return _view(row) if row is not None else None


def latest_drift() -> DriftView | None:
    """The latest figures; None before the first."""
    row = Drift.objects.first()
    return DriftView(row.day, row.figures, tuple(row.alarms)) if row is not None else None


def _view(row: LearnedModel) -> ModelView:
    return ModelView(
        row.pk, row.version, ModelState(row.state), row.asked_by, row.asked_at, row.finished_at, row.decided_by, row.decided_at,
        row.problem, row.digest, row.frozen.digest if row.frozen else "", row.card, row.comparison,
        row.asked_by == current_actor().id,
    )  # fmt: skip


def numbers_of(request_ids: Iterable[int]) -> dict[int, str]:
    """Numbers of those requests that who asks may see."""
    rows = visible_to(Request.objects.filter(pk__in=list(request_ids)), current_actor(), request_field="pk")
    return dict(rows.values_list("pk", "number"))
