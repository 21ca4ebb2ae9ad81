"""Evaluation sets as their pages show them: questions, runs, two runs compared question by question, trials of a version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Count

from minhu.directory.queries.staff import staff_names
from minhu.kernel.errors import NotFound
from minhu.knowledge.domain.quality import Origin, RunState
from minhu.knowledge.models import EvalQuestion, EvalResult, EvalRun, EvalSet, PassageRow, Version
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.types import LIVE, Outcome

MOST_RUNS: Final = 50
_LIVE: Final = [state.value for state in LIVE]


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run with its figures."""

    id: int
    set_id: int | None
    state: RunState
    reader: str
    engine: str
    total: int
    done: int
    figures: Mapping[str, Any]
    problem: str
    started_by: str
    started_at: datetime
    finished_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether it is still under way."""
        return self.state in (RunState.WAITING, RunState.RUNNING)


@dataclass(frozen=True, slots=True)
class SetRow:
    """A set in the list; ``questions``: those that the reader may see."""

    id: int
    name: str
    reader: str
    gating: bool
    questions: int
    made_by: str
    last: RunRow | None


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question of a set."""

    id: int
    question: str
    document_id: int | None
    title: str
    clause: str
    answer: str
    kind: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One question with what came of it; ``before``: whether it was right in the run before (None: not asked then)."""

    question: QuestionRow
    outcome: Outcome
    answer: str
    cited_id: int | None
    cited: str
    label: str
    right: bool
    before: bool | None

    @property
    def lost(self) -> bool:
        """Right before, wrong now."""
        return bool(self.before) and not self.right

    @property
    def gained(self) -> bool:
        """Wrong before, right now."""
        return self.before is False and self.right


def listed() -> list[SetRow]:
    """The sets that the current actor may see."""
    with transaction.atomic(), reading():
        sets = list(EvalSet.objects.all())
        counts = dict(EvalQuestion.objects.values_list("set_id").annotate(n=Count("id")).order_by())
        return [_set(one, counts.get(one.pk, 0)) for one in sets]


def one(set_id: int) -> SetRow:
    """One set; raises NotFound."""
    with transaction.atomic(), reading():
        row = EvalSet.objects.filter(pk=set_id).first()
        if row is None:
            raise NotFound("没有找到这个测评集，或者您无权查看。", code="no_such_set")
        return _set(row, row.questions.count())


def questions(set_id: int, start: int = 0, size: int = 50) -> tuple[list[QuestionRow], int]:
    """Questions of a set that the current actor may see, and how many."""
    with transaction.atomic(), reading():
        rows = EvalQuestion.objects.filter(set_id=set_id).select_related("document")
        return [_question(row) for row in rows[start : start + size]], rows.count()


def runs(set_id: int) -> list[RunRow]:
    """Runs of a set, the newest first."""
    with transaction.atomic(), reading():
        return _runs(EvalRun.objects.filter(set_id=set_id)[:MOST_RUNS])


def run(run_id: int) -> RunRow:
    """One run; raises NotFound."""
    with transaction.atomic(), reading():
        found = _runs(EvalRun.objects.filter(pk=run_id))
    if not found:
        raise NotFound("没有找到这次测评，或者您无权查看。", code="no_such_run")
    return found[0]


def results(run_id: int, against: int | None = None) -> list[ResultRow]:
    """What came of each question, those first that were lost against an earlier run, then gained, then wrong ones.

    For a trial the comparison is with the papers as they were.
    """
    with transaction.atomic(), reading():
        rows = EvalResult.objects.filter(run_id=run_id).select_related("question__document", "cited")
        earlier = dict(EvalResult.objects.filter(run_id=against).values_list("question_id", "right")) if against else {}
        found = [
            ResultRow(
                _question(row.question), Outcome(row.outcome), row.answer, row.cited.pk if row.cited else None,
                row.cited.title if row.cited else "", row.label, row.right, earlier.get(row.question_id) if against else row.before,
            )
            for row in rows
        ]  # fmt: skip
    return sorted(found, key=lambda one: (not one.lost, not one.gained, one.right, one.question.id))


def trial_of(version_id: int) -> RunRow | None:
    """The latest trial of a version, for its page; None where there was none or it may not be seen."""
    with transaction.atomic(), reading():
        found = _runs(EvalRun.objects.filter(candidate_id=version_id)[:1])
    return found[0] if found else None


def asked_about(document_id: int) -> int:
    """How many questions of gating sets are about a document, of those that the current actor may see."""
    with transaction.atomic(), reading():
        return EvalQuestion.objects.filter(document_id=document_id, set__gating=True).count()


def papers() -> list[dict[str, Any]]:
    """The live papers that the current actor may read, as lines of an exported set: docid, title, text and passages."""
    with transaction.atomic(), reading():
        found = []
        for row in Version.objects.filter(state__in=_LIVE).order_by("document_id").defer("found"):
            passages = [
                {
                    "number": one.number, "kind": one.kind, "label": one.label, "path": list(one.path), "text": one.text,
                    "context": one.context, "page": one.page, "start": one.start, "end": one.end, "cells": one.cells,
                }
                for one in PassageRow.objects.filter(version=row).defer("keys").order_by("number")
            ]  # fmt: skip
            found.append({"docid": str(row.document_id), "title": row.title, "text": row.text, "passages": passages})
        return found


def _set(row: EvalSet, count: int) -> SetRow:
    last = _runs(row.runs.all()[:1])
    by = staff_names([row.made_by]).get(row.made_by, row.made_by)
    return SetRow(row.pk, row.name, row.reader, row.gating, count, by, last[0] if last else None)


def _question(row: EvalQuestion) -> QuestionRow:
    return QuestionRow(
        row.pk,
        row.question,
        row.document_id,
        row.document.title if row.document else "",
        row.clause,
        row.answer,
        row.kind,
        Origin(row.origin),
    )


def _runs(rows: Iterable[EvalRun]) -> list[RunRow]:
    found = list(rows)
    names = staff_names(row.started_by for row in found)
    return [
        RunRow(
            row.pk, row.set_id, RunState(row.state), row.reader, row.engine, row.total, row.done, row.figures, row.problem,
            names.get(row.started_by, row.started_by), row.started_at, row.finished_at,
        )
        for row in found
    ]  # fmt: skip
