"""What evaluation does when handling has news."""

from __future__ import annotations

from django.db.models import Q

from minhu.evaluation.importing import keep_imported
from minhu.evaluation.models import Rating
from minhu.handling.events import ClosingUnanswered
from minhu.intake.events import RequestForgotten, RequestsImported
from minhu.kernel.errors import Conflict
from minhu.kernel.events import subscribe


@subscribe(ClosingUnanswered)
def on_closing(event: ClosingUnanswered) -> None:
    """Nothing is closed as unanswered when the requester answered, or when somebody whose order was merged into it
    says that it is not solved: a person reads the answer and decides.
    """
    own = Q(order_id=event.order_id, joint_with__isnull=True)
    unsolved = Q(joint_with_id=event.order_id, solved=False)
    if Rating.objects.filter(own | unsolved, round=event.round, reached=True).exists():
        raise Conflict("群众已作评价，请根据评价办结或重办。", code="answered")


@subscribe(RequestsImported)
def on_import(event: RequestsImported) -> None:
    """Citizens' answers of the past come in with the orders they are about."""
    keep_imported(event)


@subscribe(RequestForgotten)
def on_forgotten(event: RequestForgotten) -> None:
    """What was said with a rating loses whatever names a person."""
    for row in Rating.objects.filter(order__request_id=event.request_id).exclude(comment=""):
        Rating.objects.filter(pk=row.pk).update(comment=event.strike(row.comment))
