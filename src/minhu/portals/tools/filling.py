"""What a question leaves out of a tool's parameters, asked for by a small form beside the answer instead of by words alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from minhu.portals.tools.cards import Card, OfficeCard
from minhu.portals.tools.registry import TOOLS

_Words = str | Promise
FORM: Final = "tool_form"
"""The kind of a form among the cards of an answer."""
_ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    "nearest_office": ("service", "near"), "matter_facts": ("matter",), "order_progress": ("number", "code"),
    "working_days": ("until",),
}  # fmt: skip
_HEADS: Final[Mapping[str, _Words]] = {
    "nearest_office": _("填写地点，按远近排列"), "matter_facts": _("想办哪件事？"), "order_progress": _("查自己反映的事办到哪一步"),
    "working_days": _("到哪一天？"),
}  # fmt: skip
_LABELS: Final[Mapping[str, tuple[_Words, _Words]]] = {
    "service": (_("办什么事"), _("例如：身份证")), "near": (_("在哪附近"), _("道路、小区或街道名")), "matter": (_("事项"), _("例如：居住证")),
    "number": (_("编号"), ""), "code": (_("查询码"), ""), "until": (_("到哪天"), ""),
}  # fmt: skip
_SECRET: Final = frozenset({"code"})


@dataclass(frozen=True, slots=True)
class Given:
    """What was filled in: of which tool, by parameter."""

    tool: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def of(self, tool: str) -> Mapping[str, str]:
        """The values for a tool; empty for another than the one that was filled in."""
        return {name: value for name, value in self.values.items() if value} if tool == self.tool else {}


def given_in(posted: Mapping[str, str]) -> Given:
    """What a posted form fills in; a name that is no parameter asked for is left alone."""
    tool = posted.get("tool", "")
    return Given(tool, {name: posted.get(name, "").strip() for name in _ASKED.get(tool, ())})


@dataclass(frozen=True, slots=True)
class Blank:
    """One field: ``choices`` where one of a few is meant; ``wrong``: what is wrong with what was filled in."""

    name: str
    label: _Words
    hint: _Words
    value: str
    most: int
    required: bool
    day: bool = False
    choices: tuple[str, ...] = ()
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A form for what is missing; ``problem``: why the last one told nothing."""

    tool: str
    head: _Words
    blanks: tuple[Blank, ...]
    problem: str = ""


def missing(tool: str, arguments: Mapping[str, Any]) -> bool:
    """Whether a parameter without which the tool tells nothing is not there."""
    needed = ("until",) if tool == "working_days" else TOOLS[tool].schema.get("required", ())
    either = tool == "working_days" and arguments.get("days")
    return not either and any(not arguments.get(name) for name in needed)


def form(tool: str, arguments: Mapping[str, Any], problem: str = "", wrong: Mapping[str, str] | None = None, choices: tuple[str, ...] = ()) -> Form:  # fmt: skip
    """The form of a tool with what is known filled in; a secret is never shown again."""
    shapes = TOOLS[tool].schema["properties"]
    needed = ("until",) if tool == "working_days" else TOOLS[tool].schema.get("required", ())
    blanks = tuple(
        Blank(
            name, *_LABELS[name], "" if name in _SECRET else str(arguments.get(name) or ""), shapes[name].get("maxLength", 20),
            name in needed or (tool == "nearest_office" and bool(arguments.get("service"))), name == "until",
            choices if name == "near" else (), (wrong or {}).get(name, ""),
        )
        for name in _ASKED[tool]
        if not (name == "service" and arguments.get("service") and name not in (wrong or {}))
    )  # fmt: skip
    return Form(tool, _HEADS[tool], blanks, problem)


def form_beside(card: Card, arguments: Mapping[str, Any]) -> Form | None:
    """The form for what would make a card better: from where offices are near, while that is not known."""
    if not isinstance(card, OfficeCard) or (card.near and not card.unknown_place and not card.asked_back):
        return None
    return form("nearest_office", arguments, choices=card.asked_back)
