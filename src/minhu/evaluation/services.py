"""Use cases of evaluation: a citizen rates, a caller asks, somebody else decides an exclusion."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from minhu.directory.access import as_system, elevated, get_for, require
from minhu.directory.policy import Action
from minhu.evaluation.events import OrderRated
from minhu.evaluation.models import Rating
from minhu.evaluation.types import Answers, RatingChannel, Satisfaction
from minhu.handling import services as handling
from minhu.handling.queries import visible_orders
from minhu.handling.types import State, Step
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.kernel.events import publish
from minhu.ledger import services as ledger

RATEABLE = frozenset({State.TO_CALL_BACK, State.CLOSED, State.ANSWERED})
LONGEST_COMMENT = 2000


def _check(answers: Answers) -> None:
    if answers.satisfaction and answers.satisfaction not in {g.value for g in Satisfaction}:
        raise Invalid("请选择满意程度。", fields={"satisfaction": "请从四个选项中选一个"})
    if len(answers.comment) > LONGEST_COMMENT:
        raise Invalid(f"评价请不超过 {LONGEST_COMMENT} 字。", fields={"comment": "内容过长，请精简"})
    if answers.reached and answers.solved is None and not answers.satisfaction:
        raise Invalid("请至少回答“是否解决”或“是否满意”。", fields={"solved": "请选择"})


@transaction.atomic
def rate(number: str, answers: Answers, channel: RatingChannel = RatingChannel.WEB) -> Rating:
    """Keep a citizen's answers on one order, once for each round and channel.

    A citizen rates their own order; staff record a callback with ``Action.CALL_BACK``. An order that
    waits for its callback is closed by rule when the citizen says it is solved; otherwise it stays
    for a person of the centre to decide (reopen, or close with a reason).
    """
    _check(answers)
    action = Action.RATE if channel is RatingChannel.WEB else Action.CALL_BACK
    order = get_for(visible_orders(), action, number=number)
    if State(order.state) not in RATEABLE:
        raise Conflict("这件诉求还没有办理结果，办结后即可评价。", code="not_rateable")
    try:
        with transaction.atomic(), elevated("a rating is written under the order it belongs to"):
            rating = Rating.objects.create(
                order=order,
                round=order.reopen_count,
                lead_unit_id=order.lead_unit_id,
                channel=channel.value,
                reached=answers.reached,
                responded=answers.responded,
                solved=answers.solved,
                satisfaction=answers.satisfaction,
                comment=answers.comment.strip(),
                rated_at=now(),
                asked_by="" if channel is RatingChannel.WEB else current_actor().id,
            )
    except IntegrityError as error:
        raise Conflict("您已经评价过这次办理，感谢您的反馈。", code="rated_already") from error
    ledger.append(
        "order.rated",
        ("order", order.number),
        {
            "round": rating.round,
            "channel": rating.channel,
            "solved": rating.solved,
            "satisfaction": rating.satisfaction,
            "responded": rating.responded,
        },
    )
    publish(OrderRated(order.pk, order.number, rating.pk, rating.solved))
    if order.state == State.TO_CALL_BACK.value and answers.solved:
        with as_system():
            handling.take(order.number, Step.CLOSE)
    return rating


@transaction.atomic
def decide_exclusion(rating_id: int, reason: str, *, exclude: bool) -> Rating:
    """Take a rating out of the 'after' figures, or put it back; never by the unit that asked."""
    require(Action.DECIDE_EXCLUSION)
    if not reason.strip():
        raise Invalid("请填写剔除或恢复的理由。", fields={"reason": "必填"})
    rating = Rating.objects.select_for_update().filter(pk=rating_id).first()
    if rating is None:
        raise NotFound("没有找到这条评价。")
    rating.excluded_at = now() if exclude else None
    rating.excluded_by = current_actor().id if exclude else ""
    rating.exclusion_reason = reason.strip()[:255]
    rating.save(update_fields=["excluded_at", "excluded_by", "exclusion_reason"])
    ledger.append(
        "rating.excluded" if exclude else "rating.restored",
        ("order", rating.order.number),
        {"rating": rating.pk, "round": rating.round},
    )
    return rating
