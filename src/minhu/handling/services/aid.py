"""Possible social assistance: suggested by words, confirmed by a person, shared by consent, answered by civil affairs.

Nothing leaves by itself. Without the citizen's consent nothing is shared, except where the order is a danger to life, with
the reason written down. What is shared is a sealed copy of five fields; each reading of it and each step is logged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from django.db import transaction

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action
from minhu.directory.queries.areas import area_info
from minhu.directory.types import AreaLevel
from minhu.handling.domain.aid import FIELDS, OPEN, THERE, AidBasis, AidOutcome, AidState
from minhu.handling.models import AidCase, Order
from minhu.handling.queries import aid as queries
from minhu.handling.queries.rows import visible_orders
from minhu.intake.queries import reveal
from minhu.intake.types import PersonalField
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.language.hardship import MAKER, Hardship, unpacked
from minhu.language.personal import mask_personal
from minhu.ledger import services as ledger

WHY: Final = "a case of assistance stands beside its order; its unit has no part in the order"
PURPOSE: Final = "社会救助"
_LEAST_REASON: Final = 5
_MOST_REASON: Final = 200
_MOST_ANSWER: Final = 500


def suggest(order_id: int, signs: str) -> None:
    """Note that an order's words tell of hardship; part of the transaction that opens it. It does nothing else."""
    if not signs:
        return
    with elevated(WHY):
        row, new = AidCase.objects.get_or_create(
            order_id=order_id, defaults={"signs": signs, "maker": MAKER, "made_at": now()}
        )
        if new:
            kinds = sorted({kind.value for kind, _start, _end in unpacked(row.signs)})
            ledger.append("aid.suggested", ("aid", row.pk), {"kinds": kinds})


def mark(number: str, kinds: Iterable[str]) -> None:
    """An agent heard what the words do not say. Raises Invalid for no such kind, Conflict where there is a case already."""
    wanted = [one for one in dict.fromkeys(kinds) if one in set(Hardship)]
    if not wanted:
        raise Invalid("请选择是哪一种困难。", fields={"kinds": "请至少选择一种"})
    with _order(number) as order:
        if AidCase.objects.filter(order=order).exists():
            raise Conflict("这件诉求已有救助线索。", code="aid_known")
        signs = ",".join(f"{one}:0:0" for one in wanted)
        row = AidCase.objects.create(order=order, signs=signs, maker=current_actor().id[:64], made_at=now())
        ledger.append("aid.marked", ("aid", row.pk), {"kinds": sorted(wanted)})


def dismiss(number: str, why: str) -> None:
    """It is no matter of assistance: by a person, who says why."""
    reason = _reason(why)
    with _case(number) as (row, _order_row):
        _must(row, OPEN)
        row.state, row.why = AidState.DISMISSED.value, mask_personal(reason)
        row.save()
        ledger.append("aid.dismissed", ("aid", row.pk), {"kinds": _kinds(row)})


def refuse(number: str) -> None:
    """The citizen was asked and said no: nothing is shared; he may think otherwise later."""
    with _case(number) as (row, _order_row):
        _must(row, OPEN)
        row.state = AidState.REFUSED.value
        _asked(row, agreed=False)
        row.save()


def share(number: str, unit_id: int, basis: AidBasis, *, read_out: bool = False, why: str = "") -> None:
    """Give the needed fields to a unit of civil affairs.

    ``read_out``: the words of consent were read to the citizen, who said yes. Raises Invalid without consent (or, in danger
    to life, without a reason), for a unit that the catalogue does not name; Conflict where it is shared already.
    """
    with _case(number) as (row, order):
        _must(row, OPEN)
        if unit_id not in queries.units_for(order):
            raise Invalid("派单目录中没有这个单位承办社会救助。", fields={"unit": "请从列表中选择"})
        if basis is AidBasis.CONSENT:
            if not read_out:
                raise Invalid("请先读出说明，征得群众同意。没有同意不能转。", fields={"agreed": "请先征得同意"})
            _asked(row, agreed=True)
        else:
            if order.urgency != "danger":
                raise Invalid("只有危及生命的诉求可以先转后告知，其他须征得群众同意。", fields={"basis": "须征得同意"})
            row.why = mask_personal(_reason(why))
        told = _fields(order, row)
        row.state, row.basis, row.unit_id = AidState.SHARED.value, basis.value, unit_id
        row.shared, row.shared_at = json.dumps(told, ensure_ascii=False), now()
        row.save()
        shared = [name for name in FIELDS if told.get(name)]
        ledger.append("aid.shared", ("aid", row.pk), {"unit": unit_id, "basis": basis.value, "fields": shared})


def withdraw(number: str) -> None:
    """The citizen takes his consent back: what was shared is gone from the unit's list, that it was shared stays."""
    with _case(number) as (row, _order_row):
        _must(row, THERE)
        row.state, row.shared = AidState.WITHDRAWN.value, ""
        row.save()
        ledger.append("aid.withdrawn", ("aid", row.pk), {"unit": row.unit_id})


def open_case(uid: UUID) -> queries.AidShared:
    """What was shared, for somebody of its unit; the opening is entered in the log of readings."""
    with transaction.atomic():
        row = queries.case_of_unit(uid)
        told = queries.shown(row)
        with elevated(WHY):
            request_id = Order.objects.values_list("request_id", flat=True).get(pk=row.order_id)
        ledger.record_access(("request", request_id), PURPOSE, ["name", "phone", "words"])
        return told


def receive(uid: UUID) -> None:
    """The unit has it: the receipt stands on the order. Once."""
    with _of_unit(uid) as row:
        if row.state != AidState.SHARED.value:
            return
        row.state, row.received_at, row.received_by = AidState.RECEIVED.value, now(), current_actor().id
        row.save()
        ledger.append("aid.received", ("aid", row.pk), {"unit": row.unit_id})


def answer(uid: UUID, outcome: AidOutcome, text: str = "") -> None:
    """What came of it, in a word and a few of their own; stands on the order for who decided there."""
    words = " ".join(text.split())
    if len(words) > _MOST_ANSWER:
        raise Invalid(f"请用 {_MOST_ANSWER} 个字以内说明。", fields={"text": "内容过长"})
    with _of_unit(uid) as row:
        moment = now()
        row.received_at, row.received_by = row.received_at or moment, row.received_by or current_actor().id
        row.state, row.outcome, row.answer, row.answered_at = AidState.ANSWERED.value, outcome.value, words, moment
        row.save()
        ledger.append("aid.answered", ("aid", row.pk), {"unit": row.unit_id, "outcome": outcome.value})


def forget(orders: Iterable[int]) -> None:
    """Strike what was said and shared of a person; states and times stay."""
    with elevated(WHY):
        for row in AidCase.objects.filter(order_id__in=list(orders)):
            row.why = row.shared = row.answer = ""
            row.signs = ",".join(f"{kind.value}:0:0" for kind, _start, _end in unpacked(row.signs))
            row.save()


# -- below ----------------------------------------------------------------------------------------------------------


def _fields(order: Order, row: AidCase) -> dict[str, object]:
    """The only things that go over. Name and number are read in clear, and logged, by who shares them."""
    area = area_info(order.area_id)
    if area is not None and area.level > AreaLevel.COMMUNITY:
        area = area_info(area.path[AreaLevel.COMMUNITY - 1]) or area
    signs = queries.quoted(row.signs, str(order.request.text))
    return {
        "name": reveal(order.request_id, PersonalField.NAME, PURPOSE),
        "phone": reveal(order.request_id, PersonalField.PHONE, PURPOSE),
        "area": area.full_name if area else "",
        "signs": [one.kind.value for one in signs],
        "words": [one.words for one in signs if one.words],
    }


def _asked(row: AidCase, *, agreed: bool) -> None:
    row.asked_at, row.asked_by = now(), current_actor().id[:64]
    ledger.append("aid.consent", ("aid", row.pk), {"agreed": agreed})


def _kinds(row: AidCase) -> list[str]:
    return sorted({kind.value for kind, _start, _end in unpacked(row.signs)})


def _must(row: AidCase, states: frozenset[AidState]) -> None:
    if AidState(row.state) not in states:
        raise Conflict("这条救助线索的状态已经改变，请刷新页面。", code="aid_moved")


def _reason(why: str) -> str:
    words = " ".join(why.split())
    if not _LEAST_REASON <= len(words) <= _MOST_REASON:
        raise Invalid(f"请写明理由，{_LEAST_REASON} 至 {_MOST_REASON} 个字。", fields={"why": "请写明理由"})
    return words


@contextmanager
def _order(number: str) -> Iterator[Order]:
    """The order, held, for somebody who decides at intake and sees it; raises NotFound, NotAllowed."""
    require(Action.DECIDE_INTAKE)
    with transaction.atomic():
        found = visible_orders().filter(number=number).values_list("pk", flat=True).first()
        if found is None:
            raise NotFound("没有这件工单，或者您无权查看。", code="not_found")
        order = Order.objects.select_for_update(of=("self",)).select_related("request").get(pk=found)
        require(Action.DECIDE_INTAKE, order.facts())
        with elevated(WHY):
            yield order


@contextmanager
def _case(number: str) -> Iterator[tuple[AidCase, Order]]:
    with _order(number) as order:
        row = AidCase.objects.select_for_update().filter(order=order).first()
        if row is None:
            raise NotFound("这件诉求没有救助线索。", code="no_such_aid")
        yield row, order


@contextmanager
def _of_unit(uid: UUID) -> Iterator[AidCase]:
    """A case of the current actor's unit, held."""
    with transaction.atomic():
        found = queries.case_of_unit(uid)
        with elevated(WHY):
            yield AidCase.objects.select_for_update().get(pk=found.pk)
