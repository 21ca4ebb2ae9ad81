"""Talks as they are shown: to the citizen who holds their secret, to agents, to supervisors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Case, Q, When

from minhu.directory.access import require
from minhu.directory.policy import Action, decide
from minhu.intake.models import Request, Talk, Utterance
from minhu.intake.types import Said, Speaker, TalkChannel, TalkState
from minhu.kernel.actors import current_actor
from minhu.kernel.errors import NotFound
from minhu.language.dialogue.gist import gist
from minhu.language.dialogue.types import Why
from minhu.ledger import services as ledger

MOST_ROWS: Final = 200
_SIX: Final = re.compile(r"(?<!\d)(?<!\d[ \-])\d(?:[ \-]?\d){5}(?![ \-]?\d)(?!\s*(?:元|块|万|户|人|平|米|公里))")
_OF_CODES: Final = re.compile(r"查询码|编号|单号|工单|验证码|(?<!\d)\d{13}(?!\d)")
COVERED: Final = "●●●●●●"


@dataclass(frozen=True, slots=True)
class TalkRow:
    """A line of the agents' list."""

    uid: UUID
    channel: TalkChannel
    state: TalkState
    why: Why | None
    priority: int
    opened_at: datetime
    handed_at: datetime | None
    last_at: datetime
    agent: str
    mine: bool
    words: str
    """What the citizen said first that is more than a greeting."""


@dataclass(frozen=True, slots=True)
class TalkView:
    """A whole talk for whoever may read it."""

    uid: UUID
    channel: TalkChannel
    state: TalkState
    why: Why | None
    agent: str
    said: tuple[Said, ...]
    numbers: tuple[str, ...]
    """Of the requests that were opened in it."""
    mine: bool
    """The current agent has it."""
    matter: str
    """All words of the citizen but his query codes, for the form of a request."""
    line: str = ""
    """The code of the line of business that it came by."""


@dataclass(frozen=True, slots=True)
class CitizenView:
    """What the citizen's page shows."""

    state: TalkState
    said: tuple[Said, ...]
    request_ids: tuple[int, ...]
    asked_danger: bool = False
    """The bot waits to hear whether anybody is in danger; without an answer a person comes."""

    @property
    def looks_again(self) -> bool:
        """Whether something can come without a word of the citizen."""
        return self.asked_danger or self.state in (TalkState.WAITING, TalkState.PERSON)

    @property
    def last(self) -> int:
        """Number of the last utterance shown; 0 for none."""
        return self.said[-1].number if self.said else 0


def said_of(talk: Talk, after: int = 0) -> tuple[Said, ...]:
    """The utterances of a talk behind number ``after``, oldest first."""
    return tuple(_said(row) for row in talk.utterances.filter(number__gt=after))


def without_codes(said: Iterable[Said]) -> tuple[Said, ...]:
    """Utterances as staff may read them: a query code is the citizen's key to his request and is covered.

    Six digits count as one where the words speak of numbers and codes, or the words of the house before them do.
    """
    shown, before = [], ""
    for one in said:
        spoken_of = _OF_CODES.search(one.text) or (one.speaker is Speaker.CITIZEN and _OF_CODES.search(before))
        shown.append(replace(one, text=_SIX.sub(COVERED, one.text)) if spoken_of else one)
        before = one.text if one.speaker is not Speaker.CITIZEN else before
    return tuple(shown)


def waiting_and_mine() -> tuple[TalkRow, ...]:
    """Talks in the current agent's hands, then those that wait for a person, the most pressing first; for who watches, in anybody's."""
    actor = current_actor()
    require(Action.TALK, actor=actor)
    held = Q(state=TalkState.PERSON.value)
    if not decide(actor, Action.WATCH_TALKS):
        held &= Q(agent=actor.staff_id)
    rows = list(
        Talk.objects.filter(Q(state=TalkState.WAITING.value) | held)
        .annotate(mine=Case(When(held & Q(agent=actor.staff_id), then=0), default=1)).order_by("mine", "priority", "handed_at")
        .select_related("agent").prefetch_related("utterances")[:MOST_ROWS]
    )  # fmt: skip
    return tuple(_row(talk, actor.staff_id) for talk in rows)


def count_waiting() -> int:
    """How many talks wait for a person, as far as the current actor sees them."""
    return Talk.objects.filter(state=TalkState.WAITING.value).count()


def talk_for_staff(uid: UUID) -> TalkView:
    """A talk for an agent who holds it or could take it, or for who watches; raises NotFound for all others."""
    actor = current_actor()
    talk = Talk.objects.filter(uid=uid).select_related("agent").first()
    own = talk is not None and (
        talk.agent_id == actor.staff_id or talk.state in (TalkState.WAITING.value, TalkState.BOT.value)
    )
    allowed = (decide(actor, Action.TALK) and own) or bool(decide(actor, Action.WATCH_TALKS))
    if talk is None or not allowed:
        raise NotFound("没有找到这次对话，或者您无权查看。", code="not_found")
    said = without_codes(said_of(talk))
    numbers = Request.objects.filter(pk__in=talk.request_ids).order_by("pk").values_list("number", flat=True)
    return TalkView(
        talk.uid, TalkChannel(talk.channel), TalkState(talk.state), Why(talk.why) if talk.why else None,
        _agent(talk), said, tuple(numbers), talk.agent_id is not None and talk.agent_id == actor.staff_id,
        "\n".join(one.text for one in said if one.speaker is Speaker.CITIZEN and len(one.text) > 1), talk.line,
    )  # fmt: skip


def telephone_of(uid: UUID, reason: str) -> str:
    """The number a talk came from, for whoever may read the talk; entered in the log of readings. Empty for none."""
    talk_for_staff(uid)
    talk = Talk.objects.get(uid=uid)
    if talk.phone:
        ledger.record_access(("talk", talk.pk), reason, ["phone"])
    return talk.phone


def _row(talk: Talk, staff_id: int | None) -> TalkRow:
    own = [one.text for one in without_codes(map(_said, talk.utterances.all())) if one.speaker is Speaker.CITIZEN]
    words = gist(own)
    return TalkRow(
        talk.uid, TalkChannel(talk.channel), TalkState(talk.state), Why(talk.why) if talk.why else None, talk.priority,
        talk.opened_at, talk.handed_at, talk.last_at, _agent(talk), talk.agent_id == staff_id and staff_id is not None, words[:120],
    )  # fmt: skip


def _said(row: Utterance) -> Said:
    return Said(row.number, Speaker(row.speaker), row.text, row.at, row.code, tuple(row.sources))


def _agent(talk: Talk) -> str:
    return talk.agent.name if talk.agent else ""
