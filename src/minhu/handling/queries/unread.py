"""How much waits for one actor, for the numbers beside the menu: cheap, and counted no further than people read."""

from __future__ import annotations

from typing import Any

from django.db import connection

from minhu.directory.policy import Action, ScopeKind, may_ever, scope_of
from minhu.directory.types import Role
from minhu.handling.types import LIVE_STATES, AssignmentState, State
from minhu.kernel.actors import Actor
from minhu.kernel.clock import now

ENOUGH = 1000
DESK = (State.RECEIVED, State.TO_DISPATCH, State.RETURN_REVIEW, State.EXTENSION_REVIEW, State.REOPENED)
# one index range a line (order_state_due, assignment_inbox); a state in a list would read every live order
_STATE = "(SELECT count(*) FROM (SELECT 1 FROM handling_order WHERE state = %s LIMIT %s) x)"
_OVERDUE = "(SELECT count(*) FROM (SELECT 1 FROM handling_order WHERE state = %s AND due_at < %s LIMIT %s) x)"
_UNITS = (
    "(SELECT count(*) FROM (SELECT 1 FROM handling_assignment WHERE unit_id = ANY(%s::bigint[]) AND state = %s"
    " AND ended_at IS NULL LIMIT %s) x)"
)


def unread_counts(actor: Actor) -> dict[str, int]:
    """Counters by the names of the menu (desk, unit, grid, supervision), only those of the actor's desks; at most 1000.

    Runs in the actor's own transaction, so row security holds.
    """
    parts: dict[str, tuple[list[str], list[Any]]] = {}
    everything = scope_of(actor).kind is ScopeKind.ALL
    if everything and may_ever(actor, Action.DECIDE_INTAKE) and may_ever(actor, Action.DISPATCH):
        parts["desk"] = ([_STATE] * len(DESK), [value for state in DESK for value in (state.value, ENOUGH)])
    if everything and Role.SUPERVISOR in actor.roles:
        moment, live = now(), sorted(state.value for state in LIVE_STATES)
        values: list[Any] = [value for state in live for value in (state, moment, ENOUGH)]
        parts["supervision"] = ([_OVERDUE] * len(live), values)
    waits = (list(actor.unit_ids), AssignmentState.WAITING.value, ENOUGH)
    for key, roles in (("unit", {Role.UNIT_HANDLER, Role.UNIT_HEAD}), ("grid", {Role.GRID_WORKER})):
        if actor.unit_ids and roles & set(actor.roles):
            parts[key] = ([_UNITS], list(waits))
    if not parts:
        return {}
    columns = ", ".join(" + ".join(terms) for terms, _ in parts.values())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", [value for _, values in parts.values() for value in values])
        row = cursor.fetchone()
    return {key: min(int(count), ENOUGH) for key, count in zip(parts, row, strict=True)}
