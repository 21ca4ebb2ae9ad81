"""The gate before publishing: what a version about to be published would cost, found by asking as if it were live.

Every question of a gating set about its document is asked twice, with the papers as they are and with the version in the
place of the one before; the second time happens in a transaction that is taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from minhu.directory.access import as_system
from minhu.directory.policy import Action
from minhu.directory.queries.rules import rate_rules
from minhu.kernel.actors import SYSTEM, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, MinhuError
from minhu.knowledge.domain.grading import too_many_lost
from minhu.knowledge.domain.quality import RunState
from minhu.knowledge.models import Document, EvalQuestion, EvalRun, Version
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.queries.readers import reader_named
from minhu.knowledge.queries.shown import Answered
from minhu.knowledge.queries.store import forget_papers
from minhu.knowledge.services import running
from minhu.knowledge.services.common import record, version_for
from minhu.knowledge.services.rights import rekey
from minhu.knowledge.types import LIVE, State
from minhu.language.personal import mask_personal

JOB: Final = "minhu.knowledge.try_version"
FRESH: Final = timedelta(days=7)
"""So long a trial speaks for a version; other papers change meanwhile."""
MOST: Final = 500
AT_ONCE: Final = 20
"""Questions of one transaction that is taken back: nobody else publishes or withdraws a paper while it lasts."""
_LIVE: Final = [state.value for state in LIVE]


def questions_about(document_id: int) -> QuerySet[EvalQuestion]:
    """Questions of gating sets that a document should answer; read as the program, whoever publishes."""
    rows = EvalQuestion.objects.filter(document_id=document_id, set__gating=True).select_related("set")
    return rows.order_by("pk")[:MOST]


def queue(version: Version) -> int | None:
    """Queue the trial of a version that was handed over; None where no question is about its document."""
    with reading(SYSTEM):
        total = len(questions_about(version.document_id))
        if not total:
            return None
        run = EvalRun.objects.create(
            candidate=version, state=RunState.WAITING.value, total=total, started_by=current_actor().id, started_at=now(),
            keys=[key for key in Document.objects.get(pk=version.document_id).keys if key[0] in "k*"],
        )  # fmt: skip
    from procrastinate.contrib.django import app  # noqa: PLC0415 - needs the settings

    app.configure_task(JOB).defer(run_id=run.pk)
    return int(run.pk)


def try_again(version_id: int) -> None:
    """Queue another trial; raises Conflict where none is needed or one is under way, NotFound, NotAllowed."""
    with transaction.atomic(), reading():
        version = version_for(version_id, Action.EDIT_KNOWLEDGE)
        if version.state not in (State.DRAFT.value, State.REVIEW.value):
            raise Conflict("只有还没发布的版本需要试答。", code="wrong_state")
        with reading(SYSTEM):
            if EvalRun.objects.filter(candidate=version, state__in=running.OPEN).exists():
                raise Conflict("正在试答，请等它完成。", code="running")
        if queue(version) is None:
            raise Conflict("测评集里没有关于这份文件的题，可以直接发布。", code="no_questions")


def run_in_background(run_id: int) -> None:
    """Carry out a trial that was queued."""
    with transaction.atomic(), as_system(), reading():
        run = EvalRun.objects.select_for_update(of=("self",)).filter(pk=run_id).select_related("candidate").first()
        if run is None or run.state not in running.OPEN or run.candidate is None:
            return
        version = run.candidate
        questions = list(questions_about(version.document_id))
        EvalRun.objects.filter(pk=run_id).update(state=RunState.RUNNING.value)
    try:
        before = _asked(run_id, questions)
        after: list[Answered] = []
        for start in range(0, len(questions), AT_ONCE):
            with transaction.atomic(), as_system(), reading(), as_if_published(version):
                after += _asked(None, questions[start : start + AT_ONCE])
        _store(run_id, questions, before, after)
    except MinhuError as error:
        running.failed(run_id, error.message)
    except Exception:
        running.failed(run_id, running.BROKEN)
        raise
    finally:
        forget_papers()


def _asked(run_id: int | None, questions: Sequence[EvalQuestion]) -> list[Answered]:
    """Every answer; ``run_id``: where to tell how far it is."""
    found = []
    for number, question in enumerate(questions, 1):
        found.append(running.answered(question.question, reader_named(question.set.reader)))
        if run_id is not None:
            with transaction.atomic(), as_system(), reading():
                EvalRun.objects.filter(pk=run_id).update(done=number // 2)
    return found


@contextmanager
def as_if_published(version: Version) -> Iterator[None]:
    """A block in which the version is live in place of the one before; taken back at its end. Within `reading` as the program."""
    with transaction.atomic():
        others = Version.objects.filter(document_id=version.document_id, state__in=_LIVE).exclude(pk=version.pk)
        others.update(state=State.SUPERSEDED.value)
        Version.objects.filter(pk=version.pk).update(state=State.PUBLISHED.value, published_at=now())
        rekey(Document.objects.get(pk=version.document_id))
        yield
        transaction.set_rollback(True)


def _store(
    run_id: int, questions: Sequence[EvalQuestion], before: Sequence[Answered], after: Sequence[Answered]
) -> None:
    with transaction.atomic(), as_system(), reading():
        kept = [
            running.keep(run_id, question, new, running.grade(question, old).right)
            for question, old, new in zip(questions, before, after, strict=True)
        ]
        lost = sum(bool(one.before) and not one.right for one in kept)
        figures = {
            "right_before": sum(bool(one.before) for one in kept), "right_after": sum(one.right for one in kept), "lost": lost,
            "gained": sum(one.right and not one.before for one in kept),
        }  # fmt: skip
        EvalRun.objects.filter(pk=run_id).update(
            state=RunState.DONE.value, finished_at=now(), done=len(kept), total=len(kept), figures=figures,
            engine=after[0].engine[:40] if after else "", digest=running.digest(questions),
        )  # fmt: skip


def blocks(figures: Mapping[str, Any]) -> bool:
    """Whether a trial with these figures lost more than the published rule allows."""
    return too_many_lost(int(figures.get("lost", 0)), int(figures.get("right_before", 0)), rate_rules().answers_lost)


def check(version: Version, reason: str) -> None:
    """Raise Conflict unless the version may be published: tried lately with these questions, and not too much lost.

    With a ``reason`` too much may be lost; it is entered in the ledger with what is lost.
    """
    with reading(SYSTEM):
        questions = list(questions_about(version.document_id))
        if not questions:
            return
        run = EvalRun.objects.filter(candidate=version).first()
        wanted = running.digest(questions)
    fresh = (
        run is not None and run.finished_at is not None and now() - run.finished_at <= FRESH and run.digest == wanted
    )
    if run is None or run.state != RunState.DONE.value or not fresh:
        raise Conflict(
            f"测评集里有 {len(questions)} 题由这份文件回答，还没有用这个版本试答（或题目已变化）。请先“试答”，看过结果再发布。",
            code="gate_not_run",
        )
    if not blocks(run.figures):
        return
    lost, right = int(run.figures["lost"]), int(run.figures["right_before"])
    said = mask_personal(reason.strip())[:300]
    if not said:
        raise Conflict(
            f"发布这个版本会丢失 {lost} 题正确答复（原来答对 {right} 题），超过规则允许。请修改文件；确需发布的，写明理由。",
            code="gate_lost",
        )
    record("gate_overridden", version.document_id, version=version.number, lost=lost, right=right, reason=said)
