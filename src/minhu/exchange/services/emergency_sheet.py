"""The sheet that an emergency service gets, drafted from an order or a talk; a person reads it before it goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from minhu.exchange.domain.handover_sheet import Sheet
from minhu.handling import queries as handling
from minhu.intake import queries as intake
from minhu.intake.queries.talks import talk_for_staff, telephone_of
from minhu.intake.types import PersonalField
from minhu.kernel.clock import now
from minhu.language.element_types import ElementKind, Elements
from minhu.language.urgency import assess

WHY: Final = "紧急情况移交救援部门"
_CODES: Final = frozenset({"110", "119", "120", "122"})


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted sheet, the services that the rule proposes (first the most pressing) and why."""

    sheet: Sheet
    services: tuple[str, ...]
    reasons: tuple[str, ...]


def of_words(text: str, **known: str) -> Draft:
    """From words alone; ``known``: fields of the sheet that are known otherwise and win over what is read."""
    urgency = assess(text)
    elements = intake.elements_of_words(text, now())
    words = [text[start:end].strip("，。！!,. ") for start, end in urgency.spans]
    read = {
        "what": " ".join(text.split())[:200],
        "danger": "、".join(dict.fromkeys(word for word in words if word))[:40],
        "place": _first(elements, ElementKind.WHERE),
        "people": _first(elements, ElementKind.PEOPLE),
        "since": _first(elements, ElementKind.WHEN),
    }
    sheet = Sheet.from_json({**read, **{name: value for name, value in known.items() if value}})
    services = tuple(code for code in urgency.services if code in _CODES)
    return Draft(sheet, services, urgency.reasons)


def of_order(number: str) -> Draft:
    """From an order that the current actor may see; name, number and place are read in clear and logged."""
    view = handling.order_view(number)
    card = intake.request_card(view.request_id)
    values = {
        name: intake.reveal(view.request_id, field, WHY)
        for name, field in (
            ("name", PersonalField.NAME),
            ("phone", PersonalField.PHONE),
            ("place", PersonalField.PLACE),
        )
        if card.value(field.value) is not None
    }
    position = f"{card.latitude:.5f},{card.longitude:.5f}" if card.latitude is not None and card.longitude else ""
    said = "\n".join([card.text, *(one.text for one in card.supplements)])
    return of_words(said, area="/".join(view.area_names), position=position, **values)


def of_talk(uid: UUID) -> Draft:
    """From a talk that the current actor may read; the number it came from is the one to call back."""
    return of_words(talk_for_staff(uid).matter, phone=telephone_of(uid, WHY))


def _first(elements: Elements, kind: ElementKind) -> str:
    found = elements.of(kind)
    return found[0].text[:60] if found else ""
