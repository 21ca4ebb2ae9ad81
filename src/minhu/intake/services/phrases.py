"""Standard phrases written, changed and retired by supervisors, and used by agents. All are words for everybody."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.intake.domain.phrases import Scene
from minhu.intake.models import Phrase, PhraseUse
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.language.personal import find_personal
from minhu.ledger import services as ledger

MOST: Final = 200
"""Phrases in use at a time: more are not found in a call."""
_TITLE, _TEXT = 30, 300


def write(scene: str, title: str, text: str, code: UUID | None = None, version: int = 0) -> int:
    """A new phrase, or with ``code`` a further version of one whose latest is ``version``; returns the version's id.

    Raises Invalid, NotFound, NotAllowed, and Conflict where somebody changed it meanwhile.
    """
    require(Action.COACH)
    title, text = " ".join(title.split()), " ".join(text.split())
    _check(scene, title, text)
    actor = current_actor()
    with transaction.atomic():
        before = _current(code) if code is not None else None
        if before is not None and before.version != version:
            raise Conflict("这条话术刚被别人改过，请刷新后再改。", code="phrase_changed")
        if before is None and Phrase.objects.filter(ended_at=None).count() >= MOST:
            raise Invalid(f"标准话术最多 {MOST} 条，请先停用不用的。")
        fields = {"scene": scene, "title": title, "text": text, "written_at": now(), "written_by": actor.id}
        if before is None:
            row = Phrase.objects.create(**fields)
        else:
            _end(before)
            row = Phrase.objects.create(code=before.code, version=before.version + 1, **fields)
        ledger.append("phrase.written", ("phrase", row.code.hex), {"version": row.version, "scene": scene})
        return row.pk


def retire(code: UUID) -> None:
    """No agent is offered it any more; its versions and uses stay. Raises NotFound, NotAllowed."""
    require(Action.COACH)
    with transaction.atomic():
        row = _current(code)
        _end(row)
        ledger.append("phrase.retired", ("phrase", code.hex), {"version": row.version})


def used(phrase_id: int) -> None:
    """Count that the actor put a phrase in use into his words; raises NotFound, NotAllowed."""
    actor = current_actor()
    require(Action.TALK)
    with transaction.atomic():
        if actor.staff_id is None or not Phrase.objects.filter(pk=phrase_id, ended_at=None).exists():
            raise NotFound("这条话术已停用，请刷新页面。", code="not_found")
        PhraseUse.objects.create(phrase_id=phrase_id, staff_id=actor.staff_id, at=now())


def _current(code: UUID) -> Phrase:
    row = Phrase.objects.select_for_update().filter(code=code, ended_at=None).first()
    if row is None:
        raise NotFound("没有这条话术，或已停用。", code="not_found")
    return row


def _end(row: Phrase) -> None:
    row.ended_at, row.ended_by = now(), current_actor().id
    row.save(update_fields=["ended_at", "ended_by"])


def _check(scene: str, title: str, text: str) -> None:
    wrong: dict[str, str] = {}
    if scene not in {one.value for one in Scene}:
        wrong["scene"] = "请选择场景。"
    if not 2 <= len(title) <= _TITLE:
        wrong["title"] = f"名称 2 至 {_TITLE} 个字。"
    if not 4 <= len(text) <= _TEXT:
        wrong["text"] = f"话术 4 至 {_TEXT} 个字。"
    elif find_personal(text):
        wrong["text"] = "话术里不能有姓名、电话、证件号等个人信息。"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)
