"""What the dispatcher's board and the agent's form read of many requests at once, or of words not yet stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import transaction

from minhu.directory.access import elevated, require, visible_to
from minhu.directory.policy import Action
from minhu.engines import lookup, prepared
from minhu.intake.domain.sight import Standing, Where
from minhu.intake.domain.words import clean
from minhu.intake.models import IntakeDecision, Request, Suggestion
from minhu.intake.queries.cards import personal_value, standing_of
from minhu.intake.repeats import MANY, Repeat, find_repeats, searching
from minhu.intake.types import MAX_TEXT, MIN_TEXT, IntakeClass, NewRequest, PersonalField, SuggestedField
from minhu.intake.understanding import understand
from minhu.kernel.actors import Actor, current_actor
from minhu.kernel.clock import now

HIDDEN = "（保密）"


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing suggested: value and label, how sure, and why."""

    field: SuggestedField
    value: object
    label: str
    confidence: float
    basis: str
    maker: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What the platform makes of words that an agent is still typing; nothing of it is stored."""

    title: str
    advice: dict[str, Advice]
    danger: bool
    recommended: IntakeClass
    recommended_label: str
    basis: str
    wording: str
    confidence: float
    repeats: tuple[Repeat, ...]
    """Earlier requests that are or may be the same matter, the likest first."""
    request_type: str
    category_id: int | None
    area_code: str


def suggestions_for(request_ids: Iterable[int], actor: Actor | None = None) -> dict[int, dict[str, Advice]]:
    """The latest suggestion of each field for many requests: request id → field → advice."""
    rows = visible_to(
        Suggestion.objects.filter(request_id__in=list(request_ids)), actor, units_field="request__unit_ids"
    )
    found: dict[int, dict[str, Advice]] = defaultdict(dict)
    for row in rows.order_by("id"):
        found[row.request_id][row.field] = Advice(
            SuggestedField(row.field), row.value, row.label, row.confidence, row.basis, row.maker
        )
    return dict(found)


def decisions_for(request_ids: Iterable[int], actor: Actor | None = None) -> dict[int, tuple[IntakeClass, str, bool]]:
    """The intake recommendation of many requests: class, its words, whether a person confirmed one."""
    rows = visible_to(
        IntakeDecision.objects.filter(request_id__in=list(request_ids)), actor, units_field="request__unit_ids"
    )
    found = {}
    for row in rows.order_by("id"):
        kind = IntakeClass(row.final or row.recommended)
        found[row.request_id] = (kind, kind.label, bool(row.final))
    return found


def people_for(
    request_ids: Iterable[int], actor: Actor | None = None, where: Where = Where.EXPORT
) -> dict[int, tuple[str, str]]:
    """Name and telephone of many requesters as lists and files show them; units read no confidential ones."""
    who = actor or current_actor()
    rows = visible_to(Request.objects.filter(pk__in=list(request_ids)), who, request_field="id")
    found = {}
    for row in rows.only("uid", "requester_name", "requester_phone", "confidential", "unit_ids"):
        if standing_of(row, who) is Standing.UNIT_CONFIDENTIAL:
            found[row.pk] = (HIDDEN, HIDDEN)
        else:
            name, phone = (
                personal_value(row, field, who, where) for field in (PersonalField.NAME, PersonalField.PHONE)
            )
            found[row.pk] = (name, phone)
    return found


def preview(new: NewRequest) -> Preview | None:
    """Understand words that are still being typed; None while they are too few. For people who may submit.

    Raises NotAllowed. Reads earlier requests only to say which number they repeat and why.
    """
    require(Action.DECIDE_INTAKE)
    text = clean(new.text)[:MAX_TEXT]
    if len(text) < MIN_TEXT:
        return None
    new = replace(new, text=text)
    read_as = understand(new)
    phones = lookup.indexes(new.requester_phone, "phone") if new.requester_phone else []
    with transaction.atomic(), elevated("only the number and likeness of an earlier request is read"):
        repeats = find_repeats(new, read_as, prepared.run(*searching(read_as, phones, now(), MANY)))
    return Preview(
        title=read_as.title,
        advice={
            one.field.value: Advice(one.field, one.value, one.label, one.confidence, one.basis, one.maker)
            for one in read_as.suggestions
        },
        danger=read_as.urgency == "danger",
        recommended=read_as.decision.recommended,
        recommended_label=read_as.decision.recommended.label,
        basis=read_as.decision.basis,
        wording=read_as.decision.wording,
        confidence=read_as.decision.confidence,
        repeats=repeats,
        request_type=read_as.request_type,
        category_id=read_as.category_id,
        area_code=read_as.area_code or "",
    )
