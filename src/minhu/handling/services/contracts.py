"""The contracts that know orders: evidence is sealed when an order ends, supervision warnings follow what happened.

Each rule looks at one event of the ledger and at the history up to it, never at what came later, and says what to
enter. Warnings also become rows for the supervision desk, once for each cause.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q

from minhu.handling.domain.warnings import COPIED_FROM, MISSED, Warned, circle, comparable
from minhu.handling.events import LightChanged
from minhu.handling.models import (
    Assignment,
    Attendance,
    Clock,
    ContractWarning,
    Order,
    OrderStep,
    ReplyMark,
    Supervision,
)
from minhu.handling.services import bulk
from minhu.handling.services.outside import day_words, ledger_append, unit_label
from minhu.handling.services.self_fed import self_fed
from minhu.handling.types import AssignmentRole, ClockKind, Light, Step
from minhu.kernel.actors import SYSTEM
from minhu.kernel.clock import now
from minhu.kernel.events import subscribe
from minhu.language.likeness import fingerprint, similarity
from minhu.ledger import services as ledger
from minhu.ledger.services import Result
from minhu.ledger.types import EntryView

ENDS: Final = ("close", "close_along", "answer_directly", "refuse", "withdraw", "hand_over", "transfer", "archive")
LAPSING: Final = (Warned.DEADLINE.value, Warned.NO_CONTACT.value)
LAPSED: Final = "工单已归档，此前无人处置，按规则了结。"
CANDIDATES: Final = 30
COMPARED_FOR: Final = timedelta(days=400)


@subscribe(LightChanged)
def on_light(event: LightChanged) -> None:
    """A clock of an office has run out: that is an event of its own, so that contracts can follow it."""
    if event.light == Light.RED.value and event.kind in MISSED:
        ledger_append("order.clock_missed", event.number, {"clock": event.clock_id, "kind": event.kind})


@ledger.contract(
    "evidence", "存证合约", "工单了结时，把它的全部记录固定成一个摘要写入账本，此后少一条都能查出",
    [f"order.{step}" for step in ENDS],
)  # fmt: skip
def seal_evidence(entry: EntryView) -> Iterator[Result]:
    """When an order ends, enter a digest of all entries about it: a certificate cannot leave one out."""
    order = _order_of(entry)
    if order is None or entry.position is None:
        return
    subjects = subjects_of(order)
    sealed = ledger.seal(subjects, entry.position)
    payload = {"entries": sealed.entries, "upto": sealed.upto, "digest": sealed.digest}
    yield "evidence.sealed", ("order", order.number), payload


@ledger.contract(
    "supervision", "监督预警合约", "超时、循环转办、未联系即办结、答复雷同、疑似自派自办，发生后自动预警并送督办台",
    ["order.clock_missed", "order.dispatch", "order.close", "order.reply", "order.archive"],
)  # fmt: skip
def warn(entry: EntryView) -> Iterator[Result]:
    """Warn the supervision desk of what the event shows; when an order is archived, what can only be noted is."""
    order = _order_of(entry)
    if order is None or order.imported or entry.position is None:
        return
    if entry.kind == "order.archive":
        yield from _lapse(order, entry)
        return
    if entry.kind == "order.clock_missed":
        found = [_missed(order, entry)]
    else:
        steps = bulk.read(OrderStep, "WHERE id = %s AND order_id = %s", (_whole(entry, "step"), order.pk))
        step = steps[0] if steps else None
        found = [check(order, step) for check in CHECKS[entry.kind]] if step else []
    for one in found:
        if one is not None:
            yield from _raise(order, entry, entry.position, one)


def _raise(order: Order, entry: EntryView, position: int, found: dict[str, Any]) -> Iterator[Result]:
    """Keep a warning once for its cause, and enter it when it is new."""
    made, new = ContractWarning.objects.get_or_create(
        order=order,
        cause=found.pop("cause"),
        defaults={"position": position, "at": entry.occurred_at, "raised_at": now(), **found},
    )
    if new:
        payload: dict[str, Any] = {"warned": made.warned, "warning": made.pk, "unit": made.unit_id}
        if made.other:
            payload |= {"other": made.other.number, "similarity": round(made.similarity or 0, 3)}
        yield "warning.raised", ("order", order.number), payload


def _lapse(order: Order, entry: EntryView) -> Iterator[Result]:
    """Settle by rule what nobody settled until the archive: nothing about the order can be mended any more."""
    lapsing = {"order": order, "warned__in": LAPSING, "settled_at": None, "at__lte": entry.occurred_at}
    for row in ContractWarning.objects.select_for_update().filter(**lapsing).order_by("id"):
        row.settled_at, row.settled_by, row.settled_note = now(), SYSTEM.name, LAPSED
        row.save(update_fields=["settled_at", "settled_by", "settled_note"])
        yield "warning.settled", ("order", order.number), {"warning": row.pk, "warned": row.warned, "by_rule": True}


def subjects_of(order: Order) -> list[tuple[str, str | int]]:
    """Under which subjects the ledger tells of an order: itself and its request."""
    return [("order", order.number), ("request", order.request_id)]


def _order_of(entry: EntryView) -> Order | None:
    if entry.subject_type != "order":
        return None
    return next(iter(bulk.read(Order, "WHERE number = %s", (entry.subject_id,))), None)


def _whole(entry: EntryView, name: str) -> int:
    value = entry.payload.get(name)
    return value if isinstance(value, int) else 0


def _missed(order: Order, entry: EntryView) -> dict[str, Any] | None:
    clock = Clock.objects.select_related("assignment").filter(order=order, pk=_whole(entry, "clock")).first()
    if clock is None:
        return None
    unit = clock.assignment.unit_id if clock.assignment else _asked_unit(clock)
    detail = f"{clock.subject}时限 {day_words(clock.due_at)} 已过"
    # an extended clock may run out again: that is another cause
    cause = f"deadline:{clock.pk}:{clock.due_at:%Y%m%d%H%M%S}"
    return {"warned": Warned.DEADLINE.value, "cause": cause, "unit_id": unit, "detail": detail}


def _asked_unit(clock: Clock) -> int | None:
    """The unit that owes a receipt or has to come."""
    if clock.kind == ClockKind.SUPERVISION.value:
        return Supervision.objects.filter(pk=clock.subject_id or 0).values_list("unit_id", flat=True).first()
    if clock.kind == ClockKind.WHISTLE.value:
        return Attendance.objects.filter(pk=clock.subject_id or 0).values_list("unit_id", flat=True).first()
    return None


def _circular(order: Order, step: OrderStep) -> dict[str, Any] | None:
    round_trip = circle([share.unit_id for share in _leads(order, step)])
    if not round_trip:
        return None
    detail = "转办又回到原单位：" + " → ".join(unit_label(unit) for unit in round_trip)
    return {
        "warned": Warned.CIRCULAR.value, "cause": f"circular:{step.pk}", "unit_id": round_trip[-1],
        "detail": detail[:300],
    }  # fmt: skip


def _no_contact(order: Order, step: OrderStep) -> dict[str, Any] | None:
    leads = _leads(order, step)
    if not leads or any(share.first_contact_at and share.first_contact_at <= step.at for share in leads):
        return None
    detail = f"{unit_label(leads[-1].unit_id)}没有联系群众的记录，工单已办结"
    return {
        "warned": Warned.NO_CONTACT.value, "cause": f"no_contact:{step.pk}", "unit_id": leads[-1].unit_id,
        "detail": detail,
    }  # fmt: skip


def _copied(order: Order, step: OrderStep) -> dict[str, Any] | None:
    written = [share.reply for share in _leads(order, step) if share.reply]
    reply = comparable(written[-1]) if written else ""
    if not reply:
        return None
    bands = list(fingerprint(reply).bands)
    ReplyMark.objects.get_or_create(order=order, step=step.pk, defaults={"at": step.at, "bands": bands})
    best, other = 0.0, None
    for candidate, text in _replies_like(order, step, bands):
        score = 1.0 if text == reply else similarity(reply, text).score
        if score > best:
            best, other = score, candidate
    if other is None or best < COPIED_FROM:
        return None
    return {
        "warned": Warned.COPIED.value, "cause": f"copied:{step.pk}", "unit_id": step.unit_id, "other": other,
        "similarity": best, "detail": f"答复与工单 {other.number} 的答复相似度 {best:.0%}",
    }  # fmt: skip


def _replies_like(order: Order, step: OrderStep, bands: list[int]) -> Iterator[tuple[Order, str]]:
    """Earlier replies to other matters that share a band; repeats of the same matter may well be answered alike.

    Earlier by when it was given, not by when it was entered: a demonstration enters the last days first.
    """
    before = Q(at__lt=step.at) | Q(at=step.at, step__lt=step.pk)
    marks = (
        ReplyMark.objects.filter(before, bands__overlap=bands, at__gte=step.at - COMPARED_FOR)
        .exclude(order__in=_same_matter(order)).select_related("order").order_by("-at", "-step")
    )  # fmt: skip
    found = {mark.order_id: mark.order for mark in marks[:CANDIDATES]}
    shares = Assignment.objects.filter(order__in=found, role=AssignmentRole.LEAD.value).exclude(reply="")
    shares = shares.exclude(replied_at__gt=step.at)  # written anew since
    for share in shares.order_by("-hop", "-id"):
        if text := comparable(share.reply):
            yield found[share.order_id], text


def _same_matter(order: Order) -> list[int]:
    """The order itself, what it repeats, what repeats it, and what it is merged with."""
    roots = {pk for pk in (order.pk, order.repeat_of_id, order.merged_into_id) if pk}
    near = Order.objects.filter(Q(pk__in=roots) | Q(repeat_of__in=roots) | Q(merged_into__in=roots))
    return list(near.values_list("pk", flat=True))


def _leads(order: Order, step: OrderStep) -> list[Assignment]:
    """The lead shares of the round that `step` belongs to, as far as it, in the order of the transfers."""
    since = _round_began(order, step) if order.reopen_count else None
    where = "WHERE order_id = %s AND role = %s AND dispatched_at <= %s ORDER BY hop, id"
    rows = bulk.read(Assignment, where, (order.pk, AssignmentRole.LEAD.value, step.at))
    return [share for share in rows if since is None or share.dispatched_at >= since]


def _round_began(order: Order, step: OrderStep) -> datetime | None:
    rows = OrderStep.objects.filter(order=order, step=Step.REOPEN.value, pk__lt=step.pk)
    return rows.order_by("-pk").values_list("at", flat=True).first()


CHECKS: Final = {
    "order.dispatch": (_circular,), "order.close": (_no_contact, self_fed), "order.reply": (_copied,),
}  # fmt: skip
__all__ = ["on_light", "seal_evidence", "subjects_of", "warn"]
