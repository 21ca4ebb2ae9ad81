"""Automatic dispatch: only where a published rule allows this category at this confidence; off by default.

Category and unit must both be as sure as the rule asks; like orders that went elsewhere keep an order at the desk.
"""

from __future__ import annotations

from minhu.directory.access import as_system
from minhu.directory.queries.rules import DispatchLine
from minhu.directory.types import Urgency
from minhu.handling.queries.precedents import Asked, advise_one
from minhu.handling.services.outside import category_path, rules
from minhu.handling.services.perform import take
from minhu.handling.types import Step, StepData
from minhu.intake.events import RequestReceived
from minhu.intake.queries import openings


def dispatch_by_rule(order_id: int, number: str, event: RequestReceived) -> bool:
    """Dispatch an accepted order (`number`) at once when the rules allow it; says whether it was.

    Never danger to life, sensitive or confidential matters, nor repeats: those wait for a person.
    """
    line = rules.automation().dispatch_line(category_path(event.category_id), event.category_confidence)
    delicate = event.sensitive or event.confidential or event.urgency == Urgency.DANGER.value
    if line is None or not event.auto_accept or delicate or event.repeat_of_request_id is not None:
        return False
    with as_system():
        data = _sure(order_id, event, line)
        if data is None:
            return False
        take(number, Step.DISPATCH, data, key="auto-dispatch")
    return True


def _sure(order_id: int, event: RequestReceived, line: DispatchLine) -> StepData | None:
    """What to dispatch, when the unit that the catalogue names is also who answers such matters, surely enough."""
    words = openings([event.request_id]).get(event.request_id, "")
    asked = Asked(order_id, event.request_id, event.category_id, event.area_code or "", event.request_type, words)
    said = advise_one(asked)
    target, best = said.said.target, said.best
    if target is None or best is None or best.unit_id != target.lead_unit_id or best.confidence < line.confidence:
        return None
    return StepData(
        unit_id=target.lead_unit_id,
        assist_unit_ids=target.assist_unit_ids,
        catalogue_item_id=target.catalogue_item_id,
        basis=f"自动派单（{line.category}，置信度 {event.category_confidence:.2f}）：{best.words}"[:500],
        confidence=min(event.category_confidence, best.confidence),
    )
