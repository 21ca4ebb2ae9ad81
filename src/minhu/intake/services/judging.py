"""What people make of suggestions and recommendations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from minhu.directory.access import elevated, require
from minhu.directory.policy import Action, decide
from minhu.intake import statements
from minhu.intake.domain.validation import checked_words
from minhu.intake.domain.words import clean_json
from minhu.intake.models import IntakeDecision, Suggestion
from minhu.intake.reading import visible_request
from minhu.intake.types import IntakeClass, Outcome, SuggestedField
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from minhu.ledger import services as ledger

_SHARE = """
UPDATE intake_request SET unit_ids = ARRAY(SELECT DISTINCT unnest(unit_ids || %s::bigint[]) ORDER BY 1)
WHERE id = %s AND NOT unit_ids @> %s::bigint[]
"""
_WITHHOLD = """
UPDATE intake_request SET unit_ids = ARRAY(SELECT unnest(unit_ids) EXCEPT SELECT unnest(%s::bigint[]) ORDER BY 1)
WHERE id = %s
"""


def record_outcome(
    request_id: int,
    field: SuggestedField | str,
    outcome: Outcome | str,
    final: Any = None,
    *,
    actor: Actor | None = None,
) -> int:
    """Note on the pending suggestions of `field` what became of them; return how many there were.

    `final` is the value in force afterwards. `automatic` is for rules; `accepted` and `changed` are for people
    who may decide on intake or dispatch. Raises NotFound, NotAllowed, Invalid.
    """
    who = actor or current_actor()
    if field not in set(SuggestedField) or outcome not in set(Outcome) - {Outcome.PENDING}:
        raise Invalid("不认识的建议项或处理结果。", fields={"field": str(field), "outcome": str(outcome)})
    with transaction.atomic():
        facts = visible_request(request_id, who).facts()
        if not decide(who, Action.DECIDE_INTAKE, facts):
            require(Action.DISPATCH, facts, who)
        rows = Suggestion.objects.filter(request_id=request_id, field=str(field), outcome=Outcome.PENDING.value)
        changed = rows.update(
            outcome=Outcome(outcome).value, final=clean_json(final), decided_by=who.id, decided_at=now()
        )
        if changed:
            payload = {"field": str(field), "outcome": str(Outcome(outcome))}
            ledger.append("suggestion.decided", ("request", request_id), payload)
    return changed


def confirm_decision(
    request_id: int, final_class: IntakeClass | str, reason: str = "", *, actor: Actor | None = None
) -> None:
    """A person confirms or changes the intake recommendation; the program itself may only confirm acceptance.

    Anything but acceptance needs a reason (2 to 500 characters). Raises NotFound, NotAllowed, Invalid, and
    Conflict when someone has decided differently before.
    """
    who = actor or current_actor()
    try:
        final = IntakeClass(final_class)
    except ValueError as error:
        raise Invalid("不认识的受理类别，请重新选择。", fields={"final_class": str(final_class)}) from error
    if final is not IntakeClass.ACCEPT:
        if who.kind != "staff":
            raise NotAllowed("不予受理、转办等决定必须由工作人员确认。", code="person_needed")
        reason = checked_words(reason, most=500)
    with transaction.atomic():
        require(Action.DECIDE_INTAKE, visible_request(request_id, who).facts(), who)
        row = IntakeDecision.objects.select_for_update().filter(request_id=request_id).last()
        if row is None:
            raise NotFound("这件诉求没有受理建议。", code="not_found")
        if row.final == final.value:
            return
        if row.final:
            raise Conflict("受理意见已由其他人员确认，请刷新后查看。", code="already_decided")
        row.final, row.final_reason = final.value, reason[:500]
        row.decided_by, row.decided_at = who.id, now()
        row.save(update_fields=["final", "final_reason", "decided_by", "decided_at"])
        payload = {"recommended": row.recommended, "final": row.final, "reason_code": row.reason_code}
        ledger.append("decision.confirmed", ("request", request_id), payload)


def share(request_id: int, unit_ids: Iterable[int]) -> None:
    """Let units read a request, as long as it is their matter; part of the caller's transaction (a dispatch, a whistle)."""
    units = sorted(set(unit_ids))
    if units:
        with transaction.atomic(), elevated("the unit that is given a matter may read it"):
            statements.run(_SHARE, (units, request_id, units))


def withhold(request_id: int, unit_ids: Iterable[int]) -> None:
    """Units whose matter it is not read the request no longer; part of the caller's transaction (an approved return)."""
    units = sorted(set(unit_ids))
    if units:
        with transaction.atomic(), elevated("a unit that returned a matter leaves it"):
            statements.run(_WITHHOLD, (units, request_id))
