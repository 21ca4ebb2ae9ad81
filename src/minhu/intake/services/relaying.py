"""Text relay (文字转接): a citizen who cannot hear or speak types, an agent speaks for him to a unit on the telephone.

Both sides are utterances of the talk: sealed, kept and forgotten with it. The agent adds nothing of his own.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction

from minhu.directory.access import elevated
from minhu.intake.models import Talk
from minhu.intake.services.attending import own_talk
from minhu.intake.services.talking import LONGEST_WORDS, keep
from minhu.intake.types import Speaker
from minhu.kernel.actors import current_actor
from minhu.kernel.errors import Conflict, Invalid
from minhu.ledger import services as ledger

WHY: Final = "an agent speaks for a citizen who types"
BEGUN, UNIT, ENDED = "relay_begun", "relay_unit", "relay_ended"


def is_open(talk: Talk) -> bool:
    """Whether a relay is under way in a talk."""
    last = talk.utterances.filter(code__in=(BEGUN, ENDED)).order_by("-number").values_list("code", flat=True).first()
    return last == BEGUN


def begin(uid: UUID, whom: str, *, key: str = "") -> None:
    """The agent has somebody on the telephone; the citizen is told whom. Raises Conflict while one is under way."""
    name = " ".join(whom.split())
    if not 2 <= len(name) <= 60:
        raise Invalid("请写明接通了谁。", fields={"whom": "请写明接通了谁"})
    with transaction.atomic(), elevated(WHY):
        talk = own_talk(uid)
        if key and talk.utterances.filter(key=f"relay-{key}").exists():
            return
        if is_open(talk):
            raise Conflict("正在转接，请先结束这一次。", code="relay_open")
        words = f"已为您接通{name}。请您打字，我替您说；对方的话我逐句写给您。"
        keep(talk, Speaker.AGENT, words, code=BEGUN, key=f"relay-{key}" if key else "", staff=current_actor().id)
        talk.save()
        ledger.append("talk.relay", ("talk", talk.pk), {"open": True})


def hear(uid: UUID, words: str, *, key: str = "") -> None:
    """What the other side said, word for word. Raises Conflict without a relay under way."""
    if not words.strip() or len(words) > LONGEST_WORDS:
        raise Invalid("请写下对方说的话。", fields={"words": "请写下对方说的话"})
    with transaction.atomic(), elevated(WHY):
        talk = own_talk(uid)
        if key and talk.utterances.filter(key=f"relay-{key}").exists():
            return
        if not is_open(talk):
            raise Conflict("还没有接通对方，请先开始转接。", code="no_relay")
        keep(talk, Speaker.AGENT, words, code=UNIT, key=f"relay-{key}" if key else "", staff=current_actor().id)
        talk.save()


def end(uid: UUID) -> None:
    """The telephone call with the other side is over; the talk goes on."""
    with transaction.atomic(), elevated(WHY):
        talk = own_talk(uid)
        if not is_open(talk):
            return
        keep(talk, Speaker.AGENT, "和对方的通话结束了。您还有什么要说的吗？", code=ENDED, staff=current_actor().id)
        talk.save()
        ledger.append("talk.relay", ("talk", talk.pk), {"open": False})
