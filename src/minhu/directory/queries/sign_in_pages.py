"""What pages show of sessions, factors, proposals, emergency access and absences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from minhu.directory.models import Absence, Emergency, Factor, Proposal, RecoveryCode, SignIn, Unit
from minhu.directory.queries.freshness import local_day
from minhu.directory.types import FactorKind, ProposalState
from minhu.kernel.clock import now

PROPOSALS_OPEN_FOR = timedelta(days=7)
SHOWN = 100


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One open session; the key of it never leaves the database."""

    id: int
    device: str
    address: str
    how: str
    second: str
    began_at: datetime
    seen_at: datetime


def sessions_of(staff_id: int, idle: timedelta) -> list[SessionRow]:
    """Sessions that still count, the latest first."""
    rows = SignIn.objects.filter(staff_id=staff_id, ended_at=None, seen_at__gt=now() - idle)
    return [
        SessionRow(row.pk, row.device, row.address, row.how, row.second, row.began_at, row.seen_at)
        for row in rows[:SHOWN]
    ]


@dataclass(frozen=True, slots=True)
class FactorRow:
    """One confirmed factor."""

    id: int
    kind: str
    name: str
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class FactorsView:
    """All that somebody can show besides a password."""

    factors: tuple[FactorRow, ...]
    codes_left: int

    @property
    def has_app(self) -> bool:
        """Whether a telephone app is among them."""
        return any(row.kind == FactorKind.TOTP for row in self.factors)

    @property
    def has_passkey(self) -> bool:
        """Whether a passkey is among them."""
        return any(row.kind == FactorKind.PASSKEY for row in self.factors)


def factors_of(staff_id: int) -> FactorsView:
    """Confirmed factors of an account, and how many recovery codes are left."""
    rows = Factor.objects.filter(staff_id=staff_id, confirmed_at__isnull=False)
    left = RecoveryCode.objects.filter(staff_id=staff_id, used_at=None).count()
    return FactorsView(tuple(FactorRow(x.pk, x.kind, x.name, x.made_at, x.used_at) for x in rows), left)


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """Something about an administrator that waits for a second person, or was decided."""

    id: int
    kind: str
    staff_id: int
    name: str
    username: str
    role: str
    unit: str
    reason: str
    asked_by: str
    asked_by_id: int
    asked_at: datetime
    state: str
    decided_by: str
    decided_at: datetime | None


def proposals(*, only_open: bool = False) -> list[ProposalRow]:
    """Proposals, the newest first; an open one older than a week is called expired."""
    rows = Proposal.objects.select_related("staff", "asked_by", "decided_by")
    oldest = now() - PROPOSALS_OPEN_FOR
    if only_open:
        rows = rows.filter(state=ProposalState.OPEN, asked_at__gt=oldest)
    found = list(rows[:SHOWN])
    units = dict(Unit.objects.filter(pk__in=[x.content.get("unit", 0) for x in found]).values_list("pk", "name"))
    return [
        ProposalRow(
            x.pk, x.kind, x.staff_id, x.staff.name, x.staff.username, x.content.get("role", ""),
            units.get(x.content.get("unit", 0), ""), x.reason, x.asked_by.name, x.asked_by_id, x.asked_at,
            "expired" if x.state == ProposalState.OPEN and x.asked_at <= oldest else x.state,
            x.decided_by.name if x.decided_by else "", x.decided_at,
        )
        for x in found
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class EmergencyRow:
    """One use of emergency access; ``state`` is open, unreviewed or reviewed."""

    id: int
    staff_id: int
    name: str
    username: str
    reason: str
    began_at: datetime
    until: datetime
    ended_at: datetime | None
    state: str
    justified: bool | None
    finding: str
    reviewed_by: str


def emergencies(*, only_alarming: bool = False) -> list[EmergencyRow]:
    """Uses of emergency access, the newest first; alarming: open, or not yet reviewed."""
    rows = Emergency.objects.select_related("staff", "reviewed_by")
    if only_alarming:
        rows = rows.filter(reviewed_at=None)
    moment = now()
    return [
        EmergencyRow(
            x.pk, x.staff_id, x.staff.name, x.staff.username, x.reason, x.began_at, x.until, x.ended_at,
            "reviewed" if x.reviewed_at else "open" if x.ended_at is None and x.until > moment else "unreviewed",
            x.justified, x.finding, x.reviewed_by.name if x.reviewed_by else "",
        )
        for x in rows[:SHOWN]
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """Who is away, from when to when, and who acts."""

    id: int
    staff_id: int
    name: str
    acting: str
    reason: str
    first_day: date
    last_day: date
    state: str


def absences_of(staff_id: int) -> list[AbsenceRow]:
    """Absences of a person and those in which he acts, the latest first; ``state``: now, coming, over, cancelled."""
    rows = Absence.objects.filter(Q(staff_id=staff_id) | Q(acting_id=staff_id)).select_related("staff", "acting")
    today = local_day()

    def state(x: Absence) -> str:
        if x.cancelled_at:
            return "cancelled"
        return "over" if x.last_day < today else "coming" if x.first_day > today else "now"

    return [
        AbsenceRow(x.pk, x.staff_id, x.staff.name, x.acting.name, x.reason, x.first_day, x.last_day, state(x))
        for x in rows[:SHOWN]
    ]
