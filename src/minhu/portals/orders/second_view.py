"""What a chat model or nearness of meaning advises, beside the embedded suggestions: lines with the words they are from; taken by people only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from minhu.directory.queries import areas, categories
from minhu.handling.types import OrderView, Step
from minhu.intake import queries as intake
from minhu.intake.types import IntakeClass, SuggestedField
from minhu.kernel.actors import Actor
from minhu.language.element_types import ElementKind
from minhu.portals.orders import said, words
from minhu.portals.orders.pickers import area_words, category_words

F = SuggestedField
_TAKEN: Final = {
    F.CATEGORY: ("category_id", "category_id"),
    F.PLACE: ("area_code", "area_code"),
    F.URGENCY: ("level", "urgency"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of advice; `name`, `code` and `url` post it to the order, where it would change something."""

    label: str
    value: str
    quote: str = ""
    name: str = ""
    code: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class SecondView:
    """Everything advised on one order."""

    maker: str
    lines: tuple[Line, ...]
    from_chat: bool


def second_view(view: OrderView, actor: Actor) -> SecondView | None:
    """The advice on an order; None where no model was asked or nothing of its answer was borne out."""
    found = intake.consultation_of(view.request_id, actor)
    if found is None:
        return None
    lines = [_line(view, field, found.values[field.value]) for field in _TAKEN if field.value in found.values]
    if intake_said := found.values.get("intake"):
        lines.append(_intake_line(intake_said))
    for label, name in ((_("标题"), "title"), (_("摘要"), "summary")):
        if found.values.get(name):
            lines.append(Line(label, found.values[name]))
    lines += [Line(str(said.LABELS[ElementKind(kind)]), quote) for kind, quote in found.values.get("elements", [])]
    return SecondView(found.maker, tuple(lines), found.maker.startswith("chat/")) if lines else None


def _line(view: OrderView, field: SuggestedField, value: dict[str, Any]) -> Line:
    inside, name = _TAKEN[field]
    code = value[inside]
    shown = words.urgency_word(code) if field is F.URGENCY else value["label"]
    if field is F.URGENCY and value.get("by_meaning"):
        shown += _("：可能危及生命，整段话的意思与求助危险的话相近，请立即核实")
    if field is F.CATEGORY and not value.get("quote"):
        shown += _("（把握 %(sure)s）") % {"sure": f"{value['confidence']:.0%}"}
    can = any(step.step is Step.CORRECT for step in view.allowed) and getattr(view, name) != code
    url = reverse("order_advice", args=[view.number, field.value]) if can else ""
    typed = _typed(field, code) if url else ""
    return Line(str(words.FIELDS[field.value]), shown, value.get("quote", ""), name, typed, url if typed else "")


def _intake_line(value: dict[str, Any]) -> Line:
    """Another class than the recommended one; the decision itself is taken where it always is."""
    sure = _("（把握 %(sure)s）") % {"sure": f"{value['confidence']:.0%}"}
    return Line(_("受理判断"), f"{IntakeClass(value['class']).label}{sure}")


def _typed(field: SuggestedField, code: Any) -> str:
    """The value as a person would type it into the form of this field; empty when the directory has it no more."""
    if field is F.CATEGORY:
        category = categories.category_info(code)
        return category_words(category) if category is not None else ""
    area = areas.area_info(code) if field is F.PLACE else None
    return area_words(area) if area is not None else "" if field is F.PLACE else str(code)
