"""Each call of a tool is noted: which, through which door, what came of it. Not what was asked."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from minhu.directory.access import as_system
from minhu.engines.expiry import Expiring
from minhu.kernel.actors import Actor
from minhu.kernel.clock import now
from minhu.knowledge.domain.keys import keeper_keys
from minhu.knowledge.models import ToolCall
from minhu.knowledge.queries.reach import reading
from minhu.knowledge.types import Door

CALLS: Final = Expiring("knowledge_toolcall", "t.at", "true", "concat_ws(' ', t.id, t.at, t.tool, t.outcome)")
"""Calls whose time is over."""
TOLD: Final = "told"
NOTHING: Final = "nothing"


def note(tool: str, door: Door, actor: Actor, outcome: str, milliseconds: int) -> None:
    """Keep that a tool was called; seen by the program and by those who keep all documents."""
    with transaction.atomic(), as_system(), reading():
        ToolCall.objects.create(
            at=now(), tool=tool, door=door.value, staff=actor.id if actor.kind == "staff" else "", outcome=outcome[:24],
            milliseconds=milliseconds, keys=sorted(keeper_keys(None)),
        )  # fmt: skip
