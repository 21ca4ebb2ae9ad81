"""What the assistants of review and call-back propose, made ready for the page of an order; each doubt quotes the reply."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from minhu.directory.types import ProcessStep
from minhu.handling.queries.assisted import AdviceView, waiting_advice
from minhu.handling.types import OrderView, State, Step

_SHOWN: Final = {
    ProcessStep.REVIEW: (State.REPLIED, frozenset({Step.APPROVE_REPLY, Step.REJECT_REPLY})),
    ProcessStep.CALL_BACK: (State.TO_CALL_BACK, frozenset({Step.CLOSE, Step.REOPEN})),
}
"""In which state a proposal is shown, and to whom: whoever may take one of these steps."""
_PROPOSALS: Final = {
    "approve": (_("没有发现疑点，可以通过"), "green"), "reject": (_("建议退回重答"), "orange"),
    "invite": (_("发送评价邀请即可"), "green"), "call": (_("建议由人工回访"), "orange"), "reopen": (_("可能没有解决，建议核实后重办"), "orange"),
}  # fmt: skip
_LONGEST: Final = 80


def assisted_rows(view: OrderView) -> list[dict[str, Any]]:
    """Proposals for the present step, for whoever takes it."""
    can = {step.step for step in view.allowed}
    return [
        _row(one, view)
        for one in waiting_advice(view.id)
        if one.step in _SHOWN and view.state is _SHOWN[one.step][0] and can & _SHOWN[one.step][1]
    ]


def _row(advice: AdviceView, view: OrderView) -> dict[str, Any]:
    words, colour = _PROPOSALS.get(advice.proposal, (advice.proposal, "calm"))
    reply = next((one.reply for one in reversed(view.assignments) if one.role == "lead"), "")
    return {
        "step": advice.step.value, "name": advice.step.said, "proposal": words, "colour": colour,
        "reasons": [{"words": why, "quote": _quote(reply, start, end)} for _code, why, start, end in advice.reasons],
    }  # fmt: skip


def _quote(reply: str, start: int, end: int) -> str:
    said = reply[start:end].strip()
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"
