"""The life of a version: submitted, sent back, published by another person, warned of, ended."""

from __future__ import annotations

from typing import Final

from minhu.directory.policy import Action
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotAllowed
from minhu.knowledge.domain.states import Move, line_for
from minhu.knowledge.models import Document, Notice, Version
from minhu.knowledge.services import gate
from minhu.knowledge.services.common import changing, record, version_for
from minhu.knowledge.services.rights import rekey
from minhu.knowledge.types import LIVE, NoticeKind, State

_LIVE: Final = [state.value for state in LIVE]


def submit(version_id: int) -> None:
    """Hand a draft over for review; raises Conflict before its facts are confirmed and each finding is answered."""
    with changing():
        version = version_for(version_id)
        _check_ready(version)
        version.submitted_by, version.submitted_at = current_actor().id, now()
        _move(version, Move.SUBMIT, "submitted_by", "submitted_at")
        gate.queue(version)


def send_back(version_id: int, note: str) -> None:
    """Give a version back to its writer with what to mend; raises Invalid without it."""
    with changing():
        version = version_for(version_id, Action.REVIEW_KNOWLEDGE)
        version.review_note = _said(note, "请写明需要修改什么。")
        _reviewed(version)
        _move(version, Move.SEND_BACK, "review_note", "reviewed_by", "reviewed_at")


def publish(version_id: int, reason: str = "") -> None:
    """Publish what somebody else wrote and handed over; the version before it is superseded, repealed papers end.

    Raises NotAllowed for the writer's own, Conflict where a finding is unanswered or the gate says no (`gate.check`);
    ``reason``: why it is published all the same.
    """
    with changing():
        version = version_for(version_id, Action.REVIEW_KNOWLEDGE)
        _check_ready(version)
        _check_title(version)
        gate.check(version, reason)
        for old in Version.objects.filter(document_id=version.document_id, state__in=_LIVE):
            end(old, Move.SUPERSEDE, f"由第 {version.number} 版取代")
        _reviewed(version)
        version.published_at = now()
        _move(version, Move.PUBLISH, "reviewed_by", "reviewed_at", "published_at")
        Document.objects.filter(pk=version.document_id).update(title=version.title)
        _tell_of_repealed(version)


def withdraw(version_id: int, reason: str) -> None:
    """Take a version out of use; raises Invalid without a reason."""
    with changing():
        version = version_for(version_id)
        end(version, Move.WITHDRAW, _said(reason, "请写明撤下的原因。"))


def repeal(version_id: int, reason: str) -> None:
    """Say that a live version holds no more; raises Invalid without a reason."""
    with changing():
        version = version_for(version_id)
        end(version, Move.REPEAL, _said(reason, "请写明失效的依据，例如废止它的文件。"))


def end(version: Version, move: Move, reason: str) -> None:
    """Carry out one of the moves that end a version; the caller holds the document's lock."""
    version.ended_at, version.end_reason = now(), reason[:500]
    _move(version, move, "ended_at", "end_reason")


def warn(version: Version) -> None:
    """Mark a live version as expiring; the caller holds the document's lock."""
    _move(version, Move.WARN)


def _move(version: Version, move: Move, *fields: str) -> None:
    """Take one line of the table, write keys and the ledger; raises Conflict or NotAllowed where it may not be taken."""
    line = line_for(move, State(version.state))
    if line is None:
        label = State(version.state).label
        raise Conflict(f"这个版本现在是“{label}”，不能进行这一步。请刷新页面查看最新状态。", code="wrong_state")
    actor = current_actor()
    if line.by_another and actor.id in {version.created_by, version.submitted_by, version.confirmed_by}:
        raise NotAllowed("自己登记、核对或提交的内容须由另一人审核。", code="own_work")
    before, version.state = version.state, line.after.value
    version.save(update_fields=["state", *fields])
    Document.objects.filter(pk=version.document_id).update(changed_at=now())
    rekey(Document.objects.get(pk=version.document_id))
    record(move.value, version.document_id, version=version.number, before=before, after=version.state)


def _check_ready(version: Version) -> None:
    if version.confirmed_at is None:
        raise Conflict("请先核对文号、发文机关和日期等要素。", code="facts_unconfirmed")
    left = version.findings.filter(answered_at__isnull=True).count()
    if left:
        raise Conflict(
            f"发布检查还有 {left} 处没有说明，请逐处说明为何可以发布，或修改文件后上传新版本。", code="findings_open"
        )


def _check_title(version: Version) -> None:
    """Titles of live documents are unique (knowledge entries of the hotline's data standard)."""
    same = Version.objects.filter(title=version.title, state__in=_LIVE).exclude(document_id=version.document_id)
    if same.exists():
        raise Conflict("已有同名的文件在用。请改标题，或作为那份文件的新版本上传。", code="same_title")


def _reviewed(version: Version) -> None:
    version.reviewed_by, version.reviewed_at = current_actor().id, now()


def _said(text: str, otherwise: str) -> str:
    words = text.strip()[:500]
    if not words:
        raise Invalid(otherwise, fields={"reason": otherwise})
    return words


def _tell_of_repealed(version: Version) -> None:
    """Papers that the new one says it ends: their keepers are told, a person ends them."""
    for name in version.repeals:
        title = name.split("《", 1)[-1].rsplit("》", 1)[0]
        for old in Version.objects.filter(title=title, state__in=_LIVE).exclude(document_id=version.document_id):
            Notice.objects.create(
                kind=NoticeKind.REPEALED.value, document_id=old.document_id, version=old, at=now(), keys=[key for key in old.keys if key[0] in "k*"],
                text=f"新发布的《{version.title}》写明废止本文件，请核对后确认失效。"[:300],
            )  # fmt: skip
