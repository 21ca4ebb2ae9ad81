"""Automatic dispatch: only where a published rule allows this category at this confidence; off by default."""

from __future__ import annotations

from minhu.directory.access import as_system
from minhu.directory.queries.dispatch import resolve
from minhu.directory.types import Urgency
from minhu.handling.services.outside import category_path, rules
from minhu.handling.services.perform import take
from minhu.handling.types import Step, StepData
from minhu.intake.events import RequestReceived


def dispatch_by_rule(number: str, event: RequestReceived) -> bool:
    """Dispatch an accepted order (`number`) at once when the rules allow it; says whether it was.

    Never danger to life, sensitive or confidential matters, nor repeats: those wait for a person.
    """
    line = rules.automation().dispatch_line(category_path(event.category_id), event.category_confidence)
    delicate = event.sensitive or event.confidential or event.urgency == Urgency.DANGER.value
    if line is None or not event.auto_accept or delicate or event.repeat_of_request_id is not None:
        return False
    target = resolve(event.category_id, event.area_code, event.request_type)
    if target is None:
        return False
    data = StepData(
        unit_id=target.lead_unit_id,
        assist_unit_ids=target.assist_unit_ids,
        catalogue_item_id=target.catalogue_item_id,
        basis=f"自动派单（{line.category}，置信度 {event.category_confidence:.2f}）：{target.basis}",
        confidence=event.category_confidence,
    )
    with as_system():
        take(number, Step.DISPATCH, data, key="auto-dispatch")
    return True
