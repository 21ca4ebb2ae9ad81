"""The words of handling: states, steps, roles, clocks, lights, levels, with what people call them."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where an order stands (工单状态)."""

    RECEIVED = "received"
    INCOMPLETE = "incomplete"
    TO_DISPATCH = "to_dispatch"
    DISPATCHED = "dispatched"
    IN_PROGRESS = "in_progress"
    RETURN_REVIEW = "return_review"
    EXTENSION_REVIEW = "extension_review"
    SUSPENDED = "suspended"
    REPLIED = "replied"
    TO_CALL_BACK = "to_call_back"
    CLOSED = "closed"
    ARCHIVED = "archived"
    ANSWERED = "answered"
    REFUSED = "refused"
    EMERGENCY = "emergency"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"
    TRANSFERRED = "transferred"
    """Handed to another hotline, which works on it and reports back."""


STATE_LABELS: dict[State, str] = {
    State.RECEIVED: "待受理",
    State.INCOMPLETE: "待补充",
    State.TO_DISPATCH: "待派发",
    State.DISPATCHED: "待签收",
    State.IN_PROGRESS: "办理中",
    State.RETURN_REVIEW: "退回审核",
    State.EXTENSION_REVIEW: "延期审核",
    State.SUSPENDED: "挂起",
    State.REPLIED: "待审核",
    State.TO_CALL_BACK: "待回访",
    State.CLOSED: "办结",
    State.ARCHIVED: "归档",
    State.ANSWERED: "直办办结",
    State.REFUSED: "不予受理",
    State.EMERGENCY: "已转紧急",
    State.MERGED: "已合并",
    State.WITHDRAWN: "已撤回",
    State.REOPENED: "重办",
    State.TRANSFERRED: "已转办",
}

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
    }
)
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


class AssignmentRole(StrEnum):
    """Lead (主办), assisting (协办), grid (直通车) or called by a whistle (吹哨)."""

    LEAD = "lead"
    ASSIST = "assist"
    GRID = "grid"
    WHISTLE = "whistle"


class AssignmentState(StrEnum):
    """How far one unit is with its share."""

    WAITING = "waiting"
    SIGNED = "signed"
    REPLIED = "replied"
    RETURNED = "returned"
    RECALLED = "recalled"


HELPERS: frozenset[str] = frozenset({AssignmentRole.ASSIST.value, AssignmentRole.GRID.value})
"""Roles whose units report to the lead, which waits for them before it replies."""


def is_awaited(role: str, state: str) -> bool:
    """Whether the lead still waits for the reply of a unit with an open share of this role and state."""
    return role in HELPERS and state != AssignmentState.REPLIED.value


class ClockKind(StrEnum):
    """What a clock measures."""

    ACCEPT = "accept"
    SUPPLEMENT = "supplement"
    DISPATCH = "dispatch"
    SIGN = "sign"
    CONTACT = "contact"
    HANDLE = "handle"
    REVIEW = "review"
    SUSPENSION = "suspension"
    CALL_BACK = "call_back"
    ARCHIVE = "archive"
    SUPERVISION = "supervision"
    WHISTLE = "whistle"
    RECEIPT = "receipt"
    EXCLUSION = "exclusion"


CLOCK_LABELS: dict[ClockKind, str] = {
    ClockKind.ACCEPT: "受理",
    ClockKind.SUPPLEMENT: "群众补充",
    ClockKind.DISPATCH: "派单",
    ClockKind.SIGN: "签收",
    ClockKind.CONTACT: "首次联系",
    ClockKind.HANDLE: "办理",
    ClockKind.REVIEW: "审核",
    ClockKind.SUSPENSION: "挂起",
    ClockKind.CALL_BACK: "回访",
    ClockKind.ARCHIVE: "归档",
    ClockKind.SUPERVISION: "督办回执",
    ClockKind.WHISTLE: "报到响应",
    ClockKind.RECEIPT: "转办回执",
    ClockKind.EXCLUSION: "剔除审核",
}


class Light(StrEnum):
    """Lights: green > 50 % of the time left, yellow ≤ 50 %, orange ≤ 20 %, red overdue."""

    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"
    OFF = "off"
    """The clock stands: done or paused."""


LIGHT_LABELS: dict[Light, str] = {
    Light.GREEN: "绿灯 · 时限未过半",
    Light.YELLOW: "黄灯 · 时间过半",
    Light.ORANGE: "橙灯 · 即将超期",
    Light.RED: "红灯 · 已超期",
    Light.OFF: "停表",
}


class SupervisionLevel(StrEnum):
    """Reminder 催办, supervision 督办, escalated 提级."""

    REMINDER = "reminder"
    SUPERVISION = "supervision"
    ESCALATION = "escalation"


SUPERVISION_LABELS: dict[SupervisionLevel, str] = {
    SupervisionLevel.REMINDER: "催办",
    SupervisionLevel.SUPERVISION: "督办",
    SupervisionLevel.ESCALATION: "提级督办",
}
ASSIGNMENT_ROLE_LABELS: dict[AssignmentRole, str] = {
    AssignmentRole.LEAD: "主办",
    AssignmentRole.ASSIST: "协办",
    AssignmentRole.GRID: "网格直办",
    AssignmentRole.WHISTLE: "吹哨应召",
}
