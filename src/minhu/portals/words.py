"""Words, tones and icons of order states and urgencies on pages.

Tones: calm (blue), green (done only), red (danger and overdue only), orange, yellow, grey. The texts
are fallbacks: a page may give the badge the label of its own room.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Sign:
    """How one code looks: its word, its tone and its icon."""

    word: str | Promise
    tone: str
    icon: str


STATES: dict[str, Sign] = {
    "received": Sign(_("待受理"), "grey", "inbox"),
    "incomplete": Sign(_("待补充"), "yellow", "message-question"),
    "to_dispatch": Sign(_("待派发"), "calm", "send"),
    "dispatched": Sign(_("待签收"), "calm", "transfer-in"),
    "in_progress": Sign(_("办理中"), "calm", "progress-check"),
    "return_review": Sign(_("退回审核"), "orange", "arrow-back-up"),
    "extension_review": Sign(_("延期审核"), "orange", "calendar-time"),
    "suspended": Sign(_("挂起"), "grey", "player-pause"),
    "replied": Sign(_("待审核"), "calm", "message-reply"),
    "to_call_back": Sign(_("待回访"), "calm", "phone-call"),
    "closed": Sign(_("办结"), "green", "circle-check"),
    "archived": Sign(_("归档"), "grey", "archive"),
    "answered": Sign(_("直办办结"), "green", "checks"),
    "refused": Sign(_("不予受理"), "grey", "ban"),
    "emergency": Sign(_("已转紧急"), "red", "ambulance"),
    "merged": Sign(_("已合并"), "grey", "git-merge"),
    "transferred": Sign(_("已转办"), "calm", "transfer"),
    "withdrawn": Sign(_("已撤回"), "grey", "rotate"),
    "reopened": Sign(_("重办"), "orange", "repeat"),
    "escalated": Sign(_("提级督办"), "red", "flag"),
}

URGENCIES: dict[str, Sign] = {
    "danger": Sign(_("危及生命安全"), "red", "urgent"),
    "urgent": Sign(_("紧急"), "orange", "bolt"),
    "normal": Sign(_("一般"), "grey", "point"),
}
UNKNOWN_ICON = "circle-dot"


def state_sign(code: object) -> Sign:
    """The sign of an order state; an unknown code shows itself in grey, so that nothing is hidden."""
    key = str(getattr(code, "value", code))
    return STATES.get(key, Sign(key, "grey", UNKNOWN_ICON))


def urgency_sign(code: object) -> Sign:
    """The sign of an urgency; an unknown code shows itself in grey."""
    key = str(getattr(code, "value", code))
    return URGENCIES.get(key, Sign(key, "grey", UNKNOWN_ICON))
