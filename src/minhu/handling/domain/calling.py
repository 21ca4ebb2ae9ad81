"""Whom to call back first, and with what proposal: pure rules over what is known of an order whose reply was approved.

Source: the hotline rules on call-backs (people outside the unit's influence ask; 'solved' must be backed by facts). A
proposal closes nothing: it says whether an invitation to rate is enough, a person should ask, or the matter looks unsolved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

INVITE, CALL, REOPEN = "invite", "call", "reopen"
MANY_REQUESTS: Final = 3
"""Requests of one caller in 30 days from which a person asks."""
MAKER: Final = "calling/1"


@dataclass(frozen=True, slots=True)
class Answered:
    """An order whose reply is with the citizen."""

    solved: bool | None
    reopened: int
    returned: int
    contacted: bool
    in_time: bool | None
    delicate: bool
    asked_again: int
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallAdvice:
    """What is proposed, and each reason as code and words."""

    proposal: str
    reasons: tuple[tuple[str, str], ...]


def advise_call(order: Answered) -> CallAdvice:
    """A person calls whenever anything makes the reply doubtful; 'not solved' after a reopening looks like another round."""
    found = tuple(_reasons(order))
    if order.solved is False and order.reopened:
        return CallAdvice(REOPEN, found)
    return CallAdvice(
        CALL if found else INVITE, found or (("plain", "按时答复、有联系记录、没有疑点，发送评价邀请即可。"),)
    )


def _reasons(order: Answered) -> list[tuple[str, str]]:
    checks = (
        ("unsolved", order.solved is False, "承办单位填报未解决，请问清群众是否理解和接受。"),
        ("reopened", order.reopened > 0, f"已重办 {order.reopened} 次，请核实这次是否真正解决。"),
        ("returned", order.returned > 1, f"退单 {order.returned} 次，群众等得久，宜当面说明。"),
        ("no_contact", not order.contacted, "没有首次联系记录，请核实单位是否联系过群众。"),
        ("late", order.in_time is False, "答复超过时限，请致歉并核实结果。"),
        ("delicate", order.delicate, "敏感或群体事项，由人工回访。"),
        ("again", order.asked_again >= MANY_REQUESTS, f"三十天内来件 {order.asked_again} 次，请一并了解其他诉求。"),
        ("doubts", bool(order.doubts), "审核时的疑点：" + "；".join(order.doubts)),
    )
    return [(code, words) for code, holds, words in checks if holds]
