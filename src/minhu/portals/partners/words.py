"""Words of the pages of partners, marked for translation."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from minhu.exchange.types import EventKind, PartnerKind, Reach

KINDS: Final[dict[str, str | Promise]] = {
    PartnerKind.PLATFORM.value: _("协作平台"),
    PartnerKind.UNIT.value: _("承办单位系统"),
    PartnerKind.HOTLINE.value: _("其他热线"),
}
EVENTS: Final[dict[str, str | Promise]] = {
    EventKind.OPENED.value: _("工单生成"),
    EventKind.CHANGED.value: _("状态变化"),
    EventKind.REPLIED.value: _("公开答复"),
    EventKind.CLOSED.value: _("办结"),
    EventKind.RATED.value: _("群众评价"),
    "webhook.test": _("测试消息"),
    "transfer.offered": _("转办工单"),
    "transfer.taken": _("接收回执"),
    "transfer.refused": _("退回"),
    "transfer.progress": _("进展"),
    "transfer.done": _("办理结果"),
    "transfer.taken_back": _("收回"),
}
REACHES: Final[dict[str, str | Promise]] = {
    Reach.OWN.value: _("该平台令牌提交的诉求"),
    Reach.UNIT.value: _("派给该单位的工单"),
    Reach.ALL.value: _("全部工单（可按分类、区划限定）"),
}
