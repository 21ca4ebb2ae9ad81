"""What a step says about earlier advice: the recommendation is confirmed, suggestions are marked as taken or changed.

Every step that decides on intake also settles the recommendation, so that nobody has to press two buttons and the
share of right suggestions is measured from what people really did.
"""

from __future__ import annotations

from typing import Any, Final

from minhu.directory.queries import rules
from minhu.handling.types import OrderView, Step, StepData
from minhu.intake import queries as intake
from minhu.intake import services as intake_services
from minhu.intake.types import IntakeClass, Outcome, SuggestedField, SuggestionView
from minhu.kernel.errors import MinhuError

CLASS_OF_STEP: Final = {
    Step.ACCEPT: IntakeClass.ACCEPT,
    Step.DISPATCH: IntakeClass.ACCEPT,
    Step.ANSWER_DIRECTLY: IntakeClass.ACCEPT,
    Step.HAND_OVER: IntakeClass.EMERGENCY,
    Step.MERGE: IntakeClass.REPEATED,
    Step.JOIN: IntakeClass.REPEATED,
}
CLASS_OF_REASON: Final = {
    "legal_route": IntakeClass.LEGAL_ROUTE, "petition": IntakeClass.LEGAL_ROUTE,
    "secret_or_private": IntakeClass.SECRET_OR_PRIVATE, "elsewhere": IntakeClass.ELSEWHERE,
    "repeated": IntakeClass.REPEATED, "no_content": IntakeClass.NO_CONTENT, "malicious": IntakeClass.MALICIOUS,
}  # fmt: skip
STEP_OF_CLASS: Final = {
    IntakeClass.ACCEPT: Step.ACCEPT,
    IntakeClass.EMERGENCY: Step.HAND_OVER,
    IntakeClass.NO_CONTENT: Step.ASK_CONTENT,
    IntakeClass.REPEATED: Step.MERGE,
}
"""The step that follows a confirmed class; every other class is refused."""


def suggested(found: tuple[SuggestionView, ...]) -> dict[SuggestedField, SuggestionView]:
    """The latest suggestion of each field."""
    return {one.field: one for one in found}


def settle(before: OrderView, step: Step, data: StepData) -> None:
    """After a step on an order that stood as ``before``: settle recommendation and suggestions, as far as allowed."""
    kind = CLASS_OF_REASON.get(data.reason_code) if step is Step.REFUSE else CLASS_OF_STEP.get(step)
    decision = intake.decision_of(before.request_id)
    if kind is not None and decision is not None and decision.final is None:
        _quietly(intake_services.confirm_decision, before.request_id, kind, _reason_of(step, data))
    if step in (Step.ACCEPT, Step.DISPATCH, Step.CORRECT):
        for field, (outcome, final) in outcomes(before, step, data).items():
            _quietly(intake_services.record_outcome, before.request_id, field, outcome, final)


def _reason_of(step: Step, data: StepData) -> str:
    group = {Step.HAND_OVER: "hand_over", Step.REFUSE: "refuse", Step.MERGE: "merge"}.get(step)
    label = rules.reasons().label(group, data.reason_code) if group else ""
    return data.text or label


def _quietly(service: Any, *arguments: Any) -> None:
    """A step counts even when the advice about it was settled by somebody else or may not be settled by this person."""
    try:
        service(*arguments)
    except MinhuError:
        return


def outcomes(before: OrderView, step: Step, data: StepData) -> dict[SuggestedField, tuple[Outcome, Any]]:
    """For each pending suggestion: was the value in force after the step the suggested one?"""
    found = suggested(intake.suggestions_of(before.request_id))
    now_in_force: dict[SuggestedField, Any] = {
        SuggestedField.CATEGORY: data.category_id or before.category_id,
        SuggestedField.PLACE: data.area_code or before.area_code,
        SuggestedField.REQUEST_TYPE: data.request_type or before.request_type,
        SuggestedField.URGENCY: data.urgency or before.urgency,
    }
    if step is Step.DISPATCH:
        now_in_force[SuggestedField.UNIT] = data.unit_id
    settled = {}
    for field, value in now_in_force.items():
        one = found.get(field)
        if one is None or one.outcome is not Outcome.PENDING or value in (None, ""):
            continue
        same = value_of(one) == value
        settled[field] = (Outcome.ACCEPTED if same else Outcome.CHANGED, value)
    return settled


_INSIDE: Final = {
    SuggestedField.CATEGORY: "category_id", SuggestedField.PLACE: "area_code", SuggestedField.URGENCY: "level",
    SuggestedField.UNIT: "unit_id", SuggestedField.REPEAT: "number",
}  # fmt: skip


def value_of(one: SuggestionView) -> Any:
    """The plain value inside a suggestion: an id, a code, a number."""
    name = _INSIDE.get(one.field)
    return one.value.get(name) if name and isinstance(one.value, dict) else one.value
