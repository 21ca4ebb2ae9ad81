"""As whom an evaluation set asks: everybody, all staff, or a unit; with exactly the rights that such a reader has."""

from __future__ import annotations

from typing import Final

from minhu.directory.queries.units import unit_info
from minhu.directory.types import Role
from minhu.kernel.actors import ANONYMOUS, Actor, current_actor
from minhu.kernel.errors import Invalid, NotAllowed
from minhu.knowledge.domain.keys import KEEPERS
from minhu.knowledge.queries.reach import reader_keys

PUBLIC: Final = "public"
STAFF: Final = "staff"
_UNIT: Final = "unit:"


def reader_named(code: str) -> Actor:
    """The reader that ``code`` names: public, staff (an agent of no unit) or unit:<id> (its handler). Raises Invalid."""
    if code == PUBLIC:
        return ANONYMOUS
    if code == STAFF:
        return Actor(kind="staff", id="evaluation", name="测评", roles=frozenset({Role.AGENT.value}))
    number = code.removeprefix(_UNIT)
    unit = (
        unit_info(int(number))
        if code.startswith(_UNIT) and number.isascii() and number.isdecimal() and len(number) < 12
        else None
    )
    if unit is None:
        raise Invalid("请选择以谁的权限提问。", fields={"reader": "请选择以谁的权限提问"})
    return Actor(
        kind="staff", id="evaluation", name="测评", roles=frozenset({Role.UNIT_HANDLER.value}), unit_ids=(unit.id,)
    )


def may_ask_as(code: str) -> bool:
    """Whether the current actor reads all that the reader reads: else the figures alone would tell him what is there."""
    own = reader_keys(current_actor())
    return KEEPERS in own or reader_keys(reader_named(code)) <= own


def check_reader(code: str) -> None:
    """Raise Invalid for a reader that is none, NotAllowed for one that reads more than the current actor does."""
    if not may_ask_as(code):
        raise NotAllowed(
            "您看不到这个单位能看的全部文件，不能以它的权限测评。请选择群众、全体工作人员或本单位。",
            code="reader_sees_more",
        )
