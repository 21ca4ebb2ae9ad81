"""One request that holds several matters: a further order for one of them, and each order names the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from minhu.handling import queries as handling
from minhu.handling import services as handling_services
from minhu.handling.queries.search import number_of
from minhu.handling.types import Step, StepData
from minhu.intake import queries as intake
from minhu.intake import services as intake_services
from minhu.intake.types import NewRequest, PersonalField
from minhu.kernel.actors import Actor
from minhu.kernel.errors import NotFound

_FIELDS = {
    PersonalField.NAME: "requester_name",
    PersonalField.PHONE: "requester_phone",
    PersonalField.PLACE: "place_text",
}


def begun(asked: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """What the agent's form starts with for part ``part`` of order ``split``; empty when nothing is split.

    Personal values come along only where the actor reads them in clear. Raises NotFound for a part that is not there.
    """
    typed = str(asked.get("split", ""))
    if not typed:
        return {}
    number = number_of(typed, actor)
    if not number:
        raise NotFound(_("没有找到要拆分的工单。"))
    view = handling.order_view(number, actor)
    card = intake.request_card(view.request_id, actor, _("拆分诉求"))
    matters = intake.elements_of(card).matters
    part = str(asked.get("part", ""))
    if not part.isdecimal() or int(part) >= len(matters) or len(matters) < 2:
        raise NotFound(_("这张工单没有可以拆出的这件事，请回到工单再选一次。"))
    clear = {_FIELDS[one.field]: one.shown for one in card.personal if one.field in _FIELDS and not one.masked}
    return {
        "text": matters[int(part)].words(card.text), "split_from": number, "confidential": card.confidential,
        "wants_callback": card.wants_callback, "special_group": card.special_group, **clear,
    }  # fmt: skip


def same_requester(new: NewRequest, split_from: str, actor: Actor) -> NewRequest:
    """The request with the requester of the order it is split from; as it is when nothing is split."""
    origin = number_of(split_from, actor) if split_from else ""
    if not origin:
        return new
    return intake_services.with_requester_of(new, handling.order_view(origin, actor).request_id, actor)


def note(split_from: str, number: str, actor: Actor) -> None:
    """Write into both orders that one was opened for a matter of the other; nothing when nothing was split."""
    origin = number_of(split_from, actor) if split_from else ""
    if not origin:
        return
    handling_services.take(
        origin, Step.NOTE, StepData(text=_("其中一件事已另开工单 %(number)s。") % {"number": number})
    )
    handling_services.take(number, Step.NOTE, StepData(text=_("由工单 %(number)s 拆分而来。") % {"number": origin}))
