"""The filters of the inbox; the address is their state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from minhu.directory.queries.units import unit_info
from minhu.directory.types import Urgency
from minhu.handling.queries.inbox import Wish
from minhu.handling.types import AssignmentRole
from minhu.kernel.actors import Actor
from minhu.portals.words import words_of

OWN, ALL = "own", ""
LIGHTS = [("", _("全部")), ("red", _("已超期")), ("orange", _("即将到期")), ("yellow", _("时间过半"))]
URGENCIES = [("", _("全部")), *reversed(words_of(Urgency).items())]
ROLES = [
    ("", _("全部")),
    *((role.value, words_of(AssignmentRole)[role.value]) for role in (AssignmentRole.LEAD, AssignmentRole.ASSIST, AssignmentRole.GRID)),
]  # fmt: skip


def own_units(actor: Actor) -> tuple[int, ...]:
    """The units a person holds a post in; the others they see lie below these."""
    held = set(actor.unit_ids)
    found = [unit for i in actor.unit_ids if (unit := unit_info(i)) and held.isdisjoint(unit.ancestor_ids)]
    return tuple(unit.id for unit in found)


class InboxFilter(forms.Form):
    """Words, unit, light, role, urgency; anything unreadable counts as not chosen."""

    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(
        label=_("查找"), required=False, max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("标题、地点、工单号"), "autocomplete": "off"}),
    )  # fmt: skip
    unit = forms.ChoiceField(label=_("单位"), required=False)
    light = forms.ChoiceField(label=_("时限"), required=False, choices=LIGHTS)
    role = forms.ChoiceField(label=_("角色"), required=False, choices=ROLES)
    urgency = forms.ChoiceField(label=_("紧急程度"), required=False, choices=URGENCIES)

    def __init__(self, query: Mapping[str, Any], actor: Actor, held: Mapping[int, int]) -> None:
        super().__init__(query)
        self.actor = actor
        self.own = own_units(actor)
        shown = [i for i in actor.unit_ids if i in held or i in self.own]
        field = self.fields["unit"]
        if len(actor.unit_ids) < 2:
            del self.fields["unit"]
        elif isinstance(field, forms.ChoiceField):
            below = [] if len(self.own) == len(actor.unit_ids) else [(OWN, _("只看本单位"))]
            field.choices = [
                (ALL, _("全部（含下属）") if below else _("全部")),
                *below,
                *((str(i), _words(i, held)) for i in shown),
            ]

    def wish(self) -> Wish:
        """What handling is asked for."""
        self.is_valid()
        data = self.cleaned_data
        chosen = data.get("unit", "")
        units = self.own if chosen == OWN else self.actor.unit_ids
        if chosen.isdecimal():
            units = (int(chosen),)
        return Wish(units, data.get("q", ""), data.get("urgency", ""), data.get("light", ""), data.get("role", ""))

    @property
    def narrowed(self) -> bool:
        """Whether a condition beside the tab is set, so that an empty list may only be a narrow one."""
        return any(self.data.get(name) for name in self.fields if name != "tab")


def _words(unit_id: int, held: Mapping[int, int]) -> str:
    unit = unit_info(unit_id)
    count = held.get(unit_id, 0)
    return f"{unit.label if unit else unit_id}{f'（{count}）' if count else ''}"
