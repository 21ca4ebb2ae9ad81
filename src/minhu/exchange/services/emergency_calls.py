"""The three-party call of a hand-over, where it is a call of ours: who was on the line and when is read off its events.

Nobody types what the exchange told. What an agent adds beside it, a name or who said nothing, stays with the measured row.
"""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from django.db import transaction

from minhu.directory.access import as_system
from minhu.exchange.models import EmergencyService, Handover, HandoverParty
from minhu.intake.queries.legs import Leg, legs_of
from minhu.kernel import masks

_AT_ONCE: Final = 50
_DIGITS: Final = re.compile(r"\D")


def follow(talk: UUID) -> int:
    """Bring the parties of a talk's hand-overs to what its call's events say; returns how many rows changed."""
    with transaction.atomic(), as_system():
        rows = list(Handover.objects.select_for_update().filter(talk_uid=talk))
        if not rows:
            return 0
        legs, services = legs_of(talk), list(EmergencyService.objects.all())
        return sum(_brought(row, leg, services) for row in rows for leg in legs)


def follow_open() -> int:
    """The same for every hand-over under way whose call may still go on."""
    with transaction.atomic(), as_system():
        talks = Handover.objects.filter(ended_at__isnull=True, talk_uid__isnull=False)
        wanted = list(talks.order_by("-id").values_list("talk_uid", flat=True)[:_AT_ONCE])
    return sum(follow(uid) for uid in wanted if uid is not None)


def measured(row: Handover, role: str) -> HandoverParty | None:
    """Whom the call's events have on the line in this role now."""
    return row.parties.filter(measured=True, role=role, until__isnull=True).order_by("-id").first()


def _brought(row: Handover, leg: Leg, services: list[EmergencyService]) -> bool:
    """One party, known by its role and the moment it came."""
    if leg.until is not None and leg.until < row.opened_at and leg.role != "citizen":
        return False  # gone before anything was handed over
    role, name = _named(leg, services)
    known = row.parties.filter(measured=True, role=role, since=leg.since).first()
    if known is None:
        HandoverParty.objects.create(
            handover=row,
            role=role,
            name=name,
            since=leg.since,
            until=leg.until,
            spoke=leg.spoke is not False,
            measured=True,
        )
        return True
    if known.until == leg.until:
        return False
    known.until = leg.until
    known.spoke = known.spoke and leg.spoke is not False
    known.save(update_fields=["until", "spoke"])
    return True


def _named(leg: Leg, services: list[EmergencyService]) -> tuple[str, str]:
    """The service whose number was told; of any other party only the masked number."""
    if leg.role != "other":
        return leg.role, leg.who
    digits = _DIGITS.sub("", leg.who)
    for one in services:
        if digits and digits in (one.code, _DIGITS.sub("", one.phone)):
            return "service", one.label
    return "other", masks.phone(leg.who)
