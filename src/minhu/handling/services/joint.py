"""The joint decision (会商) on a matter of a new type: opened by the dispatcher, each unit asked says whose it is, the
arbitration desk decides.

Nobody decides alone what is his own: who opened a case, gave an opinion in it or belongs to the unit that gets it does
not decide it. The decision is a lesson for dispatch and an example for the category. Source: 'a dispute on
classification of a new type is settled by joint decision'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from minhu.directory.access import as_system, get_for, require
from minhu.directory.policy import Action, Facts
from minhu.directory.types import CategoryInfo
from minhu.handling.domain.states import OPEN_STATES
from minhu.handling.events import JointChanged
from minhu.handling.models import JointCase, JointOpinion, NewMatter, Order
from minhu.handling.services.joint_effects import Applied, apply
from minhu.handling.services.outside import category_info, units_by_id
from minhu.handling.types import JointState, OpinionKind, State
from minhu.kernel import masks
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from minhu.kernel.events import publish
from minhu.ledger import services as ledger

LEAST_WORDS: Final = 4
FEWEST_UNITS, MOST_UNITS, MOST_ORDERS = 2, 12, 200
LONGEST: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """What a dispatcher asks."""

    title: str
    question: str
    unit_ids: tuple[int, ...]
    due_at: datetime


@dataclass(frozen=True, slots=True)
class OpinionDraft:
    """What a unit says; ``right_unit_id`` where it is another's, ``category_id`` where the unit knows a category."""

    kind: OpinionKind
    text: str
    right_unit_id: int | None = None
    category_id: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is decided: the category (None: none fits), the unit that has the matter, and why.

    ``new_name`` under ``new_parent`` asks for a category, ``duty`` with ``basis`` for a line of the duty list.
    """

    unit_id: int
    reason: str
    category_id: int | None = None
    new_name: str = ""
    new_parent: str = ""
    duty: str = ""
    basis: str = ""


def open_case(draft: CaseDraft, numbers: Sequence[str]) -> int:
    """Ask units about orders marked as a new type; returns the case's id. Raises Invalid by field, NotFound, Conflict."""
    require(Action.DISPATCH)
    title, question = _checked(draft)
    with transaction.atomic():
        units = units_by_id(draft.unit_ids)
        moment = now()
        case = JointCase.objects.create(
            title=title, question=question, opened_at=moment, opened_by=current_actor().id, due_at=draft.due_at
        )
        added = _add(case, numbers)
        if not added:
            raise Invalid("请至少勾选一张工单。", code="no_orders", fields={"orders": "请勾选工单"})
        JointOpinion.objects.bulk_create([JointOpinion(case=case, unit_id=unit, asked_at=moment) for unit in units])
        told = {"orders": added, "units": sorted(units), "due": draft.due_at.isoformat()}
        ledger.append("joint.opened", ("joint", case.pk), told)
        publish(JointChanged(case.pk, tuple(units)))
    return case.pk


def add_orders(case_id: int, numbers: Sequence[str]) -> int:
    """More orders of the same new thing; returns how many came."""
    require(Action.DISPATCH)
    with transaction.atomic():
        case = _open(case_id)
        added = _add(case, numbers)
        ledger.append("joint.matters_added", ("joint", case.pk), {"orders": added})
    return len(added)


def withdraw(case_id: int, why: str) -> None:
    """End a case without a decision; its orders wait in the list of new types again."""
    require(Action.DISPATCH)
    words = _words(why, "reason", "撤销的原因", 1000)
    with transaction.atomic():
        case = _open(case_id)
        _end(case, JointState.WITHDRAWN, words)
        NewMatter.objects.filter(case=case).update(case=None)
        ledger.append("joint.withdrawn", ("joint", case.pk), {})


def give_opinion(case_id: int, unit_id: int, said: OpinionDraft) -> None:
    """One unit's opinion, by somebody of it; it may be changed until the decision. Raises Invalid by field."""
    require(Action.GIVE_OPINION, Facts(unit_ids=frozenset([unit_id])))
    words = _words(said.text, "text", "理由", 1000)
    if said.kind is OpinionKind.OTHERS and said.right_unit_id in (None, unit_id):
        raise Invalid("请写明应由哪个单位承担。", fields={"right_unit_id": "请选择其他单位"})
    with transaction.atomic():
        case = _open(case_id)
        row = JointOpinion.objects.select_for_update().filter(case_id=case_id, unit_id=unit_id).first()
        if row is None:
            raise NotFound("没有请贵单位会商这件事，请刷新页面。", code="not_asked")
        row.kind, row.text, row.given_at, row.given_by = said.kind.value, words, now(), current_actor().id
        row.right_unit_id = None
        if said.kind is OpinionKind.OTHERS:
            row.right_unit_id = next(iter(units_by_id([said.right_unit_id or 0])))
        row.category_id = _leaf(said.category_id).id if said.category_id else None
        row.save()
        ledger.append("joint.opinion", ("joint", case.pk), {"unit": unit_id, "kind": row.kind})
        publish(JointChanged(case.pk, (unit_id,)))


def decide(case_id: int, verdict: Verdict) -> Applied:
    """The arbitration desk decides; returns what became of the orders. Raises NotAllowed for who is a party to it."""
    require(Action.ARBITRATE)
    reason = _words(verdict.reason, "reason", "裁定理由", 1000)
    _check_proposal(verdict)
    with transaction.atomic():
        case = _open(case_id)
        unit = units_by_id([verdict.unit_id])[verdict.unit_id]
        _no_party(case, unit.id)
        category = _leaf(verdict.category_id) if verdict.category_id else None
        if category is None and not verdict.new_name.strip():
            raise Invalid(
                "请选定分类；都不合适时写明建议新增的分类。", fields={"category_id": "请选择分类或写明新分类"}
            )
        case.category_id, case.unit_id = category.id if category else None, unit.id
        _end(case, JointState.DECIDED, reason)
        told = {"unit": unit.id, "category": category.code if category else "", "late": case.late_at is not None}
        ledger.append("joint.decided", ("joint", case.pk), told)
        publish(JointChanged(case.pk, tuple(case.opinions.values_list("unit_id", flat=True))))
        return apply(case, verdict.new_name, verdict.new_parent, verdict.duty, verdict.basis)


def raise_late() -> int:
    """Loop: a case whose opinions are not all there in time is told once, to the desks and to the units that owe one."""
    count = 0
    with transaction.atomic(), as_system():
        late = JointCase.objects.select_for_update(skip_locked=True).filter(
            state=JointState.OPEN.value, due_at__lte=now(), late_at=None
        )
        for case in late.order_by("pk")[:50]:
            missing = sorted(case.opinions.filter(given_at=None).values_list("unit_id", flat=True))
            case.late_at = now()
            case.save(update_fields=["late_at"])
            ledger.append("joint.late", ("joint", case.pk), {"missing": missing})
            publish(JointChanged(case.pk, tuple(missing)))
            count += 1
    return count


def _add(case: JointCase, numbers: Sequence[str]) -> list[str]:
    if len(numbers) > MOST_ORDERS:
        raise Invalid(f"一次最多 {MOST_ORDERS} 件，请分几次。", code="too_many")
    for number in dict.fromkeys(numbers):
        order = get_for(Order.objects.all(), Action.DISPATCH, number=number)
        row = NewMatter.objects.select_for_update().filter(order=order, dropped_at=None).first()
        if row is None or State(order.state) not in OPEN_STATES:
            raise Conflict(f"{number} 没有新类型标记或已经结束，请刷新页面。", code="not_new")
        if row.case_id not in (None, case.pk):
            raise Conflict(f"{number} 已在另一个会商中。", code="in_joint_case")
        row.case = case
        row.save(update_fields=["case"])
        case.order_ids = sorted({*case.order_ids, order.pk})
    case.save(update_fields=["order_ids"])
    return list(dict.fromkeys(numbers))


def _open(case_id: int) -> JointCase:
    case = JointCase.objects.select_for_update(of=("self",)).filter(pk=case_id).first()
    if case is None:
        raise NotFound("没有这个会商，请刷新页面。", code="joint_not_found")
    if case.state != JointState.OPEN.value:
        raise Conflict("这个会商已经结束，请刷新页面。", code="joint_ended")
    return case


def _end(case: JointCase, state: JointState, reason: str) -> None:
    case.state, case.ended_at, case.ended_by, case.reason = state.value, now(), current_actor().id, reason
    case.save()


def _no_party(case: JointCase, unit_id: int) -> None:
    """Who asked, who answered and whose unit gets the matter does not decide it; and not before all have spoken."""
    actor = current_actor()
    if case.opened_by == actor.id or case.opinions.filter(given_by=actor.id).exists():
        raise NotAllowed("发起会商或在其中发表过意见的人不能裁定，请由其他督办员裁定。", code="own_case")
    if unit_id in actor.unit_ids:
        raise NotAllowed("不能把事项裁定给自己所在的单位，请由其他督办员裁定。", code="own_unit")
    waiting = case.opinions.filter(given_at=None).count()
    if waiting and case.due_at > now():
        raise Conflict(f"还有 {waiting} 个单位没有回复，期限未到，暂不能裁定。", code="opinions_wait")


def _leaf(category_id: int | None) -> CategoryInfo:
    found = category_info(category_id)
    if found is None or not found.is_leaf or not found.active:
        raise Invalid("没有这个分类，请从列表中选择末级分类。", fields={"category_id": "请从列表中选择"})
    return found


def _check_proposal(verdict: Verdict) -> None:
    wrong = {}
    if len(verdict.new_name.strip()) > 64 or "/" in verdict.new_name:
        wrong["new_name"] = "分类名称不超过 64 个字，不能含“/”。"
    if bool(verdict.duty.strip()) != bool(verdict.basis.strip()):
        wrong["basis" if verdict.duty.strip() else "duty"] = "职责和依据要一起写。"
    if len(verdict.duty) > 120 or len(verdict.basis) > 255:
        wrong["duty"] = "职责不超过 120 个字，依据不超过 255 个字。"
    if verdict.duty.strip() and not verdict.category_id:
        wrong["duty"] = "新增职责须对应现有分类；新分类发布后再登记职责。"
    if wrong:
        raise Invalid("裁定还不能保存，请按提示修改。", fields=wrong)


def _words(text: str, field: str, what: str, most: int) -> str:
    words = masks.free_text(text.strip())
    if not LEAST_WORDS <= len(words) <= most:
        message = f"请写明{what}（{LEAST_WORDS} 至 {most} 字）。"
        raise Invalid(message, code="words_needed", fields={field: message})
    return words


def _checked(draft: CaseDraft) -> tuple[str, str]:
    problems = {}
    title, question = masks.free_text(draft.title.strip()), masks.free_text(draft.question.strip())
    if not LEAST_WORDS <= len(title) <= 120:
        problems["title"] = "请写明是什么事（4 至 120 字）。"
    if not LEAST_WORDS <= len(question) <= 1000:
        problems["question"] = "请写明要各单位回答什么（4 至 1000 字）。"
    if not FEWEST_UNITS <= len(set(draft.unit_ids)) <= MOST_UNITS:
        problems["units"] = f"请选 {FEWEST_UNITS} 至 {MOST_UNITS} 个单位。"
    if not now() < draft.due_at <= now() + LONGEST:
        problems["due_at"] = "回复期限应当晚于现在，最长 60 天。"
    if problems:
        raise Invalid("会商还不能发起，请按提示修改。", fields=problems)
    return title, question


__all__ = [
    "Applied", "CaseDraft", "OpinionDraft", "Verdict", "add_orders", "decide", "give_opinion", "open_case", "raise_late",
    "withdraw",
]  # fmt: skip
