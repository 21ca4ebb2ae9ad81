"""What handling keeps of a person's words is struck out when the request is forgotten; states and moments stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.db import connection, models

from minhu.handling.models import Assignment, JointCase, JointOpinion, Order, OrderStep, Review, Supervision, Whistle
from minhu.handling.models import Attendance as Attended
from minhu.handling.services import aid
from minhu.intake.events import RequestForgotten

_TEXTS: Final[tuple[tuple[type[models.Model], str, tuple[str, ...]], ...]] = (
    (Assignment, "order", ("note", "contact_result", "reply", "measures", "not_solved_reason")),
    (OrderStep, "order", ("text", "public_text")),
    (Review, "order", ("reason", "decision_reason")),
    (Supervision, "order", ("reason", "receipt")),
    (Whistle, "order", ("matter", "place", "result")),
    (Attended, "whistle__order", ("receipt",)),
)


def forget_words(event: RequestForgotten) -> None:
    """Strike names, numbers and addresses out of everything written about the request's orders."""
    orders = Order.objects.filter(request_id=event.request_id)
    for order in orders:
        title = event.strike(order.title)[:200]
        Order.objects.filter(pk=order.pk).update(
            title=title, place_hint=event.strike(order.place_hint)[:120], public_reply=event.strike(order.public_reply)
        )
    for step in OrderStep.objects.filter(order__in=orders).exclude(changes={}):
        OrderStep.objects.filter(pk=step.pk).update(changes=_struck(step.changes, event.strike))
    with connection.cursor() as cursor:  # the marks of words are made anew from what is left
        cursor.execute("DELETE FROM handling_words WHERE order_id = ANY(%s)", [[order.pk for order in orders]])
    for model, path, names in _TEXTS:
        _strike(model, {f"{path}__in": orders}, names, event.strike)
    keys = [order.pk for order in orders]
    aid.forget(keys)
    _strike(JointCase, {"order_ids__overlap": keys}, ("title", "question", "reason"), event.strike)
    _strike(JointOpinion, {"case__order_ids__overlap": keys}, ("text",), event.strike)


def _struck(value: Any, strike: Callable[[str], str]) -> Any:
    """A JSON value with its texts struck."""
    if isinstance(value, str):
        return strike(value)
    if isinstance(value, list):
        return [_struck(one, strike) for one in value]
    return {key: _struck(one, strike) for key, one in value.items()} if isinstance(value, dict) else value


def _strike(
    model: type[models.Model], narrowing: dict[str, Any], names: tuple[str, ...], strike: Callable[[str], str]
) -> None:
    manager = model._default_manager
    for row in manager.filter(**narrowing):
        told = {name: getattr(row, name) for name in names}
        struck = {name: strike(text) for name, text in told.items() if text and strike(text) != text}
        if struck:
            manager.filter(pk=row.pk).update(**struck)
