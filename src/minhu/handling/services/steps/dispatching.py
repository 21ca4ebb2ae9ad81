"""To the units: dispatch to a lead and assisting units, add one, recall, pass to the grid."""

from __future__ import annotations

from minhu.directory.policy import Action, decide
from minhu.directory.types import UnitInfo, UnitKind
from minhu.handling.domain.states import UNIT_CLOCKS
from minhu.handling.models import Assignment, Lesson
from minhu.handling.services import bulk
from minhu.handling.services.context import Context
from minhu.handling.services.outside import day_words, rules, units_by_id
from minhu.handling.services.steps.front import correct_elements
from minhu.handling.services.steps.registry import handles
from minhu.handling.services.supervision_ends import end_supervisions, end_whistles
from minhu.handling.types import AssignmentRole, AssignmentState, Step
from minhu.kernel.errors import Invalid, NotAllowed

HARD = "hard"


def assign(context: Context, unit: UnitInfo, role: AssignmentRole, *, clocks: bool = True) -> Assignment:
    """Give a unit its share, with clocks of its own."""
    data = context.data
    share = Assignment(
        order=context.order,
        unit_id=unit.id,
        role=role.value,
        hop=context.order.hops,
        dispatched_at=context.moment,
        dispatched_by=context.actor.id,
        note=data.text[:500],
    )
    bulk.insert([share])
    context.book.know([share])
    context.new_units.add(unit.id)
    context.assignments.append(share)
    if clocks:
        for kind in UNIT_CLOCKS:
            context.book.start(kind, share, unit=unit)
    return share


@handles(Step.DISPATCH)
def dispatch(context: Context) -> None:
    """One lead, any number of assisting units; a disputed order is given out by the arbitration desk only."""
    order, data = context.order, context.data
    if order.disputed and not decide(context.actor, Action.ARBITRATE, order.facts()):
        raise NotAllowed(
            f"此单已退回 {order.return_count} 次，进入争议裁决，请由督办岗裁决派单。", code="needs_arbitration"
        )
    correct_elements(context)
    lead_id = data.unit_id or 0
    # whoever makes a suggested assistant the lead means just that: it assists nobody any more
    assist = [unit_id for unit_id in dict.fromkeys(data.assist_unit_ids) if unit_id != lead_id]
    units = units_by_id([lead_id, *assist])
    order.catalogue_item_id = data.catalogue_item_id
    _choose_deadline(context)
    order.transfer_count += order.hops > 0
    order.hops += 1
    order.lead_unit_id = lead_id
    order.dispatched_at = context.moment
    order.signed_at = order.first_contact_at = None
    order.dispatch_basis, order.dispatch_confidence = data.basis[:500], data.confidence
    context.changes |= {"lead": lead_id, "assist": assist, "hop": order.hops}
    if order.disputed:
        context.changes["arbitrated"] = True
    order.disputed = False
    context.unit = units[lead_id]
    assign(context, units[lead_id], AssignmentRole.LEAD)
    for unit_id in assist:
        assign(context, units[unit_id], AssignmentRole.ASSIST)
    _learn(context, lead_id)
    _watch(context, lead_id)


def _learn(context: Context, lead_id: int) -> None:
    """A person gave a reason for another unit than the proposed one: kept for later advice."""
    order, data = context.order, context.data
    if data.suggested_unit_id in (None, lead_id) or not data.reason_code or context.actor.kind != "staff":
        return
    Lesson.objects.create(
        order=order, learnt_at=context.moment, request_type=order.request_type, category_id=order.category_id,
        area_id=order.area_id, catalogue_item_id=data.catalogue_item_id, wrong_unit_id=data.suggested_unit_id,
        right_unit_id=lead_id, reason_code=data.reason_code[:40], upheld=True, kind=Lesson.Kind.CORRECTION.value,
    )  # fmt: skip
    context.changes |= {"corrected_from": data.suggested_unit_id, "reason": data.reason_code}


def _choose_deadline(context: Context) -> None:
    """A hard case gets its longer deadline only from somebody who may grant extensions."""
    order, wanted = context.order, context.data.difficulty
    if not wanted and order.catalogue_item is not None:
        wanted = order.catalogue_item.deadline_key
        if wanted == HARD and context.actor.kind == "system":
            wanted = ""  # fifteen days are granted by a person, never by a rule
    if wanted == HARD and not decide(context.actor, Action.DECIDE_EXTENSION, order.facts()):
        raise NotAllowed("疑难事项的办理时限须经批准，请由有延期审批权的人员派单。", code="hard_needs_approval")
    keys = {line.deadline_key for line in rules.deadline_rules().lines}
    if wanted and wanted not in keys:
        raise Invalid(f"时限表里没有“{wanted}”这种时限。", fields={"difficulty": "请从列表中选择"})
    order.deadline_key = wanted


def _watch(context: Context, lead_id: int) -> None:
    """What the supervision rules look at when an order goes out."""
    order = context.order
    for trigger, holds in (
        ("sensitive", order.sensitive),
        ("group", order.group_matter),
        ("transferred", order.transfer_count > 0),
        ("reopened", order.reopen_count > 0),
    ):
        if holds:
            context.raised.append((trigger, lead_id))


@handles(Step.ADD_ASSIST)
def add_assist(context: Context) -> None:
    """One more unit for an order that is already out."""
    units = units_by_id(context.data.assist_unit_ids)
    held = {a.unit_id for a in context.assignments}
    if again := [unit.name for unit in units.values() if unit.id in held]:
        raise Invalid(f"“{'、'.join(again)}”已在承办此单。", fields={"assist_unit_ids": "请勿重复"})
    for unit in units.values():
        assign(context, unit, AssignmentRole.ASSIST)
    context.words["assist"] = "、".join(unit.label for unit in units.values())
    context.changes["assist"] = list(units)


@handles(Step.RECALL)
def recall(context: Context) -> None:
    """Take the order back before the lead has signed."""
    context.changes["recalled"] = [a.unit_id for a in context.assignments]
    context.drop_reviews("派单已撤回")
    context.end_all(AssignmentState.RECALLED)
    end_supervisions(context)
    end_whistles(context, "派单已撤回")
    context.order.lead_unit = None


@handles(Step.PASS_TO_GRID)
def pass_to_grid(context: Context) -> None:
    """The straight path (直通车): a grid worker goes and reports with a photo to the lead."""
    unit = units_by_id([context.data.unit_id or 0])[context.data.unit_id or 0]
    if unit.kind not in (UnitKind.GRID, UnitKind.COMMUNITY):
        raise Invalid(f"“{unit.name}”不是网格或社区，不能直办。", fields={"unit_id": "请选择网格"})
    if any(a.unit_id == unit.id for a in context.assignments):
        raise Invalid(f"“{unit.name}”已在办理此单。", fields={"unit_id": "请勿重复"})
    share = assign(context, unit, AssignmentRole.GRID)
    handle = context.book.find(UNIT_CLOCKS, share)
    context.changes |= {"grid": unit.id, "due": day_words(handle[-1].due_at)}
