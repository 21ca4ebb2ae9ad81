"""Special needs in a talk: heard in the citizen's words, known from before by his consent, or added by an agent.

In a talk they serve this talk alone and go with it. Beyond it nothing is kept without consent, which names the purpose;
who withdraws it is asked nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db import transaction

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action, decide
from minhu.intake.models import CareMark, Talk
from minhu.intake.queries.caring import held, kept_for, shows_number
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.language.needs import Need, needs_of
from minhu.ledger import services as ledger

WHY: Final = "a citizen's need is kept with his talk, or by his consent for the next one"
PURPOSE: Final = "下次来电、来信时优先接待，并按需要放慢语速、放大文字、改用文字或安排翻译"
PRIORITY: Final = 3
"""The place of special needs among those who wait: behind danger and strong feelings, before all others."""


def recall(talk: Talk) -> None:
    """Marks kept by consent for this telephone or account hold in a talk that begins (a locked or fresh row)."""
    for mark in CareMark.objects.filter(kept_for(talk))[:3]:
        _add(talk, (Need(one) for one in mark.needs.split(",") if one in set(Need)), "kept")


def listen(talk: Talk, words: str) -> None:
    """Needs that the citizen tells of himself hold from this turn on (a locked row)."""
    _add(talk, (one.need for one in needs_of(words)), "said")


def mark(uid: UUID, needs: Iterable[str]) -> None:
    """An agent sets the needs of a talk: new ones are his, unticked ones go; those told before keep their source."""
    require(Action.TALK)
    wanted = _checked(needs)
    with transaction.atomic(), elevated(WHY):
        talk = _own(uid)
        _set(talk, wanted, "agent")
        talk.save(update_fields=["needs_said", "priority"])


def tell_own(uid: UUID, needs: Iterable[str], *, keep: bool = False) -> None:
    """The citizen ticks his own needs on the page of his talk; ``keep``: he agrees to have them kept for the next one."""
    wanted = _checked(needs)
    with transaction.atomic(), elevated(WHY):
        talk = _locked(uid)
        _set(talk, wanted, "said")
        talk.save(update_fields=["needs_said", "priority"])
        if keep:
            _keep(talk, "page")


def keep_with_consent(uid: UUID) -> None:
    """The citizen said yes to the agent's question; kept for his telephone or account. Raises Conflict without either."""
    require(Action.TALK)
    with transaction.atomic(), elevated(WHY):
        _keep(_own(uid), "said")


def withdraw(uid: UUID) -> int:
    """The citizen does not want anything kept any longer; returns how many marks went. The present talk keeps its own."""
    with transaction.atomic(), elevated(WHY):
        return _withdrawn(_locked(uid))


def withdraw_for_citizen(uid: UUID) -> int:
    """As `withdraw`, by the agent to whom the citizen said so. Raises Conflict for who has not the talk."""
    require(Action.TALK)
    with transaction.atomic(), elevated(WHY):
        return _withdrawn(_own(uid))


def _withdrawn(talk: Talk) -> int:
    gone = CareMark.objects.filter(kept_for(talk)).delete()[0]
    if gone:
        ledger.append("care.withdrawn", ("talk", talk.pk), {"marks": gone})
    return gone


def _keep(talk: Talk, how: str) -> None:
    needs = held(talk)
    if not needs:
        raise Invalid("还没有选择需要的照顾。", fields={"needs": "请至少选择一项"})
    phone_index = bytes(talk.phone_index) if talk.phone_index and shows_number(talk) else None
    if not (phone_index or talk.sender_index):
        raise Conflict("这次会话没有电话号码或账号，无法为下次保留。", code="nobody_known")
    CareMark.objects.filter(kept_for(talk)).delete()
    CareMark.objects.create(
        phone=talk.phone if phone_index else "", phone_index=phone_index, sender=talk.sender,
        sender_index=bytes(talk.sender_index) if talk.sender_index else None,
        needs=",".join(need.value for need in needs), purpose=PURPOSE, how=how, given_at=now(),
        noted_by=current_actor().id if how == "said" else "",
    )  # fmt: skip
    ledger.append("care.kept", ("talk", talk.pk), {"how": how, "needs": len(needs)})


def _add(talk: Talk, needs: Iterable[Need], source: str) -> None:
    known = {one.partition(":")[0] for one in talk.needs}
    fresh = [f"{need.value}:{source}" for need in needs if need.value not in known]
    if fresh:
        talk.needs = [*talk.needs, *fresh]
        talk.priority = min(talk.priority, PRIORITY)


def _set(talk: Talk, wanted: list[Need], source: str) -> None:
    talk.needs = [one for one in talk.needs if one.partition(":")[0] in {need.value for need in wanted}]
    _add(talk, wanted, source)
    if not talk.needs and talk.priority == PRIORITY:
        talk.priority = 5


def _checked(needs: Iterable[str]) -> list[Need]:
    given = list(needs)
    if unknown := [one for one in given if one not in set(Need)]:
        raise Invalid("没有这种照顾，请从列表中选择。", fields={"needs": "、".join(unknown)[:60]})
    return [need for need in Need if need.value in given]


def _own(uid: UUID) -> Talk:
    """The talk, locked, for the agent who has it or who watches."""
    talk, actor = _locked(uid), current_actor()
    if talk.agent_id != actor.staff_id and not decide(actor, Action.WATCH_TALKS):
        raise Conflict("这次对话不在您手上，请先接入。", code="talk_not_yours")
    return talk


def _locked(uid: UUID) -> Talk:
    talk = Talk.objects.select_for_update().filter(uid=uid).first()
    if talk is None:
        raise NotFound("没有找到这次对话，请重新开始。", code="not_found")
    return talk


__all__ = ["PURPOSE", "keep_with_consent", "listen", "mark", "recall", "tell_own", "withdraw", "withdraw_for_citizen"]
