"""The lists of the supervision desk in words, and who may do what on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from minhu.directory.policy import Action, may_ever
from minhu.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class List:
    """One list; `said` heads the column that says why an order is on it."""

    key: str
    label: str | Promise
    icon: str
    said: str | Promise
    empty: str | Promise
    advice: str | Promise


BOARDS: Final = "boards"
LISTS: Final = (
    List("overdue", _("已超期"), "alert-octagon", _("现状"), _("没有超期工单"), _("到期未办的工单会自动出现在这里，超期最久的排在最前。")),
    List("near", _("即将超期"), "alarm", _("现状"), _("没有即将超期的工单"), _("剩余时间不足两成的工单会出现在这里，便于提前催办。")),
    List("returns", _("退单与争议"), "scale", _("退单理由"), _("没有待裁决的退单"), _("单位申请退单、相互推诿的工单会出现在这里，由您裁决。")),
    List("extensions", _("延期申请"), "calendar-time", _("延期理由"), _("没有延期申请"), _("单位申请延期后会出现在这里。")),
    List("suspensions", _("挂起备查"), "player-pause", _("挂起理由"), _("没有待核查的挂起"), _("单位挂起工单后请在这里核查理由是否成立。")),
    List("replies", _("答复审核"), "clipboard-check", _("拟答复内容"), _("没有待审核的答复"), _("敏感、群体性事项的答复须由督办岗审核。")),
    List("callbacks", _("待回访"), "phone-call", _("现状"), _("没有待回访的工单"), _("答复经审核后会出现在这里，请电话回访群众。")),
    List("exclusions", _("剔除申请"), "filter-off", _("剔除理由"), _("没有剔除申请"), _("单位认为评价不应计入考核时会在这里申请。")),
    List("receipts", _("督办未回执"), "receipt", _("督办要求"), _("督办都已回执"), _("发出的督办在收到回执前列在这里。")),
    List(BOARDS, _("留言板超期"), "message-report", _("留言板的要求"), _("没有超期未回复的留言"), _("网络留言过了留言板要求的时间、答复还没有发布的，会列在这里。")),
    List("absences", _("吹哨未到"), "user-off", _("召集事由"), _("吹哨召集的单位都已响应"), _("应到未到、逾期未响应的单位会列在这里。")),
)  # fmt: skip
BULK: Final = frozenset({"overdue", "near", "receipts", "extensions", "suspensions", "returns", BOARDS})
"""Lists whose orders can be reminded together."""


@dataclass(frozen=True, slots=True)
class Can:
    """What the person may do here; who may do nothing reads."""

    supervise: bool
    decide_return: bool
    decide_extension: bool
    approve: bool
    call_back: bool
    exclude: bool
    export: bool


def can(actor: Actor) -> Can:
    """From the policy; a callback needs the telephone number, so only those who may see the requester make one."""
    return Can(
        supervise=may_ever(actor, Action.SUPERVISE),
        decide_return=may_ever(actor, Action.DECIDE_RETURN) and may_ever(actor, Action.ARBITRATE),
        decide_extension=may_ever(actor, Action.DECIDE_EXTENSION),
        approve=may_ever(actor, Action.APPROVE_REPLY),
        call_back=may_ever(actor, Action.CALL_BACK) and may_ever(actor, Action.VIEW_REQUESTER),
        exclude=may_ever(actor, Action.DECIDE_EXCLUSION),
        export=may_ever(actor, Action.EXPORT),
    )
