"""Words of the unit's desk: tabs and the one next step as a button."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from minhu.handling.types import Step

WATCH: Final = "watch"


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of the inbox; `empty` says what an empty one means and what to do."""

    key: str
    label: str | Promise
    icon: str
    empty: str | Promise
    advice: str | Promise


TABS: Final = (
    Tab("to_sign", _("待签收"), "transfer-in", _("没有待签收的工单"), _("新派来的工单会出现在这里，菜单上也会显示数量。")),
    Tab("working", _("办理中"), "progress-check", _("没有在办的工单"), _("签收后的工单会出现在这里，按到期先后排列。")),
    Tab("to_approve", _("待我审核"), "clipboard-check", _("没有等您审核的答复"), _("承办人提交的答复由负责人审核后才会告知群众，写的人不能审自己的。")),
    Tab("asked", _("退回/延期中"), "calendar-time", _("没有等待审核的申请"), _("申请退单、延期或挂起后，工单在这里等热线中心的决定。")),
    Tab(WATCH, _("督办与吹哨"), "flag", _("没有督办和吹哨"), _("督办、催办和街道吹哨会出现在这里，请在时限内回执或到场。")),
    Tab("answered", _("已答复"), "checks", _("近 30 天没有答复过的工单"), _("提交答复后可以在这里看到审核、回访和评价的进展。")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Button:
    """How a step looks as the primary button of a row."""

    label: str | Promise
    icon: str


BUTTONS: Final[dict[Step, Button]] = {
    Step.SIGN: Button(_("签收"), "signature"),
    Step.CONTACT: Button(_("首次联系"), "phone-call"),
    Step.REPLY: Button(_("答复"), "message-reply"),
    Step.ASSIST_REPLY: Button(_("协办答复"), "message-reply"),
    Step.APPROVE_REPLY: Button(_("审核答复"), "clipboard-check"),
    Step.REJECT_REPLY: Button(_("退回重答"), "arrow-back-up"),
    Step.RESUME: Button(_("恢复办理"), "player-play"),
    Step.ANSWER_SUPERVISION: Button(_("回执"), "receipt"),
    Step.ACKNOWLEDGE_WHISTLE: Button(_("响应"), "check"),
    Step.ANSWER_WHISTLE: Button(_("报到并回执"), "map-pin"),
    Step.CONFIRM_ATTENDANCE: Button(_("确认报到"), "user-check"),
}


def button_of(step: Step | None) -> Button | None:
    """The button of a step; None when others are to act."""
    return BUTTONS.get(step) if step else None
