"""All tools by name: parameters, what they are for, what does the work; one way to call them, each call noted."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from minhu.directory.access import acting_as
from minhu.kernel.actors import Actor
from minhu.kernel.errors import Invalid, MinhuError, NotFound
from minhu.knowledge.services import toolcalls
from minhu.knowledge.types import Door
from minhu.portals.tools.cards import Card, FactCard, OfficeCard
from minhu.portals.tools.days import count
from minhu.portals.tools.matters import facts
from minhu.portals.tools.offices import nearest
from minhu.portals.tools.parameters import (
    MatterFacts,
    NearestOffice,
    OrderProgress,
    Parameters,
    WorkingDays,
    parsed,
)
from minhu.portals.tools.progress import progress


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, through which door; ``client``: what wrong guesses are counted against (an address, a token)."""

    actor: Actor
    door: Door
    client: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: it reads, never writes, with the rights of its caller."""

    name: str
    title: str
    words: str
    parameters: type[Parameters]
    work: Callable[[Any, Caller], Card]

    @property
    def schema(self) -> dict[str, Any]:
        """Its parameters as JSON Schema."""
        return self.parameters.model_json_schema()


TOOLS: Final[Mapping[str, Tool]] = {
    one.name: one
    for one in (
        Tool(
            "nearest_office", "就近办理点", "按办什么事和在哪附近，列出办理点的地址、电话、办公时间、现在是否开门和直线距离，出处为有效文件。",
            NearestOffice, lambda given, caller: nearest(given, caller.actor),
        ),
        Tool(
            "matter_facts", "事项要什么", "某个事项要的材料、条件、费用、时限和办理单位，合并多份有效文件，每项注明条款。",
            MatterFacts, lambda given, caller: facts(given, caller.actor),
        ),
        Tool(
            "order_progress", "我的诉求进度", "用编号和查询码查一件诉求办到哪一步；输错次数有限制。",
            OrderProgress, lambda given, caller: progress(given, caller.client),
        ),
        Tool(
            "working_days", "数工作日", "几个工作日后是哪天，或者到某天还有几个工作日；按国家公布的放假和调休安排。",
            WorkingDays, lambda given, caller: count(given, caller.actor),
        ),
    )
}  # fmt: skip


def run(name: str, arguments: Mapping[str, Any], caller: Caller) -> Card:
    """Call a tool; raises NotFound for a name that is none, Invalid for wrong parameters, and what the tool raises."""
    tool = TOOLS.get(name)
    if tool is None:
        raise NotFound(f"没有这个工具。可用的有：{'、'.join(TOOLS)}。", code="no_such_tool")
    begun, outcome = time.perf_counter(), toolcalls.TOLD
    try:
        given = parsed(tool.parameters, arguments)
        with transaction.atomic(), acting_as(caller.actor):
            card = tool.work(given, caller)
        outcome = toolcalls.NOTHING if is_empty(card) else outcome
        return card
    except MinhuError as error:
        outcome = Invalid.default_code if isinstance(error, Invalid) else error.code
        raise
    finally:
        toolcalls.note(name, caller.door, caller.actor, outcome, round((time.perf_counter() - begun) * 1000))


def is_empty(card: Card) -> bool:
    """Whether a card has nothing to tell."""
    return (isinstance(card, OfficeCard) and not card.offices) or (isinstance(card, FactCard) and not card.groups)
