"""Use cases of evaluation: a citizen rates, a caller asks, somebody else decides an exclusion."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from minhu.directory.access import as_system, elevated, require
from minhu.directory.policy import Action
from minhu.evaluation.events import OrderRated
from minhu.evaluation.models import Rating
from minhu.evaluation.types import Answers, RatingChannel, Satisfaction
from minhu.handling import services as handling
from minhu.handling.queries import rated_order
from minhu.handling.types import State, Step
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.kernel.events import publish
from minhu.ledger import services as ledger

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

    Whoever's order was merged rates the joint result under his own number. The three rates count requesters, so his
    answer counts as one more, for the unit that led the joint order and in its round. It closes nothing by itself; a
    'not solved' of his keeps the joint order from being closed by rule.
    """
    _check(answers)
    action = Action.CALL_BACK if channel is RatingChannel.CALLBACK else Action.RATE
    order = handling.hold(number)
    require(action, order.facts())
    rated = rated_order(order)
    if rated is None:
        raise Conflict("这件诉求还没有办理结果，办结后即可评价。", code="not_rateable")
    if order.imported and Rating.objects.filter(order=order, channel=RatingChannel.IMPORT.value).exists():
        raise Conflict("这件诉求导入时已带有群众评价，不再重复评价。", code="rated_already")
    try:
        with transaction.atomic(), elevated("a rating is written under the order it belongs to"):
            rating = Rating.objects.create(
                order=order,
                joint_with=None if rated.pk == order.pk else rated,
                round=rated.reopen_count,
                lead_unit_id=rated.lead_unit_id,
                channel=channel.value,
                reached=answers.reached,
                responded=answers.responded,
                solved=answers.solved,
                satisfaction=answers.satisfaction,
                comment=answers.comment.strip(),
                rated_at=now(),
                asked_by=current_actor().id if channel is RatingChannel.CALLBACK else "",
            )
    except IntegrityError as error:
        raise Conflict("您已经评价过这次办理，感谢您的反馈。", code="rated_already") from error
    _enter(order.number, rating)
    publish(OrderRated(order.pk, order.number, rating.pk, rating.solved))
    if order.state == State.TO_CALL_BACK.value and answers.solved:
        with as_system():
            if not _unsolved_for_others(order.pk, order.reopen_count):
                handling.take(order.number, Step.CLOSE)
    return rating


def _enter(number: str, rating: Rating) -> None:
    """The ledger's entry of a rating; no word of the comment."""
    ledger.append(
        "order.rated",
        ("order", number),
        {
            "round": rating.round,
            "channel": rating.channel,
            "solved": rating.solved,
            "satisfaction": rating.satisfaction,
            "responded": rating.responded,
            "joint": rating.joint_with.number if rating.joint_with else "",
        },
    )


def _unsolved_for_others(order_id: int, round_: int) -> bool:
    return Rating.objects.filter(joint_with_id=order_id, round=round_, reached=True, solved=False).exists()


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
