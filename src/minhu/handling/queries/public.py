"""What the citizen sees: the timeline in plain words, units by name, no person of the staff."""

from __future__ import annotations

from django.db import transaction

from minhu.directory.access import elevated, visible_to
from minhu.directory.queries.units import unit_info
from minhu.handling.domain.states import AT_UNITS, WITH_CITIZEN
from minhu.handling.models import Order, OrderStep
from minhu.handling.queries.incidents import public_incident_of, told_to
from minhu.handling.types import PublicEvent, PublicOrderView, State
from minhu.kernel import masks
from minhu.kernel.actors import Actor
from minhu.kernel.clock import now
from minhu.kernel.errors import NotFound
from minhu.kernel.labels import marked as _

WORDS: dict[State, str] = {
    State.RECEIVED: _("已收到，正在受理"),
    State.INCOMPLETE: _("请您补充情况"),
    State.TO_DISPATCH: _("已受理，正在确定承办单位"),
    State.DISPATCHED: _("已派至承办单位，等待签收"),
    State.IN_PROGRESS: _("承办单位正在办理"),
    State.RETURN_REVIEW: _("正在核实由哪个单位办理"),
    State.EXTENSION_REVIEW: _("承办单位正在办理（申请延长时间）"),
    State.SUSPENDED: _("办理暂停"),
    State.REPLIED: _("承办单位已办理，结果正在审核"),
    State.TO_CALL_BACK: _("已答复，请您评价"),
    State.CLOSED: _("已办结"),
    State.ARCHIVED: _("已办结"),
    State.ANSWERED: _("已答复"),
    State.REFUSED: _("不属于热线受理范围"),
    State.EMERGENCY: _("已转紧急部门处置"),
    State.MERGED: _("已与同一问题合并办理"),
    State.WITHDRAWN: _("您已撤回"),
    State.REOPENED: _("正在重新办理"),
    State.TRANSFERRED: _("已转其他热线办理"),
    State.WITH_ENTERPRISE: _("企业先行处理中"),
}
AT_HOTLINE = frozenset({State.RECEIVED, State.TO_DISPATCH, State.REOPENED})
RATEABLE = frozenset({State.TO_CALL_BACK, State.CLOSED, State.ANSWERED})


def public_view(request_id: int, actor: Actor | None = None) -> PublicOrderView:
    """The citizen's view of the order of a request; raises NotFound unless the actor may see it."""
    order = visible_to(Order.objects.filter(request_id=request_id), actor).order_by("id").first()
    if order is None:
        raise NotFound("没有找到这件诉求，请核对编号和查询码。", code="not_found")
    state = State(order.state)
    unit = unit_info(order.lead_unit_id)
    told = order if order.reply_approved_at is not None else _joint_result(order)
    return PublicOrderView(
        number=order.number,
        title=order.title,
        state=state,
        state_words=WORDS[state],
        created_at=order.created_at,
        due_at=order.due_at if state in AT_UNITS else None,
        unit_name=unit.label if unit else "",
        reply="" if told is None else order.public_reply if told is order else masks.free_text(told.public_reply),
        replied_at=told.replied_at if told else None,
        timeline=_timeline(order),
        can_supplement=state in WITH_CITIZEN,
        can_withdraw=state in WITH_CITIZEN,
        can_rate=rated_order(order) is not None,
        merged_into=_merged_into(order),
        next_by=order.due_at if state in AT_HOTLINE and order.due_at and order.due_at > now() else None,
        incident=public_incident_of(order),
    )


def _timeline(order: Order) -> tuple[PublicEvent, ...]:
    """The public steps of an order and what everybody of its incident was told, in the order of time."""
    steps = OrderStep.objects.filter(order=order).exclude(public_text="").order_by("id")
    rows = [*steps.values_list("at", "public_text"), *told_to(order)]
    return tuple(PublicEvent(at, text) for at, text in sorted(rows, key=lambda row: row[0]))


def rated_order(order: Order) -> Order | None:
    """The order whose result the requester of ``order`` may rate now: itself, or the one it was merged into.

    A requester whose order was merged was promised the joint result, and rates it: while the joint order can be
    rated, and as long as his own is closed with it and not archived.
    """
    state = State(order.state)
    if order.merged_into_id is None:
        return order if state in RATEABLE else None
    target = _joint_result(order) if state in (State.MERGED, State.CLOSED) else None
    return target if target and (state is State.CLOSED or State(target.state) in RATEABLE) else None


def _merged_into(order: Order) -> str:
    """The number of the order it was merged into; empty when that belongs to somebody else."""
    if order.merged_into_id is None:
        return ""
    return Order.objects.filter(pk=order.merged_into_id).values_list("number", flat=True).first() or ""


def _joint_result(order: Order) -> Order | None:
    """The order this one was merged into, once its reply is public: its result was promised to this citizen too."""
    if order.merged_into_id is None:
        return None
    with transaction.atomic(), elevated("the public reply of a joint matter is told to everybody who reported it"):
        return Order.objects.filter(pk=order.merged_into_id, reply_approved_at__isnull=False).first()
