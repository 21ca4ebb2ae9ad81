"""One row of the board: the order, the suggested unit with its reason, and the keys that settle it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from minhu.directory.queries.advice import Advice as UnitAdvice
from minhu.directory.queries.advice import Candidate
from minhu.directory.queries.units import unit_info
from minhu.handling.queries import board, precedents
from minhu.handling.queries.lines import OrderRow
from minhu.handling.types import State, Step
from minhu.intake.queries import desk as intake
from minhu.intake.queries import openings
from minhu.intake.types import IntakeClass, SuggestedField
from minhu.portals.orders.settling import STEP_OF_CLASS
from minhu.portals.orders.words import amount_words, channel_word, type_word

S = State
READY: Final = frozenset({S.RECEIVED, S.TO_DISPATCH, S.REOPENED})
"""States from which one key leads to a unit."""
SHOWN: Final = 3
LEAST_SHOWN: Final = 0.05
"""Units offered beside a row, the proposed one first."""


@dataclass(frozen=True, slots=True)
class Act:
    """One key of a row. ``direct`` takes effect at once (and can be undone), else its form opens beside the list."""

    key: str
    label: str
    url: str
    direct: bool = False
    first: bool = False
    """What the intake table recommends instead of a dispatch; its form opens, nothing happens by one key."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom an upheld return, or catalogue, duties and like orders name, how sure, and why; ``options`` are the first three."""

    unit_id: int
    unit_name: str
    assist_ids: tuple[int, ...]
    assist_names: str
    confidence: float
    why: str
    catalogue_item_id: int | None
    difficulty: str
    options: tuple[Candidate, ...] = ()

    @property
    def others(self) -> str:
        """The next units with their shares, in words."""
        rest = [one for one in self.options if one.unit_id != self.unit_id and one.confidence >= LEAST_SHOWN]
        return "、".join(f"{one.unit_name} {one.confidence:.0%}" for one in rest)

    @property
    def level(self) -> str:
        """Style of the confidence: high, middle, low."""
        return "high" if self.confidence >= 0.85 else "middle" if self.confidence >= 0.6 else "low"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the board, ready to print."""

    row: OrderRow
    target: Target | None
    no_target: str
    category_label: str
    category_confidence: float | None
    type_word: str
    channel_word: str
    recommended: str
    """Words of the intake recommendation when it is not acceptance."""
    repeat_number: str
    repeat_why: str
    question: board.Question | None
    question_words: str
    acts: tuple[Act, ...]
    may_bulk: bool


def lines(rows: tuple[OrderRow, ...]) -> list[Line]:
    """Rows with their advice; a few reads for all of them together."""
    requests = [row.request_id for row in rows]
    advice, decisions = intake.suggestions_for(requests), intake.decisions_for(requests)
    right = board.last_right_units([row.id for row in rows if row.return_count])
    asked = board.questions([row.id for row in rows if row.state in (S.RETURN_REVIEW, S.EXTENSION_REVIEW)])
    units = units_for(rows)
    return [
        line(
            row,
            advice.get(row.request_id, {}),
            decisions.get(row.request_id),
            right.get(row.id),
            asked.get(row.id),
            said,
        )
        for row, said in zip(rows, units, strict=True)
    ]


def words_of(row: OrderRow) -> str:
    """The first words of a row's request, for matching."""
    return openings([row.request_id]).get(row.request_id, "")


def units_for(rows: Sequence[OrderRow]) -> list[UnitAdvice]:
    """Whose matter each row is, by catalogue, duties and like orders."""
    words = openings(row.request_id for row in rows)
    return precedents.advise(
        [
            precedents.Asked(
                row.id, row.request_id, row.category_id, row.area_code, row.request_type, words.get(row.request_id, "")
            )
            for row in rows
        ]
    )


def line(
    row: OrderRow,
    advice: dict[str, intake.Advice],
    decision: tuple[IntakeClass, str, bool] | None,
    right_unit: int | None,
    question: board.Question | None,
    units: UnitAdvice,
) -> Line:
    """One row with its advice."""
    target, why_not = target_of(row, advice, units, right_unit)
    category = advice.get(SuggestedField.CATEGORY.value)
    repeat = advice.get(SuggestedField.REPEAT.value)
    number = repeat.value.get("number", "") if repeat and isinstance(repeat.value, dict) else ""
    other = decision is not None and decision[0] is not IntakeClass.ACCEPT
    return Line(
        row=row,
        target=target,
        no_target=why_not,
        category_label=row.category_name or (category.label if category else ""),
        category_confidence=category.confidence if category else None,
        type_word=type_word(row.request_type),
        channel_word=channel_word(row.channel),
        recommended=decision[1] if decision and other and row.state is S.RECEIVED else "",
        repeat_number=number,
        repeat_why=repeat.basis if repeat else "",
        question=question,
        question_words=_question_words(question),
        acts=_acts(row, target, number, decision[0] if decision and other and row.state is S.RECEIVED else None),
        may_bulk=row.state in READY and target is not None and not (other and row.state is S.RECEIVED),
    )


def target_of(
    row: OrderRow, advice: dict[str, intake.Advice], units: UnitAdvice, right_unit: int | None = None
) -> tuple[Target | None, str]:
    """The unit for an order as it stands now, or in words why there is none.

    An upheld return comes first: somebody has decided whose matter it is. Then the books in force and like orders,
    which also count what was corrected since the words were first read.
    """
    options = units.candidates[:SHOWN]
    if right_unit is not None and (unit := unit_info(right_unit)) is not None and unit.active:
        why = _("退单审核已认定由该单位办理")
        return Target(unit.id, unit.name, (), "", 0.95, why, None, "", options), ""
    if units.best is None:
        return None, units.said.reason or _("没有单位的职责或先例适合这件事，请另选单位。")
    return _target(units.best, units, row, advice), ""


def _target(best: Candidate, units: UnitAdvice, row: OrderRow, advice: dict[str, intake.Advice]) -> Target:
    sure = [best.confidence]
    category, place = advice.get(SuggestedField.CATEGORY.value), advice.get(SuggestedField.PLACE.value)
    if category and isinstance(category.value, dict) and category.value.get("category_id") == row.category_id:
        sure.append(category.confidence)
    if place and isinstance(place.value, dict) and place.value.get("area_code") == row.area_code:
        sure.append(place.confidence)
    said = units.said.target
    by_catalogue = said is not None and said.lead_unit_id == best.unit_id
    pairs = zip(said.assist_unit_ids, said.assist_unit_names, strict=True) if said else ()
    assist = [(pk, name) for pk, name in pairs if pk != best.unit_id]
    return Target(
        best.unit_id, best.unit_name, tuple(pk for pk, _name in assist), "、".join(name for _pk, name in assist),
        round(min(sure), 3), best.words, said.catalogue_item_id if said and by_catalogue else None,
        said.deadline_key if said and by_catalogue else "", units.candidates[:SHOWN],
    )  # fmt: skip


def _question_words(question: board.Question | None) -> str:
    if question is None:
        return ""
    unit = unit_info(question.right_unit_id)
    asked = (
        _("应由%(unit)s办理") % {"unit": unit.label} if unit else amount_words(question.amount, question.duration_unit)
    )
    return "；".join(part for part in (question.reason.rstrip("。；，"), asked) if part)


def _acts(row: OrderRow, target: Target | None, repeat: str, other: IntakeClass | None) -> tuple[Act, ...]:
    def form(step: Step) -> str:
        return reverse("order_step", args=[row.number, step.value]) + "?suggested=1"

    if row.state in (S.RETURN_REVIEW, S.EXTENSION_REVIEW):
        yes, no = (
            (Step.APPROVE_RETURN, Step.REFUSE_RETURN)
            if row.state is S.RETURN_REVIEW
            else (Step.APPROVE_EXTENSION, Step.REFUSE_EXTENSION)
        )
        return (Act("1", _("同意"), form(yes)), Act("2", _("不同意"), form(no)))
    if row.state is S.INCOMPLETE:
        return (Act("1", _("受理"), form(Step.ACCEPT)), Act("2", _("不予受理"), form(Step.REFUSE)))
    found = []
    if other is not None:
        step = STEP_OF_CLASS.get(other, Step.REFUSE)
        words = {Step.HAND_OVER: _("转紧急"), Step.ASK_CONTENT: _("请群众补充"), Step.MERGE: _("并入已有工单")}
        found.append(Act("1", words.get(step, _("不予受理")), form(step), first=True))
    elif target:
        found.append(Act("1", _("按建议派单"), reverse("desk_dispatch", args=[row.number]), direct=True))
    found.append(Act("2", _("另选单位"), reverse("desk_choose", args=[row.number])))
    if row.state is not S.REOPENED:
        found.append(Act("3", _("直接答复"), form(Step.ANSWER_DIRECTLY)))
    if row.state is S.RECEIVED:
        found.append(Act("4", _("请群众补充"), form(Step.ASK_CONTENT)))
    if row.state is not S.REOPENED:
        found.append(Act("5", _("不予受理"), form(Step.REFUSE)))
        if not any(act.url == form(Step.HAND_OVER) for act in found):
            found.append(Act("6", _("转紧急"), form(Step.HAND_OVER)))
    if repeat:
        found.append(Act("7", _("并入 %(number)s") % {"number": repeat}, form(Step.MERGE)))
    return tuple(found)


def bulk_preview(numbers: list[str]) -> list[dict[str, Any]]:
    """What a bulk dispatch would do to each named order: the unit, or why nothing."""
    rows = board.rows_by_number(numbers)
    shown = []
    for one in lines(rows):
        why = one.no_target
        if one.row.state not in READY:
            why = _("工单现在是“%(state)s”，不能派单。") % {"state": one.row.state_label}
        elif one.recommended:
            why = _("受理建议是“%(what)s”，请单独处理。") % {"what": one.recommended}
        elif one.row.disputed:
            why = _("此单在争议裁决中，请由督办岗派单。")
        shown.append({"line": one, "why": why, "ready": not why and one.target is not None})
    return shown
