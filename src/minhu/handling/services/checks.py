"""What must hold before a step: right, version, state, fields; every refusal says what to do."""

from __future__ import annotations

from dataclasses import dataclass

from minhu.directory.policy import Action, decide
from minhu.engines import prepared
from minhu.handling.domain.states import ANSWERS, BY_LEAD, BY_PROGRAM, BY_STEP, BY_UNIT, Transition
from minhu.handling.models import Assignment, Clock, Order, OrderStep, Review
from minhu.handling.queries.allowed import steps_for
from minhu.handling.services import bulk
from minhu.handling.services.context import Context
from minhu.handling.services.outside import rules, unit_of
from minhu.handling.types import AssignmentRole, State, Step, StepData
from minhu.kernel.actors import Actor
from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

LONGEST_TEXT = 20_000
_LOCKED = "WHERE number = ANY(%s) ORDER BY id FOR UPDATE"
_OF_ORDER = "WHERE order_id = (SELECT id FROM handling_order WHERE number = %s) AND "
_RUNNING = _OF_ORDER + "stopped_at IS NULL ORDER BY id"
_OPEN = _OF_ORDER + "ended_at IS NULL"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A locked order with its running clocks and open shares, and the key of the step to come."""

    order: Order
    clocks: list[Clock]
    shares: list[Assignment]
    step_id: int


def load(number: str, actor: Actor, target_number: str = "") -> Loaded:
    """Lock the order for this step; what may not be seen looks as if it did not exist.

    The order it shall be merged into is locked with it, lower id first, so that two merges never block each other.
    What nearly every step needs of the order is read in the same round trip, behind the lock.
    """
    wanted = [number, target_number] if target_number else [number]
    orders, clocks, shares, ids = prepared.together((
        bulk.reading(Order, _LOCKED, [wanted]), bulk.reading(Clock, _RUNNING, [number]),
        bulk.reading(Assignment, _OPEN, [number]), bulk.drawing(OrderStep, 1),
    ))  # fmt: skip
    order = next((row for row in bulk.read_as(Order, orders) if row.number == number), None)
    if order is None or not decide(actor, Action.VIEW_ORDER, order.facts()):
        raise NotFound("没有找到这张工单，或者您无权查看。请核对编号。", code="order_not_found")
    return Loaded(order, bulk.read_as(Clock, clocks), bulk.read_as(Assignment, shares), ids[0][0])


def check_right(order: Order, transition: Transition, actor: Actor) -> str:
    """Raise NotAllowed unless the policy grants the step; returns the role that grants it."""
    verdict = decide(actor, transition.action, order.facts())
    by_hand = transition.step in BY_PROGRAM and actor.kind != "system"
    if not verdict or verdict.rule is None or by_hand:
        raise NotAllowed(f"您没有“{transition.label}”的权限。如工作需要，请联系管理员调整岗位。", code="not_allowed")
    return verdict.rule.role.value


def check_version(order: Order, version: int | None, actor: Actor) -> None:
    """Raise Conflict when the actor saw an older version, naming who did what in between."""
    if version is not None and version != order.version:
        raise Conflict(f"{last_change(order, actor)}，内容已更新，请刷新页面后再操作。", code="stale_version")


def last_change(order: Order, actor: Actor) -> str:
    """Who did what last, and when; citizens read no staff names."""
    last = OrderStep.objects.filter(order=order).order_by("-id").first()
    if last is None:
        return "这张工单刚刚有变化"
    when = last.at.astimezone(CHINA_TIME)
    label = BY_STEP[Step(last.step)].label if last.step in BY_STEP else "登记"
    who = "工作人员" if actor.kind in ("citizen", "partner") else (last.actor_name or "系统")
    return f"{who} 已于 {when.month}月{when.day}日 {when:%H:%M} 对这张工单做了“{label}”"


def check_state(context: Context) -> None:
    """Raise Conflict unless the table allows the step from where the order stands."""
    order, transition = context.order, context.transition
    state = State(order.state)
    allowed = transition.side if context.side else transition.sources
    if state in allowed:
        return
    can = [found.label for found in steps_for(order, context.actor)]
    hint = f"您现在可以：{'、'.join(can)}。" if can else ""
    raise Conflict(
        f"工单现在是“{state.said}”，不能“{transition.label}”（{last_change(order, context.actor)}）。{hint}",
        code="wrong_state",
    )


def find_share(context: Context) -> None:
    """Find the open share for which the actor takes a step of a unit; raises NotAllowed without one."""
    step, data, actor = context.transition.step, context.data, context.actor
    if step not in BY_UNIT:
        return
    shares = context.assignments
    if step is Step.ASK_EXCLUSION:  # asked about finished work, whose share has ended
        shares = list(context.order.assignments.filter(hop=context.order.hops))
    if actor.kind != "system":
        shares = [a for a in shares if a.unit_id in actor.unit_ids]
    if data.as_unit_id is not None:
        shares = [a for a in shares if a.unit_id == data.as_unit_id]
    if step is Step.ASSIST_REPLY:
        shares = [a for a in shares if a.role in (AssignmentRole.ASSIST.value, AssignmentRole.GRID.value)]
    if step in BY_LEAD:
        shares = [a for a in shares if a.role == AssignmentRole.LEAD.value]
    if shares:
        context.mine = _open_first(context, shares)
        context.unit = unit_of(context.mine.unit_id)
        context.side = context.mine.role != AssignmentRole.LEAD.value and bool(context.transition.side)
    elif State(context.order.state) in (context.transition.sources | context.transition.side):
        role = "主办单位" if step in BY_LEAD else "承办单位"
        raise NotAllowed(
            f"您所在单位现在不是这张工单的{role}（可能已退单、改派或未派到），不能“{context.transition.label}”。",
            code="not_your_order",
        )


def _open_first(context: Context, shares: list[Assignment]) -> Assignment:
    """Whoever answers for several units means the first share that the step can move from here."""
    state, step, transition = State(context.order.state), context.transition.step, context.transition

    def fits(share: Assignment) -> bool:
        lead = share.role == AssignmentRole.LEAD.value or not transition.side
        if step is Step.SIGN and share.signed_at is not None:
            return False
        if step is Step.CONTACT and share.signed_at is None:
            return False
        return state in (transition.sources if lead else transition.side)

    return next(filter(fits, shares), shares[0])


def find_review(context: Context) -> None:
    """Find the question that a decision answers; raises Conflict when nothing waits."""
    kind = ANSWERS.get(context.transition.step)
    if kind is None:
        return
    waiting = list(
        Review.objects.filter(order=context.order, kind=kind, decision=Review.Decision.WAITING)
        .select_related("assignment")
        .order_by("id")
    )
    if context.data.as_unit_id is not None:
        waiting = [r for r in waiting if r.assignment and r.assignment.unit_id == context.data.as_unit_id]
    waiting.sort(key=lambda r: bool(r.assignment and r.assignment.role != AssignmentRole.LEAD.value))
    if not waiting:
        if State(context.order.state) in (context.transition.sources | context.transition.side):
            raise Conflict(f"没有等待“{context.transition.label}”的申请，可能已由他人处理。", code="nothing_waits")
        return
    context.review = next((r for r in waiting if _is_his(context, r)), waiting[0])
    share = context.review.assignment
    context.unit = unit_of(share.unit_id if share else context.order.lead_unit_id)
    context.side = bool(share and share.role != AssignmentRole.LEAD.value)
    _check_somebody_else(context)


def _is_his(context: Context, review: Review) -> bool:
    """Of several questions, the one that this actor may answer here (the others wait for somebody else)."""
    side = bool(review.assignment and review.assignment.role != AssignmentRole.LEAD.value)
    states = context.transition.side if side else context.transition.sources
    if State(context.order.state) not in states or (
        context.actor.kind != "system" and review.asked_by == context.actor.id
    ):
        return False
    return not review.arbitration or bool(decide(context.actor, Action.ARBITRATE, context.order.facts()))


def _check_somebody_else(context: Context) -> None:
    review, actor = context.review, context.actor
    if review and actor.kind != "system" and review.asked_by == actor.id:
        raise NotAllowed("不能审核自己提出的申请，请由其他人审核。", code="own_request")
    if review and review.arbitration and not decide(actor, Action.ARBITRATE, context.order.facts()):
        raise NotAllowed("此单已进入争议裁决，请由督办岗裁决。", code="needs_arbitration")


_NEEDS = {
    "text": ("text", "请填写说明"),
    "unit": ("unit_id", "请选择单位"),
    "reply": ("reply", "请填写答复内容"),
    "target": ("target_number", "请填写要并入的工单编号"),
    "assist": ("assist_unit_ids", "请选择协办单位"),
    "called": ("called_unit_ids", "请选择要召集的单位"),
}


def check_fields(transition: Transition, data: StepData) -> None:
    """Raise Invalid naming every field that is missing, unknown or too long."""
    wrong: dict[str, str] = {}
    for need in transition.needs:
        if need == "reason":
            continue
        name, message = _NEEDS[need]
        value = getattr(data, name)
        if not (value.strip() if isinstance(value, str) else value):
            wrong[name] = message
    if transition.reasons and (data.reason_code or "reason" in transition.needs):
        known = rules.reasons().of(transition.reasons)
        if not data.reason_code:
            wrong["reason_code"] = "请选择原因"
        elif known and not any(reason.code == data.reason_code for reason in known):
            wrong["reason_code"] = "没有这个原因代码，请从列表中选择"
    for name in ("text", "reply", "measures"):
        if len(getattr(data, name)) > LONGEST_TEXT:
            wrong[name] = f"内容过长，请控制在 {LONGEST_TEXT} 字以内"
    if wrong:
        raise Invalid(f"“{transition.label}”还缺少内容：{'；'.join(wrong.values())}。", fields=wrong)
