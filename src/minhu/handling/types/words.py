"""The words of handling: states, steps, roles, clocks, lights, levels, with what people call them."""

from __future__ import annotations

from enum import StrEnum

from minhu.kernel.labels import Labelled
from minhu.kernel.labels import marked as _


class State(Labelled):
    """Where an order stands (工单状态)."""

    RECEIVED = "received", _("待受理")
    INCOMPLETE = "incomplete", _("待补充")
    TO_DISPATCH = "to_dispatch", _("待派发")
    DISPATCHED = "dispatched", _("待签收")
    IN_PROGRESS = "in_progress", _("办理中")
    RETURN_REVIEW = "return_review", _("退回审核")
    EXTENSION_REVIEW = "extension_review", _("延期审核")
    SUSPENDED = "suspended", _("挂起")
    REPLIED = "replied", _("待审核")
    TO_CALL_BACK = "to_call_back", _("待回访")
    CLOSED = "closed", _("办结")
    ARCHIVED = "archived", _("归档")
    ANSWERED = "answered", _("直办办结")
    REFUSED = "refused", _("不予受理")
    EMERGENCY = "emergency", _("已转紧急")
    MERGED = "merged", _("已合并")
    WITHDRAWN = "withdrawn", _("已撤回")
    REOPENED = "reopened", _("重办")
    TRANSFERRED = "transferred", _("已转办")
    """Handed to another hotline, which works on it and reports back."""
    WITH_ENTERPRISE = "with_enterprise", _("企业先行")
    """A consumer dispute that a registered enterprise answers first, with the citizen's consent."""


LIVE_STATES: frozenset[State] = frozenset(
    {
        State.RECEIVED,
        State.INCOMPLETE,
        State.TO_DISPATCH,
        State.DISPATCHED,
        State.IN_PROGRESS,
        State.RETURN_REVIEW,
        State.EXTENSION_REVIEW,
        State.SUSPENDED,
        State.REPLIED,
        State.TO_CALL_BACK,
        State.REOPENED,
        State.TRANSFERRED,
        State.WITH_ENTERPRISE,
    }
)
"""Not settled, also while another hotline or an enterprise works on it: the hotline that received it first stays
responsible (首接负责), a clock runs, and lists, counts and supervision show it. Every state is live, done or merged."""
DONE_STATES: frozenset[State] = frozenset(
    {State.CLOSED, State.ARCHIVED, State.ANSWERED, State.REFUSED, State.EMERGENCY, State.WITHDRAWN}
)


class Step(StrEnum):
    """What can be done to an order; each is a row of the transition table (see domain.states)."""

    OPEN = "open"
    ACCEPT = "accept"
    ASK_CONTENT = "ask_content"
    SUPPLEMENT = "supplement"
    REFUSE = "refuse"
    HAND_OVER = "hand_over"
    TAKE_BACK = "take_back"
    ANSWER_DIRECTLY = "answer_directly"
    RECEIPT = "receipt"
    CORRECT = "correct"
    DISPATCH = "dispatch"
    ADD_ASSIST = "add_assist"
    RECALL = "recall"
    SIGN = "sign"
    CONTACT = "contact"
    PASS_TO_GRID = "pass_to_grid"
    ASK_RETURN = "ask_return"
    APPROVE_RETURN = "approve_return"
    REFUSE_RETURN = "refuse_return"
    ASK_EXTENSION = "ask_extension"
    APPROVE_EXTENSION = "approve_extension"
    REFUSE_EXTENSION = "refuse_extension"
    SUSPEND = "suspend"
    APPROVE_SUSPENSION = "approve_suspension"
    REFUSE_SUSPENSION = "refuse_suspension"
    RESUME = "resume"
    ASSIST_REPLY = "assist_reply"
    REPLY = "reply"
    APPROVE_REPLY = "approve_reply"
    REJECT_REPLY = "reject_reply"
    CLOSE = "close"
    REOPEN = "reopen"
    ARCHIVE = "archive"
    MERGE = "merge"
    JOIN = "join"
    UNMERGE = "unmerge"
    CLOSE_ALONG = "close_along"
    MERGE_AGAIN = "merge_again"
    WITHDRAW = "withdraw"
    SUPERVISE = "supervise"
    ANSWER_SUPERVISION = "answer_supervision"
    WHISTLE = "whistle"
    ACKNOWLEDGE_WHISTLE = "acknowledge_whistle"
    ANSWER_WHISTLE = "answer_whistle"
    CONFIRM_ATTENDANCE = "confirm_attendance"
    ASK_EXCLUSION = "ask_exclusion"
    APPROVE_EXCLUSION = "approve_exclusion"
    REFUSE_EXCLUSION = "refuse_exclusion"
    NOTE = "note"
    TRANSFER = "transfer"
    TRANSFER_TAKEN = "transfer_taken"
    TRANSFER_REFUSED = "transfer_refused"
    TRANSFER_NEWS = "transfer_news"
    TRANSFER_DONE = "transfer_done"
    TO_ENTERPRISE = "to_enterprise"
    ENTERPRISE_NEWS = "enterprise_news"
    ENTERPRISE_SETTLED = "enterprise_settled"
    ENTERPRISE_BACK = "enterprise_back"


class EnterpriseWait(StrEnum):
    """Whom an order with an enterprise waits for; also the word by which the deadline table knows it."""

    ANSWER = "enterprise_answer"
    MORE = "enterprise_more"
    CHOICE = "enterprise_choice"


class AssignmentRole(Labelled):
    """Lead (主办), assisting (协办), grid (直通车) or called by a whistle (吹哨)."""

    LEAD = "lead", _("主办")
    ASSIST = "assist", _("协办")
    GRID = "grid", _("网格直办")
    WHISTLE = "whistle", _("吹哨应召")


class AssignmentState(StrEnum):
    """How far one unit is with its share."""

    WAITING = "waiting"
    SIGNED = "signed"
    REPLIED = "replied"
    RETURNED = "returned"
    RECALLED = "recalled"


JOINED_BY_RULE = "joined_by_rule"
"""Reason of a step by which a published rule joined a request to a running order."""

HELPERS: frozenset[str] = frozenset({AssignmentRole.ASSIST.value, AssignmentRole.GRID.value})
"""Roles whose units report to the lead, which waits for them before it replies."""


def is_awaited(role: str, state: str) -> bool:
    """Whether the lead still waits for the reply of a unit with an open share of this role and state."""
    return role in HELPERS and state != AssignmentState.REPLIED.value


class ClockKind(Labelled):
    """What a clock measures."""

    ACCEPT = "accept", _("受理")
    SUPPLEMENT = "supplement", _("群众补充")
    DISPATCH = "dispatch", _("派单")
    SIGN = "sign", _("签收")
    CONTACT = "contact", _("首次联系")
    HANDLE = "handle", _("办理")
    REVIEW = "review", _("审核")
    SUSPENSION = "suspension", _("挂起")
    CALL_BACK = "call_back", _("回访")
    ARCHIVE = "archive", _("归档")
    SUPERVISION = "supervision", _("督办回执")
    WHISTLE = "whistle", _("报到响应")
    RECEIPT = "receipt", _("转办回执")
    EXCLUSION = "exclusion", _("剔除审核")
    ENTERPRISE = "enterprise", _("企业先行")


class Light(Labelled):
    """Lights: green > 50 % of the time left, yellow ≤ 50 %, orange ≤ 20 %, red overdue."""

    GREEN = "green", _("绿灯 · 时限未过半")
    YELLOW = "yellow", _("黄灯 · 时间过半")
    ORANGE = "orange", _("橙灯 · 即将超期")
    RED = "red", _("红灯 · 已超期")
    OFF = "off", _("停表")
    """The clock stands: done or paused."""


class SupervisionLevel(Labelled):
    """Reminder 催办, supervision 督办, escalated 提级."""

    REMINDER = "reminder", _("催办")
    SUPERVISION = "supervision", _("督办")
    ESCALATION = "escalation", _("提级督办")


class JointState(Labelled):
    """How far a joint decision (会商) is."""

    OPEN = "open", _("会商中")
    DECIDED = "decided", _("已裁定")
    WITHDRAWN = "withdrawn", _("已撤销")


class OpinionKind(Labelled):
    """What a unit that was asked says of a matter."""

    OURS = "ours", _("属于本单位职责")
    OTHERS = "others", _("属于其他单位职责")
    NOBODY = "nobody", _("现有职责未覆盖")
