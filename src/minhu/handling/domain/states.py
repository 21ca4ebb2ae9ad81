"""The state machine of an order as data: the only way in which a state changes.

Source: the order states of the hotline rules (待受理 … 归档) with their side states. Every state
has at least one exit and one alarm, which ``tests/handling/test_states.py`` walks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from minhu.directory.policy import Action
from minhu.directory.types import UnitKind
from minhu.handling.types import ClockKind, State, Step

SAME: Final = None
"""The state stays as it is."""
BACK: Final = "back"
"""The state returns to where the review or suspension came from (``resume_state``)."""

S = State
C = ClockKind


@dataclass(frozen=True, slots=True)
class Transition:
    """One allowed step.

    ``to`` is a state, ``SAME`` or ``BACK``. ``needs`` names the fields that must be filled:
    ``reason`` (a code of the reason table), ``text`` (own words), ``unit`` (a unit), ``reply``.
    ``stops`` and ``starts`` are the kinds of clocks that end or begin with it; ``pauses`` and
    ``resumes`` say whether the clocks of the unit stand still; ``cancels`` are clocks that end without
    a verdict, because the unit is no longer bound by them. ``side`` are the states in which a unit that
    does not lead (assisting, grid, whistle) may take the step for its own share: the order's state
    stays as it is. ``reasons`` is the group of the reason table that ``reason`` must come from.
    """

    step: Step
    label: str
    action: Action
    sources: frozenset[State]
    to: State | str | None
    public: str = ""
    needs: tuple[str, ...] = ()
    stops: tuple[ClockKind, ...] = ()
    starts: tuple[ClockKind, ...] = ()
    pauses: bool = False
    resumes: bool = False
    keeps_source: bool = False
    cancels: tuple[ClockKind, ...] = ()
    side: frozenset[State] = frozenset()
    reasons: str = ""


BEFORE_DISPATCH = frozenset({S.RECEIVED, S.INCOMPLETE, S.TO_DISPATCH, S.REOPENED})
AT_UNIT = frozenset({S.DISPATCHED, S.IN_PROGRESS})
UNDER_QUESTION = frozenset({S.RETURN_REVIEW, S.EXTENSION_REVIEW, S.SUSPENDED})
OPEN_STATES = BEFORE_DISPATCH | AT_UNIT | UNDER_QUESTION | {S.REPLIED, S.TO_CALL_BACK}
"""The hotline or a unit of the city works on it; what units do to each other needs one of these."""
WITH_CITIZEN = OPEN_STATES | {S.TRANSFERRED, S.WITH_ENTERPRISE}
"""The citizen may still add words or take the request back, and a supervisor may press, also while another hotline or an
enterprise works on it: the same states as ``LIVE_STATES``."""
ENDED = frozenset({S.CLOSED, S.ANSWERED, S.REFUSED, S.EMERGENCY, S.WITHDRAWN})

_T = Transition
A = Action
UNIT_CLOCKS: Final = (C.SIGN, C.CONTACT, C.HANDLE)
AT_UNITS = AT_UNIT | UNDER_QUESTION
DONE_BEFORE_UNIT = frozenset({S.RECEIVED, S.INCOMPLETE, S.TO_DISPATCH})

# fmt: off
TRANSITIONS: tuple[Transition, ...] = (
    _T(Step.ACCEPT, "受理", A.DECIDE_INTAKE, frozenset({S.RECEIVED, S.INCOMPLETE}), S.TO_DISPATCH,
       "您的诉求已受理，正在确定承办单位。", stops=(C.ACCEPT, C.SUPPLEMENT), starts=(C.DISPATCH,)),
    _T(Step.ASK_CONTENT, "请群众补充", A.DECIDE_INTAKE, frozenset({S.RECEIVED}), S.INCOMPLETE,
       "请您补充情况，以便我们准确办理：{text}", ("text",), stops=(C.ACCEPT,), starts=(C.SUPPLEMENT,)),
    _T(Step.SUPPLEMENT, "群众补充", A.SUPPLEMENT, frozenset({S.INCOMPLETE}), S.RECEIVED,
       "您补充的情况已收到。", ("text",), stops=(C.SUPPLEMENT,), starts=(C.ACCEPT,)),
    _T(Step.CORRECT, "更正要素", A.DECIDE_INTAKE, BEFORE_DISPATCH, SAME, "", ()),
    _T(Step.REFUSE, "不予受理", A.DECIDE_INTAKE, DONE_BEFORE_UNIT, S.REFUSED,
       "您的诉求不在热线受理范围。{text}", ("reason", "text"), reasons="refuse",
       stops=(C.ACCEPT, C.SUPPLEMENT, C.DISPATCH), starts=(C.ARCHIVE,)),
    _T(Step.HAND_OVER, "转紧急部门", A.DECIDE_INTAKE, DONE_BEFORE_UNIT | {S.WITH_ENTERPRISE}, S.EMERGENCY,
       "情况紧急，已转紧急部门处置。", ("reason",), reasons="hand_over",
       stops=(C.ACCEPT, C.SUPPLEMENT, C.DISPATCH), cancels=(C.ENTERPRISE,), starts=(C.RECEIPT,)),
    _T(Step.RECEIPT, "转办回执", A.DECIDE_INTAKE, frozenset({S.EMERGENCY}), SAME,
       "紧急部门已接收您反映的情况。", ("text",), stops=(C.RECEIPT,), starts=(C.ARCHIVE,)),
    _T(Step.TAKE_BACK, "收回办理", A.DECIDE_INTAKE, frozenset({S.EMERGENCY, S.REFUSED, S.TRANSFERRED}),
       S.TO_DISPATCH, "您的诉求由热线继续办理。", ("text",), cancels=(C.RECEIPT, C.ARCHIVE, C.HANDLE),
       starts=(C.DISPATCH,)),
    _T(Step.TRANSFER, "转其他热线", A.DISPATCH, DONE_BEFORE_UNIT | {S.REOPENED}, S.TRANSFERRED,
       "您的诉求已转{unit}，等待对方接收。", ("reason", "text", "unit"), reasons="transfer",
       stops=(C.ACCEPT, C.SUPPLEMENT, C.DISPATCH), starts=(C.RECEIPT,)),
    _T(Step.TRANSFER_TAKEN, "对方接收", A.REPORT_TRANSFER, frozenset({S.TRANSFERRED}), SAME,
       "{unit}已接收您的诉求。", stops=(C.RECEIPT,), starts=(C.HANDLE,)),
    _T(Step.TRANSFER_REFUSED, "对方退回", A.REPORT_TRANSFER, frozenset({S.TRANSFERRED}), S.TO_DISPATCH,
       "{unit}未能接收您的诉求，正在为您重新确定承办单位。", ("text",), cancels=(C.RECEIPT, C.HANDLE),
       starts=(C.DISPATCH,)),
    _T(Step.TRANSFER_NEWS, "对方进展", A.REPORT_TRANSFER, frozenset({S.TRANSFERRED}), SAME,
       "{unit}反馈：{text}", ("text",)),
    _T(Step.TRANSFER_DONE, "对方办结", A.REPORT_TRANSFER, frozenset({S.TRANSFERRED}), S.TO_CALL_BACK,
       "{unit}已办理，结果已答复，请您评价。", ("reply",), stops=(C.RECEIPT, C.HANDLE), starts=(C.CALL_BACK,)),
    _T(Step.TO_ENTERPRISE, "交企业先行处理", A.DECIDE_INTAKE, DONE_BEFORE_UNIT, S.WITH_ENTERPRISE,
       "经您同意，已请{enterprise}先行处理，{due}前答复您；没有解决的，自动转为政府工单。", ("text",),
       stops=(C.ACCEPT, C.SUPPLEMENT, C.DISPATCH), starts=(C.ENTERPRISE,)),
    _T(Step.ENTERPRISE_NEWS, "企业先行进展", A.REPORT_TRANSFER, frozenset({S.WITH_ENTERPRISE}), SAME,
       "{text}", ("text",), stops=(C.ENTERPRISE,), starts=(C.ENTERPRISE,)),
    _T(Step.ENTERPRISE_SETTLED, "与企业和解", A.REPORT_TRANSFER, frozenset({S.WITH_ENTERPRISE}), S.TO_CALL_BACK,
       "您接受了企业的方案，请您评价。", ("reply",), stops=(C.ENTERPRISE,), starts=(C.CALL_BACK,)),
    _T(Step.ENTERPRISE_BACK, "转为政府工单", A.REPORT_TRANSFER, frozenset({S.WITH_ENTERPRISE}), S.TO_DISPATCH,
       "{text}您的诉求转为政府工单，正在确定承办单位，办理时限从派单时重新计算。", ("text",),
       cancels=(C.ENTERPRISE,), starts=(C.DISPATCH,)),
    _T(Step.ANSWER_DIRECTLY, "直接答复", A.ANSWER_DIRECTLY, DONE_BEFORE_UNIT, S.ANSWERED,
       "您的咨询已答复。", ("reply",), stops=(C.ACCEPT, C.SUPPLEMENT, C.DISPATCH), starts=(C.ARCHIVE,)),
    _T(Step.DISPATCH, "派单", A.DISPATCH, frozenset({S.TO_DISPATCH, S.REOPENED}), S.DISPATCHED,
       "已派至{unit}，等待签收。", ("unit",), stops=(C.DISPATCH,), starts=UNIT_CLOCKS),
    _T(Step.ADD_ASSIST, "追加协办", A.DISPATCH, AT_UNIT, SAME, "已请{assist}协助办理。", ("assist",)),
    _T(Step.RECALL, "撤回派单", A.DISPATCH, frozenset({S.DISPATCHED}), S.TO_DISPATCH,
       "正在为您重新确定承办单位。", ("text",), cancels=UNIT_CLOCKS, starts=(C.DISPATCH,)),
    _T(Step.SIGN, "签收", A.SIGN, frozenset({S.DISPATCHED}), S.IN_PROGRESS,
       "{unit}已签收，承诺{due}前答复。", stops=(C.SIGN,), side=AT_UNITS),
    _T(Step.CONTACT, "首次联系", A.RECORD_CONTACT, frozenset({S.IN_PROGRESS}), SAME,
       "{unit}已与您联系。", ("text",), stops=(C.CONTACT,), side=AT_UNITS),
    _T(Step.PASS_TO_GRID, "转网格直办", A.PASS_TO_GRID, AT_UNIT, SAME,
       "已交网格员上门处理。", ("unit",)),
    _T(Step.ASK_RETURN, "申请退单", A.ASK_RETURN, AT_UNIT, S.RETURN_REVIEW,
       "{unit}认为此事应由{right_unit}办理，正在核实。", ("reason", "text", "unit"), reasons="ask_return",
       starts=(C.REVIEW,), pauses=True, keeps_source=True, side=AT_UNIT),
    _T(Step.APPROVE_RETURN, "同意退单", A.DECIDE_RETURN, frozenset({S.RETURN_REVIEW}), S.TO_DISPATCH,
       "经核实，正在为您改派承办单位。", stops=(C.REVIEW,), cancels=UNIT_CLOCKS, starts=(C.DISPATCH,),
       side=AT_UNITS),
    _T(Step.REFUSE_RETURN, "不同意退单", A.DECIDE_RETURN, frozenset({S.RETURN_REVIEW}), BACK,
       "经核实，仍由{unit}办理。", ("text",), stops=(C.REVIEW,), resumes=True, side=AT_UNITS),
    _T(Step.ASK_EXTENSION, "申请延期", A.ASK_EXTENSION, frozenset({S.IN_PROGRESS}), S.EXTENSION_REVIEW,
       "{unit}申请延长办理时间，正在审核。", ("reason", "text"), reasons="ask_extension",
       starts=(C.REVIEW,), keeps_source=True),
    _T(Step.APPROVE_EXTENSION, "同意延期", A.DECIDE_EXTENSION, frozenset({S.EXTENSION_REVIEW}), BACK,
       "因情况复杂，办理时间延长至{due}。", stops=(C.REVIEW,)),
    _T(Step.REFUSE_EXTENSION, "不同意延期", A.DECIDE_EXTENSION, frozenset({S.EXTENSION_REVIEW}), BACK,
       "仍按原定时间办理。", ("text",), stops=(C.REVIEW,)),
    _T(Step.SUSPEND, "挂起", A.ASK_SUSPENSION, frozenset({S.IN_PROGRESS}), S.SUSPENDED,
       "办理暂停，原因：{reason}。", ("reason", "text"), reasons="suspend", starts=(C.SUSPENSION,),
       pauses=True, keeps_source=True),
    _T(Step.APPROVE_SUSPENSION, "认可挂起", A.DECIDE_EXTENSION, frozenset({S.SUSPENDED}), SAME, ""),
    _T(Step.REFUSE_SUSPENSION, "驳回挂起", A.DECIDE_EXTENSION, frozenset({S.SUSPENDED}), BACK,
       "经审核，恢复办理。", ("text",), stops=(C.SUSPENSION,), resumes=True),
    _T(Step.RESUME, "恢复办理", A.ASK_SUSPENSION, frozenset({S.SUSPENDED}), BACK,
       "已恢复办理。", stops=(C.SUSPENSION,), resumes=True),
    _T(Step.ASSIST_REPLY, "协办答复", A.REPLY, frozenset(), SAME, "", ("reply",),
       stops=(C.SIGN, C.CONTACT, C.HANDLE), side=AT_UNITS),
    _T(Step.REPLY, "主办答复", A.REPLY, frozenset({S.IN_PROGRESS}), S.REPLIED,
       "{unit}已提交办理结果，正在审核。", ("reply",), stops=(C.CONTACT, C.HANDLE), starts=(C.REVIEW,)),
    _T(Step.APPROVE_REPLY, "审核通过", A.APPROVE_REPLY, frozenset({S.REPLIED}), S.TO_CALL_BACK,
       "办理结果已答复，请您评价。", stops=(C.REVIEW,), starts=(C.CALL_BACK,)),
    _T(Step.REJECT_REPLY, "退回重答", A.APPROVE_REPLY, frozenset({S.REPLIED}), S.IN_PROGRESS,
       "答复未通过审核，承办单位正在完善。", ("text",), stops=(C.REVIEW,), starts=(C.HANDLE,)),
    _T(Step.CLOSE, "办结", A.CLOSE, frozenset({S.TO_CALL_BACK}), S.CLOSED, "您的诉求已办结。",
       stops=(C.CALL_BACK,), cancels=(C.SUPERVISION, C.WHISTLE), starts=(C.ARCHIVE,)),
    _T(Step.REOPEN, "重办", A.REOPEN,
       frozenset({S.TO_CALL_BACK, S.CLOSED, S.ANSWERED, S.ARCHIVED, S.WITHDRAWN}), S.REOPENED,
       "您的诉求已重新办理。", ("text",), reasons="reopen", stops=(C.CALL_BACK,),
       cancels=(C.ARCHIVE, C.SUPERVISION, C.WHISTLE), starts=(C.DISPATCH,)),
    _T(Step.ARCHIVE, "归档", A.ARCHIVE, ENDED | {S.MERGED}, S.ARCHIVED, "",
       stops=(C.ARCHIVE, C.RECEIPT), cancels=tuple(k for k in C if k not in (C.ARCHIVE, C.RECEIPT))),
    _T(Step.MERGE, "合并", A.MERGE, BEFORE_DISPATCH | AT_UNIT, S.MERGED,
       "您反映的问题已有工单在办，已合并办理，结果会一并告知您。", ("reason", "text", "target"),
       reasons="merge", starts=(C.ARCHIVE,), keeps_source=True),
    _T(Step.JOIN, "登记时并案", A.DECIDE_INTAKE, DONE_BEFORE_UNIT, S.MERGED,
       "您反映的问题已有工单在办，已合并办理，结果会一并告知您。", ("text", "target"),
       starts=(C.ARCHIVE,), keeps_source=True),
    _T(Step.UNMERGE, "撤销合并", A.MERGE, frozenset({S.MERGED}), BACK,
       "您的诉求恢复单独办理。", ("text",), cancels=(C.ARCHIVE,)),
    _T(Step.CLOSE_ALONG, "随主单办结", A.CLOSE, frozenset({S.MERGED}), S.CLOSED,
       "您反映的问题已一并办结。", cancels=tuple(C), starts=(C.ARCHIVE,)),
    _T(Step.MERGE_AGAIN, "随主单重办", A.REOPEN, frozenset({S.CLOSED, S.ARCHIVED}), S.MERGED,
       "您反映的问题正在一并重新办理，结果会告知您。", cancels=(C.ARCHIVE,), starts=(C.ARCHIVE,)),
    _T(Step.WITHDRAW, "撤回诉求", A.WITHDRAW, WITH_CITIZEN, S.WITHDRAWN, "您已撤回诉求。", (),
       reasons="withdraw", cancels=tuple(k for k in C if k is not C.ARCHIVE), starts=(C.ARCHIVE,)),
    _T(Step.SUPERVISE, "督办", A.SUPERVISE, WITH_CITIZEN, SAME, "", ("text",)),
    _T(Step.ANSWER_SUPERVISION, "督办回执", A.REPLY, OPEN_STATES, SAME, "", ("text",)),
    _T(Step.WHISTLE, "吹哨", A.WHISTLE, AT_UNIT, SAME, "{unit}已召集相关部门现场会办。",
       ("text", "called")),
    _T(Step.ACKNOWLEDGE_WHISTLE, "响应吹哨", A.ANSWER_WHISTLE, OPEN_STATES, SAME, ""),
    _T(Step.ANSWER_WHISTLE, "报到", A.ANSWER_WHISTLE, OPEN_STATES, SAME, "{unit}已到场。", ("text",)),
    _T(Step.CONFIRM_ATTENDANCE, "确认报到", A.WHISTLE, OPEN_STATES, SAME, "", ("unit",)),
    _T(Step.ASK_EXCLUSION, "申请剔除", A.ASK_EXCLUSION, frozenset({S.TO_CALL_BACK, S.CLOSED}), SAME, "",
       ("reason", "text"), reasons="exclusion", starts=(C.EXCLUSION,)),
    # also after the order was reopened: what was asked about the round before must be decided all the same
    _T(Step.APPROVE_EXCLUSION, "同意剔除", A.DECIDE_EXCLUSION, OPEN_STATES | {S.CLOSED}, SAME,
       "", ("text",), stops=(C.EXCLUSION,)),
    _T(Step.REFUSE_EXCLUSION, "不同意剔除", A.DECIDE_EXCLUSION, OPEN_STATES | {S.CLOSED}, SAME,
       "", ("text",), stops=(C.EXCLUSION,)),
    _T(Step.NOTE, "备注", A.VIEW_ORDER, frozenset(S), SAME, "", ("text",)),
)
# fmt: on

BY_STEP: dict[Step, Transition] = {t.step: t for t in TRANSITIONS}

ALARMS: dict[State, tuple[ClockKind, ...]] = {
    S.RECEIVED: (C.ACCEPT,),
    S.INCOMPLETE: (C.SUPPLEMENT,),
    S.TO_DISPATCH: (C.DISPATCH,),
    S.DISPATCHED: (C.SIGN,),
    S.IN_PROGRESS: (C.HANDLE,),
    S.RETURN_REVIEW: (C.REVIEW,),
    S.EXTENSION_REVIEW: (C.REVIEW,),
    S.SUSPENDED: (C.SUSPENSION,),
    S.REPLIED: (C.REVIEW,),
    S.TO_CALL_BACK: (C.CALL_BACK,),
    S.REOPENED: (C.DISPATCH,),
    S.EMERGENCY: (C.RECEIPT, C.ARCHIVE),
    S.TRANSFERRED: (C.RECEIPT, C.HANDLE),
    S.WITH_ENTERPRISE: (C.ENTERPRISE,),
    S.CLOSED: (C.ARCHIVE,),
    S.ANSWERED: (C.ARCHIVE,),
    S.REFUSED: (C.ARCHIVE,),
    S.MERGED: (C.ARCHIVE,),
    S.WITHDRAWN: (C.ARCHIVE,),
}
"""Which clocks ring in each state (at least one runs), so that nothing lies forgotten; archived orders rest."""

BY_LEAD: frozenset[Step] = frozenset(
    {
        Step.ASK_EXTENSION,
        Step.SUSPEND,
        Step.RESUME,
        Step.REPLY,
        Step.PASS_TO_GRID,
        Step.WHISTLE,
        Step.CONFIRM_ATTENDANCE,
        Step.ASK_EXCLUSION,
    }
)
"""Steps that only the leading unit takes."""
BY_UNIT: frozenset[Step] = BY_LEAD | {
    Step.SIGN,
    Step.CONTACT,
    Step.ASK_RETURN,
    Step.ASSIST_REPLY,
    Step.ACKNOWLEDGE_WHISTLE,
    Step.ANSWER_WHISTLE,
    Step.ANSWER_SUPERVISION,
}
"""Steps that a unit takes for its own open share of the order."""

BY_ENTERPRISE: frozenset[Step] = frozenset({Step.ENTERPRISE_NEWS, Step.ENTERPRISE_SETTLED, Step.ENTERPRISE_BACK})
BY_PROGRAM: frozenset[Step] = frozenset({Step.CLOSE_ALONG, Step.MERGE_AGAIN}) | BY_ENTERPRISE
"""Steps that only follow: from one on the order it was merged into, or from what happens between citizen and enterprise."""
BY_INTAKE: frozenset[Step] = frozenset({Step.JOIN, Step.TO_ENTERPRISE})
"""Steps with a page of their own, where the order or enterprise meant is shown; no button of an order."""
MAY_WHISTLE: frozenset[UnitKind] = frozenset({UnitKind.STREET})
"""Who may call upper units to a matter: townships and streets."""
ANSWERS: dict[Step, str] = {
    Step.APPROVE_RETURN: "return",
    Step.REFUSE_RETURN: "return",
    Step.APPROVE_EXTENSION: "extension",
    Step.REFUSE_EXTENSION: "extension",
    Step.APPROVE_SUSPENSION: "suspension",
    Step.REFUSE_SUSPENSION: "suspension",
    Step.APPROVE_REPLY: "reply",
    Step.REJECT_REPLY: "reply",
    Step.APPROVE_EXCLUSION: "exclusion",
    Step.REFUSE_EXCLUSION: "exclusion",
}
"""Which question (``Review.Kind``) each decision answers."""


def allowed_steps(state: State) -> tuple[Transition, ...]:
    """The steps that the table allows somebody from ``state``, in its order."""
    return tuple(t for t in TRANSITIONS if state in t.sources or state in t.side)


def target(transition: Transition, state: State, resume: State | None) -> State:
    """The state after ``transition`` from ``state``; ``resume`` is where a review came from."""
    if transition.to is SAME:
        return state
    if transition.to == BACK:
        return resume or State.IN_PROGRESS
    return State(transition.to)
