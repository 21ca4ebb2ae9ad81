"""Runs of an evaluation set against the live papers, in the background, under the rights of the reader that the set names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db import transaction
from django.db.models import F

from minhu.directory.access import acting_as, as_system
from minhu.directory.policy import Action, may_ever
from minhu.kernel.actors import SYSTEM, Actor, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, MinhuError, NotAllowed, NotFound
from minhu.knowledge.domain.grading import Got, Grade, Line, Wanted, digest_of, figures_of, graded
from minhu.knowledge.domain.quality import RunState
from minhu.knowledge.models import EvalQuestion, EvalResult, EvalRun, EvalSet
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.readers import check_reader, reader_named
from minhu.knowledge.queries.shown import Answered
from minhu.knowledge.services.answering import Asked, ask
from minhu.knowledge.types import Door, Outcome
from minhu.ledger import services as ledger

JOB: Final = "minhu.knowledge.run_set"
BROKEN: Final = "运行中出现错误，没有完成，可以再运行一次；仍不行请系统管理员查看日志。"
OPEN: Final = (RunState.WAITING.value, RunState.RUNNING.value)


def start(set_id: int) -> int:
    """Queue a run of a set; returns its id. Raises Conflict while one is under way, Invalid for an empty set, NotFound."""
    if not may_ever(current_actor(), Action.EDIT_KNOWLEDGE):
        raise NotAllowed("您的岗位不运行测评。", code="no_sets")
    with transaction.atomic(), reading():
        row = EvalSet.objects.select_for_update().filter(pk=set_id).first()
        if row is None:
            raise NotFound("没有找到这个测评集，或者您无权运行。", code="no_such_set")
        check_reader(row.reader)
        if row.runs.filter(state__in=OPEN).exists():
            raise Conflict("这个测评集正在运行，请等它完成。", code="running")
        with reading(SYSTEM):
            total = row.questions.count()
        if not total:
            raise Invalid("这个测评集还没有题，请先加题。", code="empty_set")
        run = EvalRun.objects.create(
            set=row, reader=row.reader, state=RunState.WAITING.value, total=total, started_by=current_actor().id,
            started_at=now(), keys=row.keys,
        )  # fmt: skip
        ledger.append("knowledge.set_run", ("evalset", row.pk), {"run": run.pk, "questions": total})
        defer(run.pk)
        return int(run.pk)


def defer(run_id: int) -> None:
    """Queue the background job of a run; within the transaction that made it."""
    from procrastinate.contrib.django import app  # noqa: PLC0415 - needs the settings

    app.configure_task(JOB).defer(run_id=run_id)


def run_in_background(run_id: int) -> None:
    """Ask every question of a run that has no result yet; a run that was interrupted goes on where it stopped.

    Two that work on one run at the same time, as after a worker was taken for dead, share its questions.
    """
    with transaction.atomic(), as_system(), reading():
        run = EvalRun.objects.select_for_update(of=("self",)).filter(pk=run_id).first()
        if run is None or run.state not in OPEN or run.set_id is None:
            return
        EvalRun.objects.filter(pk=run_id).update(state=RunState.RUNNING.value)
        questions = list(EvalQuestion.objects.filter(set_id=run.set_id).exclude(results__run_id=run_id))
    try:
        reader = reader_named(run.reader)
        for question in questions:
            _one(run_id, question, reader)
        _finish(run_id)
    except MinhuError as error:
        failed(run_id, error.message)
    except Exception:
        failed(run_id, BROKEN)
        raise


def _one(run_id: int, question: EvalQuestion, reader: Actor) -> None:
    with transaction.atomic(), as_system(), reading():
        if EvalResult.objects.filter(run_id=run_id, question_id=question.pk).exists():
            return
    got = answered(question.question, reader)
    with transaction.atomic(), as_system(), reading():
        run = EvalRun.objects.select_for_update(of=("self",)).filter(pk=run_id, state__in=OPEN).first()
        if run is None or EvalResult.objects.filter(run_id=run_id, question_id=question.pk).exists():
            return
        if EvalQuestion.objects.filter(pk=question.pk).exists():
            keep(run_id, question, got, None)
            EvalRun.objects.filter(pk=run_id).update(done=F("done") + 1, engine=got.engine[:40])


def answered(words: str, reader: Actor) -> Answered:
    """What the reader is answered now, by the path of every door; nothing of it is recorded as asked."""
    with transaction.atomic(), acting_as(reader):
        return ask(Asked(words, Door.TOOL), record=False)


def grade(question: EvalQuestion, got: Answered) -> Grade:
    """Whether it is right."""
    return graded(
        Wanted(question.document_id, question.clause, question.answer),
        Got(
            got.outcome is Outcome.ANSWERED, got.words,
            tuple((one.document_id, one.label, one.before + one.words + one.after) for one in got.clauses),
            tuple(one.document_id for one in got.hits), got.milliseconds,
        ),
    )  # fmt: skip


def keep(run_id: int, question: EvalQuestion, got: Answered, before: bool | None) -> EvalResult:
    """Store one result: the answer in words of the document cited first alone, which its readers may see."""
    found = grade(question, got)
    first = got.clauses[0] if got.clauses else None
    alone = first is not None and all(one.document_id == first.document_id for one in got.clauses)
    return EvalResult.objects.create(
        run_id=run_id, question=question, outcome=got.outcome.value, answer=(got.words if alone else first.words if first else "")[:4000],
        cited_id=first.document_id if first else None, label=first.label[:120] if first else "", right=found.right, before=before,
        citation=found.citation, place=found.place, f1=found.f1, milliseconds=got.milliseconds,
    )  # fmt: skip


def _finish(run_id: int) -> None:
    with transaction.atomic(), as_system(), reading():
        results = list(EvalResult.objects.filter(run_id=run_id).select_related("question"))
        EvalRun.objects.filter(pk=run_id, state__in=OPEN).update(
            state=RunState.DONE.value, finished_at=now(), figures=figures_of([line(one) for one in results]), total=len(results),
            done=len(results), digest=digest(one.question for one in results),
        )  # fmt: skip


def failed(run_id: int, problem: str) -> None:
    """Say why a run did not come to its end."""
    with transaction.atomic(), as_system(), reading():
        EvalRun.objects.filter(pk=run_id).update(state=RunState.FAILED.value, finished_at=now(), problem=problem[:300])


def line(one: EvalResult) -> Line:
    """A result as figures count it."""
    return Line(
        one.question.document_id is not None, one.outcome == Outcome.ANSWERED.value, one.right, one.citation, one.place, one.f1,
        one.milliseconds,
    )  # fmt: skip


def digest(questions: Iterable[EvalQuestion]) -> str:
    """Of what is asked and wanted."""
    return digest_of((one.pk, one.question, one.document_id, one.clause, one.answer) for one in questions)
