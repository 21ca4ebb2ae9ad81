"""Words of the pages of partners, marked for translation."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from minhu.exchange.types import EventKind
from minhu.portals.words import words_of

EVENTS: Final[dict[str, str | Promise]] = {
    **words_of(EventKind),
    "webhook.test": _("测试消息"),
    "transfer.offered": _("转办工单"),
    "transfer.taken": _("接收回执"),
    "transfer.refused": _("退回"),
    "transfer.progress": _("进展"),
    "transfer.done": _("办理结果"),
    "transfer.taken_back": _("收回"),
}
