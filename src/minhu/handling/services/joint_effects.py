"""What follows from a joint decision: its orders are corrected and given out, people's later advice learns from it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from minhu.directory.access import as_system, require
from minhu.directory.policy import Action
from minhu.directory.queries import duties as duty_lists
from minhu.directory.queries import versions
from minhu.directory.services import duties, taxonomy
from minhu.directory.services.taxonomy_edits import put_node
from minhu.handling.domain.states import BEFORE_DISPATCH
from minhu.handling.models import JointCase, Lesson, NewMatter, Order, TypeProposal
from minhu.handling.services.outside import category_info, units_by_id
from minhu.handling.services.perform import take
from minhu.handling.types import State, Step, StepData
from minhu.intake import services as intake
from minhu.intake.types import Outcome, SuggestedField
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, MinhuError, NotFound
from minhu.ledger import services as ledger

REASON = "joint_decision"
GIVEN_OUT = frozenset({State.TO_DISPATCH, State.REOPENED})


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of the orders of a decided case: numbers given out, corrected only, and left with the reason."""

    dispatched: tuple[str, ...]
    corrected: tuple[str, ...]
    left: tuple[tuple[str, str], ...]


def apply(case: JointCase, new_name: str = "", new_parent: str = "", duty: str = "", basis: str = "") -> Applied:
    """Carry a decision out, in its transaction: each order that waits goes to the unit, every one teaches."""
    _propose(case, new_name.strip(), new_parent, duty.strip(), basis.strip())
    dispatched, corrected, left = [], [], []
    for matter in NewMatter.objects.filter(case=case, dropped_at=None).select_related("order").order_by("order_id"):
        order = matter.order
        try:
            with transaction.atomic():
                if _carry_out(case, order):
                    dispatched.append(order.number)
                else:
                    corrected.append(order.number)
        except MinhuError as error:
            left.append((order.number, error.message))
        _teach(case, order)
    NewMatter.objects.filter(case=case, dropped_at=None).update(dropped_at=now(), dropped_by=current_actor().id)
    return Applied(tuple(dispatched), tuple(corrected), tuple(left))


def _carry_out(case: JointCase, order: Order) -> bool:
    """Whether the order went out to the unit; before acceptance only its category is put right."""
    words = f"会商“{case.title}”裁定：{case.reason}"[:500]
    if State(order.state) in GIVEN_OUT:
        data = StepData(unit_id=case.unit_id, category_id=case.category_id, basis="会商裁定", text=words)
        take(order.number, Step.DISPATCH, data)
        return True
    if State(order.state) not in BEFORE_DISPATCH:
        raise Conflict("工单已在办理或已结束，裁定只作以后派单的依据。", code="already_out")
    if case.category_id not in (None, order.category_id):
        with as_system():  # the desk that decides does not decide on intake: the program corrects in its name
            take(order.number, Step.CORRECT, StepData(category_id=case.category_id, text=words))
    return False


def _teach(case: JointCase, order: Order) -> None:
    """A lesson for dispatch advice; the decided category is an example that models learn from."""
    order.refresh_from_db()
    Lesson.objects.create(
        order=order, learnt_at=now(), request_type=order.request_type, category_id=case.category_id or order.category_id,
        area_id=order.area_id, wrong_unit_id=None, right_unit_id=case.unit_id, reason_code=REASON, upheld=True,
        arbitrated=True, kind=Lesson.Kind.JOINT.value,
    )  # fmt: skip
    if case.category_id:
        intake.record_outcome(order.request_id, SuggestedField.CATEGORY, Outcome.CHANGED, case.category_id)


def _propose(case: JointCase, name: str, parent: str, duty: str, basis: str) -> None:
    who, moment = current_actor().id, now()
    if name:
        TypeProposal.objects.create(
            case_id=case.pk, name=name, parent_code=parent, unit_id=case.unit_id, made_at=moment, made_by=who
        )
    if duty:
        category = category_info(case.category_id)
        TypeProposal.objects.create(
            case_id=case.pk, name="", duty=duty, basis=basis, unit_id=case.unit_id,
            category_code=category.code if category else "", made_at=moment, made_by=who,
        )  # fmt: skip


def take_proposal(proposal_id: int, code: str = "") -> str:
    """Put what a joint decision asked for into a draft of the category tree (under ``code``) or of the duty list.

    Returns the address part of the draft. Raises Invalid or Conflict as editing does.
    """
    require(Action.MANAGE_RULES)
    with transaction.atomic():
        row = _waiting(proposal_id)
        where = _into_tree(row, code) if row.name else _into_duties(row)
        _settle(row, taken=True)
    return where


def lay_aside(proposal_id: int) -> None:
    """Settle a proposal without a draft."""
    require(Action.MANAGE_RULES)
    with transaction.atomic():
        _settle(_waiting(proposal_id), taken=False)


def _into_tree(row: TypeProposal, code: str) -> str:
    draft = next((one.id for one in versions.taxonomy_versions() if one.is_draft), None)
    draft = draft or taxonomy.draft(f"会商建议：{row.name}").pk
    put_node(draft, {"code": code, "name": row.name, "parent": row.parent_code or None, "keywords": [], "active": True})
    return f"categories/{draft}"


def _into_duties(row: TypeProposal) -> str:
    current = next((one for one in versions.duty_versions() if one.in_force), None)
    lines = [duties.as_row(line) for line in duty_lists.lines_of(current.id)] if current else []
    unit = units_by_id([row.unit_id or 0])[row.unit_id or 0]
    new = {"unit": unit.code, "category": row.category_code, "duty": row.duty, "basis": row.basis, "words": []}
    return f"duties/{duties.draft_from([*lines, new], f'会商建议：{row.duty}').pk}"


def _waiting(proposal_id: int) -> TypeProposal:
    row = TypeProposal.objects.select_for_update(of=("self",)).filter(pk=proposal_id).first()
    if row is None:
        raise NotFound("没有这条会商建议，请刷新页面。", code="proposal_not_found")
    if row.settled_at is not None:
        raise Conflict("这条会商建议已经处理，请刷新页面。", code="proposal_settled")
    return row


def _settle(row: TypeProposal, *, taken: bool) -> None:
    row.settled_at, row.settled_by, row.taken = now(), current_actor().id, taken
    row.save(update_fields=["settled_at", "settled_by", "taken"])
    ledger.append("joint.proposal_settled", ("joint", row.case_id), {"proposal": row.pk, "taken": taken})
