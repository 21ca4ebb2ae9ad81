"""Emergency mode of the front door: proposed by rule, decided by a supervisor, ended by time or a person, with a report."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Avg, F, Max

from minhu.directory.access import as_system, elevated, require
from minhu.directory.policy import Action
from minhu.intake.domain.emergency import PATIENCE, WINDOW, WORK, ModeState, Pressure, checked_span, forecast
from minhu.intake.domain.seats import DoorRules, SeatState, checked
from minhu.intake.domain.validation import checked_words
from minhu.intake.models import EmergencyMode, FrontDoor, Seat, Talk
from minhu.intake.queries import front_door, surges
from minhu.intake.types import TalkState
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, NotFound
from minhu.language.personal import mask_personal
from minhu.ledger import services as ledger

WHY: Final = "figures over all talks, no contents"
QUIET_AFTER: Final = timedelta(hours=1)
"""After a proposal was declined or an emergency ended, nothing is proposed for so long."""
_DAYS: Final = 7
_LEAST: Final = 20
"""Talks from which a mean is believed."""
_AT_WORK: Final = (SeatState.READY.value, SeatState.BUSY.value, SeatState.WRAP_UP.value)


def set_rules(rules: DoorRules) -> None:
    """The supervisor's numbers for the front door; raises Invalid beyond their bounds."""
    require_lead()
    with transaction.atomic():
        before = asdict(front_door.rules())
        after = asdict(checked(rules))
        FrontDoor.objects.update_or_create(
            pk=1, defaults={"rules": after, "changed_at": now(), "changed_by": current_actor().id}
        )
        changed = {name: after[name] for name in after if after[name] != before[name]}
        ledger.append("front_door.rules_changed", ("front_door", 1), changed)


def begin(reason: str, hours: float) -> None:
    """Switch it on until then; raises Invalid without a reason, Conflict when it is on."""
    require_lead()
    why, moment = checked_words(reason, most=200), now()
    until = moment + checked_span(hours)
    with transaction.atomic():
        if EmergencyMode.objects.filter(state=ModeState.ON.value).exists():
            raise Conflict("应急模式已经启用。", code="emergency_on")
        row = _proposed() or EmergencyMode()
        row.state, row.reason, row.began_at, row.until = ModeState.ON.value, mask_personal(why)[:200], moment, until
        row.decided_by_id = current_actor().staff_id
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            raise Conflict("应急模式刚刚由同事启用。", code="emergency_on") from None
        ledger.append(
            "emergency.began", ("emergency", row.pk), {"reason": row.reason, "until": until.isoformat(), **row.basis}
        )


def decline(reason: str) -> None:
    """Not needed: what the rule proposed is laid aside, for a reason."""
    require_lead()
    why = checked_words(reason, most=200)
    with transaction.atomic():
        row = _proposed()
        if row is None:
            raise NotFound("没有等待决定的应急建议。", code="no_proposal")
        row.state, row.reason, row.ended_at = ModeState.DECLINED.value, mask_personal(why)[:200], now()
        row.decided_by_id = current_actor().staff_id
        row.save()
        ledger.append("emergency.declined", ("emergency", row.pk), {"reason": row.reason})


def extend(hours: float) -> None:
    """Let it last for so many hours from now."""
    require_lead()
    with transaction.atomic():
        row = _on()
        row.until = now() + checked_span(hours)
        row.save(update_fields=["until"])
        ledger.append("emergency.changed", ("emergency", row.pk), {"until": row.until.isoformat()})


def end() -> None:
    """Back to normal, with the report."""
    require_lead()
    with transaction.atomic(), elevated(WHY):
        _end(_on(), now(), current_actor().staff_id)


def tick() -> int:
    """End what is over, look whether people can serve what comes, propose where they cannot; 1 where something changed."""
    moment = now()
    with transaction.atomic(), as_system():
        over = EmergencyMode.objects.select_for_update(skip_locked=True).filter(
            state=ModeState.ON.value, until__lte=moment
        )
        for row in over:
            _end(row, moment, None)
            return 1
    return int(propose())


def propose() -> bool:
    """Note a proposal where the rule finds a surge, nothing is on and nobody laid one aside a short while ago."""
    with transaction.atomic(), as_system():
        if not Seat.objects.exclude(state=SeatState.OFF.value).exists():
            return False  # a house that does not use seats has no number of people to reckon with
        since = now() - QUIET_AFTER
        open_ones = EmergencyMode.objects.filter(state__in=[ModeState.ON.value, ModeState.PROPOSED.value])
        if open_ones.exists() or EmergencyMode.objects.filter(ended_at__gt=since).exists():
            return False
        found = forecast(pressure(), front_door.rules())
        if not found.surge:
            return False
        row = EmergencyMode.objects.create(
            state=ModeState.PROPOSED.value, proposed_at=now(), basis=found.to_json()
        )  # the index lets one of two processes through
        ledger.append("emergency.proposed", ("emergency", row.pk), found.to_json())
        return True


def pressure() -> Pressure:
    """What comes and who is there, from the talks and seats of the house; needs the scope over all talks."""
    moment = now()
    recent = Talk.objects.filter(opened_at__gt=moment - timedelta(days=1), handed_at__gt=moment - WINDOW)
    served = Talk.objects.filter(
        opened_at__gt=moment - timedelta(days=1), taken_at__isnull=False, ended_at__isnull=False
    )
    mean = (
        served.aggregate(spent=Avg(F("ended_at") - F("taken_at")))["spent"]
        if served[:_LEAST].count() >= _LEAST
        else None
    )
    longest = Talk.objects.filter(state=TalkState.WAITING.value).aggregate(longest=Max(moment - F("handed_at")))[
        "longest"
    ]
    usual = [
        Talk.objects.filter(opened_at__gt=at - timedelta(days=1), handed_at__gt=at - WINDOW, handed_at__lte=at).count()
        for at in (moment - timedelta(days=day) for day in range(1, _DAYS + 1))
    ]
    return Pressure(
        arrivals=recent.count(),
        people=Seat.objects.filter(state__in=_AT_WORK).count(),
        work=(mean.total_seconds() if mean else WORK) + front_door.standing().wrap_up_seconds * bool(mean),
        patience=PATIENCE,
        longest_wait=longest.total_seconds() if longest else 0.0,
        usual=sum(usual) / _DAYS,
    )


def require_lead() -> None:
    """Who leads the floor: watches talks and speaks in them; raises NotAllowed for others."""
    require(Action.WATCH_TALKS)
    require(Action.TALK)


def _end(row: EmergencyMode, moment: datetime, staff_id: int | None) -> None:
    row.state, row.ended_at, row.ended_by_id = ModeState.ENDED.value, moment, staff_id
    began = row.began_at or moment
    span = moment - began
    report: dict[str, Any] = {"during": surges.counted(began, moment), "before": surges.counted(began - span, began)}
    row.report = report
    row.save()
    ledger.append("emergency.ended", ("emergency", row.pk), report)


def _proposed() -> EmergencyMode | None:
    return EmergencyMode.objects.select_for_update().filter(state=ModeState.PROPOSED.value).first()


def _on() -> EmergencyMode:
    row = EmergencyMode.objects.select_for_update().filter(state=ModeState.ON.value).first()
    if row is None:
        raise NotFound("应急模式没有启用。", code="emergency_off")
    return row
