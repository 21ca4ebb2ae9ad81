"""What holds at the front door now: the city's numbers, and whether an emergency is on. Kept in each process, by stamp."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from minhu.directory.access import require
from minhu.directory.policy import Action
from minhu.directory.queries.freshness import Cached, Topic
from minhu.intake.domain.emergency import Effects, ModeState, effects, policy_under
from minhu.intake.domain.seats import BOUNDS, DoorRules
from minhu.intake.models import EmergencyMode, FrontDoor
from minhu.kernel.clock import now
from minhu.language.dialogue.types import Policy


@dataclass(frozen=True, slots=True)
class Emergency:
    """An emergency as people see it."""

    id: int
    state: ModeState
    reason: str
    basis: Mapping[str, Any]
    proposed_at: datetime | None
    began_at: datetime | None
    until: datetime | None
    ended_at: datetime | None
    decided_by: str
    ended_by: str
    report: Mapping[str, Any]

    @property
    def proposal(self) -> str:
        """The sentence with the figures that it was proposed by; '' where a person thought of it."""
        return str(self.basis.get("reason", ""))


def _read_rules() -> DoorRules:
    row = FrontDoor.objects.order_by("-pk").first()
    return DoorRules.read(row.rules) if row else DoorRules()


def _read_open() -> tuple[Emergency, ...]:
    rows = EmergencyMode.objects.filter(state__in=[ModeState.ON.value, ModeState.PROPOSED.value])
    return tuple(_emergency(row) for row in rows.select_related("decided_by", "ended_by"))


_rules = Cached(_read_rules, Topic.FRONT_DOOR)
_open = Cached(_read_open, Topic.FRONT_DOOR)


def rules() -> DoorRules:
    """The city's numbers for seats, call-backs and emergencies."""
    return _rules()


def emergency_on() -> Emergency | None:
    """The emergency that is on now; one whose time is over is not, even before the house has ended it."""
    present = now()
    on = (one for one in _open() if one.state is ModeState.ON)
    return next((one for one in on if one.until is None or one.until > present), None)


def proposal() -> Emergency | None:
    """What the rule proposes and nobody has decided, for who may decide it; None for anybody else's eyes too."""
    return next((one for one in _open() if one.state is ModeState.PROPOSED), None)


def standing() -> Effects:
    """What differs now."""
    return effects(rules(), on=emergency_on() is not None)


def policy_now(policy: Policy) -> Policy:
    """How the bot works now on a line with this policy."""
    return policy_under(policy, standing())


def past(most: int = 20) -> tuple[Emergency, ...]:
    """Emergencies that are over, and proposals that were declined, newest first; for who watches."""
    require(Action.WATCH_TALKS)
    rows = EmergencyMode.objects.filter(state__in=[ModeState.ENDED.value, ModeState.DECLINED.value])
    return tuple(_emergency(row) for row in rows.select_related("decided_by", "ended_by")[:most])


def _emergency(row: EmergencyMode) -> Emergency:
    return Emergency(
        row.pk, ModeState(row.state), row.reason, row.basis, row.proposed_at, row.began_at, row.until, row.ended_at,
        row.decided_by.name if row.decided_by else "", row.ended_by.name if row.ended_by else "", row.report,
    )  # fmt: skip


__all__ = [
    "BOUNDS", "DoorRules", "Effects", "Emergency", "ModeState", "emergency_on", "past", "policy_now", "proposal", "rules",
    "standing",
]  # fmt: skip
