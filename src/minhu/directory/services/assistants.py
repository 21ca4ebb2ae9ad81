"""Switching the assistants of the process: one at a time, with a reason, by a supervisor or the system administrator."""

from __future__ import annotations

from typing import Any

from minhu.directory.models import RuleSet
from minhu.directory.policy import Action
from minhu.directory.queries.rules import published
from minhu.directory.services.changes import LOCK_RULES, change, record
from minhu.directory.services.versions import new_draft, put_in_force
from minhu.directory.types import ProcessStep, RuleKind
from minhu.kernel.errors import Invalid, NotFound

SHORTEST_REASON, LONGEST_REASON = 2, 200


def switch(step: str, *, on: bool, reason: str) -> bool:
    """Put an assistant on or off at once, as a new version of the rule; says whether that changed anything.

    The reason (2 to 200 characters) is kept with the version. Raises NotFound for no such step, Invalid without a
    reason, NotAllowed for whoever may not.
    """
    if step not in set(ProcessStep):
        raise NotFound("没有这个流程助手。", code="no_such_assistant")
    if not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
        message = f"请写明理由（{SHORTEST_REASON} 到 {LONGEST_REASON} 个字），会记入账本。"
        raise Invalid(message, fields={"reason": message})
    with change(Action.SWITCH_ASSISTANTS, lock=LOCK_RULES):
        content, _version = published(RuleKind.ASSISTANTS)
        off: list[dict[str, Any]] = [row for row in content["off"] if row["step"] != step]
        if not on:
            off.append({"step": step})
        if len(off) == len(content["off"]):
            return False
        note = f"{ProcessStep(step).said}助手{'启用' if on else '停用'}：{reason.strip()}"
        put_in_force(new_draft(RuleSet, note, kind=RuleKind.ASSISTANTS.value, content={"off": off}))
        record("assistant_switched", ("assistant", step), on=on, reason=reason.strip())
        return True
