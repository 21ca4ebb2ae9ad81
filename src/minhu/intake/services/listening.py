"""Listening in and whispering: a supervisor follows a talk that somebody else holds; both are entered in the ledger.

For calls the media gateway asks here before it opens the sound to anybody (``hear_in``), and says when it ends.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action
from minhu.intake.domain.validation import checked_words
from minhu.intake.events import TalkMoved
from minhu.intake.models import Listener, Talk, Whisper
from minhu.intake.types import TalkChannel, TalkState
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, NotAllowed, NotFound
from minhu.kernel.events import publish
from minhu.ledger import services as ledger

WHY: Final = "a supervisor follows a talk in other hands"
HEARD_OF: Final = timedelta(seconds=15)
"""A listener whose page is silent for longer is gone."""


def listen(uid: UUID, *, by_ear: bool = False) -> None:
    """The current supervisor or inspector follows a talk; the first time, and after a gap, is entered in the ledger.

    Raises NotAllowed for others, Conflict for a talk that no colleague holds.
    """
    actor, moment = current_actor(), now()
    require(Action.WATCH_TALKS, actor=actor)
    if actor.staff_id is None:
        raise NotAllowed("只有登录的督办、质检人员可以旁听。", code="no_staff")
    with transaction.atomic(), elevated(WHY):
        talk = _held(uid)
        if talk.agent_id == actor.staff_id:
            return
        Listener.objects.filter(talk=talk, ended_at=None, seen_at__lt=moment - HEARD_OF).update(ended_at=moment)
        row, new = Listener.objects.get_or_create(
            talk=talk, staff_id=actor.staff_id, by_ear=by_ear, ended_at=None,
            defaults={"began_at": moment, "seen_at": moment},
        )  # fmt: skip
        if new:
            ledger.append("talk.listened", ("talk", talk.pk), {"by_ear": by_ear})
        else:
            Listener.objects.filter(pk=row.pk).update(seen_at=moment)


def hear_in(uid: UUID) -> None:
    """The door to the sound of a call: who may, is noted and entered; raises NotAllowed or Conflict for all others."""
    with transaction.atomic(), elevated(WHY):
        talk = _held(uid)
        if talk.channel != TalkChannel.PHONE.value:
            raise Conflict("这次会话没有声音，请看文字。", code="no_sound")
    listen(uid, by_ear=True)


def stop(uid: UUID) -> None:
    """The current listener leaves."""
    if (staff_id := current_actor().staff_id) is not None:
        Listener.objects.filter(talk__uid=uid, staff_id=staff_id, ended_at=None).update(ended_at=now())


def whisper(uid: UUID, words: str) -> None:
    """Words that only the agent sees. For who may speak in talks himself: inspectors listen, they do not whisper."""
    actor = current_actor()
    require(Action.WATCH_TALKS, actor=actor)
    require(Action.TALK, actor=actor)
    text = checked_words(words, most=500, least=1)
    with transaction.atomic(), elevated(WHY):
        talk = _held(uid)
        if talk.agent_id == actor.staff_id:
            raise Conflict("这次会话在您自己手上。", code="own_talk")
        Whisper.objects.create(talk=talk, staff=actor.id, text=text, at=now())
        publish(TalkMoved(talk.uid, waits=False))
        ledger.append("talk.whispered", ("talk", talk.pk), {"length": len(text)})


def _held(uid: UUID) -> Talk:
    talk = Talk.objects.select_for_update().filter(uid=uid).first()
    if talk is None:
        raise NotFound("没有找到这次对话，或者您无权查看。", code="not_found")
    if talk.state != TalkState.PERSON.value:
        raise Conflict("现在没有坐席在接待这次会话。", code="nobody_talks")
    return talk
