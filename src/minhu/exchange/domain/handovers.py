"""A hand-over to 110, 119, 120 or 122 (紧急联动) as pure data: what may come of an offer, and how the whole stands.

Several services may be asked at once; each has an offer of its own. What they say comes by telephone or by message,
twice, late and in any order; an acceptance is never lost over a word that comes after it. Source: hotline rules, intake
table (unclear or crossing: three-party call; no agreement: the platform that received it first accepts it).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Final

from minhu.kernel.labels import Labelled
from minhu.kernel.labels import marked as _

DECIDE_WITHIN: Final = timedelta(minutes=10)
"""Nobody took it and nobody decided for so long: the platform that received it first accepts it, by rule."""
KEPT_HOURS: Final = timedelta(hours=2)
"""The emergency clock of an order that stays here (danger to life or sudden event: 2 h)."""


class Way(Labelled):
    """How a service is told."""

    THREE_PARTY = "three_party", _("三方通话")
    MESSAGE = "message", _("系统消息")
    VOICE = "voice", _("电话转告")


class OfferState(Labelled):
    """How far one service is."""

    OFFERED = "offered", _("等待回执")
    RECEIVED = "received", _("对方已收到")
    ACCEPTED = "accepted", _("对方已受理")
    DECLINED = "declined", _("对方不受理")
    CALLED_OFF = "called_off", _("已撤回")
    DONE = "done", _("对方已处置")
    RETURNED = "returned", _("对方退回")


class HandoverState(Labelled):
    """How the whole hand-over stands."""

    WAITING = "waiting", _("等待对方")
    ACCEPTED = "accepted", _("对方已受理")
    UNDECIDED = "undecided", _("无人受理，待决定")
    KEPT = "kept", _("本热线首接负责")
    CLOSED = "closed", _("已结束")


class News(StrEnum):
    """What can be said of an offer."""

    RECEIPT = "receipt"
    ACCEPT = "accept"
    DECLINE = "decline"
    CALL_OFF = "call_off"
    DONE = "done"
    RETURN = "return"


OF, N = OfferState, News

TABLE: Final[dict[tuple[OfferState, News], OfferState]] = {
    (OF.OFFERED, N.RECEIPT): OF.RECEIVED,
    (OF.OFFERED, N.ACCEPT): OF.ACCEPTED,
    (OF.OFFERED, N.DECLINE): OF.DECLINED,
    (OF.OFFERED, N.CALL_OFF): OF.CALLED_OFF,
    (OF.RECEIVED, N.ACCEPT): OF.ACCEPTED,
    (OF.RECEIVED, N.DECLINE): OF.DECLINED,
    (OF.RECEIVED, N.CALL_OFF): OF.CALLED_OFF,
    (OF.DECLINED, N.ACCEPT): OF.ACCEPTED,
    (OF.ACCEPTED, N.CALL_OFF): OF.CALLED_OFF,
    (OF.ACCEPTED, N.DONE): OF.DONE,
    (OF.ACCEPTED, N.RETURN): OF.RETURNED,
}
"""Every step of an offer; what is not here changes nothing and is kept as a late word."""
OPEN: Final = frozenset({OF.OFFERED, OF.RECEIVED})
LIVE: Final = OPEN | {OF.ACCEPTED}
"""Somebody may still act on it."""


def after(state: OfferState, news: News) -> OfferState:
    """The state of an offer after ``news``; unchanged where the news is late, repeated or out of place."""
    return TABLE.get((state, news), state)


def standing(offers: Iterable[OfferState], *, kept: bool = False, ended: bool = False) -> HandoverState:
    """How a hand-over stands: ``kept`` says that the order was taken on here, ``ended`` that somebody closed it."""
    states = tuple(offers)
    if ended:
        return HandoverState.CLOSED
    if kept:
        return HandoverState.KEPT
    if any(state in OPEN for state in states):
        return HandoverState.WAITING
    if OF.ACCEPTED in states:
        return HandoverState.ACCEPTED
    if OF.RETURNED in states:
        return HandoverState.UNDECIDED
    if OF.DONE in states or (states and all(state is OF.CALLED_OFF for state in states)):
        return HandoverState.CLOSED
    return HandoverState.UNDECIDED
