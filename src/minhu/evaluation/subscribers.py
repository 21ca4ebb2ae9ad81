"""What evaluation does when handling has news."""

from __future__ import annotations

from minhu.evaluation.models import Rating
from minhu.handling.events import ClosingUnanswered
from minhu.kernel.errors import Conflict
from minhu.kernel.events import subscribe


@subscribe(ClosingUnanswered)
def on_closing(event: ClosingUnanswered) -> None:
    """Whoever was reached and answered is never closed as unanswered: a person reads the answer and decides."""
    if Rating.objects.filter(order_id=event.order_id, round=event.round, reached=True).exists():
        raise Conflict("群众已作评价，请根据评价办结或重办。", code="answered")
