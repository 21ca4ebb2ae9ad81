"""Dispatch as suggested: accepted where it was not yet, given out on the catalogue's word, advice settled."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from minhu.handling import queries as handling
from minhu.handling import services as handling_services
from minhu.handling.queries import board as queue
from minhu.handling.types import State, Step, StepData
from minhu.kernel.errors import Conflict, MinhuError, NotFound
from minhu.portals.desk import board
from minhu.portals.orders import settling


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one order."""

    number: str
    title: str
    ok: bool
    words: str


def line_of(number: str) -> board.Line:
    """One row of the board as it stands now; raises NotFound."""
    rows = queue.rows_by_number([number])
    if not rows:
        raise NotFound(_("没有找到这张工单，或者您无权查看。请核对编号。"), code="order_not_found")
    return board.lines(rows)[0]


def dispatch_as_suggested(number: str, version: int | None = None, unit_id: int | None = None) -> str:
    """Accept (when received) and dispatch to the suggested unit; returns the unit's name.

    ``unit_id`` is the unit the person saw: when the advice has changed since, nothing happens (Conflict). Everything
    or nothing: an order that cannot be dispatched is not accepted either.
    """
    one = line_of(number)
    target = one.target
    if one.recommended:
        raise Conflict(
            _("受理建议是“%(what)s”，请先确认受理意见再派单。") % {"what": one.recommended}, code="not_recommended"
        )
    if target is None:
        raise Conflict(one.no_target or _("没有派单建议，请另选单位。"), code="no_advice")
    if unit_id is not None and unit_id != target.unit_id:
        raise Conflict(
            _("派单建议刚刚变为“%(unit)s”，请看过后再派。") % {"unit": target.unit_name}, code="advice_changed"
        )
    data = StepData(
        unit_id=target.unit_id, assist_unit_ids=target.assist_ids, basis=target.why, confidence=target.confidence,
        catalogue_item_id=target.catalogue_item_id,
    )  # fmt: skip
    with transaction.atomic():
        give_out(number, data, version)
    return target.unit_name


def give_out(number: str, data: StepData, version: int | None = None) -> None:
    """Accept where needed, then dispatch, in one transaction of the caller; advice is settled with it."""
    before = handling.order_view(number)
    if before.state is State.RECEIVED:
        done = handling_services.take(number, Step.ACCEPT, StepData(), version=version, key=uuid.uuid4().hex)
        version = done.version
    handling_services.take(number, Step.DISPATCH, data, version=version, key=uuid.uuid4().hex)
    settling.settle(before, Step.DISPATCH, data)


def dispatch_many(chosen: list[tuple[str, int | None, int | None]]) -> list[Done]:
    """Each order by itself: one that fails says why and leaves the others alone. Items: number, version, unit."""
    found = []
    for number, version, unit_id in chosen:
        title = ""
        try:
            title = line_of(number).row.title
            unit = dispatch_as_suggested(number, version, unit_id)
        except MinhuError as error:
            found.append(Done(number, title, ok=False, words=error.message))
        else:
            found.append(Done(number, title, ok=True, words=_("已派至%(unit)s") % {"unit": unit}))
    return found
